"""What an object in a cluster belongs together with, read out of the object itself.

Whatever an API server may have said, nothing here raises; what cannot be read gives no link.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fireline.core.assets import kubernetes as k8s
from fireline.core.assets.asset import Link
from fireline.core.assets.kinds import ROLE as IAM_ROLE
from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject

MAX_LINKS = 256
INSTANCE = "aws.ec2.instance"
# https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
TEMPLATE_HASH = "pod-template-hash"

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[^/\s]+/)*([^/\s]+)")
# The cloud provider's own form, `aws:///eu-west-1a/i-0abc`; local zones have a longer name.
_INSTANCE = re.compile(r"aws:///([a-z]{2}(?:-[a-z]+)+-\d+)[a-z0-9-]*/(i-[0-9a-f]{8,17})")
_ACCOUNT_NAME = "system:serviceaccount:"
_WORKLOADS = (k8s.DEPLOYMENT, k8s.STATEFUL_SET, k8s.DAEMON_SET, k8s.REPLICA_SET, k8s.JOB)
# Where a kind's pods are described.
_POD_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    k8s.POD: ("spec",),
    k8s.CRON_JOB: ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(_WORKLOADS, ("spec", "template", "spec")),
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where an object was seen. `aws_account` is whose machines the nodes are, if anybody said."""

    name: str
    aws_account: str = ""


def links_of(kind: str, config: JsonObject, cluster: Cluster) -> tuple[Link, ...]:
    """List what an object names: its owner, node, account, role, subjects; each once."""
    seen = _Seen(config, cluster)
    found = [*_owners(seen), *_identity(kind, seen), *_own(kind, seen)]
    return tuple(dict.fromkeys(found))[:MAX_LINKS]


class _Seen:
    """An object, and how others in its cluster are named from it."""

    def __init__(self, config: JsonObject, cluster: Cluster) -> None:
        self.config = config
        self.metadata = _object(config, "metadata")
        self.spec = _object(config, "spec")
        self.namespace = _text(self.metadata, "namespace")
        self.cluster = cluster

    def near(self, kind: str, name: str, namespace: str | None = None) -> AssetRef:
        """Name a thing of a kind, in this namespace unless another is said."""
        space = self.namespace if namespace is None else namespace
        row = k8s.TABLE[kind]
        return AssetRef(kind, self.cluster.name, f"{space}/{name}" if row.namespaced else name)


def _owners(seen: _Seen) -> Iterator[Link]:
    for owner in _objects(seen.metadata, "ownerReferences"):
        row = k8s.of_object(_text(owner, "apiVersion"), _text(owner, "kind"))
        name = _text(owner, "name")
        if row is None or not name or owner.get("controller") is not True:
            continue
        # A deployment names its replica sets after itself and the hash of their pods' template,
        # which every such pod bears as a label.
        made_by = f"-{_text(_object(seen.metadata, 'labels'), TEMPLATE_HASH)}"
        if row.kind == k8s.REPLICA_SET and len(made_by) > 1 and name.endswith(made_by):
            yield Link("kept by", seen.near(k8s.DEPLOYMENT, name.removesuffix(made_by)))
        else:
            yield Link("kept by", seen.near(row.kind, name))


def _identity(kind: str, seen: _Seen) -> Iterator[Link]:
    if kind not in _POD_TEMPLATES:
        return
    spec = seen.config
    for step in _POD_TEMPLATES[kind]:
        spec = _object(spec, step)
    # Without a name, a pod gets the namespace's own account.
    name = _text(spec, "serviceAccountName") or "default"
    yield Link("runs as", seen.near(k8s.SERVICE_ACCOUNT, name))
    if kind == k8s.POD and (node := _text(spec, "nodeName")):
        yield Link("runs on", seen.near(k8s.NODE, node))


def _own(kind: str, seen: _Seen) -> Iterator[Link]:
    match kind:
        case k8s.NODE:
            yield from _machine(seen)
        case k8s.SERVICE_ACCOUNT:
            yield from _cloud_role(seen)
        case k8s.ROLE_BINDING | k8s.CLUSTER_ROLE_BINDING:
            yield from _binding(seen)
        case k8s.INGRESS:
            yield from _backends(seen)
        case k8s.NETWORK_POLICY:
            yield Link("guards", seen.near(k8s.NAMESPACE, seen.namespace))
        case _:
            return


def _machine(seen: _Seen) -> Iterator[Link]:
    match = _INSTANCE.fullmatch(_text(seen.spec, "providerID"))
    if match and (account := seen.cluster.aws_account):
        yield Link("runs on", AssetRef(INSTANCE, account, match[2], match[1]))


def _cloud_role(seen: _Seen) -> Iterator[Link]:
    arn = _text(_object(seen.metadata, "annotations"), ROLE_ANNOTATION)
    if match := _ROLE_ARN.fullmatch(arn):
        yield Link("acts as", AssetRef(IAM_ROLE, match[1], match[2]))


def _binding(seen: _Seen) -> Iterator[Link]:
    role = _object(seen.config, "roleRef")
    row = k8s.of_object(f"{_text(role, 'apiGroup')}/v1", _text(role, "kind"))
    if row is not None and (name := _text(role, "name")):
        yield Link("grants", seen.near(row.kind, name))
    for subject in _objects(seen.config, "subjects"):
        kind, name = _text(subject, "kind"), _text(subject, "name")
        if kind == "ServiceAccount" and name:
            space = _text(subject, "namespace") or seen.namespace
            yield Link("to", seen.near(k8s.SERVICE_ACCOUNT, name, space))
        elif kind == "User" and name.startswith(_ACCOUNT_NAME):
            # The same account under the name it signs in with.
            space, _, account = name.removeprefix(_ACCOUNT_NAME).partition(":")
            yield Link("to", seen.near(k8s.SERVICE_ACCOUNT, account, space))


def _backends(seen: _Seen) -> Iterator[Link]:
    paths = [
        path
        for rule in _objects(seen.spec, "rules")
        for path in _objects(_object(rule, "http"), "paths")
    ]
    backends = [_object(seen.spec, "defaultBackend"), *(_object(each, "backend") for each in paths)]
    for backend in backends:
        if name := _text(_object(backend, "service"), "name"):
            yield Link("routes to", seen.near(k8s.SERVICE, name))


def _object(inside: JsonObject, key: str) -> JsonObject:
    value = inside.get(key)
    return value if isinstance(value, Mapping) else {}


def _objects(inside: JsonObject, key: str) -> list[JsonObject]:
    value = inside.get(key)
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    return [cast("JsonObject", each) for each in value if isinstance(each, Mapping)]


def _text(inside: JsonObject, key: str) -> str:
    value = inside.get(key)
    return value if isinstance(value, str) else ""
