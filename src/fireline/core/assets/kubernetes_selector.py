"""Which pods a service or a network policy means, by their labels.

Rules: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fireline.core.assets.kubernetes import NETWORK_POLICY, SERVICE
from fireline.core.values.json import JsonObject

_WITH_VALUES = frozenset({"In", "NotIn"})
_OPERATORS = _WITH_VALUES | {"Exists", "DoesNotExist"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of the things that must be true of a pod's labels."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Say whether it is true of these labels. `NotIn` is, too, where there is no such label."""
        if self.operator == "Exists":
            return self.key in labels
        if self.operator == "DoesNotExist":
            return self.key not in labels
        return (labels.get(self.key) in self.values) is (self.operator == "In")

    def __str__(self) -> str:
        if self.operator == "Exists":
            return self.key
        if self.operator == "DoesNotExist":
            return f"!{self.key}"
        word = "in" if self.operator == "In" else "notin"
        return f"{self.key} {word} ({','.join(self.values)})"


@dataclass(frozen=True, slots=True)
class Selector:
    """Pods of one namespace, of whose labels everything required is true; all, when nothing is."""

    namespace: str
    requirements: tuple[Requirement, ...]

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Say whether a pod of the namespace with these labels is meant."""
        return all(each.fits(labels) for each in self.requirements)

    def __str__(self) -> str:
        """Write it as the API takes it in `labelSelector`."""
        return ",".join(str(each) for each in self.requirements)


def selector_of(kind: str, config: JsonObject) -> Selector | None:
    """Return which pods a service or a policy selects; `None` when it selects none by labels.

    A selector with an operator nobody knows is `None`, too: which pods it means cannot be told.
    """
    metadata, spec = _object(config.get("metadata")), _object(config.get("spec"))
    namespace = _text(metadata.get("namespace"))
    if kind == SERVICE:
        wanted = _object(spec.get("selector"))
        # A service without a selector has its endpoints from somewhere else.
        return Selector(namespace, _equal(wanted)) if wanted else None
    if kind != NETWORK_POLICY:
        return None
    selector = _object(spec.get("podSelector"))
    expressions = [_object(each) for each in _list(selector.get("matchExpressions"))]
    if any(_text(each.get("operator")) not in _OPERATORS for each in expressions):
        return None
    requirements = _equal(_object(selector.get("matchLabels"))) + tuple(
        Requirement(
            _text(each.get("key")),
            _text(each.get("operator")),
            tuple(_text(value) for value in _list(each.get("values"))),
        )
        for each in expressions
    )
    return Selector(namespace, requirements)


def _equal(labels: JsonObject) -> tuple[Requirement, ...]:
    return tuple(Requirement(key, "In", (_text(value),)) for key, value in labels.items())


def _object(value: object) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
