"""What people do to one alert: snooze it, take an answer back, escalate, assign, weigh, note.

Whatever starts the telling anew starts it from the first step, in a climb of its own: people who
were told before are told again.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from fireline.core.escalation.ladder import Answered, Exhausted, Waiting, Withdrawn
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import AlertId, PersonId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alert_hands, alerts, due, ladders
from fireline.store.alert_hands import SNOOZE
from fireline.usecases import plans
from fireline.usecases.alert_desk import lock_alert, lock_live, tell_fact, written
from fireline.usecases.alert_messages import tell_assignee
from fireline.usecases.alert_telling import (
    stop_telling,
    tell_again,
    tell_by_urgency,
    withdraw_ladder,
)
from fireline.usecases.transaction import Tx

MAX_NOTE = 25_000
MAX_WHY = 1_000
LONGEST_SNOOZE = timedelta(days=365)
_CLOCK = Machine("snooze")


class SnoozeImpossible(Refusal):
    """An alert is snoozed until a moment to come, and not for ever."""

    kind = Kind.INVALID
    code = "alert.snooze_impossible"


class NotAcknowledged(Refusal):
    """Nobody has the alert, so there is no answer to take back."""

    kind = Kind.CONFLICT
    code = "alert.not_acknowledged"


class NobodyOfThatName(Refusal):
    """The plan has no such person."""

    kind = Kind.INVALID
    code = "alert.nobody_of_that_name"


async def snooze_alert(tx: Tx, alert: AlertId, *, until: datetime, by: Actor) -> None:
    """Let nobody be told of an alert until a moment. Snoozing again moves the moment.

    When it comes and the alert still fires unanswered, people are told from the first step on.
    """
    if until <= tx.now:
        msg = "A snooze ends in the future."
        raise SnoozeImpossible(msg, hint=f"It is {tx.now:%Y-%m-%d %H:%M} UTC now.")
    if until > tx.now + LONGEST_SNOOZE:
        msg = f"A snooze lasts {LONGEST_SNOOZE.days} days at most."
        raise SnoozeImpossible(msg, hint="Silence what nobody needs to hear of, or end the rule.")
    row = await lock_live(tx, alert)
    await withdraw_ladder(tx, alert)
    await stop_telling(tx, alert, by=by)
    await alert_hands.snooze(tx.db, alert, until)
    await due.plan(tx.db, SNOOZE, alert, until)
    text = f"{by.name} snoozed alert #{row.number} until {until:%Y-%m-%d %H:%M} UTC"
    await tell_fact(tx, row, "alert.snoozed", by=by, text=text, said={"until": until.isoformat()})


async def wake_alert(tx: Tx, alert: AlertId, *, by: Actor = _CLOCK) -> bool:
    """End a snooze: at its time, or earlier because a person says so. Tell people if it is needed.

    Return whether people are told. By the clock, a snooze that was moved meanwhile goes on.
    """
    row = await alerts.lock(tx.db, alert)
    if row is None or row.snoozed_until is None or row.state == "resolved":
        await due.cancel(tx.db, SNOOZE, alert)
        return False
    if by == _CLOCK and row.snoozed_until > tx.now:
        await due.plan(tx.db, SNOOZE, alert, row.snoozed_until)
        return False
    await due.cancel(tx.db, SNOOZE, alert)
    await alert_hands.snooze(tx.db, alert, None)
    told = row.state == "firing" and await tell_again(tx, row, by=by)
    said = "it still fires, so people are told again" if told else "nobody needs to be told"
    text = f"The snooze of alert #{row.number} is over: {said}"
    await tell_fact(tx, row, "alert.woke", by=by, text=text, said={"told": told})
    return told


async def unacknowledge_alert(tx: Tx, alert: AlertId, *, by: Actor) -> None:
    """Take the answer back: nobody has it, and people are told from the first step on."""
    row = await lock_live(tx, alert)
    if row.state != "acknowledged":
        msg = f"Nobody has acknowledged alert #{row.number}."
        raise NotAcknowledged(msg, hint="People are being told of it.")
    await alert_hands.unacknowledge(tx.db, alert)
    await due.cancel(tx.db, SNOOZE, alert)
    await tell_again(tx, row, by=by)
    text = f"{by.name} took back the answer of {row.acknowledged_by} to alert #{row.number}"
    said = {"person": row.acknowledged_by or ""}
    await tell_fact(tx, row, "alert.unacknowledged", by=by, text=text, said=said)


async def escalate_alert(tx: Tx, alert: AlertId, *, by: Actor) -> None:
    """Take the next step of the ladder now. Whoever has the alert does not have it any more.

    A ladder that was climbed to its end, or rests, begins again from the first step.
    """
    row = await lock_live(tx, alert)
    state = await ladders.get(tx.db, alert)
    if row.state == "acknowledged":
        await alert_hands.unacknowledge(tx.db, alert)
    match state:
        case Waiting(taken=taken) | Answered(taken=taken):
            # Who was told stays told: escalating adds people, it withdraws nothing.
            answered = state.answered if isinstance(state, Waiting) else ()
            await ladders.save(tx.db, alert, Waiting(taken, tx.now, answered))
            await due.plan(tx.db, ladders.LADDER, alert, tx.now)
            await alert_hands.told(tx.db, alert)
        case Exhausted() | Withdrawn() | None:
            await ladders.begin_again(tx.db, alert, due_at=tx.now)
            await due.plan(tx.db, ladders.LADDER, alert, tx.now)
            await alert_hands.told(tx.db, alert)
        case _:
            assert_never(state)
    await due.cancel(tx.db, SNOOZE, alert)
    text = f"{by.name} escalated alert #{row.number}: the next step is taken now"
    await tell_fact(tx, row, "alert.escalated", by=by, text=text)


async def add_note(tx: Tx, alert: AlertId, text: str, *, by: Actor) -> None:
    """Write a note on an alert's timeline. A resolved alert takes notes, too."""
    note = written(text, "The note", MAX_NOTE)
    row = await lock_alert(tx, alert)
    await tell_fact(tx, row, "alert.note", by=by, text=note)


async def assign_alert(tx: Tx, alert: AlertId, person: PersonId | None, *, by: Actor) -> None:
    """Say whose it is; `None` takes that back. A person who did not do so themselves is told."""
    plan = await plans.current(tx)
    if person is not None and person not in plan.people:
        msg = f"The plan has no person {person}."
        raise NobodyOfThatName(msg, hint=f"There are: {', '.join(sorted(plan.people))}.")
    row = await lock_live(tx, alert)
    if row.assigned_to == person:
        return
    await alert_hands.assign(tx.db, alert, person)
    text = f"{by.name} assigned alert #{row.number} to {person or 'nobody'}"
    await tell_fact(tx, row, "alert.assigned", by=by, text=text, said={"person": person or ""})
    if person is not None and person != by.name:
        await tell_assignee(tx, plan, row, plan.people[person], by=by)


async def set_priority(
    tx: Tx, alert: AlertId, priority: Priority, *, by: Actor, why: str = ""
) -> None:
    """Say how urgent an alert is. Rising tells people by the new urgency, if nobody has it."""
    reason = written(why, "The reason", MAX_WHY) if why.strip() else ""
    row = await lock_live(tx, alert)
    before = Priority(row.priority)
    if before == priority:
        return
    await alert_hands.set_priority(tx.db, alert, priority)
    text = f"{by.name} changed the priority of alert #{row.number} from {before.name}"
    said = {"from": before.name, "to": priority.name, "why": reason}
    told = f"{text} to {priority.name}{': ' if reason else ''}{reason}"
    await tell_fact(tx, row, "alert.priority_set", by=by, text=told, said=said)
    if priority < before:
        weighed = replace(row, priority=priority.value)
        await tell_by_urgency(tx, weighed, before=before, by=by)
