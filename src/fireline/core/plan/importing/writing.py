"""Write values as YAML a person would write: blocks outside, one line for what is short.

Only what plans are made of. What is written here reads back as the same value; a test says so for
any text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from fireline.core.values.json import JsonObject, JsonValue

MAX_LINE = 100
_INDENT = "  "
# Texts that need no quotes anywhere, not even inside brackets.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*|\d{4}-\d\d-\d\d", re.ASCII)
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_FLOW = 2


def yaml_text(value: JsonObject) -> str:
    """Write one file."""
    return "".join(f"{line}\n" for line in _mapping(value, 0)) or "{}\n"


def list_lines(items: Sequence[JsonValue], depth: int) -> list[str]:
    """Write the items of a list that stands at some depth, a line or more each."""
    return list(_list(items, depth))


def mapping_lines(value: JsonObject, depth: int = 0) -> list[str]:
    """Write the entries of a mapping that stands at some depth."""
    return list(_mapping(value, depth))


def _mapping(value: JsonObject, depth: int) -> Iterator[str]:
    for key, held in value.items():
        start = f"{_INDENT * depth}{_scalar(key)}:"
        yield from _placed(start, held, depth)


def _placed(start: str, held: JsonValue, depth: int) -> Iterator[str]:
    line = f"{start} {_flow(held)}"
    if _is_short(held) and len(line) <= MAX_LINE:
        yield line
    elif isinstance(held, Mapping) and held:
        yield start
        yield from _mapping(held, depth + 1)
    elif isinstance(held, Sequence) and not isinstance(held, str) and held:
        yield start
        yield from _list(held, depth + 1)
    else:
        yield line


def _list(items: Sequence[JsonValue], depth: int) -> Iterator[str]:
    indent = _INDENT * depth
    for item in items:
        line = f"{indent}- {_flow(item)}"
        if isinstance(item, Mapping) and item and not (_is_short(item) and len(line) <= MAX_LINE):
            lines = _mapping(item, depth + 1)
            yield f"{indent}- {next(lines).lstrip()}"
            yield from lines
        else:
            yield line


def _is_short(value: JsonValue) -> bool:
    """Tell what may stand in one line: a scalar, or something of scalars and little lists."""
    return _height(value) <= _FLOW


def _height(value: JsonValue) -> int:
    if isinstance(value, Mapping):
        return 1 + max((_height(held) for held in value.values()), default=0)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return 1 + max((_height(held) for held in value), default=0)
    return 0


def _flow(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(key)}: {_flow(held)}' for key, held in value.items())}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _scalar(value: JsonValue) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    # JSON's text is YAML's too, once everything unprintable is written as YAML escapes it.
    written = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in written)
