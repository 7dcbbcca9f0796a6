"""Who is on call, now or over a span; and let people stand in for one another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.oncall.coverage import Shift, following, gaps, layer_shifts
from fireline.core.oncall.duty import Because, Duty, on_call
from fireline.core.oncall.schedule import Absence, Override, OverrideKind, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.store import overrides
from fireline.usecases.facts import house_stream, record
from fireline.usecases.oncall_desk import (
    LONGEST_SPAN,
    LOOK_AHEAD,
    Book,
    PersonNotFound,
    ScheduleNotFound,
    SpanTooLong,
    answerable,
    open_book,
    person_in,
    schedule_of,
)
from fireline.usecases.transaction import Tx

__all__ = ["LONGEST_SPAN", "LOOK_AHEAD", "PersonNotFound", "ScheduleNotFound", "SpanTooLong"]

_MOMENT = timedelta(microseconds=1)


class OverrideNotFound(Refusal):
    """There is no such override, or it was withdrawn."""

    kind = Kind.NOT_FOUND
    code = "override.not_found"


class OverridePast(Refusal):
    """An override changes what will be, not what was."""

    kind = Kind.INVALID
    code = "override.past"


class OverrideUnclear(Refusal):
    """What an override should do does not fit together."""

    kind = Kind.INVALID
    code = "override.unclear"


class LayerNotFound(Refusal):
    """The schedule has no such layer."""

    kind = Kind.INVALID
    code = "layer.not_found"


class NobodyOnCall(Refusal):
    """There is no shift to take, or it has no end."""

    kind = Kind.CONFLICT
    code = "shift.none"


class YoursAlready(Refusal):
    """The one who would take the shift has it."""

    kind = Kind.CONFLICT
    code = "shift.yours"


@dataclass(frozen=True, slots=True)
class OnCallView:
    """Who is on call at a moment, each until when, and who begins next. Empty: nobody.

    Shadows come last in `now` and are never in `next`, where all begin at the same moment.
    """

    schedule: ScheduleId
    name: str
    zone: str
    at: datetime
    now: tuple[Shift, ...]
    next: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class LayerView:
    """One row of a schedule's chart: who carries that layer, whatever lies above it."""

    name: str
    shifts: tuple[Shift, ...]
    level: int = 0
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class OverrideView:
    """Somebody standing in, joining or taken off; for whom and in which layers, if said."""

    id: UUID
    person: PersonId | None
    span: Span
    by: str
    kind: OverrideKind = OverrideKind.REPLACE
    instead_of: PersonId | None = None
    layers: tuple[str, ...] = ()
    request: UUID | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule over a span: its layers, who stands in, what comes of it, and its gaps."""

    schedule: ScheduleId
    name: str
    zone: str
    span: Span
    layers: tuple[LayerView, ...]
    overrides: tuple[OverrideView, ...]
    result: tuple[Shift, ...]
    gaps: tuple[Span, ...]
    away: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class NextView:
    """Somebody's next shift on one schedule."""

    schedule: ScheduleId
    name: str
    shift: Shift


async def duties(
    tx: Tx, plan: Plan, schedules: Collection[ScheduleId], at: datetime
) -> Mapping[ScheduleId, tuple[Duty, ...]]:
    """Say who is on call on each of these schedules. One the plan lacks has nobody."""
    book = await open_book(tx, schedules, Span(at, at + _MOMENT))
    answer: dict[ScheduleId, tuple[Duty, ...]] = {}
    for name in schedules:
        schedule = plan.schedules.get(name)
        standing_in = book.standing_in(name)
        answer[name] = on_call(schedule, standing_in, at, book.away) if schedule else ()
    return answer


async def who(tx: Tx, plan: Plan, schedule: ScheduleId, at: datetime | None = None) -> OnCallView:
    """Say who is on call, until when, and who comes next; now, unless told another moment."""
    told = schedule_of(plan, schedule)
    moment = at or tx.now
    ahead = Span(moment, moment + LOOK_AHEAD)
    coming = (await open_book(tx, [schedule], ahead)).shifts(told, ahead)
    running = sorted((s for s in coming if moment in s.span), key=is_shadow)
    beginning = [s for s in coming if s.span.start > moment and not is_shadow(s)]
    first = min((s.span.start for s in beginning), default=None)
    upcoming = tuple(s for s in beginning if s.span.start == first)
    return OnCallView(schedule, told.name, told.zone.key, moment, tuple(running), upcoming)


async def shifts(tx: Tx, plan: Plan, schedule: ScheduleId, span: Span) -> ScheduleView:
    """Lay out a schedule over a span, layer by layer, with what comes of it."""
    told = schedule_of(plan, schedule)
    book = await open_book(tx, [schedule], answerable(span))
    return ScheduleView(
        schedule=schedule,
        name=told.name,
        zone=told.zone.key,
        span=span,
        layers=tuple(
            LayerView(
                layer.name, layer_shifts(told, layer, span, book.away), layer.level, layer.shadow
            )
            for layer in told.layers
        ),
        overrides=tuple(_view(row) for row in book.rows),
        result=book.shifts(told, span),
        gaps=gaps(told, span, book.standing_in(schedule), book.away),
        away=tuple(one for one in book.away if one.person in people_of(told)),
    )


async def gaps_in(
    tx: Tx, plan: Plan, schedules: Collection[ScheduleId], span: Span
) -> Mapping[ScheduleId, tuple[Span, ...]]:
    """List when nobody is on call on some schedules."""
    book = await open_book(tx, schedules, answerable(span))
    return {
        name: gaps(schedule_of(plan, name), span, book.standing_in(name), book.away)
        for name in schedules
    }


async def next_shifts(tx: Tx, plan: Plan, person: PersonId) -> tuple[NextView, ...]:
    """List somebody's next shift on each schedule that has one for them, the soonest first."""
    person_in(plan, person)
    book = await open_book(tx, list(plan.schedules), Span(tx.now, tx.now + LONGEST_SPAN))
    found: list[NextView] = []
    for name, schedule in plan.schedules.items():
        shift = following(schedule, person, tx.now, book.standing_in(name), book.away)
        if shift is not None:
            found.append(NextView(name, schedule.name, shift))
    return tuple(sorted(found, key=lambda one: one.shift.span.start))


async def shifts_of_person(
    tx: Tx, plan: Plan, person: PersonId, span: Span
) -> tuple[NextView, ...]:
    """List somebody's shifts on every schedule that touch a span, the soonest first."""
    person_in(plan, person)
    book = await open_book(tx, list(plan.schedules), answerable(span))
    found = [
        NextView(name, schedule.name, shift)
        for name, schedule in plan.schedules.items()
        for shift in book.shifts(schedule, span)
        if shift.duty.person == person
    ]
    return tuple(sorted(found, key=lambda one: one.shift.span.start))


async def override(
    tx: Tx,
    plan: Plan,
    schedule: ScheduleId,
    wanted: Override,
    *,
    by: Actor,
) -> UUID:
    """Change who is on call on a schedule for a span; return the override's id.

    Raises ScheduleNotFound, PersonNotFound, LayerNotFound, OverrideUnclear, OverridePast.
    """
    told = schedule_of(plan, schedule)
    _check(plan, told, wanted)
    if wanted.span.end <= tx.now:
        msg = f"end: {wanted.span.end.isoformat()} is over already."
        raise OverridePast(msg, hint="Choose an end that is still to come.")
    new = overrides.New(tx.ids.fresh(), schedule, wanted, by.name)
    await keep_override(tx, plan, new, by=by)
    return new.id


async def keep_override(tx: Tx, plan: Plan, new: overrides.New, *, by: Actor) -> None:
    """Keep an override that was checked, and tell the house."""
    await overrides.add(tx.db, new, now=tx.now)
    wanted = new.override
    body = {
        "override": str(new.id),
        "schedule": new.schedule,
        "kind": str(wanted.kind),
        "person": wanted.person,
        "instead_of": wanted.instead_of,
        "layers": sorted(wanted.layers),
        "from": wanted.span.start.isoformat(),
        "until": wanted.span.end.isoformat(),
        "text": _sentence(plan, plan.schedules[ScheduleId(new.schedule)], wanted),
    }
    await record(tx, house_stream(), "override.made", by=by, body=body)


async def take(
    tx: Tx,
    plan: Plan,
    schedule: ScheduleId,
    person: PersonId,
    *,
    until: datetime | None = None,
    by: Actor,
) -> UUID:
    """Give somebody the pager from now on, alone: to the end of the running shift, or `until`.

    Raises NobodyOnCall when no end is in sight, YoursAlready, and what `override` raises.
    """
    person_in(plan, person)
    told = await who(tx, plan, schedule)
    holding = [shift for shift in told.now if not is_shadow(shift)]
    if holding and {shift.duty.person for shift in holding} == {person} and until is None:
        msg = f"{person} has the pager of {told.name} already."
        raise YoursAlready(msg, hint="Say until when to keep it beyond the shift.")
    ends = {shift.span.end for shift in holding} or {shift.span.start for shift in told.next}
    end = until or min(ends, default=None)
    if end is None or (until is None and end >= told.at + LOOK_AHEAD):
        msg = "until: the running shift has no end in sight."
        raise NobodyOnCall(msg, hint="Say until when.")
    if end <= tx.now:
        msg = f"until: {end.isoformat()} is over already."
        raise OverridePast(msg, hint="Choose an end that is still to come.")
    wanted = Override(Span(tx.now, end), OverrideKind.REPLACE, person)
    return await override(tx, plan, schedule, wanted, by=by)


async def withdraw_override(tx: Tx, wanted: UUID, *, by: Actor) -> None:
    """Take an override back; the schedule stands as if it had never been made."""
    row = await overrides.get(tx.db, wanted)
    if row is None:
        msg = "There is no such override, or it was withdrawn."
        raise OverrideNotFound(msg, hint="List them: fireline oncall override list SCHEDULE")
    await overrides.withdraw(tx.db, wanted, by=by.name, now=tx.now)
    body = {
        "override": str(wanted),
        "schedule": row.schedule,
        "person": row.person,
        "text": f"{row.person or row.instead_of or 'an override'} no longer"
        f" stands in on {row.schedule}",
    }
    await record(tx, house_stream(), "override.withdrawn", by=by, body=body)


def is_shadow(shift: Shift) -> bool:
    """Tell whether a shift only follows somebody else's."""
    return shift.duty.because is Because.SHADOW


def people_of(schedule: Schedule) -> frozenset[PersonId]:
    """Return everybody in a schedule's rings."""
    return frozenset(person for layer in schedule.layers for person in layer.rotation.people)


def book_shifts(book: Book, schedule: Schedule, span: Span, person: PersonId) -> list[Shift]:
    """List one person's shifts, without those they only follow."""
    return [
        shift
        for shift in book.shifts(schedule, span)
        if shift.duty.person == person and not is_shadow(shift)
    ]


def _check(plan: Plan, schedule: Schedule, wanted: Override) -> None:
    if wanted.person is not None:
        person_in(plan, wanted.person)
    elif wanted.kind is not OverrideKind.REMOVE:
        msg = "person: nobody is named."
        raise OverrideUnclear(msg, hint="Say who it is, or remove somebody instead.")
    if wanted.instead_of is not None:
        person_in(plan, wanted.instead_of, field="instead_of")
        if wanted.kind is OverrideKind.ADD:
            msg = "instead_of: who joins takes nobody's place."
            raise OverrideUnclear(msg, hint="Leave it out, or replace.")
    known = {layer.name for layer in schedule.layers}
    if unknown := sorted(wanted.layers - known):
        msg = f"layers: {schedule.id} has no layer {', '.join(unknown)}."
        raise LayerNotFound(msg, hint="Known: " + ", ".join(sorted(known)))


def _sentence(plan: Plan, schedule: Schedule, wanted: Override) -> str:
    def name(person: PersonId | None) -> str:
        known = plan.people.get(person) if person else None
        return known.name if known else (person or "everybody")

    match wanted.kind:
        case OverrideKind.ADD:
            return f"{name(wanted.person)} joins on {schedule.name}"
        case OverrideKind.REMOVE:
            leaving = wanted.instead_of or wanted.person
            return f"{name(leaving)} is taken off {schedule.name}"
        case OverrideKind.REPLACE:
            instead = f" for {name(wanted.instead_of)}" if wanted.instead_of else ""
            return f"{name(wanted.person)} stands in{instead} on {schedule.name}"


def _view(row: overrides.OverrideRow) -> OverrideView:
    value = row.value
    return OverrideView(
        id=row.id,
        person=value.person,
        span=value.span,
        by=row.made_by,
        kind=value.kind,
        instead_of=value.instead_of,
        layers=tuple(sorted(value.layers)),
        request=row.request_id,
        imported=row.calendar_id is not None,
    )
