"""From the settings to a cluster's assets, as an operator connects one."""

from pathlib import Path
from uuid import UUID

from fireline.app.inventories import AllInventories
from fireline.app.settings import load
from fireline.core.values.ids import DrillId
from fireline.ports.inventory import Account, Looked, Part
from tests.connectors import kubernetes_world as things
from tests.connectors.kubernetes_fake import FakeCluster
from tests.intake.authority import issue


async def test_a_cluster_of_the_settings_is_there_by_itself_and_is_looked_at(tmp_path: Path):
    with FakeCluster(issue(tmp_path), [things.node()]).serving() as cluster:
        clusters = f"prod-eu={cluster.kubeconfig(tmp_path)}#here, other=in-cluster"
        settings = load(
            {"FIRELINE_KUBERNETES_CLUSTERS": clusters, "FIRELINE_AWS_ACCOUNT": "111122223333"}
        )
        inventories = AllInventories(settings, lambda _: None)
        named = inventories.own(None)
        assert [(each.provider, each.id) for each in named] == [
            ("aws", "111122223333"),
            ("kubernetes", "prod-eu"),
            ("kubernetes", "other"),
        ]
        inventory = inventories.of(None, "kubernetes")
        assert inventory is not None
        assert inventories.of(None, "kubernetes") is inventory
        found = await inventory.look(named[1], Part("prod-eu", "", "k8s.node"))
        inventories.close()
    assert isinstance(found, Looked)
    (node,) = found.assets
    assert [link.to.account for link in node.links] == ["111122223333"]


def test_a_drill_never_sees_a_real_cluster():
    settings = load({"FIRELINE_KUBERNETES_CLUSTERS": "prod-eu=in-cluster"})
    inventories = AllInventories(settings, lambda _: None)
    assert inventories.of(DrillId(UUID(int=1)), "kubernetes") is None
    assert inventories.own(None) == (Account("prod-eu", provider="kubernetes"),)
    inventories.close()


def test_without_clusters_there_is_nothing_to_look_at():
    assert AllInventories(load({}), lambda _: None).of(None, "kubernetes") is None
