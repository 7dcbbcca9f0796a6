"""Who is on call, now or over a span; and let people stand in for one another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.oncall.coverage import Shift, gaps, layer_shifts
from fireline.core.oncall.coverage import shifts as shifts_of
from fireline.core.oncall.duty import Duty, on_call
from fireline.core.oncall.schedule import Override, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.store import overrides
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx

LOOK_AHEAD = timedelta(days=60)
LONGEST_SPAN = timedelta(days=400)
_MOMENT = timedelta(microseconds=1)


class ScheduleNotFound(Refusal):
    """The plan has no such schedule."""

    kind = Kind.NOT_FOUND
    code = "schedule.not_found"


class PersonNotFound(Refusal):
    """The plan has no such person."""

    kind = Kind.NOT_FOUND
    code = "person.not_found"


class OverrideNotFound(Refusal):
    """There is no such override, or it was withdrawn."""

    kind = Kind.NOT_FOUND
    code = "override.not_found"


class OverridePast(Refusal):
    """An override changes what will be, not what was."""

    kind = Kind.INVALID
    code = "override.past"


class SpanTooLong(Refusal):
    """More time than one answer holds."""

    kind = Kind.INVALID
    code = "span.too_long"


@dataclass(frozen=True, slots=True)
class OnCallView:
    """Who is on call at a moment and until when, and who is next. `None`: nobody is."""

    schedule: ScheduleId
    name: str
    zone: str
    at: datetime
    now: Shift | None
    next: Shift | None


@dataclass(frozen=True, slots=True)
class LayerView:
    """One row of a schedule's chart: who carries that layer, whatever lies above it."""

    name: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class OverrideView:
    """Somebody standing in."""

    id: UUID
    person: PersonId
    span: Span
    by: str


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


async def duties(
    tx: Tx, plan: Plan, schedules: Collection[ScheduleId], at: datetime
) -> Mapping[ScheduleId, Duty | None]:
    """Say who is on call on each of these schedules. One the plan lacks has nobody."""
    rows = await overrides.near(tx.db, schedules, Span(at, at + _MOMENT))
    answer: dict[ScheduleId, Duty | None] = {}
    for name in schedules:
        schedule = plan.schedules.get(name)
        standing_in = [row.value for row in rows if row.schedule == name]
        answer[name] = on_call(schedule, standing_in, at) if schedule else None
    return answer


async def who(tx: Tx, plan: Plan, schedule: ScheduleId, at: datetime | None = None) -> OnCallView:
    """Say who is on call, until when, and who comes next; now, unless told another moment."""
    told = _schedule(plan, schedule)
    moment = at or tx.now
    ahead = Span(moment, moment + LOOK_AHEAD)
    rows = await overrides.near(tx.db, [schedule], ahead)
    coming = shifts_of(told, [row.value for row in rows], ahead)
    running = next((shift for shift in coming if moment in shift.span), None)
    following = next((shift for shift in coming if shift.span.start > moment), None)
    return OnCallView(schedule, told.name, told.zone.key, moment, running, following)


async def shifts(tx: Tx, plan: Plan, schedule: ScheduleId, span: Span) -> ScheduleView:
    """Lay out a schedule over a span, layer by layer, with what comes of it."""
    told = _schedule(plan, schedule)
    if span.length > LONGEST_SPAN:
        msg = f"One answer holds {LONGEST_SPAN.days} days at most."
        raise SpanTooLong(msg, hint="Ask for a shorter span.")
    rows = await overrides.near(tx.db, [schedule], span)
    standing_in = [row.value for row in rows]
    return ScheduleView(
        schedule=schedule,
        name=told.name,
        zone=told.zone.key,
        span=span,
        layers=tuple(LayerView(layer.name, layer_shifts(layer, span)) for layer in told.layers),
        overrides=tuple(
            OverrideView(row.id, PersonId(row.person), row.value.span, row.made_by) for row in rows
        ),
        result=shifts_of(told, standing_in, span),
        gaps=gaps(told, span, standing_in),
    )


async def override(
    tx: Tx, plan: Plan, schedule: ScheduleId, wanted: Override, *, by: Actor
) -> UUID:
    """Let somebody stand in on a schedule for a span; return the override's id."""
    told = _schedule(plan, schedule)
    person = plan.people.get(wanted.person)
    if person is None:
        msg = f"The plan has no person {wanted.person}."
        raise PersonNotFound(msg, hint="See people.yaml.")
    if wanted.span.end <= tx.now:
        msg = "That span is over already."
        raise OverridePast(msg, hint="Choose an end that is still to come.")
    fresh = tx.ids.fresh()
    new = overrides.New(fresh, schedule, wanted, by.name)
    await overrides.add(tx.db, new, now=tx.now)
    body = {
        "override": str(fresh),
        "schedule": schedule,
        "person": wanted.person,
        "from": wanted.span.start.isoformat(),
        "until": wanted.span.end.isoformat(),
        "text": f"{person.name} stands in on {told.name}",
    }
    await record(tx, house_stream(), "override.made", by=by, body=body)
    return fresh


async def withdraw_override(tx: Tx, wanted: UUID, *, by: Actor) -> None:
    """Take an override back; the schedule stands as if it had never been made."""
    row = await overrides.get(tx.db, wanted)
    if row is None:
        msg = "There is no such override, or it was withdrawn."
        raise OverrideNotFound(msg)
    await overrides.withdraw(tx.db, wanted, by=by.name, now=tx.now)
    body = {
        "override": str(wanted),
        "schedule": row.schedule,
        "person": row.person,
        "text": f"{row.person} no longer stands in on {row.schedule}",
    }
    await record(tx, house_stream(), "override.withdrawn", by=by, body=body)


def _schedule(plan: Plan, schedule: ScheduleId) -> Schedule:
    found = plan.schedules.get(schedule)
    if found is None:
        msg = f"The plan has no schedule {schedule}."
        raise ScheduleNotFound(msg, hint="Known: " + ", ".join(sorted(plan.schedules)))
    return found
