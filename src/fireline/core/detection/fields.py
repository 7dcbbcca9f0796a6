"""Where in an event a field is, and what the text of a value is.

A path leads through objects by its dots and through lists to each of their elements. A key may
itself hold dots (`annotations`, tags): the shortest key that is there wins, so
`annotations.authorization.k8s.io/decision` finds `{"annotations": {"authorization.k8s.io/...`.
`leaves` and `present` say it plainly and serve the oracle; `find` is the quick form the matcher
uses, held to them by a law.
"""

import json
from collections.abc import Mapping

from msgspec import UNSET

# One sentinel for "not there" in decoded structs and in plain objects alike.
ABSENT = UNSET


def leaves(event: object, path: str) -> list[object]:
    """List the values of a field: lists opened, objects whole, null kept."""
    values: list[object] = []
    for place in _places(event, tuple(path.split("."))):
        values.extend(_opened(place))
    return values


def present(event: object, path: str) -> bool:
    """Say whether the field is there, be it null or empty."""
    return bool(_places(event, tuple(path.split("."))))


def _places(node: object, names: tuple[str, ...]) -> list[object]:
    if not names:
        return [node]
    if isinstance(node, list):
        return [place for item in _opened(node) for place in _places(item, names)]  # pyright: ignore[reportUnknownArgumentType] - JSON lists hold anything
    if isinstance(node, dict):
        for length in range(1, len(names) + 1):
            key = ".".join(names[:length])
            if key in node:
                return _places(node[key], names[length:])  # pyright: ignore[reportUnknownArgumentType] - JSON objects hold anything
    return []


def _opened(value: object) -> list[object]:
    """Open lists in lists, without recursion: an event may nest deeply."""
    opened: list[object] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))  # pyright: ignore[reportUnknownArgumentType] - JSON lists hold anything
        else:
            opened.append(item)
    return opened


def find(event: Mapping[str, object], names: tuple[str, ...]) -> object:
    """Find a field quickly: ABSENT, the value itself, or a list of all its values."""
    node: object = event
    for depth, name in enumerate(names):
        if node.__class__ is not dict or name not in node:  # pyright: ignore[reportOperatorIssue] - the class was just asked
            return _find_slowly(node, names[depth:])  # pyright: ignore[reportUnknownArgumentType] - JSON holds anything
        node = node[name]  # pyright: ignore[reportIndexIssue, reportUnknownVariableType] - the class was just asked
    return _opened(node) if node.__class__ is list else node  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType, reportUnknownMemberType] - JSON holds anything


def _find_slowly(node: object, names: tuple[str, ...]) -> object:
    if node.__class__ is not dict and node.__class__ is not list:
        return ABSENT
    places = _places(node, names)
    if not places:
        return ABSENT
    return [value for place in places for value in _opened(place)]


def found_values(found: object) -> list[object]:
    """List the values of what `find` returned."""
    if found is ABSENT:
        return []
    return found if isinstance(found, list) else [found]  # pyright: ignore[reportUnknownVariableType] - JSON lists hold anything


def text_of(value: object) -> str:
    """Write a value as rules see it: text as it is, the rest as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def number_of(value: object) -> int | float | None:
    """Read a value as a number, if it is one or writes one. True and false are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    # float() would also read "1_000", " 7 " and "nan", which no log means as numbers.
    if not isinstance(value, str) or not value.isascii() or value.strip("0123456789.eE+-"):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def texts_of(event: object) -> list[str]:
    """List every text a keyword may be found in: the event's JSON, then each text in it."""
    texts = [text_of(event)]
    waiting = [event]
    while waiting:
        node = waiting.pop()
        match node:
            case str():
                texts.append(node)
            case dict():
                waiting.extend(node.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] - JSON objects hold anything
            case list():
                waiting.extend(node)  # pyright: ignore[reportUnknownArgumentType] - JSON lists hold anything
            case _:
                pass
    return texts
