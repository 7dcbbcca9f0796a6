"""What people do about their shifts: see them, swap them, have them covered, go away."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.oncall.fairness import Share
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.entry import admit_to
from fireline.usecases import fairness as reports
from fireline.usecases import leave, oncall, oncall_warnings, plans, shift_requests
from fireline.usecases.leave import LeaveView
from fireline.usecases.oncall import NextView
from fireline.usecases.oncall_desk import MAX_NOTE, span_from
from fireline.usecases.oncall_warnings import WarningView
from fireline.usecases.shift_requests import RequestView

router = APIRouter(prefix="/on-call", tags=["on call"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Note = Annotated[str, Field(max_length=MAX_NOTE)]


class WantedRequest(BaseModel, extra="forbid"):
    """A swap with `asked`, when `back_start` says which shift of theirs; else a cover.

    Without an end, what is meant is the whole shift that runs at the start.
    """

    schedule: str
    start: AwareDatetime
    end: AwareDatetime | None = None
    asked: str | None = None
    back_start: AwareDatetime | None = None
    back_end: AwareDatetime | None = None
    person: str | None = None
    note: Note = ""


class Answer(BaseModel, extra="forbid"):
    """Who answers; you, unless a manager answers for somebody."""

    person: str | None = None


class WantedLeave(BaseModel, extra="forbid"):
    """Somebody away for a while; you, if nobody is named."""

    start: AwareDatetime
    end: AwareDatetime
    person: str | None = None
    note: Note = ""


@router.get("/mine")
async def mine(
    visit: Seeing,
    person: str | None = None,
    days: Annotated[int, Query(ge=1, le=400)] = 60,
) -> tuple[NextView, ...]:
    """List your shifts of the coming days, or somebody's."""
    whose = PersonId(person or visit.principal.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now, tx.now + timedelta(days=days))
        return await oncall.shifts_of_person(tx, plan, whose, span)


@router.get("/next/{person}")
async def next_shifts(person: str, visit: Seeing) -> tuple[NextView, ...]:
    """List somebody's next shift on each schedule, the soonest first."""
    async with visit.transaction() as tx:
        return await oncall.next_shifts(tx, await plans.current(tx), PersonId(person))


@router.get("/fairness")
async def fairness(
    visit: Seeing,
    start: AwareDatetime,
    end: AwareDatetime,
    schedule: Annotated[list[str], Query()] = [],  # noqa: B006 - the framework copies it
) -> tuple[Share, ...]:
    """Say what each person carried, and how often they were woken, by the schedules of today."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        wanted = [ScheduleId(one) for one in schedule]
        return await reports.fairness(tx, plan, span_from(start, end), wanted)


@router.get("/warnings")
async def warnings(visit: Seeing) -> tuple[WarningView, ...]:
    """List gaps of the coming two weeks, and people who have no rest."""
    async with visit.transaction() as tx:
        return await oncall_warnings.warnings(tx, await plans.current(tx))


@router.get("/requests")
async def requests(
    visit: Seeing, schedule: str | None = None, *, settled: bool = False
) -> tuple[RequestView, ...]:
    """List swaps and covers that wait for an answer; settled ones after them, if asked."""
    name = ScheduleId(schedule) if schedule else None
    async with visit.transaction() as tx:
        return await shift_requests.requests(tx, schedule=name, settled=settled)


@router.post("/requests", status_code=201)
async def ask(wanted: WantedRequest, visit: Responding) -> RequestView:
    """Ask a teammate to swap shifts, or anybody to cover one, and tell them."""
    visit.reach(None)
    asker = _acting(visit, wanted.person)
    asked = PersonId(wanted.asked) if wanted.asked else None
    schedule = ScheduleId(wanted.schedule)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)

        async def span(whose: PersonId, start: AwareDatetime, end: AwareDatetime | None) -> Span:
            if end is not None:
                return span_from(start, end)
            return await shift_requests.shift_at(tx, plan, schedule, whose, start)

        given = await span(asker, wanted.start, wanted.end)
        taken = None
        if wanted.back_start is not None:
            taken = await span(asked or asker, wanted.back_start, wanted.back_end)
        request = shift_requests.Wanted(schedule, asker, given, asked, taken, wanted.note)
        return await shift_requests.ask(tx, plan, request, by=visit.by)


@router.post("/requests/{number}/accept")
async def accept(number: int, answer: Answer, visit: Responding) -> RequestView:
    """Accept a request: the shifts change hands at once."""
    visit.reach(None)
    person = _acting(visit, answer.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return await shift_requests.accept(tx, plan, number, person, by=visit.by)


@router.post("/requests/{number}/decline")
async def decline(number: int, answer: Answer, visit: Responding) -> RequestView:
    """Say no to a request."""
    visit.reach(None)
    person = _acting(visit, answer.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return await shift_requests.decline(tx, plan, number, person, by=visit.by)


@router.post("/requests/{number}/withdraw")
async def withdraw(number: int, answer: Answer, visit: Responding) -> RequestView:
    """Take your request back."""
    visit.reach(None)
    person = _acting(visit, answer.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return await shift_requests.withdraw(tx, plan, number, person, by=visit.by)


@router.get("/leave")
async def leaves(visit: Seeing) -> tuple[LeaveView, ...]:
    """List who is away from now on."""
    async with visit.transaction() as tx:
        return await leave.leaves(tx)


@router.post("/leave", status_code=201)
async def add_leave(wanted: WantedLeave, visit: Responding) -> LeaveView:
    """Keep that somebody is away: their turns go to the next of the ring who is there."""
    visit.reach(None)
    span = span_from(wanted.start, wanted.end)
    person = PersonId(wanted.person or visit.principal.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return await leave.add_leave(tx, plan, person, span, note=wanted.note, by=visit.by)


@router.delete("/leave/{leave_id}", status_code=204)
async def withdraw_leave(leave_id: UUID, visit: Responding) -> None:
    """Take a leave back."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await leave.withdraw_leave(tx, leave_id, by=visit.by)


def _acting(visit: Visit, person: str | None) -> PersonId:
    """Return who acts: who came, or whom a manager names."""
    if person is None or person == visit.principal.person:
        return visit.principal.person
    admit_to(visit.principal, Permission.CONFIGURE, None)
    return PersonId(person)
