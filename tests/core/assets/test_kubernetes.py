"""Kubernetes in the inventory's words: the table, links and selectors, without a cluster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.kubernetes import TABLE, kind_of, of_object
from fireline.core.assets.kubernetes_links import MAX_LINKS, Cluster, links_of
from fireline.core.assets.kubernetes_selector import Requirement, selector_of
from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject

HERE = Cluster("prod-eu", "111122223333")
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
WORDS = (
    st.sampled_from(
        ["metadata", "spec", "labels", "ownerReferences", "controller", "template", "podSelector"]
    )
    | st.sampled_from(
        [
            "selector",
            "matchLabels",
            "matchExpressions",
            "key",
            "operator",
            "values",
            "In",
            "subjects",
        ]
    )
    | st.sampled_from(
        [
            "roleRef",
            "annotations",
            "providerID",
            "rules",
            "http",
            "paths",
            "backend",
            "kind",
            "name",
        ]
    )
)
ODD_OBJECTS = st.recursive(
    ODD | WORDS,
    lambda inner: st.dictionaries(WORDS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=20,
).filter(lambda each: isinstance(each, dict))


def test_a_kind_is_what_addresses_and_references_lead_to():
    for kind, row in TABLE.items():
        assert kind_of(row.resource) == kind
        assert of_object(row.api, row.object) is row
        assert of_object(row.api.replace("v1", "v1beta2"), row.object) is row
    assert of_object("example.com/v1", "Deployment") is None
    assert kind_of("certificates") == "k8s.certificate"


@given(kind=st.sampled_from(sorted(TABLE)), config=ODD_OBJECTS)
def test_whatever_a_server_says_reading_it_raises_nothing(kind: str, config: JsonObject):
    assert len(links_of(kind, config, HERE)) <= MAX_LINKS
    selector = selector_of(kind, config)
    assert selector is None or isinstance(selector.fits({}), bool)


@pytest.mark.parametrize(
    ("provider_id", "machine"),
    [
        ("aws:///eu-west-1b/i-0123456789abcdef0", ("eu-west-1", "i-0123456789abcdef0")),
        ("aws:///us-gov-west-1a/i-0123456789abcdef0", ("us-gov-west-1", "i-0123456789abcdef0")),
        ("aws:///us-west-2-lax-1a/i-0123456789abcdef0", ("us-west-2", "i-0123456789abcdef0")),
        ("aws:///eu-west-1/fargate-ip-10-0-1-7", None),
        ("gce://project/europe-west1-b/node-1", None),
        ("", None),
    ],
)
def test_a_node_is_linked_to_its_machine_where_it_is_one_of_ec2(
    provider_id: str, machine: tuple[str, str] | None
):
    node: JsonObject = {"metadata": {"name": "n"}, "spec": {"providerID": provider_id}}
    found = [each.to for each in links_of("k8s.node", node, HERE)]
    wanted = (
        [AssetRef("aws.ec2.instance", "111122223333", machine[1], machine[0])] if machine else []
    )
    assert found == wanted
    assert links_of("k8s.node", node, Cluster("prod-eu")) == ()


@pytest.mark.parametrize(
    ("arn", "role"),
    [
        ("arn:aws:iam::111122223333:role/cart", "cart"),
        ("arn:aws-cn:iam::111122223333:role/a/b/cart", "cart"),
        ("arn:aws:iam::111122223333:user/cart", None),
        ("arn:aws:iam::1:role/cart", None),
        ("cart", None),
    ],
)
def test_an_account_acts_as_the_iam_role_it_is_annotated_with(arn: str, role: str | None):
    account: JsonObject = {
        "metadata": {
            "name": "cart",
            "namespace": "shop",
            "annotations": {"eks.amazonaws.com/role-arn": arn},
        }
    }
    found = [each.to for each in links_of("k8s.service_account", account, HERE)]
    assert found == ([AssetRef("aws.iam.role", "111122223333", role)] if role else [])


def test_a_replica_set_that_no_deployment_names_is_linked_itself():
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart-x", "controller": True}
    pod: JsonObject = {"metadata": {"name": "p", "namespace": "s", "ownerReferences": [owner]}}
    kept_by = [each.to for each in links_of("k8s.pod", pod, HERE) if each.relation == "kept by"]
    assert kept_by == [AssetRef("k8s.replica_set", "prod-eu", "s/cart-x")]


def test_who_does_not_control_a_thing_does_not_keep_it():
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart-x"}
    pod: JsonObject = {"metadata": {"name": "p", "namespace": "s", "ownerReferences": [owner]}}
    assert [each.relation for each in links_of("k8s.pod", pod, HERE)] == ["runs as"]


@pytest.mark.parametrize(
    ("requirement", "labels", "fits"),
    [
        (Requirement("a", "In", ("1", "2")), {"a": "2"}, True),
        (Requirement("a", "In", ("1", "2")), {"a": "3"}, False),
        (Requirement("a", "In", ("1",)), {}, False),
        (Requirement("a", "NotIn", ("1",)), {"a": "1"}, False),
        (Requirement("a", "NotIn", ("1",)), {}, True),
        (Requirement("a", "Exists"), {"a": ""}, True),
        (Requirement("a", "Exists"), {}, False),
        (Requirement("a", "DoesNotExist"), {}, True),
        (Requirement("a", "DoesNotExist"), {"a": ""}, False),
    ],
)
def test_labels_are_judged_as_kubernetes_does(
    requirement: Requirement, labels: dict[str, str], fits: bool
):
    assert requirement.fits(labels) is fits


def test_a_selector_nobody_can_judge_selects_nothing_known():
    odd: JsonObject = {"spec": {"podSelector": {"matchExpressions": [{"operator": "Near"}]}}}
    assert selector_of("k8s.network_policy", odd) is None
    assert selector_of("k8s.pod", odd) is None
