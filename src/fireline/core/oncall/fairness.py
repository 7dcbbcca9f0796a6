"""What each person's share of being on call is: hours, nights, weekends, and pages at night.

Nights are from 22 to 6 and weekends from Saturday to Sunday midnight, on the clocks where the
person lives. Somebody who carries two pagers at once has that hour once; shadows have none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.duty import Because
from fireline.core.oncall.hours import Piece, both, joined, stretches_of
from fireline.core.oncall.schedule import Hours, WeekSpan
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span, utc

_EVERY_DAY = frozenset(range(7))
_SATURDAY, _MONDAY = 5, 0
NIGHT = Hours(_EVERY_DAY, time(22), time(6))
WEEKEND = WeekSpan(_SATURDAY, time(), _MONDAY, time())


@dataclass(frozen=True, slots=True)
class Share:
    """What one person carried over a span.

    `nights` and `weekends` count those touched at all; the lengths say how much of them.
    """

    person: PersonId
    on_call: timedelta
    nights: int
    at_night: timedelta
    weekends: int
    on_weekends: timedelta
    pages: int
    pages_at_night: int


def shares(
    shifts: Iterable[Shift],
    span: Span,
    zones: Mapping[PersonId, ZoneInfo],
    pages: Iterable[tuple[PersonId, datetime]] = (),
) -> tuple[Share, ...]:
    """Say what each person of `zones` carried over a span, whoever carried longest first.

    `shifts` may be those of several schedules, `pages` say whom a page woke and when. People
    without a zone are left out.
    """
    carried: dict[PersonId, list[Piece]] = {person: [] for person in zones}
    for shift in shifts:
        person = shift.duty.person
        if person in carried and shift.duty.because is not Because.SHADOW:
            carried[person].append((shift.span.start, shift.span.end))
    woken: dict[PersonId, list[datetime]] = {person: [] for person in zones}
    for person, at in pages:
        if person in woken and utc(at) in span:
            woken[person].append(utc(at))
    found = [
        _share(person, joined(pieces, span), woken[person], span, zones[person])
        for person, pieces in carried.items()
    ]
    return tuple(sorted(found, key=lambda share: (-share.on_call, share.person)))


def _share(
    person: PersonId,
    carried: Sequence[Piece],
    woken: Sequence[datetime],
    span: Span,
    zone: ZoneInfo,
) -> Share:
    nights, weekends = stretches_of(NIGHT, span, zone), stretches_of(WEEKEND, span, zone)
    return Share(
        person=person,
        on_call=_length(carried),
        nights=_touched(nights, carried),
        at_night=_length(both(carried, nights)),
        weekends=_touched(weekends, carried),
        on_weekends=_length(both(carried, weekends)),
        pages=len(woken),
        pages_at_night=sum(any(start <= at < end for start, end in nights) for at in woken),
    )


def _length(pieces: Iterable[Piece]) -> timedelta:
    return sum((end - start for start, end in pieces), timedelta())


def _touched(stretches: Iterable[Piece], carried: Sequence[Piece]) -> int:
    return sum(bool(both([stretch], carried)) for stretch in stretches)
