"""Deadlines running, met and missed; each change is a fact."""

from datetime import datetime
from uuid import UUID

from fireline.core.incidents.deadlines import (
    PRIORITY_KINDS,
    Deadline,
    DeadlineKind,
    Standing,
    deadlines_of,
    standing,
)
from fireline.core.incidents.terms import PriorityRule
from fireline.core.values.actor import Actor, Machine
from fireline.store import deadlines as store
from fireline.store import incidents, response
from fireline.store.deadlines import DeadlineRow
from fireline.store.incidents import IncidentRow
from fireline.usecases.incident_desk import lock_incident, say
from fireline.usecases.transaction import Tx

_DEADLINES = Machine("deadlines")
_WORDS = {
    DeadlineKind.ACKNOWLEDGE: "acknowledging",
    DeadlineKind.TRIAGE: "triage",
    DeadlineKind.REMEDIATE: "recovery",
    DeadlineKind.RETRO: "the review",
    DeadlineKind.UPDATE: "the next update",
    DeadlineKind.LEAD: "finding a lead",
}


async def run_deadline(tx: Tx, incident: UUID, deadline: Deadline) -> None:
    """Let a deadline run. One of the same kind that runs already is moved instead."""
    running = await _running(tx, incident, deadline.kind)
    if running is not None:
        await store.move(tx.db, running.id, deadline.due_at)
        return
    row = DeadlineRow(
        id=tx.ids.fresh(),
        incident_id=incident,
        kind=deadline.kind,
        anchor=deadline.anchor,
        due_at=deadline.due_at,
        standing=Standing.RUNNING,
        reached_at=None,
    )
    await store.add(tx.db, row)


async def reach(
    tx: Tx, incident: UUID, kind: DeadlineKind, *, by: Actor, at: datetime | None = None
) -> None:
    """Note that what a deadline waits for has happened, in time or late."""
    moment = at or tx.now
    for row in await store.of_incident(tx.db, incident):
        waits = row.standing == Standing.RUNNING or (
            row.standing == Standing.MISSED and row.reached_at is None
        )
        if row.kind != kind or not waits:
            continue
        ended = standing(row.due_at, moment, tx.now)
        await store.settle(tx.db, row.id, ended, reached_at=moment)
        if row.standing == Standing.RUNNING:
            await _told(tx, row, ended, by)


async def withdraw(tx: Tx, incident: UUID, *kinds: DeadlineKind) -> None:
    """Stop waiting for something that no longer matters."""
    for row in await store.of_incident(tx.db, incident):
        if row.kind in kinds and row.standing == Standing.RUNNING:
            await store.settle(tx.db, row.id, Standing.WITHDRAWN, reached_at=None)


async def run_priority(tx: Tx, row: IncidentRow, rule: PriorityRule, *, by: Actor) -> None:
    """Let the deadlines of a priority run, counted from the first event.

    What was met or missed stays so: a new priority judges nobody for the past. One that begins now
    and was reached before is settled at once.
    """
    wanted = {
        deadline.kind: deadline
        for deadline in deadlines_of(rule, anchor=row.first_at, pace=row.pace)
    }
    settled = {
        found.kind
        for found in await store.of_incident(tx.db, row.id)
        if found.standing in {Standing.MET, Standing.MISSED}
    }
    for kind in PRIORITY_KINDS:
        if kind not in wanted:
            await withdraw(tx, row.id, kind)
        elif kind not in settled:
            await run_deadline(tx, row.id, wanted[kind])
    for kind, at in (await _reached(tx, row)).items():
        await reach(tx, row.id, kind, by=by, at=at)


async def run_again(tx: Tx, row: IncidentRow, rule: PriorityRule) -> None:
    """Begin anew, from now, the deadlines that an incident reached before it was reopened."""
    fresh = deadlines_of(rule, anchor=tx.now, pace=row.pace)
    running = {
        found.kind
        for found in await store.of_incident(tx.db, row.id)
        if found.standing == Standing.RUNNING
    }
    for deadline in fresh:
        late = deadline.kind in {DeadlineKind.REMEDIATE, DeadlineKind.RETRO}
        if late and deadline.kind not in running:
            await run_deadline(tx, row.id, deadline)


async def pass_deadline(tx: Tx, deadline: UUID) -> bool:
    """Mark a deadline missed if it is due and still running; the worker then drops its row.

    `False`: there was nothing to miss, or it falls later by now.
    """
    found = await store.get(tx.db, deadline)
    if found is None:
        return False
    # The incident is locked first, as everywhere, and the deadline read again behind that lock.
    await lock_incident(tx, found.incident_id)
    row = await store.get(tx.db, deadline)
    if row is None or row.standing != Standing.RUNNING or tx.now < row.due_at:
        return False
    await store.settle(tx.db, row.id, Standing.MISSED, reached_at=None)
    await _told(tx, row, Standing.MISSED, _DEADLINES)
    return True


async def _reached(tx: Tx, row: IncidentRow) -> dict[DeadlineKind, datetime]:
    """Say what the deadlines of a priority wait for has happened already, and when."""
    alerts = await incidents.alerts_of(tx.db, row.id)
    seen = [alert.acknowledged_at for alert in alerts if alert.acknowledged_at is not None]
    # Whoever opened the incident had the alert in hand, acknowledged or not.
    found = {DeadlineKind.ACKNOWLEDGE: min((*seen, row.opened_at))}
    answers = [item.answered_at for item in await response.items_of(tx.db, row.id)]
    given = [at for at in answers if at is not None]
    if len(given) == len(answers):
        found[DeadlineKind.TRIAGE] = max(given, default=row.opened_at)
    if row.recovered_at is not None:
        found[DeadlineKind.REMEDIATE] = row.recovered_at
    return found


async def _running(tx: Tx, incident: UUID, kind: DeadlineKind) -> DeadlineRow | None:
    found = await store.of_incident(tx.db, incident)
    return next((r for r in found if r.kind == kind and r.standing == Standing.RUNNING), None)


async def _told(tx: Tx, row: DeadlineRow, ended: Standing, by: Actor) -> None:
    kind = DeadlineKind(row.kind)
    verb = "met" if ended is Standing.MET else "missed"
    await say(
        tx,
        row.incident_id,
        f"deadline.{verb}",
        by=by,
        deadline=str(row.id),
        what=kind.value,
        due_at=row.due_at.isoformat(),
        text=f"The deadline for {_WORDS[kind]} was {verb}.",
    )
