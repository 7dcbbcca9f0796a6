"""Read the JSON of other systems' answers: whatever is missing or odd reads as empty."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from fireline.core.signals.decoding import (
    is_list,
    is_object,
    list_of,
    moment_of,
    object_of,
    text_of,
)

Answer = Mapping[str, object]
_LONGEST = 4_000


def text(of: Answer, *way: str) -> str:
    """Return the text at the end of a way of names; empty when there is none."""
    return text_of(_at(of, way), _LONGEST)


def number(of: Answer, *way: str, default: int = 0) -> int:
    """Return a whole number; what is none reads as the default."""
    found = _at(of, way)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return default
    try:
        return int(found)
    except (ValueError, OverflowError):
        return default


def flag(of: Answer, name: str, *, default: bool = False) -> bool:
    """Return a yes or no."""
    found = of.get(name)
    return found if isinstance(found, bool) else default


def at(of: Answer, *way: str) -> datetime | None:
    """Return a moment; `None` when there is none."""
    return moment_of(_at(of, way))


def part(of: Answer, *way: str) -> Answer:
    """Return the object at the end of a way; an empty one when there is none."""
    return object_of(_at(of, way))


def each(of: Answer, *way: str) -> Iterator[Answer]:
    """Go through the objects of a list."""
    for item in list_of(_at(of, way)):
        if is_object(item):
            yield item


def lists(of: Answer, *way: str) -> tuple[tuple[str, ...], ...]:
    """Return a list of texts and of lists of texts, each text alone as a list of one."""
    return tuple(
        tuple(text_of(one, _LONGEST) for one in item)
        if is_list(item)
        else (text_of(item, _LONGEST),)
        for item in list_of(_at(of, way))
    )


def texts(of: Answer, *way: str) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(text_of(item, _LONGEST) for item in list_of(_at(of, way)))


def zone_of(name: str) -> ZoneInfo | None:
    """Return a zone by its name; `None` when there is no such zone."""
    if not name or name == "localtime":
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None


def _at(of: Answer, way: tuple[str, ...]) -> object:
    found: object = of
    for name in way:
        found = object_of(found).get(name)
    return found
