"""Loose JSON: take what strangers wrote as far as it goes, and say which field stops everything.

A missing or odd field is empty, never an error, unless the caller says it must be there. Every text
is one a database can hold, and every list ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from fireline.core.signals.decoding import decoded, key_of, moment_of
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_ENTITIES,
    MAX_LABELS,
    MAX_TITLE,
    Notice,
    Weblink,
)
from fireline.core.values.json import JsonObject

MAX_LABEL = 1000
MAX_LABEL_NAME = 200
MAX_HREF = 2048
MAX_LINKS = 10
MAX_TAGS = 64
MAX_NUMBER = 40  # characters of one
_NOTHING: JsonObject = {}


class Wrong(Exception):  # noqa: N818 - it carries what is wrong up to the one place that says so
    """One field stops the whole thing. `code` is the last word of the reason's code."""

    def __init__(self, *, code: str, why: str, field: str = "") -> None:
        super().__init__(why)
        self.code = code
        self.field = field
        self.why = why


def decode(body: bytes) -> object:
    """Decode JSON. Raises Wrong for what is none."""
    try:
        return decoded(body)
    except ValueError as error:
        raise Wrong(code="not_json", why=f"the body is not JSON: {error}") from error


def decode_object(body: bytes) -> JsonObject:
    """Decode one JSON object. Raises Wrong for anything else."""
    value = decode(body)
    if not isinstance(value, dict):
        why = f"the body is a JSON {_kind(value)}, not an object"
        raise Wrong(code="not_an_object", why=why)
    return cast("JsonObject", value)


def clean(value: str, most: int = MAX_DESCRIPTION) -> str:
    """Cut a text, and replace the one character of JSON that no database stores."""
    cut = value[:most]
    return cut.replace("\x00", "\N{REPLACEMENT CHARACTER}") if "\x00" in cut else cut


def text_of(value: object) -> str:
    """Read a text; numbers and truths are written out, anything else is empty."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:MAX_LABEL] if isinstance(value, int | float) else ""


def text(holder: JsonObject, name: str) -> str:
    """Read a text by its name, empty when there is none."""
    value = holder.get(name)
    return clean(value) if isinstance(value, str) else text_of(value)


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


def moment(value: object) -> datetime | None:
    """Read a moment as programs write one, or as mail and AWS's letters do; `None` for none."""
    if not isinstance(value, str) or value[:1].isdigit():
        return moment_of(value)
    spelled = " ".join(value[:64].split())
    try:
        if "," in spelled[:5]:  # Sat, 05 Jun 2016 05:01:10 GMT
            return moment_of(parsedate_to_datetime(spelled).isoformat())
        # Jan 19, 2022, 10:46:15 PM; it names no zone, and means UTC.
        return datetime.strptime(spelled, "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def within_limits(notice: Notice) -> Notice:
    """Return a notice within every limit: cut, never refused."""
    return replace(
        notice,
        key=key_of(notice.key),
        title=one_line(notice.title) or "Something is wrong",
        description=notice.description[:MAX_DESCRIPTION],
        kind=notice.kind[:MAX_LABEL],
        service=notice.service[:MAX_LABEL],
        entities=tuple(dict.fromkeys(each for each in notice.entities if each.value))[
            :MAX_ENTITIES
        ],
        assets=tuple(dict.fromkeys(each for each in notice.assets if each.id))[:MAX_ENTITIES],
        tags=tuple(dict.fromkeys(each[:MAX_LABEL_NAME] for each in notice.tags if each))[:MAX_TAGS],
        labels=labels_of(notice.labels.items()),
        links=tuple(each for each in notice.links if _is_link(each))[:MAX_LINKS],
    )


def one_line(title: str, most: int = MAX_TITLE) -> str:
    """Put a text on one line and cut it."""
    line = " ".join(title[: most * 4].split()) if not title.isprintable() else title.strip()
    return line[:most]


def labels_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the labels that say something, cut, as many as are kept."""
    labels: dict[str, str] = {}
    for name, value in pairs:
        if value and len(labels) < MAX_LABELS:
            labels[clean(name, MAX_LABEL_NAME)] = value[:MAX_LABEL]
    return labels


def flat(holder: Mapping[str, object], *, under: str = "") -> dict[str, str]:
    """Return the plain values of an object as labels; what is nested is left out."""
    begin = f"{under}." if under else ""
    texts = ((f"{begin}{name}", text_of(value)) for name, value in holder.items())
    return labels_of(texts)


def _is_link(link: Weblink) -> bool:
    return link.href.startswith(("https://", "http://")) and len(link.href) <= MAX_HREF


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
