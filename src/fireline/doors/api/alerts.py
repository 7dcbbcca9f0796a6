"""Alerts: list, look, and everything people do to them."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fireline.core.access.roles import Permission
from fireline.core.alerting.snoozes import tomorrow_morning
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import (
    alert_gathering,
    alert_groups,
    alert_hands,
    alert_lists,
    alerts,
    learned_links,
)
from fireline.usecases.alert_desk import Reached, reach_alert, reach_by_id, zone_of
from fireline.usecases.alert_hands import SnoozeImpossible
from fireline.usecases.alert_lists import OPEN, AlertFilter
from fireline.usecases.alert_views import AlertLine, AlertView, PostedView
from fireline.usecases.alerts import Answer
from fireline.usecases.learned_links import LearnedView
from fireline.usecases.transaction import Tx

router = APIRouter(prefix="/alerts", tags=["alerts"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Names = Annotated[list[str] | None, Query()]
MAX_AT_ONCE = 100
MAX_SYMPTOMS = 1000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Snooze(_Body):
    """Until when people are not told: one of a moment, so many minutes, or tomorrow at nine."""

    until: AwareDatetime | None = None
    minutes: Annotated[int | None, Field(ge=1, le=525_600)] = None
    tomorrow: bool = False


class Note(_Body):
    """What somebody writes on an alert."""

    text: str


class Assignment(_Body):
    """Whose an alert is; null for nobody's."""

    person: str | None


class Weight(_Body):
    """How urgent an alert is, and why somebody says so."""

    priority: Priority
    why: str = ""


class Merge(_Body):
    """The numbers of the alerts that become part of this one."""

    alerts: Annotated[list[int], Field(min_length=1, max_length=MAX_AT_ONCE)]


class Split(_Body):
    """The numbers of the symptoms that leave; `apart` keeps symptoms like these apart always."""

    symptoms: Annotated[list[int], Field(min_length=1, max_length=MAX_SYMPTOMS)]
    apart: bool = False


class Lesson(_Body):
    """Keep symptoms like this one always together with the alert's others, or always apart."""

    symptom: int
    together: bool


@router.get("")
async def list_alerts(  # noqa: PLR0913 - the filters of the list, all by name
    *,
    visit: Seeing,
    state: Annotated[list[str] | None, Query(description="firing, acknowledged, resolved")] = None,
    team: Names = None,
    service: Names = None,
    least: Annotated[Priority, Query(description="the least urgent to list")] = Priority.P5,
    snoozed: bool | None = None,
    suppressed: bool | None = None,
    unrouted: bool = False,
    text: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[int | None, Query(ge=1, description="the last number of the page before")] = (
        None
    ),
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> tuple[AlertLine, ...]:
    """List alerts, the most urgent first. Without a state: those that are not resolved."""
    wanted = AlertFilter(
        states=tuple(state) if state else OPEN,
        teams=tuple(team or ()),
        services=tuple(service or ()),
        least=least,
        snoozed=snoozed,
        suppressed=suppressed,
        unrouted=unrouted,
        text=text,
        drill=visit.principal.drill,
        after=after,
        limit=limit,
        offset=offset,
    )
    async with visit.transaction() as tx:
        return await alert_lists.listed(tx, wanted)


@router.get("/learned")
async def list_learned(visit: Seeing) -> tuple[LearnedView, ...]:
    """List what people taught grouping: which symptoms belong together, and which never do."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await learned_links.list_links(tx)


@router.delete("/learned/{number}", status_code=204)
async def forget_learned(number: int, visit: Responding) -> None:
    """Withdraw something people taught grouping. What it grouped stays as it is."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await learned_links.forget_link(tx, number, by=visit.by)


@router.get("/{number}")
async def find_alert(number: int, visit: Seeing) -> AlertView:
    """Return one alert with everything it answers: symptoms, pages, owner, timeline."""
    async with visit.transaction() as tx:
        found = await alerts.find_alert(tx, number)
    visit.reach(found.drill)
    return found


@router.get("/{number}/symptoms/{symptom}/posted")
async def find_posted(number: int, symptom: int, visit: Seeing) -> PostedView:
    """Return what a source posted that first spoke of a symptom, as it came."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        return await alert_gathering.posted(tx, found.id, symptom)


@router.post("/{number}/acknowledge")
async def acknowledge(number: int, visit: Responding) -> Answer:
    """Say that you have it. The first answer counts; a later one is told who was first."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        return await alerts.acknowledge_alert(tx, found.id, by=visit.by)


@router.post("/{number}/unacknowledge")
async def unacknowledge(number: int, visit: Responding) -> AlertView:
    """Take the answer back: nobody has it, and people are told again."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await alert_hands.unacknowledge_alert(tx, found.id, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/resolve")
async def resolve(number: int, visit: Responding) -> AlertView:
    """Say that it is over."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await alerts.resolve_alert(tx, found.id, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/escalate")
async def escalate(number: int, visit: Responding) -> AlertView:
    """Take the next step of the ladder now."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await alert_hands.escalate_alert(tx, found.id, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/snooze")
async def snooze(number: int, body: Snooze, visit: Responding) -> AlertView:
    """Let nobody be told until a moment; then again, if it still fires unanswered."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        until = await _until(tx, visit, body)
        await alert_hands.snooze_alert(tx, found.id, until=until, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/wake")
async def wake(number: int, visit: Responding) -> AlertView:
    """End a snooze before its time."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await alert_hands.wake_alert(tx, found.id, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/notes")
async def add_note(number: int, body: Note, visit: Responding) -> AlertView:
    """Write a note on its timeline."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await alert_hands.add_note(tx, found.id, body.text, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/assign")
async def assign(number: int, body: Assignment, visit: Responding) -> AlertView:
    """Say whose it is. A person who did not do so themselves is told."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        person = PersonId(body.person) if body.person else None
        await alert_hands.assign_alert(tx, found.id, person, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/priority")
async def set_priority(number: int, body: Weight, visit: Responding) -> AlertView:
    """Say how urgent it is. Rising tells people by the new urgency, if nobody has it."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        await alert_hands.set_priority(tx, found.id, body.priority, by=visit.by, why=body.why)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/merge")
async def merge(number: int, body: Merge, visit: Responding) -> AlertView:
    """Make other alerts part of this one."""
    async with visit.transaction() as tx:
        into = await _reached(tx, visit, number)
        others = [(await _reached(tx, visit, other)).id for other in body.alerts]
        await alert_groups.merge_alerts(tx, into.id, others, by=visit.by)
        return await alerts.find_alert(tx, number)


@router.post("/{number}/split")
async def split(number: int, body: Split, visit: Responding) -> AlertView:
    """Make some of its symptoms an alert of their own, and return that."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        chosen = await alert_groups.symptoms_numbered(tx, found.id, body.symptoms)
        fresh = await alert_groups.split_alert(tx, found.id, chosen, by=visit.by)
        if body.apart:
            for symptom in chosen:
                await learned_links.learn_link(tx, found.id, symptom, together=False, by=visit.by)
        return await alerts.find_alert(tx, (await reach_by_id(tx, fresh)).number)


@router.post("/{number}/learn")
async def learn(number: int, body: Lesson, visit: Responding) -> tuple[LearnedView, ...]:
    """Keep symptoms like one of its own together with its others, or apart; return all such."""
    async with visit.transaction() as tx:
        found = await _reached(tx, visit, number)
        (symptom,) = await alert_groups.symptoms_numbered(tx, found.id, [body.symptom])
        await learned_links.learn_link(tx, found.id, symptom, together=body.together, by=visit.by)
        return await learned_links.list_links(tx)


async def _reached(tx: Tx, visit: Visit, number: int) -> Reached:
    """Find an alert this visit may do something to."""
    found = await reach_alert(tx, number)
    visit.reach(found.drill)
    return found


async def _until(tx: Tx, visit: Visit, said: Snooze) -> datetime:
    if [said.until is not None, said.minutes is not None, said.tomorrow].count(True) != 1:
        msg = "Say until when: one of until, minutes and tomorrow."
        raise SnoozeImpossible(msg)
    if said.until is not None:
        return said.until
    if said.minutes is not None:
        return tx.now + timedelta(minutes=said.minutes)
    return tomorrow_morning(tx.now, await zone_of(tx, visit.by.person))
