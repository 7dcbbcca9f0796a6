"""Read the fields of JSON objects that strangers wrote, as far as they go.

A missing or odd field is empty, never an error, unless the caller says it must be there. Every text
is one a database can hold, and every list ends.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from fireline.core.signals.decoding import decoded
from fireline.core.signals.notice import MAX_ENTITIES, Notice
from fireline.core.signals.payload import Reading, Unread
from fireline.core.signals.tidying import clean, labels_of, tidied
from fireline.core.values.json import JsonObject

MAX_NUMBER = 40  # characters of one
_NOTHING: JsonObject = {}


class Wrong(Exception):  # noqa: N818 - it carries what is wrong up to the one place that says so
    """One field stops the whole thing. `code` is the last word of the reason's code."""

    def __init__(self, *, code: str, why: str, field: str = "") -> None:
        super().__init__(why)
        self.code = code
        self.field = field
        self.why = why

    def unread(self, format_: str) -> Reading:
        """Return a reading of nothing, with the reason."""
        return Reading(unread=(Unread(f"{format_}.{self.code}", self.field, self.why),))


def read_object(
    body: bytes, format_: str, notice_of: Callable[[JsonObject], Notice | None]
) -> Reading:
    """Read a body that is one object and tells of one problem, or of none."""
    try:
        notice = notice_of(decode_object(body))
    except Wrong as wrong:
        return wrong.unread(format_)
    return Reading((tidied(notice),) if notice else ())


def decode_object(body: bytes) -> JsonObject:
    """Decode one JSON object. Raises Wrong for anything else."""
    try:
        value = decoded(body)
    except ValueError as error:
        raise Wrong(code="not_json", why=f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        why = f"the body is a JSON {_kind(value)}, not an object"
        raise Wrong(code="not_an_object", why=why)
    return cast("JsonObject", value)


def single_text(value: object) -> str:
    """Read a text; numbers and truths are written out, anything else is empty."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def text(holder: JsonObject, name: str) -> str:
    """Read a text by its name, empty when there is none."""
    value = holder.get(name)
    return clean(value) if isinstance(value, str) else single_text(value)


def first(holder: JsonObject, *names: str) -> str:
    """Read the first of several fields that says something."""
    return next((found for name in names if (found := text(holder, name))), "")


def required(holder: JsonObject, name: str, path: str = "") -> str:
    """Read a text that must be there. Raises Wrong, with the path to it."""
    found = text(holder, name)
    if not found:
        where = path or name
        raise Wrong(code="no_field", field=where, why=f"{where} is missing or no text")
    return found


def inner(holder: JsonObject, *path: str) -> JsonObject:
    """Return the object at the end of a path, an empty one where there is none."""
    for name in path:
        value = holder.get(name)
        if not isinstance(value, dict):
            return _NOTHING
        holder = cast("JsonObject", value)
    return holder


def listed(holder: JsonObject, name: str, most: int = MAX_ENTITIES) -> Sequence[object]:
    """Return the first members of a list, none where there is no list."""
    value = holder.get(name)
    return cast("list[object]", value)[:most] if isinstance(value, list) else ()


def objects(holder: JsonObject, name: str, most: int = MAX_ENTITIES) -> list[JsonObject]:
    """Return the objects among the first members of a list."""
    return [
        cast("JsonObject", each) for each in listed(holder, name, most) if isinstance(each, dict)
    ]


def number(holder: JsonObject, name: str) -> float | None:
    """Read a number, also one written as text."""
    value = holder.get(name)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if isinstance(value, str) and len(value) <= MAX_NUMBER:
        try:
            return float(value)
        except ValueError:
            return None
    return None


def flat(holder: Mapping[str, object], *, under: str = "") -> dict[str, str]:
    """Return the plain values of an object as labels; what is nested is left out."""
    begin = f"{under}." if under else ""
    texts = ((f"{begin}{name}", single_text(value)) for name, value in holder.items())
    return labels_of(texts)


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
