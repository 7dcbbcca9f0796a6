"""Clusters: what pods may do to their nodes, who may do what, and what keeps namespaces apart.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ (baseline), and
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings.
"""

from typing import Any

from tests.labelled.labels import FAIL, PASS, UNKNOWN, Account, Hole, Labels, Thing, Verdict, Why

ABOUT = ("k8s-",)
ADMIN, STRANGERS = "k8s-cluster-admin-by-default", "k8s-rights-for-strangers"
PRIVILEGED, SHARES = "k8s-pod-privileged", "k8s-pod-shares-node"
OPEN = "k8s-namespace-without-network-policy"
GROUP = "rbac.authorization.k8s.io"


def who(kind: str, name: str, space: str = "") -> dict[str, str]:
    if kind == "ServiceAccount":
        return {"kind": kind, "name": name, "namespace": space}
    return {"kind": kind, "name": name, "apiGroup": GROUP}


def binding(number: int, role: str, says: Labels, *subjects: Any, **said: Any) -> Thing:
    config: dict[str, Any] = {
        "metadata": {"name": f"binding-{number}", "uid": f"{number:08x}", "labels": {}},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
        "subjects": list(subjects),
    } | said
    config = {name: value for name, value in config.items() if value != ABSENT}
    return Thing("k8s.cluster_role_binding", config, says)


ABSENT = "absent"
TOP = "cluster-admin"
NOBODY = who("User", "system:anonymous")
UNAUTHENTICATED = who("Group", "system:unauthenticated")
EVERYBODY = who("Group", "system:authenticated")
BINDINGS = (
    binding(1, TOP, {ADMIN: FAIL, STRANGERS: PASS}, who("ServiceAccount", "default", "shop")),
    binding(2, TOP, {ADMIN: FAIL}, who("User", "ana"), who("Group", "system:serviceaccounts")),
    binding(3, TOP, {ADMIN: FAIL}, who("Group", "system:serviceaccounts:shop")),
    binding(4, TOP, {ADMIN: FAIL}, EVERYBODY),
    binding(5, TOP, {ADMIN: FAIL, STRANGERS: FAIL}, NOBODY),
    # A service account under the name it signs in with.
    binding(6, TOP, {ADMIN: FAIL}, who("User", "system:serviceaccount:shop:default")),
    binding(7, TOP, {ADMIN: FAIL, STRANGERS: FAIL}, EVERYBODY, UNAUTHENTICATED),
    binding(11, TOP, {ADMIN: PASS, STRANGERS: PASS}, who("Group", "system:masters")),
    binding(12, TOP, {ADMIN: PASS}, who("ServiceAccount", "argocd", "argocd")),
    binding(13, TOP, {ADMIN: PASS, STRANGERS: PASS}, who("User", "ana@example.com")),
    # Another's rights, or somebody called like it.
    binding(14, "view", {ADMIN: PASS}, who("ServiceAccount", "default", "shop")),
    binding(15, TOP, {ADMIN: PASS}, who("Group", "default"), who("User", "default")),
    # Bound to nobody.
    binding(16, TOP, {ADMIN: PASS, STRANGERS: PASS}, subjects=ABSENT),
    binding(17, TOP, {ADMIN: PASS, STRANGERS: PASS}, subjects=[]),
    binding(21, TOP, {ADMIN: UNKNOWN, STRANGERS: UNKNOWN}, EVERYBODY, NOBODY, roleRef=ABSENT),
    binding(22, TOP, {ADMIN: UNKNOWN, STRANGERS: UNKNOWN}, NOBODY, roleRef=None),
    binding(23, TOP, {ADMIN: UNKNOWN, STRANGERS: UNKNOWN}, subjects="everybody"),
    binding(24, TOP, {ADMIN: UNKNOWN, STRANGERS: UNKNOWN}, subjects=[{"apiGroup": GROUP}]),
    binding(31, "view", {STRANGERS: FAIL, ADMIN: PASS}, NOBODY),
    binding(32, "system:basic-user", {STRANGERS: FAIL}, EVERYBODY, UNAUTHENTICATED),
    binding(33, "health-checker", {STRANGERS: FAIL}, who("User", "bo"), NOBODY),
    # As Kubernetes comes.
    binding(41, "system:public-info-viewer", {STRANGERS: PASS}, EVERYBODY, UNAUTHENTICATED),
    binding(42, "system:discovery", {STRANGERS: PASS, ADMIN: PASS}, EVERYBODY),
    binding(43, "view", {STRANGERS: PASS}, who("Group", "developers")),
    # Called so by themselves, without the prefix that only the API server gives.
    binding(44, "view", {STRANGERS: PASS}, who("User", "anonymous")),
)


def pod(number: int, says: Labels, *containers: Any, **said: Any) -> Thing:
    metadata = {"name": f"web-{number}", "namespace": "shop", "labels": {"app": "web"}}
    spec = {
        "nodeName": "ip-10-0-1-12",
        "serviceAccountName": "web",
        "containers": [
            {"name": f"c{at}", "image": "nginx:1.29", "resources": {}} | each
            for at, each in enumerate(containers or ({},))
        ],
        "volumes": [{"name": "token", "projected": {"sources": []}}],
        "restartPolicy": "Always",
    } | said.pop("spec", {})
    spec = said.get("whole", spec)
    config: dict[str, Any] = {"metadata": metadata, "spec": spec, "status": {"phase": "Running"}}
    return Thing("k8s.pod", {k: v for k, v in config.items() if v != ABSENT}, says)


def secure(**said: Any) -> dict[str, Any]:
    return {"securityContext": said}


ROOT = secure(privileged=True)
QUIET = {PRIVILEGED: PASS, SHARES: PASS}
NEITHER = {PRIVILEGED: UNKNOWN, SHARES: UNKNOWN}
SOCKET = {"name": "docker", "hostPath": {"path": "/var/run/docker.sock", "type": "Socket"}}
PODS = (
    pod(1, {PRIVILEGED: FAIL, SHARES: PASS}, ROOT),
    pod(2, {PRIVILEGED: FAIL}, {}, secure(privileged=True, readOnlyRootFilesystem=True)),
    pod(3, {PRIVILEGED: FAIL}, {}, spec={"initContainers": [{"name": "i"} | ROOT]}),
    pod(4, {PRIVILEGED: FAIL}, {}, spec={"ephemeralContainers": [{"name": "debug"} | ROOT]}),
    pod(5, {PRIVILEGED: FAIL, SHARES: FAIL}, ROOT, spec={"hostPID": True}),
    pod(11, {SHARES: FAIL, PRIVILEGED: PASS}, spec={"hostNetwork": True}),
    pod(12, {SHARES: FAIL}, spec={"hostIPC": True, "hostNetwork": False}),
    pod(13, {SHARES: FAIL, PRIVILEGED: PASS}, spec={"volumes": [{"name": "e"}, SOCKET]}),
    pod(14, {SHARES: FAIL}, spec={"volumes": [{"name": "r", "hostPath": {"path": "/"}}]}),
    pod(21, QUIET),
    pod(22, QUIET, secure(privileged=False, runAsUser=0), secure(allowPrivilegeEscalation=True)),
    pod(
        23,
        QUIET,
        secure(capabilities={"add": ["SYS_ADMIN"]}),
        spec={"hostNetwork": False, "hostPID": False, "hostIPC": False},
    ),
    pod(
        24,
        QUIET,
        spec={
            "securityContext": {"runAsNonRoot": True},
            "volumes": [
                {"name": "a", "emptyDir": {}},
                {"name": "b", "persistentVolumeClaim": {"claimName": "hostPath"}},
            ],
        },
    ),
    # Without any volumes, and without a word of its own on security.
    pod(25, QUIET, {"securityContext": None}, spec={"volumes": None, "initContainers": None}),
    # An answer of metadata alone, as some proxies and caches give, and two that are none.
    pod(31, NEITHER, whole=ABSENT),
    pod(32, NEITHER, whole=[]),
    pod(33, NEITHER, whole="gone"),
)


def namespace(name: str, label: Verdict) -> Thing:
    metadata = {"name": name, "labels": {"kubernetes.io/metadata.name": name}}
    config = {"metadata": metadata, "spec": {"finalizers": ["kubernetes"]}}
    return Thing("k8s.namespace", config | {"status": {"phase": "Active"}}, {OPEN: label})


def policy(space: str, name: str, **spec: Any) -> Thing:
    config: dict[str, Any] = {
        "metadata": {"name": name, "namespace": space},
        "spec": {"podSelector": {}} | spec,
    }
    return Thing("k8s.network_policy", config)


SPACES = (
    namespace("shop", FAIL),
    namespace("default", FAIL),
    namespace("batch", FAIL),
    namespace("payments", PASS),
    policy("payments", "deny-all", policyTypes=["Ingress", "Egress"]),
    namespace("search", PASS),
    policy("search", "deny-in", policyTypes=["Ingress"]),
    policy("search", "from-shop", ingress=[{"from": [{"podSelector": {}}]}]),
    namespace("reports", PASS),
    policy("reports", "some", podSelector={"matchLabels": {"app": "web"}}),
)
UNSEEN = tuple(namespace(name, UNKNOWN) for name in ("shop", "default", "payments"))

ACCOUNTS = (
    Account("shop-live", ABOUT, (*BINDINGS, *PODS, *SPACES)),
    Account("shop-test", ABOUT, UNSEEN, (Hole("k8s.network_policy"),)),
    Account(
        "shop-old",
        ABOUT,
        (namespace("shop", UNKNOWN), policy("other", "left")),
        (Hole("k8s.network_policy", "", Why.THROTTLED, "the API server said too many requests"),),
    ),
)
