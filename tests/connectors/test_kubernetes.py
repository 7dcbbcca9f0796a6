"""The Kubernetes connector against the fake at an API server's wire: real client, TLS and pages."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from fireline.connectors.kubernetes.access import ClusterAccess
from fireline.connectors.kubernetes.inventory import KubernetesInventory
from fireline.core.assets.asset import Asset
from fireline.core.assets.kubernetes import TABLE
from fireline.core.assets.ref import AssetRef
from fireline.ports.inventory import Account, CouldNotLook, Looked, Part, Probed, Reread, Why
from tests.connectors import kubernetes_world as things
from tests.connectors.kubernetes_fake import WHO, FakeCluster, Fault
from tests.intake.authority import Papers, issue

HERE = Account("prod-eu", provider="kubernetes")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return issue(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def cluster(papers: Papers) -> Iterator[FakeCluster]:
    with FakeCluster(papers, things.shop()).serving() as served:
        yield served


@pytest.fixture
async def inventory(cluster: FakeCluster, tmp_path: Path) -> AsyncIterator[KubernetesInventory]:
    access = ClusterAccess(HERE.id, str(cluster.kubeconfig(tmp_path)), aws_account="444455556666")
    made = KubernetesInventory([access])
    yield made
    made.close()


async def looked(inventory: KubernetesInventory, kind: str) -> dict[str, Asset]:
    found = await inventory.look(HERE, Part(HERE.id, "", kind))
    assert isinstance(found, Looked), found
    assert found.kinds == (kind,)
    return {each.ref.id: each for each in found.assets}


async def missed(inventory: KubernetesInventory, kind: str) -> CouldNotLook:
    found = await inventory.look(HERE, Part(HERE.id, "", kind))
    assert isinstance(found, CouldNotLook), found
    return found


def links(asset: Asset) -> set[tuple[str, str, str]]:
    return {(each.relation, each.to.kind, each.to.id) for each in asset.links}


async def test_one_of_every_kind_is_found_by_its_part(inventory: KubernetesInventory):
    parts = await inventory.parts(HERE)
    assert not isinstance(parts, CouldNotLook)
    found: set[str] = set()
    for part in parts:
        assert (part.account, part.region) == (HERE.id, "")
        looked_at = await inventory.look(HERE, part)
        assert isinstance(looked_at, Looked), (part, looked_at)
        found |= {each.ref.kind for each in looked_at.assets}
        assert {each.ref.account for each in looked_at.assets} == {HERE.id}
    assert found == set(TABLE)


async def test_an_asset_is_the_object_less_what_is_noise_and_what_is_secret(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    found = (await looked(inventory, "k8s.deployment"))["shop/cart"]
    whole: Any = things.deployment()
    del whole["metadata"]["managedFields"]
    del whole["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    whole["spec"]["template"]["spec"]["containers"][0]["env"][1]["value"] = "(hidden)"
    assert found.config == whole
    assert "hunter2" not in str(found)
    assert (found.name, found.ref) == (
        "cart",
        AssetRef("k8s.deployment", "prod-eu", "shop/cart"),
    )
    assert found.tags == {"app": "cart", "team": "checkout"}


async def test_a_thing_read_again_is_the_same_as_the_one_that_was_listed(
    inventory: KubernetesInventory,
):
    for kind in TABLE:
        for asset in (await looked(inventory, kind)).values():
            again = await inventory.reread(HERE, asset.ref)
            assert isinstance(again, Reread)
            assert again.asset == asset
            assert again.calls <= 2


async def test_pods_and_nodes_lead_to_what_they_belong_to(inventory: KubernetesInventory):
    pods = await looked(inventory, "k8s.pod")
    assert links(pods["shop/cart-7d9f8b6c5-x2x4z"]) == {
        ("kept by", "k8s.deployment", "shop/cart"),
        ("runs as", "k8s.service_account", "shop/cart"),
        ("runs on", "k8s.node", "ip-10-0-1-7.ec2.internal"),
    }
    assert ("kept by", "k8s.stateful_set", "shop/front") in links(pods["shop/front-0"])
    (node,) = (await looked(inventory, "k8s.node")).values()
    (machine,) = node.links
    assert machine.to == AssetRef(
        "aws.ec2.instance", "444455556666", "i-0123456789abcdef0", "eu-west-1"
    )


async def test_eks_names_its_own_account_in_a_kubeconfig(cluster: FakeCluster, tmp_path: Path):
    arn = "arn:aws:eks:eu-west-1:777788889999:cluster/prod-eu"
    access = ClusterAccess(HERE.id, str(cluster.kubeconfig(tmp_path, name=arn)), aws_account="4")
    inventory = KubernetesInventory([access])
    (node,) = (await looked(inventory, "k8s.node")).values()
    inventory.close()
    assert node.links[0].to.account == "777788889999"


async def test_accounts_bindings_and_ways_in_lead_on(inventory: KubernetesInventory):
    (account,) = (await looked(inventory, "k8s.service_account")).values()
    (role,) = account.links
    assert role.to == AssetRef("aws.iam.role", "111122223333", "cart-reads-orders")
    everywhere = (await looked(inventory, "k8s.cluster_role_binding"))["cart-everywhere"]
    assert links(everywhere) == {
        ("grants", "k8s.cluster_role", "reads-pods"),
        ("to", "k8s.service_account", "shop/cart"),
    }
    here = (await looked(inventory, "k8s.role_binding"))["shop/cart-here"]
    assert links(here) == {
        ("grants", "k8s.role", "shop/reads-pods"),
        ("to", "k8s.service_account", "shop/cart"),
        ("to", "k8s.service_account", "shop/default"),
    }
    (ingress,) = (await looked(inventory, "k8s.ingress")).values()
    assert links(ingress) == {("routes to", "k8s.service", "shop/cart")}
    (job,) = (await looked(inventory, "k8s.job")).values()
    assert ("kept by", "k8s.cron_job", "shop/nightly") in links(job)


async def test_a_service_and_a_policy_lead_to_the_pods_they_select(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    for thing in (
        things.service("no-selector", {}),
        things.network_policy(
            "all-but-front",
            matchExpressions=[
                {"key": "app", "operator": "NotIn", "values": ["front", "back"]},
                {"key": "app", "operator": "Exists"},
                {"key": "canary", "operator": "DoesNotExist"},
            ],
        ),
        things.network_policy("everything", matchLabels={}),
        things.pod("cart-canary", labels={"app": "cart", "canary": "yes"}),
        things.pod("unlabelled", labels={"other": "x"}),
    ):
        cluster.add(thing)
    elsewhere = things.cart_pod()
    elsewhere["metadata"]["namespace"] = "elsewhere"
    cluster.add(elsewhere)
    services = await looked(inventory, "k8s.service")
    cart, canary = ("selects", "k8s.pod", "shop/cart-7d9f8b6c5-x2x4z"), "shop/cart-canary"
    assert links(services["shop/cart"]) == {cart, ("selects", "k8s.pod", canary)}
    assert links(services["shop/no-selector"]) == set()
    policies = await looked(inventory, "k8s.network_policy")
    guards = ("guards", "k8s.namespace", "shop")
    assert links(policies["shop/all-but-front"]) == {guards, cart}
    assert len(links(policies["shop/everything"])) == 5
    for asset in (*services.values(), *policies.values()):
        again = await inventory.reread(HERE, asset.ref)
        assert isinstance(again, Reread)
        assert again.asset == asset


async def test_pods_that_may_not_be_listed_leave_what_is_selected_unread(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    cluster.denied = {"pods"}
    service = (await looked(inventory, "k8s.service"))["shop/cart"]
    assert links(service) == set()
    assert service.unread["selects"].startswith("the API server answered 403: pods is forbidden")
    assert (await missed(inventory, "k8s.pod")).why is Why.DENIED


async def test_what_a_deployment_keeps_is_part_of_it_and_no_asset(inventory: KubernetesInventory):
    assert set(await looked(inventory, "k8s.replica_set")) == {"shop/alone"}
    kept = AssetRef("k8s.replica_set", HERE.id, "shop/cart-7d9f8b6c5")
    again = await inventory.reread(HERE, kept)
    assert again == Reread(kept, None, 1)


async def test_a_long_list_comes_page_by_page(inventory: KubernetesInventory, cluster: FakeCluster):
    for number in range(1200):
        cluster.objects.append(things.pod(f"crowd-{number:04}"))
    cluster.page = 400
    found = await inventory.look(HERE, Part(HERE.id, "", "k8s.pod"))
    assert isinstance(found, Looked)
    assert len({each.ref.id for each in found.assets}) == 1202
    assert found.calls == 4
    assert {each.query["limit"] for each in cluster.asked} == {"500"}


async def test_a_list_that_grew_too_old_is_begun_again_once(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    cluster.page = 1
    cluster.faults = [Fault("pods", 410, on_page=2)]
    assert len(await looked(inventory, "k8s.pod")) == 2
    cluster.faults = [Fault("pods", 410, on_page=2, times=2)]
    assert (await missed(inventory, "k8s.pod")).why is Why.UNREADABLE


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault("pods", 403), Why.DENIED),
        (Fault("pods", 404), Why.UNSUPPORTED),
        (Fault("pods", 429), Why.THROTTLED),
        (Fault("pods", 500), Why.UNREACHABLE),
        (Fault("pods", 302, {"Location": "https://elsewhere.example/"}), Why.UNREADABLE),
        (Fault("pods", body=b'{"items": ['), Why.UNREADABLE),
        (Fault("pods", body=b"[1, 2]"), Why.UNREADABLE),
        (Fault("pods", body=b'{"kind": "PodList", "metadata": {}}'), Why.UNREADABLE),
        (Fault("pods", body=b'{"items": ["x"]}'), Why.UNREADABLE),
        (Fault("pods", body=b'{"items": [{"metadata": {"name": 1}}]}'), Why.UNREADABLE),
        (Fault("pods", body=b'{"items": [{"metadata": {"name": "x"}}]}'), Why.UNREADABLE),
        (Fault("pods", 503, body=b"<html>a proxy's\x00 words"), Why.UNREACHABLE),
        (Fault("pods", cut=True), Why.UNREACHABLE),
    ],
)
async def test_what_went_wrong_has_a_name_and_is_never_nothing_there(
    inventory: KubernetesInventory, cluster: FakeCluster, fault: Fault, why: Why
):
    cluster.faults = [Fault(**vars(fault))]
    wrong = await missed(inventory, "k8s.pod")
    assert wrong.why is why
    assert wrong.said
    assert cluster.token not in wrong.said
    assert len(await looked(inventory, "k8s.pod")) == 2


async def test_a_server_that_asks_for_patience_gets_it(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    cluster.faults = [
        Fault("pods", 429, {"Retry-After": "0"}),
        Fault("pods", 503, {"Retry-After": "1"}),
    ]
    assert len(await looked(inventory, "k8s.pod")) == 2
    assert len(cluster.asked) == 3
    cluster.faults = [Fault("pods", 429, {"Retry-After": "3600"})]
    assert (await missed(inventory, "k8s.pod")).why is Why.THROTTLED
    cluster.faults = [Fault("pods", 429, {"Retry-After": "0"}, times=9)]
    assert (await missed(inventory, "k8s.pod")).why is Why.THROTTLED
    assert len(cluster.asked) == 3 + 1 + 3


async def test_silence_ends_by_itself(
    inventory: KubernetesInventory, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("fireline.connectors.kubernetes.asking._SECONDS_BETWEEN_BYTES", 0.2)
    cluster.faults = [Fault("pods", silent_seconds=0.6)]
    wrong = await missed(inventory, "k8s.pod")
    assert wrong.why is Why.UNREACHABLE
    assert "ReadTimeout" in wrong.said


async def test_an_api_group_that_is_not_served_is_not_an_empty_one(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    cluster.missing_groups = {"networking.k8s.io"}
    assert (await missed(inventory, "k8s.network_policy")).why is Why.UNSUPPORTED
    policy = AssetRef("k8s.network_policy", HERE.id, "shop/cart-only-from-front")
    again = await inventory.reread(HERE, policy)
    assert isinstance(again, CouldNotLook)
    assert again.why is Why.UNSUPPORTED


async def test_what_is_gone_is_told_apart_from_what_could_not_be_read(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    ref = AssetRef("k8s.service", HERE.id, "shop/cart")
    cluster.remove("Service", "cart")
    assert await inventory.reread(HERE, ref) == Reread(ref, None, 1)
    cluster.denied = {"services"}
    again = await inventory.reread(HERE, ref)
    assert isinstance(again, CouldNotLook)
    assert again.why is Why.DENIED


@pytest.mark.parametrize(
    "ref",
    [
        AssetRef("k8s.secret", HERE.id, "shop/db"),
        AssetRef("k8s.config_map", HERE.id, "shop/settings"),
        AssetRef("aws.ec2.instance", HERE.id, "i-1"),
        AssetRef("k8s.pod", HERE.id, "no-namespace"),
        AssetRef("k8s.pod", HERE.id, "shop/.."),
        AssetRef("k8s.pod", HERE.id, "../secrets"),
        AssetRef("k8s.pod", HERE.id, "shop/a/b"),
        AssetRef("k8s.pod", HERE.id, "shop/"),
        AssetRef("k8s.node", HERE.id, ".."),
        AssetRef("k8s.node", HERE.id, "a/b"),
    ],
)
async def test_what_is_no_name_of_the_inventory_is_never_asked_for(
    inventory: KubernetesInventory, cluster: FakeCluster, ref: AssetRef
):
    assert isinstance(await inventory.reread(HERE, ref), CouldNotLook)
    assert cluster.asked == []


async def test_odd_names_stay_names(inventory: KubernetesInventory, cluster: FakeCluster):
    for name in ("a?watch=1", "a#b", "%2e%2e", "ä\n"):
        ref = AssetRef("k8s.node", HERE.id, name)
        again = await inventory.reread(HERE, ref)
        assert again == Reread(ref, None, 1)
    assert all(each.path.startswith("/api/v1/nodes/") for each in cluster.asked)
    assert {each.query.get("watch") for each in cluster.asked} == {None}


async def test_a_probe_says_who_fireline_is_and_what_it_may_do_too_much(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    assert await inventory.probe(HERE) == Probed(WHO)
    cluster.may = {("get", "secrets"), ("*", "*")}
    assert await inventory.probe(HERE) == Probed(
        f"{WHO}, who may also read secrets, do anything, which fireline does not need"
    )
    cluster.who = "system:anonymous"
    nobody = await inventory.probe(HERE)
    assert isinstance(nobody, CouldNotLook)
    assert nobody.why is Why.CREDENTIALS


async def test_a_cluster_too_old_to_say_who_is_still_probed(
    inventory: KubernetesInventory, cluster: FakeCluster
):
    cluster.missing_groups = {"authentication.k8s.io"}
    assert await inventory.probe(HERE) == Probed("somebody (Kubernetes v1.27.3 does not say who)")


async def test_nothing_is_ever_changed(inventory: KubernetesInventory, cluster: FakeCluster):
    await inventory.probe(HERE)
    for kind in TABLE:
        for asset in (await looked(inventory, kind)).values():
            await inventory.reread(HERE, asset.ref)
    posted = {each.path for each in cluster.asked if each.method != "GET"}
    assert {path.rpartition("/")[2] for path in posted} == {
        "selfsubjectreviews",
        "selfsubjectaccessreviews",
    }
    assert not any(re.search("secret|configmap", each.path) for each in cluster.asked)


async def test_a_cluster_nobody_gave_access_to_is_not_looked_at(inventory: KubernetesInventory):
    other = Account("prod-us", provider="kubernetes")
    for answer in (
        await inventory.probe(other),
        await inventory.parts(other),
        await inventory.look(other, Part("prod-us", "", "k8s.pod")),
        await inventory.reread(other, AssetRef("k8s.pod", "prod-us", "a/b")),
    ):
        assert isinstance(answer, CouldNotLook)
        assert answer.why is Why.CREDENTIALS
        assert answer.said == "FIRELINE_KUBERNETES_CLUSTERS has no cluster prod-us"


async def test_a_cluster_costs_nothing_that_it_knows_of(inventory: KubernetesInventory):
    assert [each async for each in inventory.costs(HERE)] == []
