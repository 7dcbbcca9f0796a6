"""What changed between two looks at one resource, and whether anything did.

Lists are compared as sets: AWS gives most of them in no order. Policies are kept as text, and
compared as what they say, since AWS writes them anew with other spaces. What a detail that could
not be read this time holds is not known, and so is no change.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import cast

import orjson

from fireline.core.values import json
from fireline.core.values.json import JsonObject, JsonValue

MAX_CHANGES = 200
MAX_SHOWN_CHARACTERS = 2000
MAX_SUMMARY_CHARACTERS = 200
MAX_POLICY_CHARACTERS = 200_000
MAX_POLICY_DEPTH = 32

# By the first of these that every item of both lists has, and has alone, items are the same one.
_IDENTITIES = ("Key", "key", "TagKey", "Sid", "AttributeName", "PolicyName", "ID", "Id", "Name")
_SHOWN_IN_SUMMARY = 3
_SHORT = 40


class Became(StrEnum):
    """What became of what stands at a path."""

    ADDED = "added"
    REMOVED = "removed"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: at a dotted path, what was there before and what is there now.

    Where something is added or removed, the other side is null. Large values are cut to a text.
    """

    path: str
    became: Became
    before: object
    after: object


def known(config: JsonObject, unread: Iterable[str], before: JsonObject) -> JsonObject:
    """Return a configuration with what could not be read this time as it was known before."""
    return {**{name: before[name] for name in unread if name in before}, **config}


def digest(config: JsonObject, volatile: Sequence[str] = ()) -> str:
    """Return a text that is the same for two configurations that say the same.

    It does not depend on the order of lists, on spaces in policies, or on volatile paths.
    """
    return json.digest(_plain(_settled(config, _paths(volatile))))


def changed(
    before: JsonObject, after: JsonObject, volatile: Sequence[str] = ()
) -> tuple[Change, ...]:
    """List what differs, in the order of the paths; at most `MAX_CHANGES`."""
    paths = _paths(volatile)
    found: list[Change] = []
    for change in _differences((), _settled(before, paths), _settled(after, paths)):
        found.append(change)
        if len(found) == MAX_CHANGES:
            break
    return tuple(found)


def summary(changes: Sequence[Change]) -> str:
    """Say in one line what changed: `IpPermissions: 1 added`; empty when nothing did."""
    lines: dict[str, list[Change]] = {}
    for change in changes:
        lines.setdefault(change.path, []).append(change)
    said = [_said(path, at) for path, at in lines.items()]
    more = len(said) - _SHOWN_IN_SUMMARY
    shown = "; ".join(said[:_SHOWN_IN_SUMMARY]) + (f"; {more} more" if more > 0 else "")
    return _cut(shown, MAX_SUMMARY_CHARACTERS)


def _said(path: str, changes: Sequence[Change]) -> str:
    if len(changes) == 1 and changes[0].became is Became.SET:
        one = changes[0]
        before, after = _word(one.before), _word(one.after)
        return f"{path}: {before} → {after}" if before and after else f"{path}: changed"
    counted = Counter(change.became for change in changes)
    parts = [f"{counted[became]} {became}" for became in Became if counted[became]]
    return f"{path}: {', '.join(parts)}"


def _word(value: object) -> str:
    """Show a plain value shortly; empty for what is no word."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case int() | float():
            return str(value)
        case str() if 0 < len(value) <= _SHORT and "\n" not in value:
            return value
        case _:
            return ""


def _differences(path: tuple[str, ...], before: object, after: object) -> Iterator[Change]:
    match before, after:
        case dict(), dict():
            was, now = cast("dict[str, object]", before), cast("dict[str, object]", after)
            for name in sorted(was.keys() | now.keys()):
                if name not in was:
                    yield _change((*path, name), Became.ADDED, None, now[name])
                elif name not in now:
                    yield _change((*path, name), Became.REMOVED, was[name], None)
                else:
                    yield from _differences((*path, name), was[name], now[name])
        case list(), list():
            yield from _between_lists(
                path, cast("list[object]", before), cast("list[object]", after)
            )
        # As written, for True is 1 to Python and not to AWS.
        case _ if _written(before) != _written(after):
            yield _change(path, Became.SET, before, after)
        case _:
            pass


def _between_lists(
    path: tuple[str, ...], before: list[object], after: list[object]
) -> Iterator[Change]:
    if (identity := _identity(before, after)) is not None:
        was, now = _by(identity, before), _by(identity, after)
        yield from _differences(path, was, now)
        return
    had, has = _counted(before), _counted(after)
    for written in had - has:
        yield _change(path, Became.REMOVED, orjson.loads(written), None)
    for written in has - had:
        yield _change(path, Became.ADDED, None, orjson.loads(written))


def _identity(*lists: list[object]) -> str | None:
    for name in _IDENTITIES:
        if all(_names_all(name, items) for items in lists):
            return name
    return None


def _names_all(name: str, items: list[object]) -> bool:
    objects = [cast("dict[str, object]", item) for item in items if isinstance(item, dict)]
    named = {value for item in objects if isinstance(value := item.get(name), str)}
    return len(named) == len(items)


def _by(identity: str, items: list[object]) -> dict[str, object]:
    objects = [cast("dict[str, object]", item) for item in items]
    return {str(item[identity]): item for item in objects}


def _counted(items: list[object]) -> Counter[str]:
    return Counter(_written(item) for item in items)


def _change(path: tuple[str, ...], became: Became, before: object, after: object) -> Change:
    return Change(".".join(path), became, _bounded(before), _bounded(after))


def _bounded(value: object) -> object:
    written = _written(value)
    return value if len(written) <= MAX_SHOWN_CHARACTERS else _cut(written, MAX_SUMMARY_CHARACTERS)


def _settled(value: object, volatile: Sequence[tuple[str, ...]]) -> object:
    """Return a value without its volatile parts, its policies read."""
    match value:
        case dict():
            members = cast("dict[str, object]", value).items()
            return {
                name: _settled(inner, _within(name, volatile))
                for name, inner in members
                if not any(len(p) == 1 and fnmatchcase(name, p[0]) for p in volatile)
            }
        case list():
            return [_settled(inner, volatile) for inner in cast("list[object]", value)]
        case str():
            return _read(value)
        case _:
            return value


def _within(name: str, volatile: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    if not volatile:
        return ()
    return [path[1:] for path in volatile if len(path) > 1 and fnmatchcase(name, path[0])]


def _read(text: str) -> object:
    """Read a policy's text, which is an object; any other text stays what it is."""
    if not text.startswith("{") or len(text) > MAX_POLICY_CHARACTERS:
        return text
    try:
        policy: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return text if _is_deep(policy) else policy


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_POLICY_DEPTH):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return False
    return True


def _members(value: object) -> Iterable[object]:
    match value:
        case dict():
            return cast("dict[str, object]", value).values()
        case list():
            return cast("list[object]", value)
        case _:
            return ()


def _plain(value: object) -> JsonValue:
    """Bring lists into one order, so that the same set is written the same."""
    match value:
        case dict():
            members = cast("dict[str, object]", value).items()
            return {name: _plain(inner) for name, inner in members}
        case list():
            return sorted(
                (_plain(item) for item in cast("list[object]", value)), key=json.canonical
            )
        case _:
            return cast("JsonValue", value)


def _written(value: object) -> str:
    return json.canonical(_plain(value))


def _paths(volatile: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in volatile)


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
