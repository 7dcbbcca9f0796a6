"""Parts of a week as other systems say them, turned into the words of our schedules and routes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fireline.core.values.json import JsonValue

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A stretch of every week by the wall clock: seconds since Monday's midnight, and how many."""

    begins: int
    length: int


def between(from_day: int, start: int, to_day: int, end: int) -> Part:
    """Return the part from a weekday and time to another; one that ends as it begins is a week."""
    begins = from_day * DAY + start
    return Part(begins % WEEK, (to_day * DAY + end - begins - 1) % WEEK + 1)


def daily(start: int, length: int) -> tuple[Part, ...]:
    """Return the same part of every day."""
    return tuple(Part(day * DAY + start % DAY, length) for day in range(7))


def clock(seconds: int) -> str:
    """Write a time of day: `09:00`, and with seconds only where there are some."""
    minutes, rest = divmod(seconds % DAY, MINUTE)
    text = f"{minutes // MINUTE:02}:{minutes % MINUTE:02}"
    return f"{text}:{rest:02}" if rest else text


def is_always(parts: Sequence[Part]) -> bool:
    """Tell whether parts cover the whole week, one after the other or over each other."""
    reached = 0
    for part in sorted((*parts, *(Part(p.begins - WEEK, p.length) for p in parts))):
        if part.begins > reached:
            return False
        reached = max(reached, part.begins + part.length)
    return bool(parts) and reached >= WEEK


def layer_hours(parts: Sequence[Part]) -> dict[str, JsonValue]:
    """Write parts as a layer's `hours` and `spans`; nothing where they cover every moment."""
    if not parts or is_always(parts):
        return {}
    short = [part for part in parts if part.length <= DAY]
    words: dict[str, JsonValue] = {}
    if short:
        words["hours"] = list(_hours(short))
    long = [_span(part) for part in sorted(set(parts)) if part.length > DAY]
    if long:
        words["spans"] = long
    return words


def route_hours(parts: Sequence[Part], zone: str) -> list[JsonValue]:
    """Write parts as a route's hours, which know single days only."""
    if not parts or is_always(parts):
        return []
    days = [piece for part in parts for piece in _by_day(part)]
    return [{"zone": zone, **hours} for hours in _hours(days)]


def _hours(parts: Iterable[Part]) -> Iterable[dict[str, JsonValue]]:
    """Write parts of at most a day, those of the same times together."""
    times: dict[tuple[str, str], list[int]] = {}
    for part in sorted(set(parts)):
        key = (clock(part.begins), clock(part.begins + part.length))
        times.setdefault(key, []).append(part.begins // DAY)
    for (start, end), days in times.items():
        yield {"days": [DAYS[day] for day in days], "from": start, "to": end}


def _span(part: Part) -> JsonValue:
    ends = (part.begins + part.length) % WEEK
    return {"from": _moment(part.begins), "to": _moment(ends)}


def _moment(seconds: int) -> str:
    return f"{DAYS[seconds // DAY]} {clock(seconds)}"


def _by_day(part: Part) -> Iterable[Part]:
    if part.length <= DAY:
        yield part
        return
    at, ends = part.begins, part.begins + part.length
    while at < ends:
        midnight = (at // DAY + 1) * DAY
        yield Part(at % WEEK, min(midnight, ends) - at)
        at = midnight
