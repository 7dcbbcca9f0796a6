"""The documented role can read what the table lists, and nothing else."""

from pathlib import Path
from typing import Any

import yaml

from fireline.core.assets.kubernetes import TABLE
from tests.connectors import kubernetes_published as published

_PAGE = Path(__file__).parents[2] / "docs/how-to/connect-kubernetes.md"


def documented(kind: str) -> list[dict[str, Any]]:
    blocks = _PAGE.read_text("utf-8").split("```yaml\n")[1:]
    read = [yaml.safe_load(block.split("```")[0]) for block in blocks]
    things = [each for said in read for each in said.get("items", [said])]
    return [each for each in things if each["kind"] == kind]


def test_the_role_reads_what_is_looked_at_and_nothing_else():
    (role,) = documented("ClusterRole")
    published.check(role, "V1ClusterRole")
    allowed = {
        (group, resource)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert allowed == {(row.group, row.resource) for row in TABLE.values()}
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}


def test_the_other_objects_are_ones_a_cluster_takes():
    for kind in ("Namespace", "ServiceAccount", "ClusterRoleBinding", "Secret"):
        (said,) = documented(kind)
        published.check(said, f"V1{kind}")


def test_every_row_of_the_table_is_a_published_listing_of_that_kind():
    for row in TABLE.values():
        root = f"/apis/{row.api}" if row.group else f"/api/{row.api}"
        inside = "/namespaces/shop" if row.namespaced else ""
        listing = published.find("GET", f"{root}/{row.resource}")
        one = published.find("GET", f"{root}{inside}/{row.resource}/x")
        assert listing is not None
        assert one is not None
        assert (listing.model, one.model) == (f"V1{row.object}List", f"V1{row.object}")
        assert {"limit", "continue", "labelSelector"} <= listing.query
