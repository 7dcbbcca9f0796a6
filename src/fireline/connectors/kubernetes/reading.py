"""An API object made an asset: kept as it was answered, less what is noise and what is secret."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.kubernetes import POD, KubernetesType
from fireline.core.assets.kubernetes_links import MAX_LINKS, Cluster, links_of
from fireline.core.assets.kubernetes_selector import Selector
from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject

HIDDEN = "(hidden)"
# A copy of the whole object as somebody applied it, in a text, with everything hidden below in it.
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_WORDS = ("passw", "secret", "token", "credential", "private", "apikey", "accesskey")
_WITH_ENVIRONMENT = ("containers", "initContainers", "ephemeralContainers")


class OddObjectError(ValueError):
    """An API server sent something that is no object of the kind that was asked for."""


def asset_of(row: KubernetesType, said: object, cluster: Cluster) -> Asset:
    """Return the asset an object is, or raise `OddObjectError`."""
    if not isinstance(said, dict):
        msg = f"one of the {row.resource} is not an object"
        raise OddObjectError(msg)
    # A list leaves out what all its items are; one alone says it. Both must come to the same.
    config = {"apiVersion": row.api, "kind": row.object, **_tidied(cast("dict[str, Any]", said))}
    metadata = _mapping(config.get("metadata"))
    name, space = metadata.get("name"), metadata.get("namespace") or ""
    if not isinstance(name, str) or not name or not isinstance(space, str):
        msg = f"one of the {row.resource} has no name"
        raise OddObjectError(msg)
    if row.namespaced and not space:
        msg = f"{name}, one of the {row.resource}, has no namespace"
        raise OddObjectError(msg)
    return Asset(
        AssetRef(row.kind, cluster.name, f"{space}/{name}" if row.namespaced else name),
        cast("JsonObject", config),
        name=name,
        tags=labels_of(config),
        links=links_of(row.kind, cast("JsonObject", config), cluster),
    )


def is_kept(row: KubernetesType, said: object) -> bool:
    """Say whether a controller keeps this, so that it is part of that and no asset."""
    owners = _mapping(_mapping(said).get("metadata")).get("ownerReferences")
    return bool(row.kept_by) and any(
        each.get("controller") is True and each.get("kind") == row.kept_by
        for each in map(_mapping, _sequence(owners))
    )


def labels_of(said: Mapping[str, Any]) -> dict[str, str]:
    """Return an object's labels."""
    labels = _mapping(_mapping(said.get("metadata")).get("labels"))
    return {key: value for key, value in labels.items() if isinstance(value, str)}


def selected(selector: Selector, pods: Iterable[object], cluster: Cluster) -> tuple[Link, ...]:
    """Link to the pods a selector means, the first `MAX_LINKS` of them by name."""
    found: list[str] = []
    for pod in pods:
        metadata = _mapping(_mapping(pod).get("metadata"))
        if metadata.get("namespace") != selector.namespace:
            continue
        if selector.fits(labels_of(_mapping(pod))):
            found.append(f"{selector.namespace}/{metadata.get('name')}")
    wanted = sorted(found)[:MAX_LINKS]
    return tuple(Link("selects", AssetRef(POD, cluster.name, each)) for each in wanted)


def _tidied(said: dict[str, Any]) -> dict[str, Any]:
    metadata = dict(_mapping(said.get("metadata")))
    metadata.pop("managedFields", None)
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and _APPLIED in annotations:
        kept = cast("dict[str, Any]", annotations)
        metadata["annotations"] = {key: kept[key] for key in kept if key != _APPLIED}
    return {**said, "metadata": metadata, **_masked(said)}


def _masked(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of an object that had secrets in them, with those hidden.

    They belong into Secret objects, which are never read; where somebody wrote one into a variable
    all the same, a viewer of the inventory need not see it.
    """
    if "spec" not in said:
        return {}
    return {"spec": _hide(said["spec"])}


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        inside = cast("dict[str, Any]", value)
        return {
            key: [_container(each) for each in _sequence(found)]
            if key in _WITH_ENVIRONMENT
            else (_hide(found) if key in {"template", "spec", "jobTemplate"} else found)
            for key, found in inside.items()
        }
    return value


def _container(said: object) -> object:
    container = _mapping(said)
    environment = container.get("env")
    if not isinstance(environment, list):
        return said
    return {**container, "env": [_variable(each) for each in _sequence(cast("Any", environment))]}


def _variable(said: object) -> object:
    variable = _mapping(said)
    name = str(variable.get("name", "")).lower().replace("_", "").replace("-", "")
    if "value" in variable and any(word in name for word in _SECRET_WORDS):
        return {**variable, "value": HIDDEN}
    return said


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _sequence(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, list) else ()
