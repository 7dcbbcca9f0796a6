"""An incident as a page or the API shows it, gathered in one place."""

from datetime import datetime
from uuid import UUID

from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.checklist import Answer, offers_declare
from fireline.core.incidents.containment import Cover, Vector
from fireline.core.incidents.deadlines import DeadlineKind, Standing, standing
from fireline.core.incidents.next_actions import Position, next_actions
from fireline.core.incidents.numbers import short
from fireline.core.incidents.roles import lead_of, unassigned
from fireline.core.incidents.states import State, phase
from fireline.core.incidents.terms import Cia, Frame, Role
from fireline.core.incidents.updates import PublicWord
from fireline.core.values.ids import (
    AlertId,
    CategoryId,
    DrillId,
    IncidentId,
    PersonId,
    RevisionId,
    RunbookId,
    RunId,
    ServiceId,
    TaskId,
    UpdateId,
)
from fireline.core.values.priority import Priority
from fireline.store import deadlines, facts, response
from fireline.store import incidents as store
from fireline.store.deadlines import DeadlineRow
from fireline.store.incidents import IncidentRow
from fireline.store.response import ItemRow, RoleRow, TaskRow, UpdateRow
from fireline.usecases.incident_desk import holders, numbered
from fireline.usecases.incident_shapes import (
    AlertView,
    DeadlineView,
    IncidentFilter,
    IncidentLine,
    IncidentView,
    ItemView,
    RoleView,
    RunLine,
    Suggestion,
    TaskView,
    UpdateView,
)
from fireline.usecases.reviews import what_is_missing
from fireline.usecases.transaction import Tx

EVERYTHING = IncidentFilter()


async def find_incident(tx: Tx, number: int) -> IncidentView:
    """Return an incident by the number people call it, with all that its page shows."""
    row = await numbered(tx, number)
    alerts = await _alerts(tx, row.id)
    told = await facts.timeline(tx.db, [row.id, *(alert.id for alert in alerts)])
    held = await holders(tx, row.id)
    items = tuple(map(_item, await response.items_of(tx.db, row.id)))
    tasks = tuple(map(_task, await response.tasks_of(tx.db, row.id)))
    runs = await _runs(tx, row.id)
    vectors = tuple(
        Vector(each.asset, Cover(each.cover), each.note)
        for each in await store.vectors_of(tx.db, row.id)
    )
    offered = offers_declare((each.answer for each in items if each.answer), row.declare_offer_at)
    position = Position(
        state=State(row.state),
        lead=lead_of(held),
        next_update_due=row.next_update_due,
        unanswered=sum(each.answer is None for each in items),
        open_tasks=sum(each.done_at is None for each in tasks),
        runbook=row.runbook,
        started=any(run.runbook == row.runbook for run in runs),
        running=any(run.state == "running" for run in runs),
        frame=Frame(row.frame) if row.frame else None,
        offers_declare=offered,
        unassigned=unassigned(held),
        open_vectors=tuple(each.asset for each in vectors if each.cover is Cover.OPEN),
        review_missing=await _review_missing(tx, row),
    )
    merged = await store.get(tx.db, row.merged_into) if row.merged_into else None
    return IncidentView(
        id=IncidentId(row.id),
        number=row.number,
        name=short(row.number),
        title=row.title,
        state=State(row.state),
        phase=phase(State(row.state)),
        episode=row.episode,
        priority=Priority(row.priority),
        category=CategoryId(row.category) if row.category else None,
        operational=row.operational,
        frame=position.frame,
        plan_revision=RevisionId(row.plan_revision),
        drill=DrillId(row.drill_id) if row.drill_id else None,
        pace=row.pace,
        first_at=row.first_at,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        declared_at=row.declared_at,
        contained_at=row.contained_at,
        eradicated_at=row.eradicated_at,
        recovered_at=row.recovered_at,
        in_review_at=row.in_review_at,
        ended_at=row.ended_at,
        next_update_due=row.next_update_due,
        dismissal_by=PersonId(row.dismissal_by) if row.dismissal_by else None,
        dismissal_why=row.dismissal_why,
        merged_into=merged.number if merged else None,
        lead=position.lead,
        roles=tuple(map(_role, await response.roles_of(tx.db, row.id))),
        unassigned=position.unassigned,
        checklist=items,
        offers_declare=offered,
        tasks=tasks,
        updates=tuple(map(_update, await response.updates_of(tx.db, row.id))),
        deadlines=await _deadlines(tx, row),
        alerts=alerts,
        vectors=vectors,
        runs=runs,
        suggestion=await _suggestion(tx, row),
        timeline=tuple(told),
        next_actions=next_actions(position, tx.now),
    )


async def list_incidents(tx: Tx, wanted: IncidentFilter = EVERYTHING) -> list[IncidentLine]:
    """List incidents: open and urgent ones first, then the latest."""
    found = await store.listed(
        tx.db,
        states=wanted.states,
        open_only=wanted.open_only,
        drills=wanted.drills,
        limit=wanted.limit,
    )
    return [
        IncidentLine(
            id=IncidentId(row.id),
            number=row.number,
            name=short(row.number),
            title=row.title,
            state=State(row.state),
            priority=Priority(row.priority),
            category=CategoryId(row.category) if row.category else None,
            lead=PersonId(row.lead) if row.lead else None,
            drill=DrillId(row.drill_id) if row.drill_id else None,
            opened_at=row.opened_at,
            ended_at=row.ended_at,
            next_update_due=row.next_update_due,
        )
        for row in found
    ]


async def _review_missing(tx: Tx, row: IncidentRow) -> tuple[str, ...]:
    if row.state != State.IN_REVIEW:
        return ()
    return tuple(each.text for each in await what_is_missing(tx, row))


async def _suggestion(tx: Tx, row: IncidentRow) -> Suggestion | None:
    if row.runbook is None:
        return None
    assets = await store.assets_of(tx.db, row.id)
    wanted = await store.inputs_of(tx.db, row.id)
    inputs = {
        each.name: tuple(
            AssetRef(asset.kind, asset.account, asset.asset, asset.region)
            for asset in assets
            if asset.kind == each.kind
        )
        for each in wanted
    }
    lacking = tuple(each.name for each in wanted if each.required and not inputs[each.name])
    return Suggestion(RunbookId(row.runbook), inputs, lacking)


async def _alerts(tx: Tx, incident: UUID) -> tuple[AlertView, ...]:
    return tuple(
        AlertView(
            id=AlertId(row.id),
            number=row.number,
            title=row.title,
            priority=Priority(row.priority),
            state=row.state,
            service=ServiceId(row.service) if row.service else None,
            first_at=row.first_at,
            acknowledged_at=row.acknowledged_at,
        )
        for row in await store.alerts_of(tx.db, incident)
    )


async def _deadlines(tx: Tx, row: IncidentRow) -> tuple[DeadlineView, ...]:
    return tuple(_deadline(each, tx.now) for each in await deadlines.of_incident(tx.db, row.id))


async def _runs(tx: Tx, incident: UUID) -> tuple[RunLine, ...]:
    return tuple(
        RunLine(RunId(row.id), row.number, RunbookId(row.runbook_id), row.state)
        for row in await store.runs_of(tx.db, incident)
    )


def _deadline(row: DeadlineRow, now: datetime) -> DeadlineView:
    # One that fell a moment ago is missed, whether or not the worker has come by.
    stored = Standing(row.standing)
    shown = standing(row.due_at, None, now) if stored is Standing.RUNNING else stored
    return DeadlineView(DeadlineKind(row.kind), row.anchor, row.due_at, shown, row.reached_at)


def _role(row: RoleRow) -> RoleView:
    return RoleView(Role(row.role), PersonId(row.person), row.since, row.until, row.note)


def _item(row: ItemRow) -> ItemView:
    return ItemView(
        item=row.item,
        cia=Cia(row.cia),
        text=row.text,
        answer=Answer(row.answer) if row.answer else None,
        reason=row.reason,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        ticked_by_detection=row.machine_ticked,
    )


def _task(row: TaskRow) -> TaskView:
    return TaskView(
        id=TaskId(row.id),
        text=row.text,
        person=PersonId(row.person) if row.person else None,
        due_at=row.due_at,
        added_by=row.added_by,
        done_at=row.done_at,
        done_by=row.done_by,
    )


def _update(row: UpdateRow) -> UpdateView:
    return UpdateView(UpdateId(row.id), row.at, row.by, PublicWord(row.word), row.text, row.next_at)
