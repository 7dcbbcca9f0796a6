"""Keep out of the inventory what somebody left in the open: credentials in settings.

User data and environment variables are read, because a credential in them is worth an alert. What
is kept says that there is one, of which kind and where; the texts themselves are never kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from fireline.core.detection.signatures.secrets import from_base64, secrets_in
from fireline.core.detection.signatures.telling import CannotTell
from fireline.core.values.json import JsonObject, JsonValue

# Where a configuration says which credentials its hidden texts held; a list, empty when none.
SEEN = "Secrets"
_KEPT = frozenset({"name"})


def hide(config: JsonObject, paths: Sequence[str]) -> JsonObject:
    """Return a configuration whose texts below some dotted paths are hidden.

    Each becomes `(hidden, 812 characters)`, so that most changes still show; names of variables
    stay. `Secrets` lists what the texts seemed to hold. Without any such path, or where none of
    them is there, the configuration is returned as it is.
    """
    there = [path for path in paths if path.split(".")[0] in config]
    if not there:
        return config
    seen: list[str] = []
    hidden: JsonValue = config
    for path in there:
        hidden = _within(hidden, path.split("."), seen)
    return {**cast("JsonObject", hidden), SEEN: list(dict.fromkeys(seen))}


def _within(value: JsonValue, path: Sequence[str], seen: list[str]) -> JsonValue:
    if not path:
        seen.extend(secrets_in(_readable(value)))
        return _hidden(value)
    match value:
        case Mapping():
            return dict(_members(value, path, seen))
        case list():
            return [_within(each, path, seen) for each in value]
        case _:
            return value


def _members(
    value: Mapping[str, JsonValue], path: Sequence[str], seen: list[str]
) -> Iterator[tuple[str, JsonValue]]:
    for name, inner in value.items():
        yield name, _within(inner, path[1:], seen) if name == path[0] else inner


def _readable(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        return value
    try:
        return from_base64(value)
    except CannotTell:
        return value


def _hidden(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return f"(hidden, {len(value)} characters)"
        case Mapping():
            return {
                name: inner if name in _KEPT else _hidden(inner) for name, inner in value.items()
            }
        case list():
            return [_hidden(each) for each in value]
        case _:
            return value
