"""Schedules: who has the pager, the shifts to come, gaps, and people standing in."""

import asyncio
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.calendars import read_calendar
from fireline.usecases import calendars, oncall, plans
from fireline.usecases.oncall import OnCallView, OverrideView, ScheduleView
from fireline.usecases.oncall_desk import LONGEST_SPAN, schedule_of, span_from

router = APIRouter(prefix="/schedules", tags=["on call"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
MAX_CALENDAR = 2_000_000


class WantedOverride(BaseModel, extra="forbid"):
    """A change to who is on call: `replace` (everybody, or `instead_of`), `add`, `remove`.

    With `layers`, only there.
    """

    person: str | None = None
    start: AwareDatetime
    end: AwareDatetime
    kind: OverrideKind = OverrideKind.REPLACE
    instead_of: str | None = None
    layers: list[str] = Field(default=[], max_length=50)


class MadeOverride(BaseModel):
    """The override that was made."""

    id: UUID


class WantedTake(BaseModel, extra="forbid"):
    """Somebody takes the pager now; you, to the end of the running shift, unless told otherwise."""

    person: str | None = None
    until: AwareDatetime | None = None
    lasting_minutes: int | None = Field(default=None, ge=1, le=600_000)


class WantedImport(BaseModel, extra="forbid"):
    """The text of an iCalendar file whose events are shifts. `preview` changes nothing."""

    calendar: str = Field(max_length=MAX_CALENDAR)
    preview: bool = False


@router.get("")
async def who(visit: Seeing, at: AwareDatetime | None = None) -> tuple[OnCallView, ...]:
    """Say who is on call on every schedule, until when, and who begins next."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return tuple([await oncall.who(tx, plan, name, at) for name in sorted(plan.schedules)])


@router.get("/{schedule}")
async def shifts(
    schedule: str,
    visit: Seeing,
    days: Annotated[int, Query(ge=1, le=90)] = 14,
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
) -> ScheduleView:
    """Lay out a schedule from `start`, or now, to `end`, or for some days, with its gaps."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        begins = start or tx.now
        span = span_from(begins, end or begins + timedelta(days=days))
        return await oncall.shifts(tx, plan, ScheduleId(schedule), span)


@router.get("/{schedule}/on-call")
async def who_on(schedule: str, visit: Seeing, at: AwareDatetime | None = None) -> OnCallView:
    """Say who is on call on one schedule, until when, and who begins next."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return await oncall.who(tx, plan, ScheduleId(schedule), at)


@router.get("/{schedule}/gaps")
async def gaps(
    schedule: str, visit: Seeing, days: Annotated[int, Query(ge=1, le=400)] = 90
) -> tuple[Span, ...]:
    """List when nobody is on call in the coming days."""
    name = ScheduleId(schedule)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now, tx.now + timedelta(days=days))
        return (await oncall.gaps_in(tx, plan, [name], span))[name]


@router.get("/{schedule}/overrides")
async def overrides(schedule: str, visit: Seeing) -> tuple[OverrideView, ...]:
    """List who stands in, joins or is taken off from now on."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now, tx.now + LONGEST_SPAN)
        return (await oncall.shifts(tx, plan, ScheduleId(schedule), span)).overrides


@router.post("/{schedule}/overrides", status_code=201)
async def override(schedule: str, wanted: WantedOverride, visit: Responding) -> MadeOverride:
    """Change who is on call for a while."""
    visit.reach(None)
    change = Override(
        span=span_from(wanted.start, wanted.end),
        kind=wanted.kind,
        person=PersonId(wanted.person) if wanted.person else None,
        instead_of=PersonId(wanted.instead_of) if wanted.instead_of else None,
        layers=frozenset(wanted.layers),
    )
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        made = await oncall.override(tx, plan, ScheduleId(schedule), change, by=visit.by)
        return MadeOverride(id=made)


@router.post("/{schedule}/take", status_code=201)
async def take(schedule: str, wanted: WantedTake, visit: Responding) -> MadeOverride:
    """Take the pager now, to the end of the running shift or until a moment."""
    visit.reach(None)
    person = PersonId(wanted.person or visit.principal.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        until = wanted.until
        if wanted.lasting_minutes is not None:
            until = tx.now + timedelta(minutes=wanted.lasting_minutes)
        name = ScheduleId(schedule)
        made = await oncall.take(tx, plan, name, person, until=until, by=visit.by)
        return MadeOverride(id=made)


@router.post("/{schedule}/import")
async def import_calendar(
    schedule: str, wanted: WantedImport, visit: Responding
) -> calendars.Imported:
    """Let the people of a calendar's events stand in; what came of the same events before goes."""
    visit.reach(None)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        told = schedule_of(plan, ScheduleId(schedule))
        ahead = Span(tx.now, tx.now + calendars.IMPORTED_AHEAD)
        # A thread reads it: a rule that never comes true takes a while to find that out.
        found = await asyncio.to_thread(read_calendar, wanted.calendar, ahead, told.zone)
        return await calendars.import_shifts(
            tx, plan, told.id, found, preview=wanted.preview, by=visit.by
        )


@router.delete("/overrides/{override_id}", status_code=204)
async def withdraw(override_id: UUID, visit: Responding) -> None:
    """Take an override back."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await oncall.withdraw_override(tx, override_id, by=visit.by)
