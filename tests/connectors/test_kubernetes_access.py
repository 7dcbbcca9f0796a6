"""Coming into a cluster: what is allowed, what is refused and said, and what is renewed."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fireline.connectors.kubernetes.access import ClusterAccess, cluster_access
from fireline.connectors.kubernetes.inventory import KubernetesInventory
from fireline.ports.inventory import Account, CouldNotLook, Looked, Part, Why
from tests.connectors import kubernetes_world as things
from tests.connectors.kubernetes_fake import FakeCluster
from tests.intake.authority import Papers, issue

HERE = Account("prod-eu", provider="kubernetes")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return issue(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def cluster(papers: Papers) -> Iterator[FakeCluster]:
    with FakeCluster(papers, [things.node()]).serving() as served:
        yield served


async def look(access: ClusterAccess) -> Looked | CouldNotLook:
    inventory = KubernetesInventory([access])
    try:
        return await inventory.look(HERE, Part(HERE.id, "", "k8s.node"))
    finally:
        inventory.close()


async def refused(path: Path, **said: Any) -> str:
    found = await look(ClusterAccess(HERE.id, str(path), **said))
    assert isinstance(found, CouldNotLook), found
    assert found.why is Why.CREDENTIALS
    return found.said


@pytest.mark.parametrize(
    ("text", "where", "context"),
    [
        ("prod-eu=/etc/kube.yaml", "/etc/kube.yaml", ""),
        ("prod-eu=/etc/kube.yaml#admin@prod", "/etc/kube.yaml", "admin@prod"),
        ("prod-eu=in-cluster", "in-cluster", ""),
    ],
)
def test_settings_name_a_cluster_and_the_way_into_it(text: str, where: str, context: str):
    assert cluster_access(text) == ClusterAccess("prod-eu", where, context)


async def test_a_client_certificate_opens_a_cluster(
    cluster: FakeCluster, papers: Papers, tmp_path: Path
):
    user = {
        "client-certificate": str(papers.certificate),
        "client-key-data": base64.b64encode(papers.key.read_bytes()).decode(),
    }
    found = await look(ClusterAccess(HERE.id, str(cluster.kubeconfig(tmp_path, user=user))))
    assert isinstance(found, Looked), found


async def test_files_are_found_beside_the_kubeconfig(cluster: FakeCluster, tmp_path: Path):
    (tmp_path / "token").write_text(cluster.token)
    path = cluster.kubeconfig(tmp_path, user={"tokenFile": str(tmp_path / "token")})
    assert isinstance(await look(ClusterAccess(HERE.id, str(path), "here")), Looked)


async def test_a_token_that_was_renewed_in_the_file_is_used(cluster: FakeCluster, tmp_path: Path):
    path = cluster.kubeconfig(tmp_path)
    inventory = KubernetesInventory([ClusterAccess(HERE.id, str(path))])
    part = Part(HERE.id, "", "k8s.node")
    assert isinstance(await inventory.look(HERE, part), Looked)
    cluster.token = "the-next-token"
    wrong = await inventory.look(HERE, part)
    assert isinstance(wrong, CouldNotLook)
    assert wrong.why is Why.CREDENTIALS
    assert "token" not in wrong.said
    cluster.kubeconfig(tmp_path)
    found = await inventory.look(HERE, part)
    inventory.close()
    assert isinstance(found, Looked)
    assert found.calls == 1


async def test_who_is_not_vouched_for_is_told_nothing(cluster: FakeCluster, tmp_path: Path):
    others = issue(tmp_path)
    authority = base64.b64encode(others.authority.read_bytes()).decode()
    path = cluster.kubeconfig(tmp_path, cluster={"certificate-authority-data": authority})
    found = await look(ClusterAccess(HERE.id, str(path)))
    assert isinstance(found, CouldNotLook)
    assert found.why is Why.UNREACHABLE
    assert "TLS" in found.said
    assert cluster.asked == []


async def test_nobody_there_is_unreachable(cluster: FakeCluster, tmp_path: Path):
    path = cluster.kubeconfig(tmp_path, cluster={"server": "https://127.0.0.1:1"})
    found = await look(ClusterAccess(HERE.id, str(path)))
    assert isinstance(found, CouldNotLook)
    assert found.why is Why.UNREACHABLE


async def test_a_plugin_is_run_only_where_a_setting_allows_it(cluster: FakeCluster, tmp_path: Path):
    ran = tmp_path / "ran"
    credential = (
        '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",'
        f' "status": {{"token": "{cluster.token}"}}}}'
    )
    script = tmp_path / "plugin"
    script.write_text(f"#!/bin/sh\ntouch {ran}\necho '{credential}'\n")
    script.chmod(0o755)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(script),
        "interactiveMode": "Never",
    }
    path = cluster.kubeconfig(tmp_path, user={"exec": plugin})
    said = await refused(path)
    assert "running a program (exec)" in said
    assert "FIRELINE_KUBERNETES_EXEC=true" in said
    assert not ran.exists()
    assert isinstance(await look(ClusterAccess(HERE.id, str(path), may_run=True)), Looked)
    assert ran.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cluster": {"server": "http://127.0.0.1:8001"}}, "is not https://"),
        ({"cluster": {"insecure-skip-tls-verify": True}}, "does not verify who answers"),
        ({"user": {"auth-provider": {"name": "gcp"}}}, "auth-provider"),
        ({"user": {}}, "with a cluster and a user"),
        ({"user": {"tokenFile": "/nowhere/token"}}, "cannot be used"),
        ({"cluster": {"certificate-authority-data": "%%%"}}, "cannot be used"),
        ({"cluster": {"certificate-authority-data": "bm8gcGVt"}}, "cannot be used"),
    ],
)
async def test_a_kubeconfig_that_will_not_do_is_refused_with_the_reason(
    cluster: FakeCluster, tmp_path: Path, changes: dict[str, Any], words: str
):
    said = await refused(cluster.kubeconfig(tmp_path, **changes))
    assert words in said
    assert cluster.asked == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read (no such file or directory)"),
        ("a: [", "is not YAML"),
        ("just words", "is not a kubeconfig"),
        ("contexts: []", "has no current-context"),
        ("current-context: x\ncontexts: 7", "has no context x"),
        ("current-context: x\ncontexts: [{name: x, context: 3}]", "has no context x"),
        ("!!python/object/apply:os.system ['true']", "is not YAML"),
    ],
)
async def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path, text: str | None, words: str):
    path = tmp_path / "kubeconfig.yaml"
    if text is not None:
        path.write_text(text)
    assert words in await refused(path)


async def test_a_token_that_no_request_can_carry_is_not_repeated(
    cluster: FakeCluster, tmp_path: Path
):
    said = await refused(cluster.kubeconfig(tmp_path, user={"token": "two\nlines"}))
    assert said == "nothing could be asked: ValueError"


async def test_a_context_nobody_wrote_is_named(cluster: FakeCluster, tmp_path: Path):
    said = await refused(cluster.kubeconfig(tmp_path), context="there")
    assert "has no context there" in said


async def test_outside_a_pod_there_is_no_service_account(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert "does not run in a pod" in await refused(Path("in-cluster"))


async def test_in_a_pod_its_service_account_is_used(
    cluster: FakeCluster, papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    token = tmp_path / "token"
    token.write_text(cluster.token)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", cluster.url.rpartition(":")[2])
    where = "kubernetes.config.incluster_config"
    monkeypatch.setattr(f"{where}.SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(f"{where}.SERVICE_CERT_FILENAME", str(papers.authority))
    assert isinstance(await look(ClusterAccess(HERE.id, "in-cluster")), Looked)


async def test_a_proxy_is_not_used_for_what_no_proxy_names(
    cluster: FakeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    path = cluster.kubeconfig(tmp_path)
    assert isinstance(await look(ClusterAccess(HERE.id, str(path))), Looked)
    monkeypatch.setenv("NO_PROXY", "elsewhere.example")
    found = await look(ClusterAccess(HERE.id, str(path)))
    assert isinstance(found, CouldNotLook)
    assert found.why is Why.UNREACHABLE
