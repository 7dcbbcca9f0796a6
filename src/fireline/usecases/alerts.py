"""Raise alerts from findings; answer and resolve them; find and list them."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fireline.core.escalation.ladder import Answered, Exhausted, Waiting, answer, withdraw
from fireline.core.escalation.policy import Policy
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import AlertId, PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alerts, ladders, links, pokes, symptoms
from fireline.usecases import alert_lists
from fireline.usecases.alert_gathering import gather
from fireline.usecases.alert_lists import AlertFilter
from fireline.usecases.alert_telling import stop_telling, stop_telling_one
from fireline.usecases.alert_views import AlertLine, AlertView
from fireline.usecases.escalations import plan_look
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.onward import stop_onward
from fireline.usecases.rosters import policy_of
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
    """Who has an alert, since when, and whether that is the one who asked.

    Where a policy asks for several people, `answered` of the `needed` did; until they all did,
    nobody has it and the others are still told.
    """

    alert: AlertId
    number: int
    title: str
    by: PersonId
    at: datetime
    yours: bool
    answered: int = 1
    needed: int = 1


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
    policy = await policy_of(tx, row)
    if state is not None:
        state = answer(state, by.person, tx.now, policy=policy, pace=row.pace)
        await ladders.save(tx.db, alert, state)
    if isinstance(state, Waiting | Exhausted):
        return await _answer_in_part(tx, row, state, policy, by=by)
    await stop_telling(tx, alert, by=by, answered=True)
    if state is not None:
        await plan_look(tx, alert, state)
    await alerts.acknowledge(tx.db, alert, by=by.name, now=tx.now)
    who = (*state.answered[:-1], by.person) if isinstance(state, Answered) else (by.person,)
    text = f"{' and '.join(who)} acknowledged alert #{row.number}"
    await stop_onward(tx, row, "acknowledged", text)
    body = {"number": row.number, "person": by.person, "text": text}
    await record(tx, alert_stream(alert), "alert.acknowledged", by=by, body=body)
    await pokes.poke(tx.db, INBOX)
    count = max(len(who), 1)
    return replace(_answer(row, by.person, tx.now, yours=True), answered=count, needed=count)


async def _answer_in_part(
    tx: Tx, row: alerts.AlertRow, state: Waiting | Exhausted, policy: Policy, *, by: Human
) -> Answer:
    """Count one of the people it takes. They are told no more; the others still are."""
    alert = AlertId(row.id)
    await stop_telling_one(tx, alert, by.person)
    count, needed = len(state.answered), policy.acknowledgers
    text = f"{by.name} acknowledged alert #{row.number}: {count} of {needed} people did"
    body = {"number": row.number, "person": by.person, "text": text}
    await record(tx, alert_stream(alert), "alert.acknowledged_in_part", by=by, body=body)
    await pokes.poke(tx.db, INBOX)
    return replace(_answer(row, by.person, tx.now, yours=True), answered=count, needed=needed)


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
    text = f"{by.name} resolved alert #{row.number}"
    await stop_onward(tx, row, "resolved", text)
    body = {"number": row.number, "text": text}
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
