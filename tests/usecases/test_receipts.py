"""What phone companies say became of messages, and what follows from it."""

from dataclasses import replace
from itertools import permutations

import pytest

from fireline.core.escalation.receipts import State
from fireline.ports.channel import Unknown
from fireline.store import due, outbox, receipts
from fireline.usecases.receipts import catch_up
from fireline.usecases.sending import prepare, settle
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import BASE_URL, LEASE
from tests.usecases.alerts_world import told as channels_of
from tests.usecases.phones_world import OK, later, paged, seen, sends, texted, told

LOST = [State.UNDELIVERED, State.FAILED, State.BUSY, State.NO_ANSWER]


async def states(tx: Tx, key: str) -> list[State]:
    wish = await receipts.wish_of(tx.db, key)
    assert wish is not None
    return [State(one.state) for one in await receipts.of_wishes(tx.db, [wish.id])]


@pytest.mark.parametrize("state", LOST)
async def test_the_first_word_that_it_never_arrived_starts_the_next_channel(tx: Tx, state: State):
    _, message = await texted(tx)
    assert await told(tx, message, state, reason="error 30003")
    assert channels_of(await sends(tx)) == [("ana", "voice")]
    fact = next(one for one in (await seen(tx)).timeline if one.kind == "page.undelivered")
    assert "twilio" in str(fact.body["why"])
    assert "error 30003" in str(fact.body["why"])


async def test_said_again_it_changes_nothing(tx: Tx):
    _, message = await texted(tx)
    assert await told(tx, message, State.FAILED)
    assert not await told(tx, message, State.FAILED)
    assert not await told(tx, message, State.SENT)
    assert len(await sends(tx)) == 1
    kinds = [fact.kind for fact in (await seen(tx)).timeline]
    assert kinds.count("page.undelivered") == 1


async def test_that_it_arrived_is_a_fact_of_the_page(tx: Tx):
    _, message = await texted(tx)
    for state in (State.SENT, State.DELIVERED, State.SENT, State.DELIVERED):
        await told(tx, message, state)
    arrived = [one for one in (await seen(tx)).timeline if one.kind == "page.arrived"]
    assert [one.body["text"] for one in arrived] == ["ana has the sms"]
    assert await sends(tx) == []


@pytest.mark.parametrize("order", list(permutations([State.QUEUED, State.SENT, State.DELIVERED])))
async def test_receipts_are_kept_whatever_their_order(tx: Tx, order: tuple[State, ...]):
    _, message = await texted(tx)
    for state in order:
        await told(tx, message, state)
    assert await states(tx, message.key) == [State.DELIVERED]


async def test_a_call_nobody_picked_up_lets_the_ladder_go_on(tx: Tx):
    _, message = await texted(tx)
    await told(tx, message, State.DELIVERED)
    tx = later(tx, minutes=2)
    (call,) = await sends(tx)
    for state in (State.RINGING, State.ANSWERED, State.COMPLETED):
        await told(tx, call, state, name="CA1")
    arrived = [one for one in (await seen(tx)).timeline if one.kind == "page.arrived"]
    assert arrived[-1].body["text"] == "ana answered the call"
    assert (await seen(tx)).state == "firing"


async def test_a_receipt_may_come_before_we_know_that_it_was_sent(tx: Tx):
    await paged(tx)
    (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=5)
    message = await prepare(tx, claim.id, base_url=BASE_URL)
    assert message is not None
    assert await told(tx, message, State.UNDELIVERED)
    await settle(tx, claim, OK)
    await catch_up(tx, claim.id)
    assert channels_of(await sends(tx)) == [("ana", "voice")]


async def test_one_attempt_that_arrived_makes_up_for_one_that_did_not(tx: Tx):
    await paged(tx)
    (first,) = await sends(tx, Unknown("no answer"))
    tx = later(tx, seconds=30)
    (again,) = [one for one in await sends(tx) if one.key == first.key]
    await told(tx, again, State.DELIVERED, name="SM2")
    assert await told(tx, first, State.FAILED, name="SM1")
    assert "page.undelivered" not in {fact.kind for fact in (await seen(tx)).timeline}
    assert set(await states(tx, first.key)) == {State.DELIVERED, State.FAILED}


async def test_a_receipt_about_nothing_is_no_news(tx: Tx):
    _, message = await texted(tx)
    assert not await told(tx, replace(message, key="page:none"), State.FAILED)
    assert await told(tx, message, State.SENT)
    _, other = await texted(tx)
    # A name that is another message's already is not believed.
    assert not await told(tx, other, State.FAILED)
