"""Days that are longer or shorter than the rest, because the clocks are moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from fireline.core.values.time import Span, instant

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OddDay:
    """A day of one zone, from midnight to midnight, that does not have 24 hours."""

    day: date
    length: timedelta

    def __str__(self) -> str:
        """Say it in words: `Sun 29 Mar has 23 hours`."""
        hours, rest = divmod(self.length, _HOUR)
        minutes = f" {rest // _MINUTE} minutes" if rest else ""
        return f"{self.day:%a} {self.day.day} {self.day:%b} has {hours} hours{minutes}"


def odd_days(span: Span, zone: ZoneInfo) -> tuple[OddDay, ...]:
    """List the odd days of a zone that touch a span; one skipped altogether has no hours."""
    return tuple(_odd(span, zone))


def _odd(span: Span, zone: ZoneInfo) -> Iterator[OddDay]:
    day = span.start.astimezone(zone).date()
    last = span.end.astimezone(zone).date()
    while day <= last:
        starts, ends = instant(day, time(), zone), instant(day + _DAY, time(), zone)
        if ends - starts != _DAY and starts < span.end:
            yield OddDay(day, ends - starts)
        day += _DAY
