"""Who carries the pagers of two schedules at once, and when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.duty import Because
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span


@dataclass(frozen=True, slots=True)
class Double:
    """One person on call on two schedules over the same time."""

    person: PersonId
    span: Span
    schedules: tuple[ScheduleId, ScheduleId]


def double_booked(carried: Mapping[ScheduleId, Iterable[Shift]]) -> tuple[Double, ...]:
    """List who is on call on two schedules at once, the soonest first. Shadows are not."""
    found = [
        double
        for one, other in combinations(sorted(carried), 2)
        for double in _between(one, carried[one], other, carried[other])
    ]
    return tuple(sorted(found, key=lambda double: (double.span.start, double.person)))


def _between(
    one: ScheduleId, some: Iterable[Shift], other: ScheduleId, others: Iterable[Shift]
) -> Iterator[Double]:
    there = [shift for shift in others if shift.duty.because is not Because.SHADOW]
    for shift in some:
        if shift.duty.because is Because.SHADOW:
            continue
        for beside in there:
            start = max(shift.span.start, beside.span.start)
            end = min(shift.span.end, beside.span.end)
            if shift.duty.person == beside.duty.person and start < end:
                yield Double(shift.duty.person, Span(start, end), (one, other))
