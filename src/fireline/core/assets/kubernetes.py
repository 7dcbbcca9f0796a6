"""Which kinds of thing there are in a Kubernetes cluster: a table, and nothing but data.

An asset's `account` is the cluster's name and its id the object's name, after `namespace/` where
there is one. Adding a kind touches this file alone. Secrets and config maps are not in it: nobody
needs to read them to know what there is, and fireline asks for no right to.

Paths: https://kubernetes.io/docs/reference/kubernetes-api/. Each row is held against the official
client's own description of the API in the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "k8s."

NODE = "k8s.node"
NAMESPACE = "k8s.namespace"
DEPLOYMENT = "k8s.deployment"
STATEFUL_SET = "k8s.stateful_set"
DAEMON_SET = "k8s.daemon_set"
REPLICA_SET = "k8s.replica_set"
JOB = "k8s.job"
CRON_JOB = "k8s.cron_job"
POD = "k8s.pod"
SERVICE = "k8s.service"
INGRESS = "k8s.ingress"
SERVICE_ACCOUNT = "k8s.service_account"
NETWORK_POLICY = "k8s.network_policy"
ROLE = "k8s.role"
CLUSTER_ROLE = "k8s.cluster_role"
ROLE_BINDING = "k8s.role_binding"
CLUSTER_ROLE_BINDING = "k8s.cluster_role_binding"

_CORE = "v1"
_APPS = "apps/v1"
_BATCH = "batch/v1"
_NETWORKING = "networking.k8s.io/v1"
_RBAC = "rbac.authorization.k8s.io/v1"

# Every write gives a new one, a heartbeat's too.
_OF_EVERYTHING = ("metadata.resourceVersion",)
# What the API server computes anew all the time: counts, heartbeats, and moments.
_OF_WORKLOADS = (*_OF_EVERYTHING, "status")
_OF_NODES = (
    *_OF_EVERYTHING,
    "status.conditions",
    "status.images",
    "status.volumesAttached",
    "status.volumesInUse",
)
# An address and a phase tell something; restarts, probes and their moments do not.
_OF_PODS = (
    *_OF_EVERYTHING,
    "status.conditions",
    "status.containerStatuses",
    "status.ephemeralContainerStatuses",
    "status.initContainerStatuses",
)


@dataclass(frozen=True, slots=True)
class KubernetesType:
    """One row of the table.

    `resource` is its plural in addresses; `object` its own word for itself. `volatile` are dotted
    paths that change by themselves and are no change of configuration. One that a controller of the
    kind `kept_by` keeps is not listed: it is part of that.
    """

    kind: str
    object: str
    api: str
    resource: str
    namespaced: bool = True
    volatile: tuple[str, ...] = _OF_EVERYTHING
    kept_by: str = ""

    @property
    def group(self) -> str:
        """The API group's name; empty for the core's."""
        return self.api.rpartition("/")[0]


# The cheapest first: that is the order they are looked at in.
_ROWS = (
    KubernetesType(NAMESPACE, "Namespace", _CORE, "namespaces", namespaced=False),
    KubernetesType(NODE, "Node", _CORE, "nodes", namespaced=False, volatile=_OF_NODES),
    KubernetesType(NETWORK_POLICY, "NetworkPolicy", _NETWORKING, "networkpolicies"),
    KubernetesType(INGRESS, "Ingress", _NETWORKING, "ingresses"),
    KubernetesType(DAEMON_SET, "DaemonSet", _APPS, "daemonsets", volatile=_OF_WORKLOADS),
    KubernetesType(STATEFUL_SET, "StatefulSet", _APPS, "statefulsets", volatile=_OF_WORKLOADS),
    KubernetesType(CRON_JOB, "CronJob", _BATCH, "cronjobs", volatile=_OF_WORKLOADS),
    KubernetesType(CLUSTER_ROLE, "ClusterRole", _RBAC, "clusterroles", namespaced=False),
    KubernetesType(
        CLUSTER_ROLE_BINDING,
        "ClusterRoleBinding",
        _RBAC,
        "clusterrolebindings",
        namespaced=False,
    ),
    KubernetesType(ROLE, "Role", _RBAC, "roles"),
    KubernetesType(ROLE_BINDING, "RoleBinding", _RBAC, "rolebindings"),
    KubernetesType(DEPLOYMENT, "Deployment", _APPS, "deployments", volatile=_OF_WORKLOADS),
    KubernetesType(SERVICE, "Service", _CORE, "services"),
    KubernetesType(SERVICE_ACCOUNT, "ServiceAccount", _CORE, "serviceaccounts"),
    KubernetesType(JOB, "Job", _BATCH, "jobs", volatile=_OF_WORKLOADS),
    # A deployment keeps ten old ones of each template; they say nothing that it does not.
    KubernetesType(
        REPLICA_SET,
        "ReplicaSet",
        _APPS,
        "replicasets",
        volatile=_OF_WORKLOADS,
        kept_by="Deployment",
    ),
    KubernetesType(POD, "Pod", _CORE, "pods", volatile=_OF_PODS),
)
TABLE: Mapping[str, KubernetesType] = {row.kind: row for row in _ROWS}
_BY_OBJECT = {(row.group, row.object): row for row in _ROWS}
_BY_RESOURCE = {row.resource: row for row in _ROWS}


def of_object(api: str, object_: str) -> KubernetesType | None:
    """Return the row for what a reference calls it; any version of its group is the same thing."""
    return _BY_OBJECT.get((api.rpartition("/")[0], object_))


def kind_of(resource: str) -> str:
    """Return the kind of a resource by its plural, as an address or an audit event has it.

    What is not in the table gets a kind, too, by its singular.
    """
    row = _BY_RESOURCE.get(resource)
    return row.kind if row else f"{PREFIX}{_singular(resource)}"


def _singular(resource: str) -> str:
    if resource.endswith("ies"):
        return f"{resource[:-3]}y"
    if resource.endswith("sses"):
        return resource[:-2]
    return resource.removesuffix("s") if not resource.endswith("ss") else resource
