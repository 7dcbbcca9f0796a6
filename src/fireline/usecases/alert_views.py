"""Alerts as people and programs see them: everything a page or an API answer shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fireline.core.alerting.entities import ASSET, KEY
from fireline.core.assets.ref import AssetRef
from fireline.core.timeline.fact import Fact
from fireline.core.values.ids import AlertId, DrillId, FindingId, PageId
from fireline.core.values.priority import Priority
from fireline.store import alerts, facts, ladders, outbox, pages
from fireline.usecases.transaction import Tx


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One line of the inbox. `paged` are the people being told of it."""

    id: AlertId
    number: int
    title: str
    priority: Priority
    state: str
    service: str | None
    team: str | None
    runbook: str | None
    findings: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_by: str | None
    resolved_at: datetime | None
    drill: DrillId | None
    paged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding of an alert: what its rule said, who did what, and why it is here."""

    id: FindingId
    rule: str
    title: str
    priority: Priority
    at: datetime
    event: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt to deliver one message."""

    at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class SendView:
    """One message of a page: waiting until `due_at`, delivered, refused or cancelled."""

    id: UUID
    channel: str
    recipient: str
    state: str
    due_at: datetime | None
    settled_at: datetime | None
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """One person being told, by one step, for a reason."""

    id: PageId
    person: str
    step: int
    reason: str
    state: str
    wished_at: datetime
    sends: tuple[SendView, ...]


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert with everything there is to know about it.

    `entities` are pairs of kind and value: who did it, with what, from where. `next_step_at` is
    there while nobody has answered; `ladder` is waiting, answered, exhausted or withdrawn, after
    `steps_taken` steps.
    """

    id: AlertId
    number: int
    key: str
    title: str
    priority: Priority
    state: str
    service: str | None
    team: str | None
    policy: str | None
    owner_reason: str
    runbook: str | None
    plan_revision: str
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    pace: int
    drill: DrillId | None
    finding_count: int
    findings: tuple[FindingView, ...]
    entities: tuple[tuple[str, str], ...]
    assets: tuple[AssetRef, ...]
    ladder: str
    steps_taken: int
    next_step_at: datetime | None
    pages: tuple[PageView, ...]
    timeline: tuple[Fact, ...]


def line(row: alerts.LineRow) -> AlertLine:
    """Turn a row of the inbox into its view."""
    return AlertLine(
        id=AlertId(row.id),
        number=row.number,
        title=row.title,
        priority=Priority(row.priority),
        state=row.state,
        service=row.service,
        team=row.team,
        runbook=row.runbook,
        findings=row.findings,
        first_at=row.first_at,
        last_at=row.last_at,
        raised_at=row.raised_at,
        acknowledged_by=row.acknowledged_by,
        resolved_at=row.resolved_at,
        drill=_drill(row.drill_id),
        paged=tuple(row.paged),
    )


async def view(tx: Tx, row: alerts.AlertRow) -> AlertView:
    """Gather all there is to know about one alert."""
    found = await alerts.findings(tx.db, row.id)
    shared = await alerts.entities(tx.db, row.id)
    return AlertView(
        id=AlertId(row.id),
        number=row.number,
        key=row.key,
        title=row.title,
        priority=Priority(row.priority),
        state=row.state,
        service=row.service,
        team=row.team,
        policy=row.policy,
        owner_reason=row.owner_reason,
        runbook=row.runbook,
        plan_revision=row.plan_revision,
        first_at=row.first_at,
        last_at=row.last_at,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        pace=row.pace,
        drill=_drill(row.drill_id),
        finding_count=row.findings,
        findings=tuple(_finding(one) for one in found),
        entities=tuple((one.kind, one.value) for one in shared if one.kind not in {KEY, ASSET}),
        assets=tuple(await alerts.assets(tx.db, row.id)),
        pages=await _pages(tx, row.id),
        timeline=tuple(await facts.timeline(tx.db, [row.id])),
        **await _ladder(tx, row.id),
    )


async def _ladder(tx: Tx, alert: UUID) -> dict[str, Any]:
    row = await ladders.read(tx.db, alert)
    if row is None:
        return {"ladder": "withdrawn", "steps_taken": 0, "next_step_at": None}
    return {"ladder": row.state, "steps_taken": row.taken, "next_step_at": row.due_at}


async def _pages(tx: Tx, alert: UUID) -> tuple[PageView, ...]:
    paged = await pages.of_alert(tx.db, alert)
    sends = await pages.sends(tx.db, alert)
    tried = await outbox.attempts_about(tx.db, pages.PAGE, [page.id for page in paged])
    return tuple(
        PageView(
            id=PageId(page.id),
            person=page.person,
            step=page.step,
            reason=page.reason,
            state=page.state,
            wished_at=page.wished_at,
            sends=tuple(_send(send, tried) for send in sends if send.page_id == page.id),
        )
        for page in paged
    )


def _send(row: pages.SendRow, tried: Iterable[outbox.DeliveryRow]) -> SendView:
    return SendView(
        id=row.id,
        channel=row.channel,
        recipient=row.recipient,
        state=row.state,
        due_at=row.due_at,
        settled_at=row.settled_at,
        attempts=tuple(
            AttemptView(one.at, one.outcome, one.detail) for one in tried if one.outbox_id == row.id
        ),
    )


def _finding(row: alerts.FindingRow) -> FindingView:
    return FindingView(
        id=FindingId(row.finding_id),
        rule=row.rule,
        title=row.title,
        priority=Priority(row.priority),
        at=row.at,
        event=row.event,
        who=row.who,
        reason=row.reason,
    )


def _drill(drill: UUID | None) -> DrillId | None:
    return DrillId(drill) if drill is not None else None
