from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from fireline.store import due, outbox
from fireline.store.outbox import Wish
from fireline.usecases.transaction import Tx

PAGE = UUID(int=1)
WISH = Wish(
    key="page:1:email:1",
    channel="email",
    recipient="ana@example.com",
    person="ana",
    subject="P1",
    body="Look.",
    about_kind="page",
    about_id=PAGE,
    drill_id=None,
)


async def wish(tx: Tx, **other) -> bool:
    return await outbox.wish(
        tx.db, tx.ids.fresh(), replace(WISH, **other), now=tx.now, due_at=tx.now
    )


async def waiting(tx: Tx) -> list[due.Claim]:
    return await due.claim(tx.db, outbox.SEND, now=tx.now, lease=timedelta(minutes=1), limit=10)


async def test_the_same_wish_twice_is_one_message(tx: Tx):
    assert await wish(tx)
    assert not await wish(tx, body="Look again.")
    (row,) = await outbox.about(tx.db, "page", [PAGE])
    assert (row.body, row.state) == ("Look.", "waiting")
    assert [work.id for work in await waiting(tx)] == [row.id]


async def test_a_repeated_wish_does_not_send_what_was_sent(tx: Tx):
    await wish(tx)
    (work,) = await waiting(tx)
    assert await outbox.settle(tx.db, work.id, "delivered", now=tx.now)
    await due.finish(tx.db, work)
    assert not await wish(tx)
    assert await waiting(tx) == []
    assert not await outbox.settle(tx.db, work.id, "refused", now=tx.now)


async def test_withdrawn_messages_are_not_sent_and_others_are(tx: Tx):
    await wish(tx)
    await wish(tx, key="other", about_id=UUID(int=2))
    await outbox.cancel_about(tx.db, "page", [PAGE], now=tx.now)
    (work,) = await waiting(tx)
    row = await outbox.get(tx.db, work.id)
    assert row is not None
    assert row.key == "other"
    (cancelled,) = await outbox.about(tx.db, "page", [PAGE])
    assert (cancelled.state, cancelled.settled_at) == ("cancelled", tx.now)


async def test_a_delivered_message_cannot_be_withdrawn(tx: Tx):
    await wish(tx)
    (work,) = await waiting(tx)
    await outbox.settle(tx.db, work.id, "delivered", now=tx.now)
    await outbox.cancel_about(tx.db, "page", [PAGE], now=tx.now)
    (row,) = await outbox.about(tx.db, "page", [PAGE])
    assert row.state == "delivered"


async def test_every_attempt_is_remembered_in_order(tx: Tx):
    await wish(tx)
    (work,) = await waiting(tx)
    for outcome in ("try_again", "unknown", "delivered"):
        await outbox.attempted(tx.db, work.id, at=tx.now, outcome=outcome, detail=outcome)
    told = await outbox.attempts_about(tx.db, "page", [PAGE])
    assert [(made.attempt, made.outcome) for made in told] == [
        (1, "try_again"),
        (2, "unknown"),
        (3, "delivered"),
    ]


@pytest.mark.parametrize("nobody", [UUID(int=9)])
async def test_there_is_nothing_about_something_nobody_wished_for(tx: Tx, nobody: UUID):
    assert await outbox.about(tx.db, "page", [nobody]) == []
    assert await outbox.get(tx.db, nobody) is None
