"""Whose turn it is in one rotation.

Turns of days, weeks and months are told on the wall clock and compared in UTC, so a hand-over at
nine stays at nine when the clocks change. A hand-over in an hour that does not exist comes as much
later as the clock was moved; in an hour that happens twice, it comes the first time and not again.
Months that lack the day of the first hand over on their last: from the 31st, on 28 February.

Turns of hours that hand over at the same times every day (3, 4, 6, 8 or 12 of them, or whole days)
keep to the wall clock too, and the turn in which the clocks change is so much shorter or longer.
Any other number of hours is counted as it passes, and so are one and two: the clocks may be moved
by as much, and a turn on the wall clock could vanish.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from fireline.core.oncall.schedule import Every, Rotation
from fireline.core.values.time import Span, instant, utc

_DAY = timedelta(days=1)
_DAYS_IN = {Every.DAY: 1, Every.WEEK: 7}
_HOURS_IN_DAY = 24
_MOVED_AT_MOST = 2
_MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: counted from the first of the rotation, from hand-over to hand-over."""

    start: datetime
    end: datetime
    number: int


def turn(rotation: Rotation, now: datetime) -> int:
    """Count the turns begun since the first. Negative before it; it never goes back."""
    moment = utc(now)
    if rotation.every is Every.HOUR and not _on_the_clock(rotation):
        return (moment - _first(rotation)) // timedelta(hours=rotation.length)
    number = _at_most(rotation, moment)
    while moment < begins(rotation, number):
        number -= 1
    return number


def begins(rotation: Rotation, number: int) -> datetime:
    """Return when a turn begins, in UTC."""
    match rotation.every:
        case Every.HOUR if not _on_the_clock(rotation):
            return _first(rotation) + number * timedelta(hours=rotation.length)
        case Every.HOUR:
            first = datetime.combine(rotation.first_day, rotation.handover)
            wall = first + number * timedelta(hours=rotation.length)
            return instant(wall.date(), wall.time(), rotation.zone)
        case Every.MONTH:
            return instant(_month_day(rotation, number), rotation.handover, rotation.zone)
        case Every.DAY | Every.WEEK:
            days = number * rotation.length * _DAYS_IN[rotation.every]
            day = rotation.first_day + timedelta(days=days)
            return instant(day, rotation.handover, rotation.zone)


def turns(rotation: Rotation, span: Span) -> Iterator[Turn]:
    """List the turns that touch a span, in order, none empty and each beginning as one ends."""
    number, last = turn(rotation, span.start), turn(rotation, span.end) + 1
    # Sorted: where a whole day is skipped, turns of hours begin out of order.
    marks = sorted((begins(rotation, each), each) for each in range(number, last + 1))
    for (start, begun), (end, _) in pairwise(marks):
        number = max(number, begun)
        if start < min(end, span.end):
            yield Turn(start, end, number)


def _first(rotation: Rotation) -> datetime:
    return instant(rotation.first_day, rotation.handover, rotation.zone)


def _on_the_clock(rotation: Rotation) -> bool:
    hours = rotation.length
    return hours % _HOURS_IN_DAY == 0 or (_HOURS_IN_DAY % hours == 0 and hours > _MOVED_AT_MOST)


def _at_most(rotation: Rotation, moment: datetime) -> int:
    """Return a turn that is not before the one at `moment`, and not far after it."""
    # A day more: where clocks fall back over midnight, the date itself goes back.
    local = moment.astimezone(rotation.zone).replace(tzinfo=None) + _DAY
    first = datetime.combine(rotation.first_day, rotation.handover)
    match rotation.every:
        case Every.HOUR:
            return (local - first) // timedelta(hours=rotation.length)
        case Every.MONTH:
            return (_month(local.date()) - _month(first.date())) // rotation.length
        case Every.DAY | Every.WEEK:
            days = (local.date() - first.date()).days
            return days // (rotation.length * _DAYS_IN[rotation.every])


def _month(day: date) -> int:
    return day.year * _MONTHS_IN_YEAR + day.month - 1


def _month_day(rotation: Rotation, number: int) -> date:
    months = _month(rotation.first_day) + number * rotation.length
    year, month = divmod(months, _MONTHS_IN_YEAR)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(rotation.first_day.day, last))
