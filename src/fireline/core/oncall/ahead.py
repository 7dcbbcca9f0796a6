"""What should worry a team about the time ahead: hours nobody covers, people who never rest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span

LOOK_AHEAD = timedelta(days=14)
# Longer than this with the pager, without so long a rest, wears people out.
LONGEST_STRETCH = timedelta(days=15)
REST = timedelta(hours=24)
_WAYS = (timedelta(days=7), timedelta(days=-7))


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which nobody is on call. `weekly`: the same comes again each week.

    `key` stays the same from one look to the next.
    """

    span: Span
    weekly: bool
    key: str


@dataclass(frozen=True, slots=True)
class Overload:
    """Somebody with the pager for very long, without a rest."""

    person: PersonId
    span: Span
    key: str


def worrying_gaps(gaps: Sequence[Span], looked: Span, zone: ZoneInfo) -> tuple[Gap, ...]:
    """Name the gaps found in a look; hours never covered are one worry, however often they come."""
    local = [_Local.of(gap, looked, zone) for gap in gaps]
    by_start = {one.start: one for one in local}
    by_end = {one.end: one for one in local}
    found: list[Gap] = []
    for gap, here in zip(gaps, local, strict=True):
        beside = [by_start.get(here.start + way) or by_end.get(here.end + way) for way in _WAYS]
        like = next((one for one in beside if one is not None and here.is_like(one)), None)
        if like is None:
            key = f"gap:{_begins(gap, looked)}"
        else:
            start = like.start if here.cut_before else here.start
            end = like.end if here.cut_after else here.end
            key = f"weekly:{start:%a%H%M}-{end:%a%H%M}".lower()
        found.append(Gap(gap, like is not None, key))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Local:
    """A gap on the clocks of its schedule; one at an edge of the look may go on beyond it."""

    start: datetime
    end: datetime
    cut_before: bool
    cut_after: bool

    @classmethod
    def of(cls, gap: Span, looked: Span, zone: ZoneInfo) -> Self:
        start, end = (at.astimezone(zone).replace(tzinfo=None) for at in (gap.start, gap.end))
        return cls(start, end, gap.start <= looked.start, gap.end >= looked.end)

    def is_like(self, other: Self) -> bool:
        """Tell whether another gap is this one a week away, as far as both can be seen."""
        starts = self.cut_before or other.cut_before or (other.start - self.start) in _WAYS
        ends = self.cut_after or other.cut_after or (other.end - self.end) in _WAYS
        return starts and ends


def overloads(carried: Mapping[PersonId, Sequence[Span]], looked: Span) -> tuple[Overload, ...]:
    """Name who carries a pager too long without a rest, by what they carry on every schedule."""
    return tuple(
        Overload(person, stretch, f"overload:{person}:{_begins(stretch, looked)}")
        for person, spans in sorted(carried.items())
        for stretch in _stretches(spans)
        if stretch.length > LONGEST_STRETCH
    )


def _stretches(spans: Iterable[Span]) -> Iterator[Span]:
    """Join what lies closer together than a rest."""
    held: Span | None = None
    for span in sorted(spans, key=lambda one: one.start):
        if held is None:
            held = span
        elif span.start - held.end < REST:
            held = Span(held.start, max(held.end, span.end))
        else:
            yield held
            held = span
    if held is not None:
        yield held


def _begins(span: Span, looked: Span) -> str:
    # What began before anybody looked has no start to tell it by.
    return "before" if span.start <= looked.start else span.start.isoformat()
