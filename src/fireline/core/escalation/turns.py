"""Who has the turn after, or had it before, those who are on call at a moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.coverage import shifts as shifts_of
from fireline.core.oncall.duty import Because
from fireline.core.oncall.schedule import Absence, Override, Schedule
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span

_FAR = timedelta(days=60)


def following(shifts: Sequence[Shift], at: datetime) -> tuple[PersonId, ...]:
    """Return those who come on call next and are not on call now; of several, all at once."""
    carrying = _carrying(shifts, at)
    coming = [one for one in _others(shifts, carrying) if one.span.start > at]
    first = min((one.span.start for one in coming), default=None)
    return _people(one for one in coming if one.span.start == first)


def before(shifts: Sequence[Shift], at: datetime) -> tuple[PersonId, ...]:
    """Return those who were on call last and are not now; of several, all at once."""
    carrying = _carrying(shifts, at)
    gone = [one for one in _others(shifts, carrying) if one.span.end <= at]
    last = max((one.span.end for one in gone), default=None)
    return _people(one for one in gone if one.span.end == last)


def around(
    schedule: Schedule,
    overrides: Sequence[Override],
    at: datetime,
    absences: Sequence[Absence] = (),
) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
    """Return who had the turn before on a schedule and who has it next, within two months."""
    shifts = shifts_of(schedule, overrides, Span(at - _FAR, at + _FAR), absences)
    return before(shifts, at), following(shifts, at)


def _carrying(shifts: Iterable[Shift], at: datetime) -> frozenset[PersonId]:
    return frozenset(one.duty.person for one in shifts if at in one.span and not _is_shadow(one))


def _others(shifts: Iterable[Shift], carrying: frozenset[PersonId]) -> list[Shift]:
    return [one for one in shifts if one.duty.person not in carrying and not _is_shadow(one)]


def _is_shadow(shift: Shift) -> bool:
    return shift.duty.because is Because.SHADOW


def _people(shifts: Iterable[Shift]) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(one.duty.person for one in shifts))
