"""The one message that belongs to no step of a ladder: this alert is yours now."""

from fireline.core.escalation.rules import tellings
from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId
from fireline.core.values.json import JsonObject, canonical
from fireline.core.values.priority import Priority
from fireline.store import alerts, outbox
from fireline.usecases.transaction import Tx


async def tell_assignee(
    tx: Tx, plan: Plan, row: alerts.AlertRow, person: Person, *, by: Actor
) -> None:
    """Tell somebody that an alert was given to them, by the soonest way the urgency allows."""
    told = tellings(person, Priority(row.priority), pace=row.pace)
    if not told:
        return
    giver = plan.people.get(PersonId(by.name))
    given_by = giver.name if giver else by.name
    subject = f"P{row.priority} #{row.number} is yours: {row.title}"
    said: JsonObject = {
        "kind": "assigned",
        "alert": row.number,
        "priority": Priority(row.priority).name,
        "title": subject,
        "by": by.name,
        "drill": row.drill_id is not None,
    }
    drill = "This is a drill.\n\n" if row.drill_id is not None else ""
    letter = (
        f"{drill}{given_by} gave you alert #{row.number}: {row.title}\n\n"
        f"See it on the Alerts page, or: fireline alert show {row.number}\n"
    )
    wish = outbox.Wish(
        # Given away and back is told again; the same gift is told once.
        key=f"assigned:{row.id}:{person.id}:{tx.now.isoformat()}",
        channel=told[0].channel,
        recipient=told[0].address,
        person=person.id,
        subject=subject,
        body=canonical(said) if told[0].channel == "webhook" else letter,
        about_kind="alert",
        about_id=row.id,
        drill_id=row.drill_id,
    )
    await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now)
