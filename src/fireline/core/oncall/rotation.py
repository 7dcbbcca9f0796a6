"""Whose turn it is in one rotation, and when a layer covers.

Turns and hours are told on the wall clock and compared in UTC, so a hand-over at nine stays at nine
when the clocks change. A hand-over in an hour that does not exist comes as much later as the clock
was moved; in an hour that happens twice, it comes the first time and not again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from fireline.core.oncall.schedule import Hours, Layer, Rotation
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span, instant, utc

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """One person carrying one layer's pager for one stretch of time."""

    start: datetime
    end: datetime
    person: PersonId


def turn(rotation: Rotation, now: datetime) -> int:
    """Count the turns begun since the first. Negative before it; it never goes back."""
    moment = utc(now)
    # The day after is asked too: where clocks fall back over midnight, the date itself goes back.
    day = moment.astimezone(rotation.zone).date() + _DAY
    while moment < instant(day, rotation.handover, rotation.zone):
        day -= _DAY
    return (day - rotation.first_day).days // rotation.days


def holder(rotation: Rotation, now: datetime) -> PersonId | None:
    """Say whose turn it is; `None` when the ring is empty."""
    if not rotation.people:
        return None
    return rotation.people[turn(rotation, now) % len(rotation.people)]


def covers(layer: Layer, now: datetime) -> bool:
    """Tell whether a layer covers this moment. One without hours always does."""
    if not layer.hours:
        return True
    moment = utc(now)
    near = Span(moment, moment + timedelta(microseconds=1))
    return any(moment in window for window in _windows(layer, near))


def watches(layer: Layer, span: Span) -> Iterator[Watch]:
    """List who carries a layer during a span, in order, without overlaps."""
    if not layer.rotation.people:
        return
    turns = tuple(_turns(layer.rotation, span))
    first = 0
    for window in _covered(layer, span):
        while turns[first].end <= window.start:
            first += 1
        for one in islice(turns, first, None):
            if one.start >= window.end:
                break
            yield Watch(max(one.start, window.start), min(one.end, window.end), one.person)


def _turns(rotation: Rotation, span: Span) -> Iterator[Watch]:
    number = turn(rotation, span.start)
    start = _begins(rotation, number)
    while start < span.end:
        end = _begins(rotation, number + 1)
        if start < end:
            yield Watch(start, end, rotation.people[number % len(rotation.people)])
        number, start = number + 1, end


def _begins(rotation: Rotation, number: int) -> datetime:
    day = rotation.first_day + timedelta(days=number * rotation.days)
    return instant(day, rotation.handover, rotation.zone)


def _covered(layer: Layer, span: Span) -> Iterator[Span]:
    """Merge a layer's windows into spans that neither touch nor overlap, cut to `span`."""
    if not layer.hours:
        yield span
        return
    start = end = None
    for window in sorted(_windows(layer, span), key=lambda w: w.start):
        opens, closes = max(window.start, span.start), min(window.end, span.end)
        if opens >= closes:
            continue
        if start is None or end is None:
            start, end = opens, closes
        elif opens <= end:
            end = max(end, closes)
        else:
            yield Span(start, end)
            start, end = opens, closes
    if start is not None and end is not None:
        yield Span(start, end)


def _windows(layer: Layer, span: Span) -> Iterator[Span]:
    zone = layer.rotation.zone
    # Two days early: a window may have begun yesterday, and the date itself may be off by one.
    day = span.start.astimezone(zone).date() - 2 * _DAY
    last = span.end.astimezone(zone).date() + _DAY
    while day <= last:
        for hours in layer.hours:
            if day.weekday() in hours.weekdays:
                yield from _window(hours, day, zone)
        day += _DAY


def _window(hours: Hours, day: date, zone: ZoneInfo) -> Iterator[Span]:
    closing_day = day if hours.end > hours.start else day + _DAY
    start, end = instant(day, hours.start, zone), instant(closing_day, hours.end, zone)
    # An hour that does not exist can leave a window with nothing in it.
    if start < end:
        yield Span(start, end)
