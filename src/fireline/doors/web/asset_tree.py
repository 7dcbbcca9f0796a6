"""A configuration as a tree that people read: names, values, and how much there is of the rest.

Policies are kept as text and shown as what they say. What is too much is counted, not shown.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fireline.core.values.json import JsonValue

MAX_NODES = 1_500
MAX_BELOW = 100
MAX_TEXT = 2_000
MAX_POLICY = 100_000
_OPEN_TO, _FEW = 2, 12


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A name with a value, or with nodes below it; `more` are those that are not shown."""

    name: str
    text: str | None
    below: tuple["TreeNode", ...]
    size: str
    more: int
    is_open: bool


def tree_of(config: Mapping[str, JsonValue]) -> TreeNode:
    """Return a configuration as a node without a name, the first levels below it open."""
    below, more = _Tree().below(config, depth=0)
    return TreeNode("", None, below, _size(config), more, is_open=True)


def value_text(value: JsonValue) -> str:
    """Write one value as people read it; long ones are cut."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            text = value or '""'
        case int() | float():
            text = str(value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


class _Tree:
    """Builds nodes until there are enough."""

    def __init__(self) -> None:
        self._left = MAX_NODES

    def below(self, value: JsonValue, *, depth: int) -> tuple[tuple[TreeNode, ...], int]:
        """Return the nodes of a map or a list, and how many there was no room for."""
        pairs = _pairs(value)
        nodes: list[TreeNode] = []
        for name, each in pairs[:MAX_BELOW]:
            if self._left <= 0:
                break
            self._left -= 1
            nodes.append(self._node(name, each, depth=depth))
        return tuple(nodes), len(pairs) - len(nodes)

    def _node(self, name: str, value: JsonValue, *, depth: int) -> TreeNode:
        read = _read(value)
        if not isinstance(read, Mapping | list | tuple) or not read:
            return TreeNode(name, value_text(read), (), "", 0, is_open=False)
        below, more = self.below(read, depth=depth + 1)
        is_open = depth < _OPEN_TO and len(below) <= _FEW
        return TreeNode(name, None, below, _size(read), more, is_open=is_open)


def _pairs(value: JsonValue) -> list[tuple[str, JsonValue]]:
    match value:
        case Mapping():
            return [(str(name), each) for name, each in value.items()]
        case str():
            return []
        case Sequence():
            return [(str(place), each) for place, each in enumerate(value, 1)]
        case _:
            return []


def _read(value: JsonValue) -> JsonValue:
    """Return what a text says that is JSON in itself, as policies are; else the value."""
    if not isinstance(value, str) or not value.startswith(("{", "[")) or len(value) > MAX_POLICY:
        return value
    try:
        return cast("JsonValue", json.loads(value))
    except (ValueError, RecursionError):
        return value


def _size(value: Mapping[str, JsonValue] | Sequence[JsonValue]) -> str:
    word = "field" if isinstance(value, Mapping) else "item"
    return f"{len(value)} {word}{'' if len(value) == 1 else 's'}"
