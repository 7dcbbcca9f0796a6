"""When a layer covers: its hours, stretches of the week and holidays, and its first and last day.

Told on the wall clock and compared in UTC, by the same rules as hand-overs. A stretch whose ends
the clocks bring together is nothing at all; pieces that touch are one.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from fireline.core.oncall.schedule import Hours, Layer, OnHolidays, WeekSpan
from fireline.core.values.time import Span, instant, utc

_DAY = timedelta(days=1)
_WEEK = 7
_MIDNIGHT = time()

# Pieces of time, as start and end: lighter than spans, for there are many.
Piece = tuple[datetime, datetime]


def covered(layer: Layer, holidays: AbstractSet[date], span: Span) -> list[Piece]:
    """List when a layer covers within a span, in order; no two touch or overlap."""
    start = max(span.start, utc(layer.begins)) if layer.begins else span.start
    end = min(span.end, utc(layer.ends)) if layer.ends else span.end
    if start >= end:
        return []
    within = Span(start, end)
    pieces = (
        joined(_windows(layer.hours, within, layer.rotation.zone), within)
        if layer.hours
        else [(start, end)]
    )
    if layer.holidays is OnHolidays.ALSO:
        return pieces
    days = joined(_days(holidays, layer.rotation.zone), within)
    if layer.holidays is OnHolidays.ONLY:
        return both(pieces, days)
    return both(pieces, _without(within, days))


def stretches_of(hours: Hours | WeekSpan, span: Span, zone: ZoneInfo) -> list[Piece]:
    """List the stretches of some hours of the week within a span, in order."""
    return joined(_windows((hours,), span, zone), span)


def both(some: Sequence[Piece], others: Sequence[Piece]) -> list[Piece]:
    """List what two lists of pieces share; each in order and without overlaps."""
    found: list[Piece] = []
    one = other = 0
    while one < len(some) and other < len(others):
        start = max(some[one][0], others[other][0])
        end = min(some[one][1], others[other][1])
        if start < end:
            found.append((start, end))
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1
    return found


def joined(windows: Iterable[Piece], span: Span) -> list[Piece]:
    """Cut pieces to a span, and join those that touch."""
    found: list[Piece] = []
    for window in sorted(windows):
        opens, closes = max(window[0], span.start), min(window[1], span.end)
        if opens >= closes:
            continue
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return found


def _without(span: Span, taken: Iterable[Piece]) -> list[Piece]:
    left: list[Piece] = []
    at = span.start
    for start, end in taken:
        if at < start:
            left.append((at, start))
        at = end
    if at < span.end:
        left.append((at, span.end))
    return left


def _windows(week: Iterable[Hours | WeekSpan], span: Span, zone: ZoneInfo) -> Iterator[Piece]:
    # Early: a stretch may have begun a week ago, and the date itself may be off by one.
    first = span.start.astimezone(zone).date() - 2 * _DAY
    last = span.end.astimezone(zone).date() + _DAY
    for hours in week:
        match hours:
            case Hours():
                yield from _daily(hours, first, last, zone)
            case WeekSpan():
                yield from _weekly(hours, first - _WEEK * _DAY, last, zone)
            case _:
                assert_never(hours)


def _daily(hours: Hours, first: date, last: date, zone: ZoneInfo) -> Iterator[Piece]:
    nights = 0 if hours.end > hours.start else 1
    for count in range((last - first).days + 1):
        day = first + count * _DAY
        if day.weekday() in hours.weekdays:
            closing = day + nights * _DAY
            yield instant(day, hours.start, zone), instant(closing, hours.end, zone)


def _weekly(hours: WeekSpan, first: date, last: date, zone: ZoneInfo) -> Iterator[Piece]:
    days = (hours.to_day - hours.from_day) % _WEEK
    if not days and hours.end <= hours.start:
        days = _WEEK
    day = first + (hours.from_day - first.weekday()) % _WEEK * _DAY
    while day <= last:
        yield instant(day, hours.start, zone), instant(day + days * _DAY, hours.end, zone)
        day += _WEEK * _DAY


def _days(holidays: Iterable[date], zone: ZoneInfo) -> Iterator[Piece]:
    for day in holidays:
        yield instant(day, _MIDNIGHT, zone), instant(day + _DAY, _MIDNIGHT, zone)
