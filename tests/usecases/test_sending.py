"""Messages that arrive, that do not, and that may have."""

import json
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from fireline.app.house import House
from fireline.core.escalation.retry import MAX_ATTEMPTS
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId
from fireline.core.values.refusals import Unavailable
from fireline.ports.channel import Channel, Delivered, Message, Outcome, Refused, TryAgain, Unknown
from fireline.store import due, facts, outbox
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import AlertFilter, acknowledge_alert, find_alert, list_alerts
from fireline.usecases.links import press
from fireline.usecases.sending import prepare, settle, undelivered
from fireline.usecases.transaction import Tx
from fireline.workers.sending import send_messages
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import (
    ANA,
    BASE_URL,
    BO,
    DRILL,
    LEASE,
    alert,
    climb,
    person,
    send,
    token_in,
    told,
    with_people,
)

OK = Delivered("kept")


async def paged(house: House) -> AlertId:
    async with house.transaction() as tx:
        which = await alert(tx)
    await climb(house)
    return which


async def view_of(house: House) -> AlertView:
    async with house.transaction() as tx:
        (line,) = await list_alerts(tx, AlertFilter(states=("firing", "acknowledged", "resolved")))
        return await find_alert(tx, line.number)


async def test_a_mail_says_what_to_do_and_a_notice_says_it_to_machines(
    house: House, clock: HandClock
):
    await paged(house)
    (notice,) = await send(house, OK)
    clock.wait(minutes=2)
    (mail,) = await send(house, OK)
    assert (mail.to, mail.subject[:4], mail.drill) == ("ana@example.com", "P2 #", None)
    assert "Open the runbook leaked-key." in mail.body
    assert "Shop, Web" in mail.body
    assert mail.body.count(f"{BASE_URL}/acknowledge/") == 1
    said = json.loads(notice.body)
    assert said["key"] == notice.key
    assert said["link"] == f"{BASE_URL}/acknowledge/{token_in(notice)}"
    assert (said["priority"], said["drill"]) == ("P2", False)


async def test_what_arrived_is_a_fact_and_the_page_is_sent(house: House):
    await paged(house)
    await send(house, Delivered("250 kept"))
    view = await view_of(house)
    (page,) = view.pages
    assert page.state == "sent"
    assert [one.outcome for one in page.sends[0].attempts] == ["delivered"]
    sent = next(fact for fact in view.timeline if fact.kind == "page.sent")
    assert (sent.body["person"], sent.body["channel"]) == ("ana", "webhook")
    assert sent.body["receipt"] == "250 kept"


async def test_a_message_that_does_not_arrive_is_tried_again_with_patience(
    house: House, clock: HandClock
):
    await paged(house)
    for seconds in (1, 2, 4, 8):
        assert told(await send(house, TryAgain("busy"))) == [("ana", "webhook")]
        clock.wait(seconds=seconds - 0.1)
        assert await send(house, OK) == []
        clock.wait(seconds=0.1)
    assert told(await send(house, OK)) == [("ana", "webhook")]
    kinds = [fact.kind for fact in (await view_of(house)).timeline]
    assert kinds.count("page.delayed") == 1
    assert kinds[-1] == "page.sent"


async def test_what_the_other_side_asks_for_is_respected_up_to_a_minute(
    house: House, clock: HandClock
):
    await paged(house)
    await send(house, TryAgain("slow down", timedelta(hours=3)))
    clock.wait(seconds=59)
    assert ("ana", "webhook") not in told(await send(house, OK))
    clock.wait(seconds=1)
    assert ("ana", "webhook") in told(await send(house, OK))


async def test_another_channel_speaks_within_a_minute_of_a_failure(house: House, clock: HandClock):
    await paged(house)
    await send(house, TryAgain("busy", timedelta(minutes=1)))
    clock.wait(seconds=60)
    assert ("ana", "email") in told(await send(house, OK))


async def test_a_refused_channel_gives_way_to_the_next_at_once(house: House):
    await paged(house)
    assert told(await send(house, Refused("no such hook"))) == [("ana", "webhook")]
    assert told(await send(house, OK)) == [("ana", "email")]
    view = await view_of(house)
    assert view.pages[0].state == "sent"
    failed = next(fact for fact in view.timeline if fact.kind == "page.failed")
    assert failed.body["why"] == "no such hook"


async def test_when_nothing_reaches_a_person_the_next_step_is_taken_at_once(house: House):
    await paged(house)
    await send(house, Refused("no"))
    await send(house, Refused("no such mailbox"))
    assert await climb(house) == 1
    assert told(await send(house, OK)) == [("bo", "webhook")]
    view = await view_of(house)
    assert [page.state for page in view.pages] == ["failed", "sent"]
    assert "ladder.hurried" in {fact.kind for fact in view.timeline}


async def test_a_page_that_failed_stays_failed_when_somebody_else_answers(house: House):
    which = await paged(house)
    await send(house, Refused("no"))
    await send(house, Refused("no such mailbox"))
    await climb(house)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(BO))
    assert [page.state for page in (await view_of(house)).pages] == ["failed", "answered"]


async def test_a_later_channel_that_fails_does_not_hurry_a_page_that_arrived(
    house: House, clock: HandClock
):
    await paged(house)
    await send(house, OK)
    clock.wait(minutes=2)
    await send(house, Refused("no such mailbox"))
    assert await climb(house) == 0
    assert [page.state for page in (await view_of(house)).pages] == ["sent"]


async def test_what_may_have_arrived_is_sent_once_more_and_no_more(house: House, clock: HandClock):
    await paged(house)
    await send(house, Unknown("no answer"))
    clock.wait(seconds=1)
    await send(house, Unknown("no answer"))
    kinds = [fact.kind for fact in (await view_of(house)).timeline]
    assert kinds[-2:] == ["page.unconfirmed", "page.failed"]
    clock.wait(seconds=50)
    assert told(await send(house, OK)) == [("ana", "email")]
    (page,) = (await view_of(house)).pages
    assert [one.outcome for one in page.sends[0].attempts] == ["unknown", "unknown"]


async def test_trying_ends_after_a_named_number_of_attempts(house: House, clock: HandClock):
    only = tuple(one for one in person(ANA).contacts if one.channel == "webhook")
    plan = with_people(replace(person(ANA), contacts=only, urgent=person(ANA).urgent[:1]))
    async with house.transaction() as tx:
        which = await alert(tx, plan=plan)
        await tx.db.execute("update ladder set due_at = %s", (tx.now,))
    await climb(house, plan=plan)
    attempts = 0
    while told(await send(house, TryAgain("busy"))):
        attempts += 1
        clock.wait(minutes=1)
    assert attempts == MAX_ATTEMPTS
    view = await view_of(house)
    assert (view.id, view.pages[0].state) == (which, "failed")


async def test_a_superseded_message_is_not_sent(house: House):
    which = await paged(house)
    async with house.transaction() as tx:
        (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=5)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(BO))
    async with house.transaction() as tx:
        assert await prepare(tx, claim.id, base_url=BASE_URL) is None


async def test_an_answer_that_arrives_while_sending_is_not_undone(house: House):
    which = await paged(house)
    async with house.transaction() as tx:
        (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=5)
        assert await prepare(tx, claim.id, base_url=BASE_URL) is not None
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(BO))
    for outcome in (Delivered("late"), TryAgain("busy")):
        async with house.transaction() as tx:
            await settle(tx, claim, outcome)
    view = await view_of(house)
    (page,) = view.pages
    assert (page.state, page.sends[0].state) == ("superseded", "cancelled")
    assert [one.outcome for one in page.sends[0].attempts] == ["delivered", "try_again"]
    assert await send(house, OK) == []


@pytest.mark.parametrize("outcome", [TryAgain("busy"), Refused("no"), Unknown("?")])
async def test_whoever_lost_the_claim_decides_nothing(house: House, outcome: Outcome):
    await paged(house)
    async with house.transaction() as tx:
        (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=5)
        await due.plan(tx.db, outbox.SEND, claim.id, tx.now)
    async with house.transaction() as tx:
        await settle(tx, claim, outcome)
    assert told(await send(house, OK)) == [("ana", "webhook")]


async def test_a_retry_brings_a_link_of_its_own_and_the_first_stays_good(
    house: House, clock: HandClock
):
    await paged(house)
    (first,) = await send(house, Unknown("no answer"))
    clock.wait(seconds=1)
    (second,) = await send(house, OK)
    assert token_in(first) != token_in(second)
    assert first.key == second.key
    async with house.transaction() as tx:
        assert (await press(tx, token_in(first))).yours


async def test_a_drill_message_says_whose_it_is(house: House):
    async with house.transaction() as tx:
        await alert(tx, drill=DRILL, pace=20)
    await climb(house)
    (message,) = await send(house, OK)
    assert message.drill == DRILL
    assert message.subject.endswith("(drill)")
    assert json.loads(message.body)["drill"] is True


async def test_a_message_about_something_else_is_sent_as_it_stands(tx: Tx):
    about = UUID(int=9)
    wish = outbox.Wish(
        "k", "email", "ana@example.com", "ana", "Hi", "Text", "incident", about, None
    )
    for key, outcome in (("a", OK), ("b", TryAgain("busy")), ("c", Refused("no"))):
        which = tx.ids.fresh()
        await outbox.wish(tx.db, which, replace(wish, key=key), now=tx.now, due_at=tx.now)
        (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=1)
        message = await prepare(tx, which, base_url=BASE_URL)
        assert message is not None
        assert (message.body, message.at) == ("Text", tx.now)
        await settle(tx, claim, outcome)
    kinds = [fact.kind for fact in await facts.timeline(tx.db, [about])]
    assert kinds == ["message.sent", "message.delayed", "message.failed"]


async def test_what_arrived_is_not_sent_again_when_its_sender_died_before_it_was_settled(
    house: House,
):
    """The channel takes it; the transaction that would settle it never commits, as after a kill."""
    await paged(house)
    told: list[str] = []
    after = count()

    class Taking:
        name = "any"

        async def send(self, message: Message) -> Outcome:
            told.append(message.channel)
            return Delivered("250 taken")

    async def channel_of(_name: str, _drill: object) -> Channel:
        return Taking()

    @asynccontextmanager
    async def dying():
        # The first after the message was taken notes that it was; the second would settle it.
        if told and next(after) > 0:
            msg = "killed"
            raise Unavailable(msg)
        async with house.transaction() as tx:
            yield tx

    with suppress(Unavailable):
        await send_messages(dying, channel_of, base_url=BASE_URL)
    assert told == ["webhook"]
    assert (await view_of(house)).pages[0].state == "wished"
    async with house.transaction() as tx:
        # Leases end by the database's own clock, which no test moves.
        await tx.db.execute("update due set lease_until = now() where lease_until is not null")
    await send_messages(house.transaction, channel_of, base_url=BASE_URL)
    assert told == ["webhook"]
    assert (await view_of(house)).pages[0].state == "sent"


async def test_a_wish_that_is_gone_is_nothing_to_send(tx: Tx):
    assert await prepare(tx, tx.ids.fresh(), base_url=BASE_URL) is None
    gone = due.Claim("send", tx.ids.fresh(), 1, 1, tx.now)
    await settle(tx, gone, OK)


async def arrived_by_webhook(house: House) -> UUID:
    """Page Ana by webhook, with the mail still to come; return the wish that arrived."""
    await paged(house)
    await send(house, OK)
    (page,) = (await view_of(house)).pages
    return UUID(next(str(one.id) for one in page.sends if one.channel == "webhook"))


async def test_what_was_taken_and_never_arrived_gives_way_to_the_next_channel_at_once(house: House):
    wish = await arrived_by_webhook(house)
    async with house.transaction() as tx:
        await undelivered(tx, wish, "the phone is switched off")
    assert told(await send(house, OK)) == [("ana", "email")]
    fact = next(one for one in (await view_of(house)).timeline if one.kind == "page.undelivered")
    assert "taken, and never arrived: the phone is switched off" in str(fact.body["text"])


async def test_when_the_last_channel_turns_out_to_have_reached_nobody_the_next_step_is_taken(
    house: House, clock: HandClock
):
    wish = await arrived_by_webhook(house)
    clock.wait(minutes=2)
    await send(house, Refused("no such mailbox"))
    async with house.transaction() as tx:
        await undelivered(tx, wish, "unknown number")
    assert (await view_of(house)).pages[0].state == "failed"
    assert await climb(house) == 1
    assert told(await send(house, OK)) == [("bo", "webhook")]


async def test_a_late_receipt_changes_nothing_twice_and_nothing_after_an_answer(house: House):
    wish = await arrived_by_webhook(house)
    for _ in range(2):
        async with house.transaction() as tx:
            await undelivered(tx, wish, "lost")
    async with house.transaction() as tx:
        await undelivered(tx, tx.ids.fresh(), "no such wish")
        await acknowledge_alert(tx, (await view_of(house)).id, by=Human(BO))
    kinds = [fact.kind for fact in (await view_of(house)).timeline]
    assert kinds.count("page.undelivered") == 1
    assert await send(house, OK) == []


async def test_a_receipt_that_comes_before_our_own_answer_ends_the_message(house: House):
    await paged(house)
    async with house.transaction() as tx:
        (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=5)
        assert await prepare(tx, claim.id, base_url=BASE_URL) is not None
    async with house.transaction() as tx:
        await undelivered(tx, claim.id, "unknown number")
    async with house.transaction() as tx:
        await settle(tx, claim, OK)
    assert told(await send(house, OK)) == [("ana", "email")]
