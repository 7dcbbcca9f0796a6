"""What strangers post, made fit to be read: no text without end, no number no database can hold."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson

from fireline.core.values.json import JsonValue

MAX_LIST = 1_000
MAX_FIELDS = 1_000
MAX_TEXT = 32_000
MAX_DEPTH = 32
_LARGEST, _SMALLEST = 2**63 - 1, -(2**63)
_TOO_LARGE = 10**300


@dataclass(slots=True)
class Fitted:
    """A value that can be worked on, and whether something of it had to be left out."""

    value: JsonValue = None
    cut: bool = False


class NotJson(ValueError):  # noqa: N818 - an answer, not a fault
    """A body that is no JSON; the message says why, in a few words."""


def parse(body: bytes) -> JsonValue:
    """Read JSON; `NaN` and half characters, which some writers let through, count as nothing."""
    try:
        return cast("JsonValue", orjson.loads(body))
    except orjson.JSONDecodeError as strict:
        try:
            return cast("JsonValue", json.loads(body))
        except (ValueError, RecursionError):
            raise NotJson(str(strict)) from None


def fit(value: JsonValue) -> Fitted:
    """Return a value with what nobody could hold replaced, and long parts cut."""
    fitted = Fitted()
    fitted.value = _fit(value, 0, fitted)
    return fitted


def printable(text: str) -> str:
    """Replace what no database and no page can hold."""
    whole = text.replace("\x00", "\ufffd")
    return whole if whole.isascii() else whole.encode("utf-8", "replace").decode("utf-8")


def _fit(value: JsonValue, depth: int, into: Fitted) -> JsonValue:
    match value:
        case str():
            into.cut |= len(value) > MAX_TEXT
            return printable(value[:MAX_TEXT])
        case None | bool() | int() | float():
            return _number(value)
        case Mapping() | Sequence() if depth >= MAX_DEPTH:
            into.cut = True
            return None
        case Mapping():
            into.cut |= len(value) > MAX_FIELDS
            first = list(value.items())[:MAX_FIELDS]
            return {printable(str(name)): _fit(each, depth + 1, into) for name, each in first}
        case Sequence():
            into.cut |= len(value) > MAX_LIST
            return [_fit(each, depth + 1, into) for each in value[:MAX_LIST]]


def _number(value: float | None) -> JsonValue:
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        return float(value) if abs(value) < _TOO_LARGE else None
    return None if isinstance(value, float) and not math.isfinite(value) else value
