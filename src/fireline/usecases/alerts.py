"""Raise alerts from findings; answer and resolve them; find and list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.alerting.entities import BINDING, Entity, alert_key, entities_of, involved
from fireline.core.alerting.joining import Joins, Live, Opens, Reason, join
from fireline.core.alerting.standing import Standing, after, doer_of, opening, owner_for
from fireline.core.detection.finding import Finding
from fireline.core.escalation.ladder import answer, withdraw
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Human, Machine
from fireline.core.values.ids import AlertId, DrillId, PersonId, RunbookId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alerts, due, ladders, links, outbox, pages, pokes
from fireline.usecases import alert_views
from fireline.usecases.alert_views import AlertLine, AlertView
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.transaction import Tx

INBOX = "alerts"  # the topic pages of alert lists listen to
_BY = Machine("alerting")


class AlertNotFound(Refusal):
    """There is no such alert."""

    kind = Kind.NOT_FOUND
    code = "alert.not_found"


class AlertResolved(Refusal):
    """The alert is over; nothing more can be done to it."""

    kind = Kind.CONFLICT
    code = "alert.resolved"


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to list. Empty names let everything through; `least` is the least urgent.

    `drill` picks one drill's; `drills` says whether drills' alerts are listed at all.
    """

    states: tuple[str, ...] = ("firing", "acknowledged")
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    least: Priority = Priority.P5
    drill: DrillId | None = None
    drills: bool = True
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Who has an alert, since when, and whether that is the one who asked."""

    alert: AlertId
    number: int
    title: str
    by: PersonId
    at: datetime
    yours: bool


@dataclass(frozen=True, slots=True)
class _World:
    """What all alerts raised together have in common."""

    plan: Plan
    drill: DrillId | None
    pace: int


async def raise_alerts(
    tx: Tx, plan: Plan, findings: Sequence[Finding], *, drill: DrillId | None, pace: int
) -> list[AlertId]:
    """Put each finding in an alert, a live one or a new one; return the alerts, each once.

    A finding already in an alert stays there, so raising twice is raising once.
    """
    if not findings:
        return []
    await alerts.lock_world(tx.db, drill)
    world = _World(plan, drill, pace)
    touched: dict[AlertId, None] = {}
    for finding in sorted(findings, key=lambda one: (one.at, one.id)):
        known = await alerts.alert_of_finding(tx.db, finding.id)
        alert = AlertId(known) if known else await _place(tx, world, finding)
        touched[alert] = None
    await pokes.poke(tx.db, INBOX)
    return list(touched)


async def acknowledge_alert(tx: Tx, alert: AlertId, *, by: Human) -> Answer:
    """Say that somebody has it. The first answer counts; a later one is told who was first.

    Nobody is told of the alert after this: steps and messages that wait are withdrawn.
    """
    row = await _locked(tx, alert)
    if row.state == "resolved":
        msg = f"Alert #{row.number} is resolved."
        raise AlertResolved(msg, hint="A new finding will raise a new alert.")
    if row.acknowledged_by is not None and row.acknowledged_at is not None:
        first = PersonId(row.acknowledged_by)
        return _answer(row, first, row.acknowledged_at, yours=first == by.person)
    state = await ladders.get(tx.db, alert)
    if state is not None:
        await ladders.save(tx.db, alert, answer(state, by.person, tx.now))
    await _stop_telling(tx, alert, by=by.name)
    await alerts.acknowledge(tx.db, alert, by=by.name, now=tx.now)
    body = {
        "number": row.number,
        "person": by.person,
        "text": f"{by.name} acknowledged alert #{row.number}",
    }
    await record(tx, alert_stream(alert), "alert.acknowledged", by=by, body=body)
    await pokes.poke(tx.db, INBOX)
    return _answer(row, by.person, tx.now, yours=True)


async def resolve_alert(tx: Tx, alert: AlertId, *, by: Actor) -> None:
    """Say that it is over. Its links stop working; the next finding is a new alert."""
    row = await _locked(tx, alert)
    if row.state == "resolved":
        return
    state = await ladders.get(tx.db, alert)
    if state is not None:
        await ladders.save(tx.db, alert, withdraw(state, tx.now))
    await _stop_telling(tx, alert, by=by.name)
    await links.expire(tx.db, alert, now=tx.now)
    await alerts.resolve(tx.db, alert, by=by.name, now=tx.now)
    body = {"number": row.number, "text": f"{by.name} resolved alert #{row.number}"}
    await record(tx, alert_stream(alert), "alert.resolved", by=by, body=body)
    await pokes.poke(tx.db, INBOX)


async def find_alert(tx: Tx, number: int) -> AlertView:
    """Return everything about the alert people call by this number."""
    return await alert_views.view(tx, await _numbered(tx, number))


async def list_alerts(tx: Tx, wanted: AlertFilter) -> tuple[AlertLine, ...]:
    """List alerts, most urgent first, then newest."""
    found = await alerts.listed(
        tx.db, _chosen(wanted), limit=wanted.limit, offset=max(wanted.offset, 0)
    )
    return tuple(alert_views.line(row) for row in found)


async def count_alerts(tx: Tx, wanted: AlertFilter) -> int:
    """Count the alerts a filter lets through, beyond its limit too."""
    return await alerts.count(tx.db, _chosen(wanted))


async def _place(tx: Tx, world: _World, finding: Finding) -> AlertId:
    entities = entities_of(finding)
    binding = {entity for entity in entities if entity.kind in BINDING}
    shared = await alerts.sharing(tx.db, binding, drill=world.drill)
    match join(entities, _live(shared)):
        case Joins(alert=alert, reason=reason):
            await _grow(tx, alert, finding, reason)
        case Opens(reason=reason):
            alert = await _open(tx, world, finding)
            await _keep(tx, alert, finding, reason)
    await alerts.add_entities(tx.db, alert, entities)
    await alerts.add_assets(tx.db, alert, involved(finding))
    return alert


async def _open(tx: Tx, world: _World, finding: Finding) -> AlertId:
    alert = AlertId(tx.ids.fresh())
    standing = opening(finding)
    owner = owner_for(finding, world.plan.services.values())
    new = alerts.New(
        id=alert,
        key=alert_key(finding),
        standing=standing,
        owner=owner,
        plan_revision=world.plan.revision,
        at=finding.at,
        pace=world.pace,
        drill_id=world.drill,
    )
    await alerts.add(tx.db, new, now=tx.now)
    # The ladder starts in the same transaction: an alert that is kept is an alert that pages.
    await ladders.begin(tx.db, alert, due_at=tx.now)
    await due.plan(tx.db, ladders.LADDER, alert, tx.now)
    row = await _locked(tx, alert)
    body = {
        "number": row.number,
        "title": row.title,
        "priority": standing.priority.name,
        "service": owner.service,
        "team": owner.team,
        "policy": owner.policy,
        "owner_reason": owner.reason.value,
        "runbook": standing.runbook,
        "rule": finding.rule.id,
        "finding": str(finding.id),
        "plan": world.plan.revision,
        "text": f"{standing.priority.name} alert #{row.number}: {row.title}",
    }
    await record(tx, alert_stream(alert), "alert.raised", by=_BY, body=body)
    return alert


async def _grow(tx: Tx, alert: AlertId, finding: Finding, reason: Reason) -> None:
    row = await _locked(tx, alert)
    before = Standing(
        Priority(row.priority), row.title, RunbookId(row.runbook) if row.runbook else None
    )
    standing = after(before, finding)
    news = not await alerts.heard(tx.db, alert, rule=finding.rule.id, who=doer_of(finding))
    await _keep(tx, alert, finding, reason)
    await alerts.grow(tx.db, alert, standing, at=finding.at)
    # One fact for each rule and doer: an attacker's thousandth read is a count, not news.
    if news:
        await _tell_joined(tx, alert, finding, reason)
    if standing.priority < before.priority:
        body = {
            "number": row.number,
            "from": before.priority.name,
            "to": standing.priority.name,
            "text": f"Priority rose from {before.priority.name} to {standing.priority.name}:"
            f" {finding.rule.title}",
        }
        await record(tx, alert_stream(alert), "alert.priority_raised", by=_BY, body=body)


async def _keep(tx: Tx, alert: AlertId, finding: Finding, reason: Reason) -> None:
    member = alerts.Member(
        finding_id=finding.id,
        alert_id=alert,
        rule=finding.rule.id,
        title=finding.rule.title,
        priority=finding.rule.priority.value,
        at=finding.at,
        event=finding.kind,
        who=doer_of(finding),
        reason=reason.value,
    )
    await alerts.add_finding(tx.db, member, now=tx.now)


async def _tell_joined(tx: Tx, alert: AlertId, finding: Finding, reason: Reason) -> None:
    body = {
        "rule": finding.rule.id,
        "finding": str(finding.id),
        "reason": reason.value,
        "text": f"{finding.rule.title}: {finding.kind} by {doer_of(finding)} ({reason.value})",
    }
    await record(tx, alert_stream(alert), "alert.finding_joined", by=_BY, body=body)


async def _stop_telling(tx: Tx, alert: AlertId, *, by: str) -> None:
    await due.cancel(tx.db, ladders.LADDER, alert)
    paged = await pages.of_alert(tx.db, alert)
    await outbox.cancel_about(tx.db, pages.PAGE, [page.id for page in paged], now=tx.now)
    await pages.end_all(tx.db, alert, by=by, now=tx.now)


async def _locked(tx: Tx, alert: UUID) -> alerts.AlertRow:
    row = await alerts.lock(tx.db, alert)
    if row is None:
        msg = "There is no such alert."
        raise AlertNotFound(msg)
    return row


async def _numbered(tx: Tx, number: int) -> alerts.AlertRow:
    row = await alerts.numbered(tx.db, number)
    if row is None:
        msg = f"There is no alert #{number}."
        raise AlertNotFound(msg, hint="List them: fireline alert list")
    return row


def _answer(row: alerts.AlertRow, by: PersonId, at: datetime, *, yours: bool) -> Answer:
    return Answer(AlertId(row.id), row.number, row.title, by, at, yours)


def _live(shared: Sequence[alerts.SharingRow]) -> list[Live]:
    found: dict[UUID, tuple[datetime, set[Entity]]] = {}
    for row in shared:
        _, entities = found.setdefault(row.alert_id, (row.raised_at, set()))
        entities.add(Entity(row.kind, row.value))
    return [
        Live(AlertId(alert), raised, frozenset(entities))
        for alert, (raised, entities) in found.items()
    ]


def _chosen(wanted: AlertFilter) -> alerts.Chosen:
    return alerts.Chosen(
        wanted.states,
        wanted.teams,
        wanted.services,
        wanted.least.value,
        wanted.drill,
        wanted.drills,
    )
