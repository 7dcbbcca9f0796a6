"""Objects for the fake cluster, as a small shop would have them."""

import copy
from typing import Any

CREATED = "2026-01-01T00:00:00Z"
ROLE_ARN = "arn:aws:iam::111122223333:role/shop/cart-reads-orders"


def thing(api: str, kind: str, name: str, namespace: str = "shop", **parts: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": name,
        "uid": f"00000000-0000-4000-8000-{abs(hash((kind, name))) % 10**12:012d}",
        "resourceVersion": "4711",
        "creationTimestamp": CREATED,
        "managedFields": [
            {
                "manager": "kubectl",
                "operation": "Apply",
                "apiVersion": api,
                "time": CREATED,
                "fieldsType": "FieldsV1",
                "fieldsV1": {"f:spec": {}},
            }
        ],
    }
    metadata |= {"namespace": namespace} if namespace else {}
    metadata |= parts.pop("metadata", {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}


def owned(kind: str, name: str, api: str = "apps/v1") -> dict[str, Any]:
    owner = {"apiVersion": api, "kind": kind, "name": name, "uid": "1", "controller": True}
    return {"ownerReferences": [owner]}


def containers(**changes: Any) -> list[dict[str, Any]]:
    env = [{"name": "LOG", "value": "info"}, {"name": "DB_PASSWORD", "value": "hunter2"}]
    return [{"name": "cart", "image": "registry.example/cart:1.2", "env": env, **changes}]


def pod(name: str, *, labels: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    metadata = {"labels": labels or {"app": "cart"}, **changes.pop("metadata", {})}
    spec = {
        "containers": containers(),
        "serviceAccountName": "cart",
        "nodeName": "ip-10-0-1-7.ec2.internal",
        **changes.pop("spec", {}),
    }
    status = {"phase": "Running", "podIP": "10.0.1.23", "startTime": CREATED}
    return thing("v1", "Pod", name, metadata=metadata, spec=spec, status=status, **changes)


def cart_pod(name: str = "cart-7d9f8b6c5-x2x4z") -> dict[str, Any]:
    return pod(
        name,
        labels={"app": "cart", "pod-template-hash": "7d9f8b6c5"},
        metadata=owned("ReplicaSet", "cart-7d9f8b6c5"),
    )


def deployment(name: str = "cart", **template: Any) -> dict[str, Any]:
    spec = {"containers": containers(), "serviceAccountName": "cart", **template}
    return thing(
        "apps/v1",
        "Deployment",
        name,
        metadata={
            "labels": {"app": name, "team": "checkout"},
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": '{"env":"hunter2"}',
                "example.com/kept": "yes",
            },
        },
        spec={
            "replicas": 2,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": spec},
        },
        status={"replicas": 2, "readyReplicas": 2},
    )


def node(name: str = "ip-10-0-1-7.ec2.internal", **spec: Any) -> dict[str, Any]:
    names = ("architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "osImage")
    names += ("kubeProxyVersion", "kubeletVersion", "machineID", "operatingSystem", "systemUUID")
    ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": CREATED}
    return thing(
        "v1",
        "Node",
        name,
        "",
        metadata={"labels": {"topology.kubernetes.io/zone": "eu-west-1b"}},
        spec={"providerID": "aws:///eu-west-1b/i-0123456789abcdef0", **spec},
        status={"nodeInfo": dict.fromkeys(names, "x"), "conditions": [ready]},
    )


def network_policy(name: str = "cart-only-from-front", **selector: Any) -> dict[str, Any]:
    front = {"podSelector": {"matchLabels": {"app": "front"}}}
    wanted = selector or {"matchLabels": {"app": "cart"}}
    spec = {"podSelector": wanted, "policyTypes": ["Ingress"], "ingress": [{"from": [front]}]}
    return thing("networking.k8s.io/v1", "NetworkPolicy", name, spec=spec)


def service(name: str = "cart", selector: dict[str, str] | None = None) -> dict[str, Any]:
    wanted = {"app": "cart"} if selector is None else selector
    spec: dict[str, Any] = {"type": "ClusterIP", "ports": [{"port": 80, "targetPort": "http"}]}
    spec |= {"selector": wanted} if wanted else {}
    return thing("v1", "Service", name, spec=spec, status={"loadBalancer": {}})


_RBAC = "rbac.authorization.k8s.io"
_RULES = [{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}]


def _binding(kind: str, name: str, space: str, role: str, subjects: Any) -> dict[str, Any]:
    ref = {"apiGroup": _RBAC, "kind": role, "name": "reads-pods"}
    return thing(f"{_RBAC}/v1", kind, name, space, roleRef=ref, subjects=subjects)


def shop() -> list[dict[str, Any]]:
    """One of everything."""
    cart = {"kind": "ServiceAccount", "name": "cart", "namespace": "shop"}
    bo = {"kind": "User", "apiGroup": _RBAC, "name": "bo@example.com"}
    by_name = {"kind": "User", "apiGroup": _RBAC, "name": "system:serviceaccount:shop:default"}
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": containers()}}
    selector = {"matchLabels": {"app": "x"}}
    once = copy.deepcopy(template)
    once["spec"]["restartPolicy"] = "Never"
    backend = {"service": {"name": "cart", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    role_arn = {"annotations": {"eks.amazonaws.com/role-arn": ROLE_ARN}}
    return [
        thing("v1", "Namespace", "shop", "", spec={"finalizers": ["kubernetes"]}),
        node(),
        network_policy(),
        thing(
            "networking.k8s.io/v1",
            "Ingress",
            "front",
            spec={"rules": [{"host": "shop.example.com", "http": {"paths": [path]}}]},
        ),
        thing("apps/v1", "DaemonSet", "logs", spec={"selector": selector, "template": template}),
        thing(
            "apps/v1",
            "StatefulSet",
            "orders",
            spec={"serviceName": "orders", "selector": selector, "template": template},
        ),
        thing(
            "batch/v1",
            "CronJob",
            "nightly",
            spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": once}}},
        ),
        thing(f"{_RBAC}/v1", "ClusterRole", "reads-pods", "", rules=_RULES),
        _binding("ClusterRoleBinding", "cart-everywhere", "", "ClusterRole", [cart, bo]),
        thing(f"{_RBAC}/v1", "Role", "reads-pods", rules=_RULES),
        _binding("RoleBinding", "cart-here", "shop", "Role", [cart, by_name]),
        deployment(),
        service(),
        thing("v1", "ServiceAccount", "cart", metadata=role_arn),
        thing(
            "batch/v1",
            "Job",
            "nightly-29000000",
            metadata=owned("CronJob", "nightly", "batch/v1"),
            spec={"template": once},
        ),
        thing(
            "apps/v1",
            "ReplicaSet",
            "cart-7d9f8b6c5",
            metadata=owned("Deployment", "cart"),
            spec={"selector": selector, "template": template},
        ),
        thing("apps/v1", "ReplicaSet", "alone", spec={"selector": selector, "template": template}),
        cart_pod(),
        pod("front-0", labels={"app": "front"}, metadata=owned("StatefulSet", "front")),
    ]
