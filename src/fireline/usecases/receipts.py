"""Keep what phone companies say became of texts and calls, and act on what never arrived.

A receipt may come before our own request is written down as answered: it names its wish itself, is
kept, and is acted on again by whoever writes the answer down (`catch_up`).
"""

from typing import Final, Literal
from uuid import UUID

from fireline.core.escalation.receipts import State, follows, has_arrived, is_lost, why_lost
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Machine
from fireline.core.values.json import JsonObject
from fireline.ports.telephone import Receipt
from fireline.store import alerts, pages, receipts
from fireline.usecases import sending
from fireline.usecases.crowds import alerts_spoken_for
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.transaction import Tx

_BY = Machine("sender")
_NO_NEWS: Final = "no news"


async def hear_receipt(tx: Tx, company: str, key: str, receipt: Receipt) -> bool:
    """Keep a receipt about the message of this key. `False`: it was no news, or of no message.

    The first word that it never arrived lets the person's next channel speak at once.
    """
    wish = await receipts.wish_of(tx.db, key)
    if wish is None:
        return False
    await _hold_alerts(tx, wish.id)
    before = await _keep(tx, company, wish.id, receipt)
    if before == _NO_NEWS:
        return False
    if is_lost(receipt.state):
        await _lost(tx, wish.id)
    elif has_arrived(receipt.state) and not (before and has_arrived(before)):
        await _say_arrived(tx, wish, company, receipt.state)
    return True


async def _hold_alerts(tx: Tx, wish: UUID) -> None:
    """Hold the alerts a message spoke for, before anything else: the order of all who send."""
    page = await pages.of_wish(tx.db, wish)
    if page is not None:
        spoken_for = await alerts_spoken_for(tx, wish)
        await alerts.lock_many(tx.db, {page.alert_id, *spoken_for})


async def _keep(
    tx: Tx, company: str, wish: UUID, receipt: Receipt
) -> State | Literal["no news"] | None:
    """Keep a receipt that is news; return what was known before, `None` when nothing was."""
    new = receipts.New(company, receipt.message_id, wish, receipt.state, receipt.reason)
    if await receipts.begin(tx.db, new, now=tx.now):
        return None
    known = await receipts.lock(tx.db, company, receipt.message_id)
    if known is None or known.outbox_id != wish:
        return _NO_NEWS
    before = State(known.state)
    if not follows(before, receipt.state):
        return _NO_NEWS
    await receipts.advance(tx.db, known, state=receipt.state, reason=receipt.reason, now=tx.now)
    return before


async def catch_up(tx: Tx, wish: UUID) -> None:
    """Act on what was said of a message before it was written down as sent."""
    await _lost(tx, wish)


async def _lost(tx: Tx, wish: UUID) -> None:
    """Let the next channel speak, unless another attempt at the same message arrived."""
    told = await receipts.of_wishes(tx.db, [wish])
    states = [State(one.state) for one in told]
    if not states or not is_lost(states[-1]) or any(has_arrived(state) for state in states):
        return
    why = why_lost(states[-1], told[-1].reason)
    await sending.undelivered(tx, wish, f"{told[-1].provider}: {why}")


async def _say_arrived(tx: Tx, wish: receipts.CarriedRow, company: str, state: State) -> None:
    did = "answered the call" if wish.channel == "voice" else f"has the {wish.channel}"
    body: JsonObject = {
        "person": wish.person,
        "channel": wish.channel,
        "company": company,
        "state": state,
        "text": f"{wish.person} {did}",
    }
    page = await pages.of_wish(tx.db, wish.id)
    if page is None:
        stream = Stream(wish.about_kind, wish.about_id)
        await record(tx, stream, "message.arrived", by=_BY, body=body)
        return
    said = {**body, "page": str(page.id), "step": page.step}
    await record(tx, alert_stream(page.alert_id), "page.arrived", by=_BY, body=said)
