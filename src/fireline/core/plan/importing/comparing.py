"""Who is on call there and here, compared at every moment; and what the other system says of it.

Both sides are stretches of time. The comparison walks from edge to edge, so three months cost as
much as there are hand-overs in them, and no minute is passed over.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.core.oncall.coverage import shifts
from fireline.core.oncall.duty import Because
from fireline.core.oncall.schedule import Override, OverrideKind, Schedule
from fireline.core.plan.importing.found import Imported, StandIn
from fireline.core.plan.importing.grafana_oncall import NAME as GRAFANA_ONCALL
from fireline.core.plan.importing.opsgenie import NAME as OPSGENIE
from fireline.core.plan.importing.saved import Taken
from fireline.core.plan.importing.wire import Answer, at, each, part, text
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span


@dataclass(frozen=True, slots=True)
class Carried:
    """Somebody on call for a stretch of time; several may be at once."""

    start: datetime
    end: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch in which different people are on call there and here; empty: nobody."""

    span: Span
    there: tuple[str, ...]
    here: tuple[str, ...]


def differences(
    there: Sequence[Carried], here: Sequence[Carried], span: Span
) -> tuple[Difference, ...]:
    """List every stretch of a span in which the two differ, in order, each as long as can be."""
    found: list[Difference] = []
    for start, end, theirs, ours in _walk(there, here, span):
        if theirs == ours:
            continue
        last = found[-1] if found else None
        if last and (last.span.end, last.there, last.here) == (start, theirs, ours):
            found[-1] = Difference(Span(last.span.start, end), theirs, ours)
        else:
            found.append(Difference(Span(start, end), theirs, ours))
    return tuple(found)


def _walk(
    there: Sequence[Carried], here: Sequence[Carried], span: Span
) -> Iterator[tuple[datetime, datetime, tuple[str, ...], tuple[str, ...]]]:
    edges: list[tuple[datetime, int, str, int]] = []
    for side, carried in enumerate((there, here)):
        for one in carried:
            start, end = max(one.start, span.start), min(one.end, span.end)
            if start < end:
                edges += [(start, side, one.person, 1), (end, side, one.person, -1)]
    edges.sort(key=lambda edge: edge[0])
    on: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    moment = span.start
    for when, side, person, more in edges:
        if when > moment:
            yield moment, when, _names(on[0]), _names(on[1])
            moment = when
        on[side][person] += more
    if moment < span.end:
        yield moment, span.end, (), ()


def _names(on: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name, count in on.items() if count > 0))


def carried_here(
    schedule: Schedule, stand_ins: Sequence[StandIn], span: Span
) -> tuple[Carried, ...]:
    """Say who is on call here, those who only listen in left out."""
    overrides = [override_of(one) for one in stand_ins if one.schedule == schedule.id]
    return tuple(
        Carried(shift.span.start, shift.span.end, shift.duty.person)
        for shift in shifts(schedule, overrides, span)
        if shift.duty.because is not Because.SHADOW
    )


def override_of(one: StandIn) -> Override:
    """Return the override that somebody standing in there is here."""
    return Override(
        Span(one.start, one.end),
        OverrideKind(one.kind),
        None if one.person is None else PersonId(one.person),
        None if one.instead_of is None else PersonId(one.instead_of),
        frozenset(one.layers),
    )


def carried_there(taken: Taken, found: Imported) -> Mapping[str, tuple[Carried, ...]]:
    """Say who is on call there on each imported schedule, by the other system's own timeline."""
    carried: dict[str, tuple[Carried, ...]] = {}
    for schedule in each(taken.account, "schedules"):
        slug = found.schedules.get(text(schedule, "id"))
        if slug is not None:
            carried[slug] = tuple(_carried(taken.source, schedule, found.people))
    return carried


def _carried(source: str, schedule: Answer, people: Mapping[str, str]) -> Iterator[Carried]:
    if source == OPSGENIE:
        yield from _opsgenie(schedule, people)
        return
    is_grafana = source == GRAFANA_ONCALL
    first, last = ("shift_start", "shift_end") if is_grafana else ("start", "end")
    for entry in each(schedule, "final"):
        start, end = at(entry, first), at(entry, last)
        id_ = text(entry, "user_pk") if is_grafana else text(entry, "user", "id")
        name = text(entry, "user_email") if is_grafana else text(entry, "user", "summary")
        if id_ and start is not None and end is not None:
            yield Carried(start, end, people.get(id_) or _stranger(name or id_))


def _opsgenie(schedule: Answer, people: Mapping[str, str]) -> Iterator[Carried]:
    for timeline in each(schedule, "timelines"):
        for rotation in each(timeline, "finalTimeline", "rotations"):
            for period in each(rotation, "periods"):
                start, end = at(period, "startDate"), at(period, "endDate")
                if start is None or end is None:
                    continue
                for one in _recipients(period):
                    name = text(one, "name") or text(one, "id")
                    yield Carried(start, end, people.get(text(one, "id")) or _stranger(name))


def _recipients(period: Answer) -> list[Answer]:
    """Return the people of a period: a team or an escalation in it is told by its people."""
    to = part(period, "recipient")
    if text(to, "type") in {"user", ""}:
        return [to] if text(to, "id") else []
    return [one for one in each(period, "flattenedRecipients") if text(one, "type") == "user"]


def _stranger(name: str) -> str:
    return f"{name} (not here)"
