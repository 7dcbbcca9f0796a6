"""Make a wished message ready to send, and write down what became of it.

Paging is at-least-once: it repeats itself rather than stay silent, within named bounds. What
follows from an attempt is decided in the core; here it is carried out.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never
from uuid import UUID

from fireline.core.escalation import delivery
from fireline.core.escalation.backlog import HELD, OVERDUE
from fireline.core.escalation.channels import form_of
from fireline.core.escalation.delivery import Attempt, PageStands, Said, Sibling, Verdict, Went
from fireline.core.escalation.ladder import Waiting
from fireline.core.escalation.together import Line, Text
from fireline.core.escalation.wording import linked
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Machine
from fireline.core.values.ids import AlertId, DrillId, PersonId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.ports.channel import Delivered, Message, Outcome, Refused, TryAgain, Unknown
from fireline.store import alerts, due, ladders, links, outbox, pages, payloads
from fireline.usecases.contact_checks import with_code
from fireline.usecases.contacts import forget_gone
from fireline.usecases.crowds import (
    alerts_spoken_for,
    arrived_together,
    part_crowd,
    speak_alone,
    speak_for,
)
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.reply_codes import answerable
from fireline.usecases.transaction import Tx

LINK_LASTS = timedelta(hours=24)
# How long a message that is held back waits before the next look.
_LOOK_AGAIN = timedelta(seconds=2)
# The same for one whose crowd somebody else decides about at this moment.
_SOON = timedelta(seconds=0.5)
_BY = Machine("sender")


@dataclass(frozen=True, slots=True)
class _Sent:
    """One attempt that was made: of which wish, as which attempt, for which page if any."""

    wish: outbox.OutboxRow
    attempt: int
    page: pages.PageRow | None


async def prepare(tx: Tx, wish: UUID, *, base_url: str, fence: int | None = None) -> Message | None:
    """Return a message as it should be sent now; `None` when it should not be (any more, or yet).

    A page whose alert was answered or resolved is withdrawn. One of too many at once is sent as
    part of another. Each attempt carries a link of its own; earlier ones stay good, since the
    attempt that brought one may have arrived after all. With `fence`, the number of its claim, a
    message is left to whoever claimed it since.
    """
    page = await pages.of_wish(tx.db, wish)
    if page is not None and not await _part(tx, wish):
        await due.put_off(tx.db, outbox.SEND, [wish], until=tx.now + _SOON)
        return None
    alert = await alerts.lock(tx.db, page.alert_id) if page else None
    wished = await outbox.get(tx.db, wish)
    if wished is None or wished.state != "waiting":
        await due.cancel(tx.db, outbox.SEND, wish)
        return None
    if page is None or alert is None:
        said = await with_code(tx, wished)
        return _message(tx, said, Text(said.subject, said.body))
    if not delivery.is_wanted(alert.state, page.unless):
        await outbox.settle(tx.db, wish, "cancelled", now=tx.now)
        await due.cancel(tx.db, outbox.SEND, wish)
        return None
    if not await _may_go(tx, wished, fence):
        return None
    await outbox.prepared(tx.db, wish)
    return _message(tx, wished, await _text(tx, wished, page, alert, base_url))


async def took(tx: Tx, wish: UUID, receipt: str) -> None:
    """Note that a message arrived, before anything else is done about it.

    Settling takes a while; whoever dies meanwhile must not have it sent again.
    """
    await outbox.took(tx.db, wish, receipt)


async def took_before(tx: Tx, wish: UUID) -> Delivered | None:
    """Say whether an earlier attempt arrived, whose sender died before it was settled."""
    wished = await outbox.get(tx.db, wish)
    if wished is None or wished.state != "waiting" or wished.taken_receipt is None:
        return None
    return Delivered(wished.taken_receipt)


async def settle(tx: Tx, claim: due.Claim, outcome: Outcome) -> None:
    """Write down what became of one attempt, and do what follows from it.

    An attempt is always remembered. What follows is decided only by whoever still holds the claim;
    that something arrived is true whoever says it.
    """
    page = await pages.of_wish(tx.db, claim.id)
    if page is not None:
        # All at once and in order: the message may have spoken for other alerts, too.
        spoken_for = await alerts_spoken_for(tx, claim.id)
        await alerts.lock_many(tx.db, {page.alert_id, *spoken_for})
    held = await due.hold(tx.db, claim)
    wish = await outbox.get(tx.db, claim.id)
    if wish is None:
        return
    if isinstance(outcome, Refused) and outcome.gone:
        await forget_gone(tx, PersonId(wish.person), wish.channel, wish.recipient)
    went, why, asked = _spoken(outcome)
    await outbox.attempted(tx.db, wish.id, at=tx.now, outcome=went, detail=why)
    if wish.state == "waiting" and (held or went is Went.DELIVERED):
        sent = _Sent(wish, claim.attempts, page)
        unsure = await _unsure(tx, wish) if went is Went.UNKNOWN else 0
        attempt = Attempt(went, why, claim.attempts, unsure, asked)
        verdict = delivery.after(attempt, await _siblings(tx, sent), tx.now)
        if verdict.due is not None:
            await due.again(tx.db, claim, verdict.due, failed=True)
        await _apply(tx, sent, verdict)


async def undelivered(tx: Tx, wish: UUID, why: str) -> None:
    """Take a provider's word that a message it had taken never arrived: the next channel speaks.

    Said again, or of a message that was withdrawn meanwhile, it changes nothing.
    """
    page = await pages.of_wish(tx.db, wish)
    if page is not None:
        spoken_for = await alerts_spoken_for(tx, wish)
        await alerts.lock_many(tx.db, {page.alert_id, *spoken_for})
    wished = await outbox.get(tx.db, wish)
    if wished is None or not await outbox.undeliver(tx.db, wish, now=tx.now):
        return
    await outbox.attempted(tx.db, wish, at=tx.now, outcome="refused", detail=why)
    await _never_arrived(tx, _Sent(wished, 0, page), why)
    for one in await outbox.carried(tx.db, wish):
        other = await outbox.get(tx.db, one.id)
        if other and one.carried_at and await outbox.undeliver(tx.db, one.id, now=tx.now):
            await _never_arrived(tx, _Sent(other, 0, await pages.of_wish(tx.db, one.id)), why)


async def _never_arrived(tx: Tx, sent: _Sent, why: str) -> None:
    verdict = delivery.refused(why, await _siblings(tx, sent), tx.now, said=Said.UNDELIVERED)
    await _apply(tx, sent, verdict)


async def _part(tx: Tx, wish: UUID) -> bool:
    where = await outbox.address_of(tx.db, wish)
    return where is None or await part_crowd(tx, where)


async def _may_go(tx: Tx, wished: outbox.OutboxRow, fence: int | None) -> bool:
    """Say whether a message goes now; not when another speaks for it, or when it may be old news.

    After an outage, what sources said meanwhile may end the alert: that is sorted first, and waited
    for, but not for long.
    """
    planned = await due.planned(tx.db, outbox.SEND, wished.id)
    if planned is None:
        return True
    if planned.due_at > tx.now or fence not in {None, planned.fence}:
        return False
    if wished.held_until is None and planned.due_at > tx.now - OVERDUE:
        return True
    until = wished.held_until or tx.now + HELD
    backlog = await payloads.backlog(tx.db)
    if backlog.oldest is None or backlog.oldest > until - HELD or until <= tx.now:
        return True
    await outbox.hold_back(tx.db, wished.id, until=until)
    await due.put_off(tx.db, outbox.SEND, [wished.id], until=tx.now + _LOOK_AGAIN)
    return False


async def _text(
    tx: Tx,
    wished: outbox.OutboxRow,
    page: pages.PageRow,
    alert: alerts.AlertRow,
    base_url: str,
) -> Text:
    home = base_url.rstrip("/")
    first = Line(alert.number, Priority(alert.priority), alert.title, alert.service)
    text = Text(wished.subject, wished.body)
    text = await speak_for(tx, wished, text, first, home=f"{home}/")
    token = tx.ids.token()
    new = links.New(tx.ids.fresh(), page.alert_id, page.id, page.person)
    await links.add(tx.db, new, token, now=tx.now, expires_at=tx.now + LINK_LASTS)
    link = f"{home}/acknowledge/{token}"
    body = linked(form_of(wished.channel), text.body, key=wished.key, link=link)
    return replace(text, body=await answerable(tx, wished, alert, body))


async def _unsure(tx: Tx, wish: outbox.OutboxRow) -> int:
    """Count how often a message may have arrived."""
    tried = await outbox.attempts_about(tx.db, wish.about_kind, [wish.about_id])
    return sum(one.outbox_id == wish.id and one.outcome == "unknown" for one in tried)


async def _siblings(tx: Tx, sent: _Sent) -> list[Sibling] | None:
    if sent.page is None:
        return None
    sends = await pages.sends(tx.db, sent.page.alert_id)
    return [
        Sibling(one.id, one.state, one.due_at)
        for one in sends
        if one.page_id == sent.page.id and one.id != sent.wish.id
    ]


async def _apply(tx: Tx, sent: _Sent, verdict: Verdict) -> None:
    """Do what was decided about a message."""
    if verdict.wish is not delivery.Wish.WAITING:
        await outbox.settle(tx.db, sent.wish.id, verdict.wish, now=tx.now)
        await due.cancel(tx.db, outbox.SEND, sent.wish.id)
    if verdict.forward is not None:
        await pages.bring_forward(tx.db, verdict.forward.wish, at=verdict.forward.by)
    if sent.page is not None and verdict.page is not None:
        await _end_page(tx, sent.page, verdict.page)
    if verdict.said is not None:
        await _record(tx, sent, verdict.said, verdict.why)
    if verdict.wish is delivery.Wish.DELIVERED:
        await arrived_together(tx, sent.wish)
    elif verdict.wish is delivery.Wish.REFUSED and verdict.said is not Said.UNDELIVERED:
        await speak_alone(tx, sent.wish.id)
    if sent.page is not None and verdict.page == "failed":
        await _hurry_ladder(tx, sent.page)


async def _end_page(tx: Tx, page: pages.PageRow, state: str) -> None:
    if state != "sent" or page.state == "wished":
        await pages.settle(tx.db, page.id, state, now=tx.now)


async def _hurry_ladder(tx: Tx, page: pages.PageRow) -> None:
    """Do not wait for somebody who cannot be reached, when a step reached nobody else."""
    state = await ladders.get(tx.db, page.alert_id)
    paged = [_stands(one) for one in await pages.of_alert(tx.db, page.alert_id)]
    if isinstance(state, Waiting) and delivery.hurries(state, _stands(page), paged, tx.now):
        await ladders.save(tx.db, page.alert_id, replace(state, due=tx.now))
        await due.plan(tx.db, ladders.LADDER, page.alert_id, tx.now)
        body = {"step": page.step, "text": f"Step {page.step} reached nobody, so the next is taken"}
        await record(tx, alert_stream(page.alert_id), "ladder.hurried", by=_BY, body=body)


def _stands(page: pages.PageRow) -> PageStands:
    return PageStands(page.climb, page.step, page.state)


def _message(tx: Tx, wished: outbox.OutboxRow, text: Text) -> Message:
    return Message(
        key=wished.key,
        channel=wished.channel,
        person=wished.person,
        to=wished.recipient,
        subject=text.subject,
        body=text.body,
        at=tx.now,
        drill=DrillId(wished.drill_id) if wished.drill_id else None,
    )


async def _record(tx: Tx, sent: _Sent, said: Said, why: str) -> None:
    """Say what happened on the timeline of the alert paged about, or of whatever else it was."""
    what = {"receipt": why} if said is Said.SENT else {"why": why}
    body: JsonObject = {
        "person": sent.wish.person,
        "channel": sent.wish.channel,
        "attempt": sent.attempt,
        **what,
        "text": _told(sent.wish, said, why),
    }
    if sent.page is None:
        stream = Stream(sent.wish.about_kind, sent.wish.about_id)
        await record(tx, stream, f"message.{said}", by=_BY, body=body)
        return
    alert = AlertId(sent.page.alert_id)
    paged = {**body, "page": str(sent.page.id), "step": sent.page.step}
    await record(tx, alert_stream(alert), f"page.{said}", by=_BY, body=paged)


def _told(wish: outbox.OutboxRow, said: Said, why: str) -> str:
    whom = f"{wish.channel} to {wish.person}"
    match said:
        case Said.SENT:
            return f"{wish.person} was told by {wish.channel}"
        case Said.DELAYED:
            return f"{whom} did not go through yet: {why}"
        case Said.UNCONFIRMED:
            return f"{whom} may have arrived; it is sent once more: {why}"
        case Said.FAILED:
            return f"{whom} failed: {why}"
        case Said.UNDELIVERED:
            return f"{whom} was taken, and never arrived: {why}"
        case _:
            assert_never(said)


def _spoken(outcome: Outcome) -> tuple[Went, str, timedelta | None]:
    match outcome:
        case Delivered(receipt=receipt):
            return Went.DELIVERED, receipt, None
        case TryAgain(why=why, after=after):
            return Went.TRY_AGAIN, why, after
        case Refused(why=why):
            return Went.REFUSED, why, None
        case Unknown(why=why):
            return Went.UNKNOWN, why, None
        case _:
            assert_never(outcome)
