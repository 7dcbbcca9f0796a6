"""Incidents: declare, fill roles, answer the checklist, update, run runbooks, move on."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Frame, Role
from fireline.core.incidents.updates import PublicWord
from fireline.core.values.ids import CategoryId, PersonId, RunbookId, TaskId
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import alerts, incidents, plans, runs
from fireline.usecases.incidents import IncidentFilter, IncidentLine, IncidentView, NewTask
from fireline.usecases.transaction import Tx

router = APIRouter(prefix="/incidents", tags=["incidents"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Text = Annotated[str, Field(max_length=4000)]


class Declaration(BaseModel, extra="forbid"):
    """What is declared. Without a lead, it is who declares."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    priority: Literal["P1", "P2", "P3", "P4", "P5"]
    category: str
    alerts: list[int] = []
    lead: str | None = None


class Declared(BaseModel):
    """The new incident."""

    number: int
    name: str


class RoleGiven(BaseModel, extra="forbid"):
    """Who takes a role. Taking it from somebody else's hands needs a note."""

    person: str
    note: Text = ""


class Answered(BaseModel, extra="forbid"):
    """An answer to a triage question."""

    answer: Answer
    reason: Text = ""


class Update(BaseModel, extra="forbid"):
    """What people are told, and in how many minutes they hear again."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    status: PublicWord
    next_in_minutes: Annotated[float, Field(gt=0, le=10080)] | None = None


class Task(BaseModel, extra="forbid"):
    """Something to do."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    person: str | None = None


class Ticked(BaseModel, extra="forbid"):
    """Whether a task is done."""

    done: bool


class Note(BaseModel, extra="forbid"):
    """Something a person saw or did."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class NewPriority(BaseModel, extra="forbid"):
    """Another priority; lowering it needs a reason."""

    priority: Literal["P1", "P2", "P3", "P4", "P5"]
    reason: Text = ""


class NewFrame(BaseModel, extra="forbid"):
    """How well the situation is understood."""

    frame: Frame


class Run(BaseModel, extra="forbid"):
    """A runbook to run. Without inputs, it runs on what the alerts found."""

    runbook: str
    inputs: dict[str, list[str]] | None = None


class Started(BaseModel):
    """The run."""

    number: int


class Risk(BaseModel, extra="forbid"):
    """A way in that stays open, on purpose."""

    asset: Annotated[str, Field(min_length=1, max_length=500)]
    why: Annotated[str, Field(min_length=1, max_length=1000)]


class Move(BaseModel, extra="forbid"):
    """Where the incident moves to, and what there is to say about it."""

    to: State
    note: Text = ""


@router.get("")
async def list_incidents(
    visit: Seeing,
    open_only: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> list[IncidentLine]:
    """List incidents: open and urgent ones first, then the latest."""
    async with visit.transaction() as tx:
        found = await incidents.list_incidents(tx, IncidentFilter(open_only=open_only, limit=limit))
    own = visit.principal.drill
    return [line for line in found if own is None or line.drill == own]


@router.post("", status_code=201)
async def declare(wanted: Declaration, visit: Responding) -> Declared:
    """Declare an incident, from alerts or from what a person saw."""
    async with visit.transaction() as tx:
        named = [await alerts.find_alert(tx, number) for number in wanted.alerts]
        for alert in named:
            visit.reach(alert.drill)
        if not named:
            visit.reach(None)
        made = await incidents.declare(
            tx,
            await plans.current(tx),
            alerts=[alert.id for alert in named],
            title=wanted.title,
            priority=Priority[wanted.priority],
            category=CategoryId(wanted.category),
            lead=PersonId(wanted.lead or visit.principal.person),
            by=visit.by,
        )
        number = await incidents.number_of(tx, made)
        found = await incidents.find_incident(tx, number)
    return Declared(number=found.number, name=found.name)


@router.get("/{number}")
async def find(number: int, visit: Seeing) -> IncidentView:
    """Return an incident with all that its page shows."""
    async with visit.transaction() as tx:
        return await _reached(tx, visit, number)


@router.put("/{number}/roles/{role}")
async def take_role(number: int, role: Role, given: RoleGiven, visit: Responding) -> IncidentView:
    """Give a role to a person."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        plan = await plans.of(tx, found.plan_revision)
        giving = Giving(role, PersonId(given.person), given.note)
        await incidents.take_role(tx, plan, found.id, giving, by=visit.by)
        return await incidents.find_incident(tx, number)


@router.put("/{number}/checklist/{item}")
async def answer_item(number: int, item: str, told: Answered, visit: Responding) -> IncidentView:
    """Answer a triage question."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await incidents.answer_item(
            tx, found.id, item, told.answer, by=visit.by, reason=told.reason
        )
        return await incidents.find_incident(tx, number)


@router.post("/{number}/updates", status_code=201)
async def post_update(number: int, told: Update, visit: Responding) -> IncidentView:
    """Post an update and promise the next one."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        after = told.next_in_minutes
        await incidents.post_update(
            tx,
            found.id,
            word=told.status,
            text=told.text,
            by=visit.by,
            next_at=tx.now + timedelta(minutes=after) / found.pace if after else None,
        )
        return await incidents.find_incident(tx, number)


@router.post("/{number}/tasks", status_code=201)
async def add_task(number: int, wanted: Task, visit: Responding) -> IncidentView:
    """Add something to do."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        person = PersonId(wanted.person) if wanted.person else None
        await incidents.add_task(tx, found.id, NewTask(wanted.text, person), by=visit.by)
        return await incidents.find_incident(tx, number)


@router.put("/{number}/tasks/{place}")
async def tick_task(number: int, place: int, told: Ticked, visit: Responding) -> IncidentView:
    """Tick the task at a place of the list, counted from 1, or take the tick back."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        task = TaskId(found.tasks[place - 1].id) if 0 < place <= len(found.tasks) else None
        await incidents.tick_task(
            tx, found.id, task or TaskId(found.id), by=visit.by, done=told.done
        )
        return await incidents.find_incident(tx, number)


@router.post("/{number}/notes", status_code=201)
async def note(number: int, told: Note, visit: Responding) -> IncidentView:
    """Write a note onto the timeline."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await incidents.note(tx, found.id, told.text, by=visit.by)
        return await incidents.find_incident(tx, number)


@router.put("/{number}/priority")
async def set_priority(number: int, wanted: NewPriority, visit: Responding) -> IncidentView:
    """Raise the priority freely, or lower it with a reason."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        plan = await plans.of(tx, found.plan_revision)
        await incidents.set_priority(
            tx, plan, found.id, Priority[wanted.priority], by=visit.by, reason=wanted.reason
        )
        return await incidents.find_incident(tx, number)


@router.put("/{number}/frame")
async def set_frame(number: int, wanted: NewFrame, visit: Responding) -> IncidentView:
    """Say how well the situation is understood."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await incidents.set_frame(tx, found.id, wanted.frame, by=visit.by)
        return await incidents.find_incident(tx, number)


@router.post("/{number}/runs", status_code=201)
async def request_run(number: int, wanted: Run, visit: Responding) -> Started:
    """Start a runbook. It changes nothing before somebody else approves."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        plan = await plans.of(tx, found.plan_revision)
        run = await runs.request_run(
            tx, plan, found.id, RunbookId(wanted.runbook), wanted.inputs, by=visit.by
        )
        listed = await runs.list_runs(tx, found.id)
    return Started(number=next(row.number for row in listed if row.id == run))


@router.post("/{number}/risks", status_code=201)
async def accept_risk(number: int, wanted: Risk, visit: Responding) -> IncidentView:
    """Accept, in writing, that a way in stays open."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await incidents.accept_risk(tx, found.id, wanted.asset, wanted.why, by=visit.by)
        return await incidents.find_incident(tx, number)


@router.post("/{number}/transition")
async def transition(number: int, wanted: Move, visit: Responding) -> IncidentView:
    """Move the incident on, or learn everything that is missing."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        plan = await plans.of(tx, found.plan_revision)
        await incidents.transition(
            tx,
            plan,
            found.id,
            wanted.to,
            by=visit.by,
            note=wanted.note,
            containment=await runs.containment_of(tx, found.id),
        )
        return await incidents.find_incident(tx, number)


async def _reached(tx: Tx, visit: Visit, number: int) -> IncidentView:
    found = await incidents.find_incident(tx, number)
    visit.reach(found.drill)
    return found
