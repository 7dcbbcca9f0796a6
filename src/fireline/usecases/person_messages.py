"""Say something to one person that is no page: a shift is offered, a watch begins.

It goes the soonest way their calm rules allow, and waits for the end of their quiet hours.
"""

from fireline.core.escalation.channels import form_of
from fireline.core.escalation.rules import tellings
from fireline.core.escalation.wording import Note, note_for
from fireline.core.plan.plan import Plan
from fireline.core.timeline.fact import Stream
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.store import outbox
from fireline.usecases.contacts import reachable
from fireline.usecases.transaction import Tx

_CALM = Priority.P3


async def tell_person(
    tx: Tx, plan: Plan, person: PersonId, note: Note, *, key: str, about: Stream
) -> bool:
    """Wish for a message to one person; the same key is the same message.

    `False`: they were told before, have no way to be told, or are not in the plan.
    """
    known = await reachable(tx, plan, person)
    ways = tellings(known, _CALM, now=tx.now) if known else ()
    if not ways:
        return False
    soonest = ways[0]
    wish = outbox.Wish(
        key=f"{key}:{person}",
        channel=soonest.channel,
        recipient=soonest.address,
        person=person,
        subject=note.subject,
        body=note_for(form_of(soonest.channel), note),
        about_kind=about.kind,
        about_id=about.id,
        drill_id=None,
    )
    return await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now + soonest.after)
