"""Open an incident: suspect one, declare one, or let an alert join one that is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.core.incidents.deadlines import Deadline, DeadlineKind
from fireline.core.incidents.numbers import short
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Category, PriorityRule, Role
from fireline.core.incidents.updates import update_every
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, CategoryId, DrillId, IncidentId, PersonId, RunbookId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import incidents as store
from fireline.store.incidents import IncidentRow, InputRow, JoiningRow
from fireline.usecases.checklists import lay_out
from fireline.usecases.deadlines import run_deadline, run_priority
from fireline.usecases.incident_desk import (
    AlertTaken,
    NotInPlan,
    lock_incident,
    lock_open,
    say,
    written,
)
from fireline.usecases.roles import known_person, put_in_role
from fireline.usecases.transaction import Tx


class NoSuchAlert(Refusal):
    """An alert the incident should be opened from does not exist."""

    kind = Kind.NOT_FOUND
    code = "incident.no_such_alert"


class WorldsApart(Refusal):
    """Alerts of a drill and of the real world, or of two drills, do not share an incident."""

    kind = Kind.INVALID
    code = "incident.worlds_apart"


@dataclass(frozen=True, slots=True)
class _Opening:
    """What somebody says when an incident is opened."""

    state: State
    alerts: tuple[AlertId, ...]
    title: str
    priority: Priority
    category: Category | None


async def declare(  # noqa: PLR0913 - the fields of the declaration, all by name
    tx: Tx,
    plan: Plan,
    *,
    alerts: Sequence[AlertId],
    title: str,
    priority: Priority,
    category: CategoryId,
    lead: PersonId,
    by: Human,
) -> IncidentId:
    """Declare an incident from alerts, or from what a person saw. Everything starts with it.

    It pins the plan, names the lead, lays out the checklist, and lets the deadlines run from the
    first event. An alert belongs to one incident: the refusal of a second one names the first.
    """
    known_person(plan, lead, by)
    kind = category_of(plan, category)
    opening = _Opening(State.DECLARED, tuple(dict.fromkeys(alerts)), title, priority, kind)
    row = await _open(tx, plan, opening, by=by)
    await put_in_role(tx, row.id, Giving(Role.LEAD, lead), by=by)
    return IncidentId(row.id)


async def suspect(
    tx: Tx, plan: Plan, *, alerts: Sequence[AlertId], title: str, priority: Priority, by: Human
) -> IncidentId:
    """Open an incident that may be none: the checklist helps to declare or dismiss it."""
    opening = _Opening(State.SUSPECTED, tuple(dict.fromkeys(alerts)), title, priority, None)
    row = await _open(tx, plan, opening, by=by)
    return IncidentId(row.id)


async def join_alert(tx: Tx, incident: IncidentId, alert: AlertId, *, by: Human) -> None:
    """Put one more alert into an open incident."""
    row = await lock_open(tx, incident)
    (found,) = await _free(tx, (alert,))
    if found.drill_id != row.drill_id:
        msg = f"Alert {found.number} and {short(row.number)} are not of the same world."
        raise WorldsApart(msg)
    await _join(tx, row, found, by=by)


async def set_category(
    tx: Tx, plan: Plan, incident: IncidentId, category: CategoryId, *, by: Human
) -> None:
    """Say what kind of incident it is, also of an ended one; it suggests the runbook."""
    row = await lock_incident(tx, incident)
    kind = category_of(plan, category)
    await store.set_category(
        tx.db, row.id, category=kind.id, operational=kind.operational, runbook=kind.runbook
    )
    await store.set_inputs(tx.db, row.id, _inputs(plan, kind.runbook))
    text = f"The category is {kind.name}."
    await say(tx, row.id, "category.set", by=by, category=kind.id, before=row.category, text=text)


def category_of(plan: Plan, category: CategoryId) -> Category:
    """Return a category of the plan; refuse one it does not have."""
    for known in plan.definitions.categories:
        if known.id == category:
            return known
    msg = f"The plan has no category {category}."
    names = ", ".join(known.id for known in plan.definitions.categories)
    raise NotInPlan(msg, hint=f"Choose one of: {names}.")


def rule_of(plan: Plan, priority: Priority) -> PriorityRule:
    """Return what the plan says of a priority."""
    for rule in plan.definitions.priorities:
        if rule.priority is priority:
            return rule
    msg = f"The plan says nothing of {priority.name}."
    raise NotInPlan(msg)


async def _open(tx: Tx, plan: Plan, opening: _Opening, *, by: Human) -> IncidentRow:
    rule = rule_of(plan, opening.priority)
    alerts = await _free(tx, opening.alerts)
    fresh = _row(tx, plan, opening, alerts, by=by)
    await store.add(tx.db, fresh)
    row = await lock_incident(tx, fresh.id)
    await _say_opened(tx, row, alerts, by=by)
    for alert in alerts:
        await _join(tx, row, alert, by=by)
    await store.set_inputs(tx.db, row.id, _inputs(plan, row.runbook))
    await lay_out(tx, row.id, plan, opening.category, [alert.title for alert in alerts])
    await run_priority(tx, row, rule, by=by)
    due_at = tx.now + row.update_every
    await run_deadline(tx, row.id, Deadline(DeadlineKind.UPDATE, tx.now, due_at))
    return row


def _row(
    tx: Tx, plan: Plan, opening: _Opening, alerts: Sequence[JoiningRow], *, by: Human
) -> IncidentRow:
    drill, pace = _world(alerts)
    every = update_every(rule_of(plan, opening.priority), pace)
    category = opening.category
    suggested = (category.runbook if category else None) or next(
        (RunbookId(alert.runbook) for alert in alerts if alert.runbook), None
    )
    return IncidentRow(
        id=tx.ids.fresh(),
        number=0,
        title=written(opening.title, "The title"),
        state=opening.state,
        episode=1,
        priority=opening.priority,
        category=category.id if category else None,
        operational=category.operational if category else False,
        frame=None,
        runbook=suggested,
        declare_offer_at=plan.definitions.declare_offer_at,
        plan_revision=plan.revision,
        drill_id=drill,
        pace=pace,
        first_at=_first_at(alerts, tx.now),
        opened_at=tx.now,
        opened_by=by.name,
        declared_at=tx.now if opening.state is State.DECLARED else None,
        contained_at=None,
        eradicated_at=None,
        recovered_at=None,
        in_review_at=None,
        ended_at=None,
        update_every=every,
        next_update_due=tx.now + every,
        dismissal_by=None,
        dismissal_why="",
        merged_into=None,
    )


def _first_at(alerts: Sequence[JoiningRow], now: datetime) -> datetime:
    return min((alert.first_at for alert in alerts), default=now)


def _world(alerts: Sequence[JoiningRow]) -> tuple[DrillId | None, int]:
    worlds = {(alert.drill_id, alert.pace) for alert in alerts}
    if len(worlds) > 1:
        msg = "These alerts are not of the same world: a drill is never mixed with anything else."
        raise WorldsApart(msg)
    drill, pace = worlds.pop() if worlds else (None, 1)
    return (DrillId(drill) if drill else None), pace


async def _free(tx: Tx, alerts: Sequence[AlertId]) -> list[JoiningRow]:
    """Return the alerts, locked; refuse those that are nowhere or in an incident already."""
    found = await store.alerts_to_join(tx.db, alerts)
    if len(found) < len(alerts):
        msg = "There is no such alert."
        raise NoSuchAlert(msg)
    for alert in found:
        if alert.incident is not None:
            msg = f"Alert {alert.number} is in {short(alert.incident)} already."
            raise AlertTaken(msg, hint=f"Open {short(alert.incident)} and help there.")
    return found


async def _join(tx: Tx, row: IncidentRow, alert: JoiningRow, *, by: Human) -> None:
    await store.join_alert(tx.db, row.id, alert.id, by=by.name, now=tx.now)
    text = f"Alert {alert.number} joined: {alert.title}"
    await say(
        tx,
        row.id,
        "alert.joined",
        by=by,
        alert=str(alert.id),
        number=alert.number,
        text=text,
    )


async def _say_opened(tx: Tx, row: IncidentRow, alerts: Sequence[JoiningRow], *, by: Human) -> None:
    priority = Priority(row.priority)
    text = f"{short(row.number)} {row.state} as {priority.name} {priority.label}: {row.title}"
    await say(
        tx,
        row.id,
        f"incident.{row.state}",
        by=by,
        number=row.number,
        priority=priority.name,
        category=row.category,
        plan_revision=row.plan_revision,
        alerts=[str(alert.id) for alert in alerts],
        text=text,
    )


def _inputs(plan: Plan, runbook: RunbookId | str | None) -> tuple[InputRow, ...]:
    known = plan.runbooks.get(RunbookId(runbook)) if runbook else None
    wanted = known.inputs if known else ()
    return tuple(InputRow(each.name, each.kind, each.required) for each in wanted)
