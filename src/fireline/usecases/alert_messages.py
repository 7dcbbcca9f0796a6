"""The messages that belong to no step of a ladder: an alert is yours now, or your help is asked."""

from dataclasses import dataclass

from fireline.core.escalation.channels import form_of
from fireline.core.escalation.rules import tellings
from fireline.core.escalation.wording import Note, note_for
from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId
from fireline.core.values.json import JsonValue
from fireline.core.values.priority import Priority
from fireline.store import alerts, outbox
from fireline.usecases.contacts import laid_over
from fireline.usecases.transaction import Tx


@dataclass(frozen=True, slots=True)
class Message:
    """What is said to one person about one alert. `kind` is the word programs read."""

    kind: str
    subject: str
    sentence: str


async def tell_assignee(
    tx: Tx, plan: Plan, row: alerts.AlertRow, person: Person, *, by: Actor
) -> None:
    """Tell somebody that an alert was given to them, by the soonest way the urgency allows."""
    giver = plan.people.get(PersonId(by.name))
    given_by = giver.name if giver else by.name
    subject = f"P{row.priority} #{row.number} is yours: {row.title}"
    message = Message("assigned", subject, f"{given_by} gave you alert")
    await _tell(tx, row, person, message, by=by)


async def tell_lapsed(tx: Tx, row: alerts.AlertRow, person: Person, *, by: Actor) -> bool:
    """Tell whoever acknowledged an alert that their answer ran out, and others are told again."""
    subject = f"P{row.priority} #{row.number} fires again: {row.title}"
    sentence = "You acknowledged it and nobody has moved since, so people are told again of alert"
    return await _tell(tx, row, person, Message("lapsed", subject, sentence), by=by)


async def tell_helper(tx: Tx, row: alerts.AlertRow, person: Person, *, by: Actor) -> bool:
    """Ask somebody to help with an alert. `False` when they have no way to be told."""
    subject = f"P{row.priority} #{row.number}: {row.title}"
    message = Message("responder", subject, f"{by.name} asks you to help with alert")
    return await _tell(tx, row, person, message, by=by)


async def _tell(
    tx: Tx, row: alerts.AlertRow, person: Person, message: Message, *, by: Actor
) -> bool:
    known = await laid_over(tx, person, in_drill=row.drill_id is not None)
    ways = tellings(known, Priority(row.priority), now=tx.now, pace=row.pace)
    if not ways:
        return False
    said: dict[str, JsonValue] = {
        "alert": row.number,
        "priority": Priority(row.priority).name,
        "by": by.name,
    }
    drill = "This is a drill.\n\n" if row.drill_id is not None else ""
    letter = (
        f"{drill}{message.sentence} #{row.number}: {row.title}\n\n"
        f"See it on the Alerts page, or: fireline alert show {row.number}\n"
    )
    note = Note(message.kind, message.subject, letter, said, drill=row.drill_id is not None)
    wish = outbox.Wish(
        # Given away and back is told again; the same gift is told once.
        key=f"{message.kind}:{row.id}:{person.id}:{tx.now.isoformat()}",
        channel=ways[0].channel,
        recipient=ways[0].address,
        person=person.id,
        subject=message.subject,
        body=note_for(form_of(ways[0].channel), note),
        about_kind="alert",
        about_id=row.id,
        drill_id=row.drill_id,
    )
    await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now)
    return True
