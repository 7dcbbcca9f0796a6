"""Raise alerts from findings; answer and resolve them; find and list them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.escalation.ladder import answer, withdraw
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import AlertId, PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alerts, ladders, links, pokes, symptoms
from fireline.usecases import alert_lists
from fireline.usecases.alert_gathering import gather
from fireline.usecases.alert_lists import AlertFilter
from fireline.usecases.alert_telling import stop_telling
from fireline.usecases.alert_views import AlertLine, AlertView
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.transaction import Tx

INBOX = "alerts"  # the topic pages of alert lists listen to


class AlertNotFound(Refusal):
    """There is no such alert."""

    kind = Kind.NOT_FOUND
    code = "alert.not_found"


class AlertResolved(Refusal):
    """The alert is over; nothing more can be done to it."""

    kind = Kind.CONFLICT
    code = "alert.resolved"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who has an alert, since when, and whether that is the one who asked."""

    alert: AlertId
    number: int
    title: str
    by: PersonId
    at: datetime
    yours: bool


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
    await stop_telling(tx, alert, by=by)
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
    await stop_telling(tx, alert, by=by)
    await links.expire(tx.db, alert, now=tx.now)
    await alerts.resolve(tx.db, alert, by=by.name, now=tx.now)
    await symptoms.resolve_of(tx.db, alert, by=by.name, now=tx.now)
    closed = symptoms.News("closed", alert=alert)
    await symptoms.tell(tx.db, closed, drill=row.drill_id, now=tx.now)
    body = {"number": row.number, "text": f"{by.name} resolved alert #{row.number}"}
    await record(tx, alert_stream(alert), "alert.resolved", by=by, body=body)
    await pokes.poke(tx.db, INBOX)


async def find_alert(tx: Tx, number: int) -> AlertView:
    """Return everything about the alert people call by this number."""
    return await gather(tx, await _numbered(tx, number))


async def list_alerts(tx: Tx, wanted: AlertFilter) -> tuple[AlertLine, ...]:
    """List alerts, most urgent first, then newest."""
    return await alert_lists.listed(tx, wanted)


async def count_alerts(tx: Tx, wanted: AlertFilter) -> int:
    """Count the alerts a filter lets through, beyond its limit too."""
    return await alert_lists.count(tx, wanted, most=None)


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
