"""Make a wished message ready to send, and write down what became of it.

Paging is at-least-once: it repeats itself rather than stay silent, within named bounds.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never, cast
from uuid import UUID

import orjson

from fireline.core.escalation.ladder import Waiting
from fireline.core.escalation.retry import (
    MAX_ATTEMPTS,
    MAX_UNKNOWN,
    NEXT_CHANNEL_WITHIN,
    wait_before_retry,
)
from fireline.core.escalation.wording import with_link
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Machine
from fireline.core.values.ids import AlertId, DrillId
from fireline.core.values.json import JsonObject, canonical
from fireline.ports.channel import Delivered, Message, Outcome, Refused, TryAgain, Unknown
from fireline.store import alerts, due, ladders, links, outbox, pages
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.transaction import Tx

LINK_LASTS = timedelta(hours=24)
_BY = Machine("sender")


@dataclass(frozen=True, slots=True)
class _Sent:
    """One attempt that was made: of which wish, under which claim, for which page if any."""

    wish: outbox.OutboxRow
    claim: due.Claim
    page: pages.PageRow | None


async def prepare(tx: Tx, wish: UUID, *, base_url: str) -> Message | None:
    """Return a message as it should be sent now; `None` when it should not be sent any more.

    A page whose alert was answered or resolved is withdrawn. Each attempt carries a link of its
    own; earlier ones stay good, since the attempt that brought one may have arrived after all.
    """
    page = await pages.of_wish(tx.db, wish)
    alert = await alerts.lock(tx.db, page.alert_id) if page else None
    wished = await outbox.get(tx.db, wish)
    if wished is None or wished.state != "waiting":
        await due.cancel(tx.db, outbox.SEND, wish)
        return None
    if page is None or alert is None:
        return _message(tx, wished, wished.body)
    if alert.state != "firing":
        await outbox.settle(tx.db, wish, "cancelled", now=tx.now)
        await due.cancel(tx.db, outbox.SEND, wish)
        return None
    link = await _link(tx, page, base_url)
    return _message(tx, wished, _with_link(wished, link))


async def settle(tx: Tx, claim: due.Claim, outcome: Outcome) -> None:
    """Write down what became of one attempt, and decide what follows.

    An attempt is always remembered. What follows is decided only by whoever still holds the claim;
    that something arrived is true whoever says it.
    """
    page = await pages.of_wish(tx.db, claim.id)
    if page is not None:
        await alerts.lock(tx.db, page.alert_id)
    held = await due.hold(tx.db, claim)
    wish = await outbox.get(tx.db, claim.id)
    if wish is None:
        return
    name, detail = _spoken(outcome)
    await outbox.attempted(tx.db, wish.id, at=tx.now, outcome=name, detail=detail)
    if wish.state == "waiting" and (held or isinstance(outcome, Delivered)):
        await _follow(tx, _Sent(wish, claim, page), outcome)


async def _follow(tx: Tx, sent: _Sent, outcome: Outcome) -> None:
    match outcome:
        case Delivered(receipt=receipt):
            await _delivered(tx, sent, receipt)
        case TryAgain(why=why, after=after):
            await _try_again(tx, sent, why, after)
        case Unknown(why=why):
            await _unsure(tx, sent, why)
        case Refused(why=why):
            await _refused(tx, sent, why)
        case _:
            assert_never(outcome)


async def _delivered(tx: Tx, sent: _Sent, receipt: str) -> None:
    await outbox.settle(tx.db, sent.wish.id, "delivered", now=tx.now)
    await due.cancel(tx.db, outbox.SEND, sent.wish.id)
    if sent.page is not None and sent.page.state == "wished":
        await pages.settle(tx.db, sent.page.id, "sent", now=tx.now)
    told = f"{sent.wish.person} was told by {sent.wish.channel}"
    await _record(tx, sent, "sent", {"receipt": receipt, "text": told})


async def _try_again(tx: Tx, sent: _Sent, why: str, after: timedelta | None) -> None:
    attempts = sent.claim.attempts
    if attempts >= MAX_ATTEMPTS:
        await _refused(tx, sent, f"gave up after {attempts} attempts: {why}")
        return
    if attempts == 1:
        told = f"{sent.wish.channel} to {sent.wish.person} did not go through yet: {why}"
        await _record(tx, sent, "delayed", {"why": why, "text": told})
    await _put_off(tx, sent, wait_before_retry(attempts, after))


async def _unsure(tx: Tx, sent: _Sent, why: str) -> None:
    about = [sent.wish.about_id]
    tried = await outbox.attempts_about(tx.db, sent.wish.about_kind, about)
    unsure = [one for one in tried if one.outbox_id == sent.wish.id and one.outcome == "unknown"]
    if len(unsure) >= MAX_UNKNOWN:
        await _refused(tx, sent, f"may have arrived, but could not be confirmed twice: {why}")
        return
    told = (
        f"{sent.wish.channel} to {sent.wish.person} may have arrived; it is sent once more: {why}"
    )
    await _record(tx, sent, "unconfirmed", {"why": why, "text": told})
    await _put_off(tx, sent, wait_before_retry(sent.claim.attempts))


async def _put_off(tx: Tx, sent: _Sent, wait: timedelta) -> None:
    await due.again(tx.db, sent.claim, tx.now + wait, failed=True)
    if sent.page is not None:
        sends = await pages.sends(tx.db, sent.page.alert_id)
        await _next_channel(tx, sent, sends, within=NEXT_CHANNEL_WITHIN)


async def _refused(tx: Tx, sent: _Sent, why: str) -> None:
    await outbox.settle(tx.db, sent.wish.id, "refused", now=tx.now)
    await due.cancel(tx.db, outbox.SEND, sent.wish.id)
    told = f"{sent.wish.channel} to {sent.wish.person} failed: {why}"
    await _record(tx, sent, "failed", {"why": why, "text": told})
    if sent.page is None:
        return
    sends = await pages.sends(tx.db, sent.page.alert_id)
    others = {send.state for send in sends if send.page_id == sent.page.id}
    if "waiting" in others:
        await _next_channel(tx, sent, sends, within=timedelta())
    elif "delivered" not in others:
        await pages.settle(tx.db, sent.page.id, "failed", now=tx.now)
        await _hurry_ladder(tx, sent.page)


async def _next_channel(
    tx: Tx, sent: _Sent, sends: list[pages.SendRow], *, within: timedelta
) -> None:
    """Bring forward the message that would have come next on this page, and only that one."""
    coming = [
        send
        for send in sends
        if send.page_id == sent.wish.about_id
        and send.state == "waiting"
        and send.id != sent.wish.id
    ]
    if coming:
        following = min(coming, key=lambda send: (send.due_at or tx.now, send.id))
        await pages.bring_forward(tx.db, following.id, at=tx.now + within)


async def _hurry_ladder(tx: Tx, page: pages.PageRow) -> None:
    """Do not wait for somebody who cannot be reached, when a step reached nobody else."""
    state = await ladders.get(tx.db, page.alert_id)
    if not isinstance(state, Waiting) or state.taken != page.step or state.due <= tx.now:
        return
    paged = await pages.of_alert(tx.db, page.alert_id)
    # A ladder that was begun again does not wait for anybody of the climb before.
    of_step = [p for p in paged if (p.climb, p.step) == (paged[-1].climb, page.step)]
    if page.climb == paged[-1].climb and all(one.state == "failed" for one in of_step):
        await ladders.save(tx.db, page.alert_id, Waiting(state.taken, tx.now))
        await due.plan(tx.db, ladders.LADDER, page.alert_id, tx.now)
        body = {"step": page.step, "text": f"Step {page.step} reached nobody, so the next is taken"}
        await record(tx, alert_stream(page.alert_id), "ladder.hurried", by=_BY, body=body)


async def _link(tx: Tx, page: pages.PageRow, base_url: str) -> str:
    token = tx.ids.token()
    new = links.New(tx.ids.fresh(), page.alert_id, page.id, page.person)
    await links.add(tx.db, new, token, now=tx.now, expires_at=tx.now + LINK_LASTS)
    return f"{base_url.rstrip('/')}/acknowledge/{token}"


def _with_link(wished: outbox.OutboxRow, link: str) -> str:
    if wished.channel != "webhook":
        return with_link(wished.body, link)
    said = cast("dict[str, object]", orjson.loads(wished.body))
    return canonical(cast("JsonObject", {**said, "key": wished.key, "link": link}))


def _message(tx: Tx, wished: outbox.OutboxRow, body: str) -> Message:
    return Message(
        key=wished.key,
        channel=wished.channel,
        person=wished.person,
        to=wished.recipient,
        subject=wished.subject,
        body=body,
        at=tx.now,
        drill=DrillId(wished.drill_id) if wished.drill_id else None,
    )


async def _record(tx: Tx, sent: _Sent, what: str, said: JsonObject) -> None:
    """Say what happened on the timeline of the alert paged about, or of whatever else it was."""
    body: JsonObject = {
        "person": sent.wish.person,
        "channel": sent.wish.channel,
        "attempt": sent.claim.attempts,
        **said,
    }
    if sent.page is None:
        stream = Stream(sent.wish.about_kind, sent.wish.about_id)
        await record(tx, stream, f"message.{what}", by=_BY, body=body)
        return
    alert = AlertId(sent.page.alert_id)
    paged = {**body, "page": str(sent.page.id), "step": sent.page.step}
    await record(tx, alert_stream(alert), f"page.{what}", by=_BY, body=paged)


def _spoken(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Delivered(receipt=receipt):
            return "delivered", receipt
        case TryAgain(why=why):
            return "try_again", why
        case Refused(why=why):
            return "refused", why
        case Unknown(why=why):
            return "unknown", why
        case _:
            assert_never(outcome)
