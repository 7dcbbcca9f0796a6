"""Tell what became of each page of an alert: from its messages, attempts and receipts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fireline.core.escalation.receipts import State
from fireline.core.escalation.story import Receipt, Sent, Told, Tried, story
from fireline.core.values.ids import PersonId, RevisionId
from fireline.core.values.refusals import Refusal
from fireline.store import alerts, outbox, pages, receipts
from fireline.usecases import plans
from fireline.usecases.transaction import Tx


async def tell_pages(
    tx: Tx,
    row: alerts.AlertRow,
    paged: Sequence[pages.PageRow],
    sends: Sequence[pages.SendRow],
    tried: Sequence[outbox.DeliveryRow],
) -> Mapping[UUID, str]:
    """Return the story of each page, by its id."""
    heard = await receipts.of_wishes(tx.db, [send.id for send in sends])
    names = await _names(tx, row)
    sent = {send.id: _sent(send, tried, heard) for send in sends}
    return {
        page.id: story(
            Told(names.get(PersonId(page.person), page.person), page.state, page.settled_at),
            [sent[send.id] for send in sends if send.page_id == page.id],
            tx.now,
        )
        for page in paged
    }


def _sent(
    send: pages.SendRow,
    tried: Sequence[outbox.DeliveryRow],
    heard: Sequence[receipts.ReceiptRow],
) -> Sent:
    return Sent(
        channel=send.channel,
        state=send.state,
        due_at=send.due_at,
        settled_at=send.settled_at,
        tried=tuple(Tried(one.at, one.outcome) for one in tried if one.outbox_id == send.id),
        receipts=tuple(
            Receipt(one.at, State(one.state)) for one in heard if one.outbox_id == send.id
        ),
        carried=send.carried,
    )


async def _names(tx: Tx, row: alerts.AlertRow) -> Mapping[PersonId, str]:
    try:
        plan = await plans.of(tx, RevisionId(row.plan_revision))
    except Refusal:
        # An alert is shown whatever became of the plan it was raised under.
        return {}
    return {id_: person.name for id_, person in plan.people.items()}
