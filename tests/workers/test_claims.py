"""What is due is done, several at once, and one that is slow or poisoned is alone with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from fireline.app.house import House
from fireline.core.values.refusals import Unavailable
from fireline.store import due
from fireline.store.due import Claim
from fireline.usecases.transaction import Tx
from fireline.workers.claims import MAX_ATTEMPTS, take_due
from tests.hand_clock import HandClock

KIND = "test"


async def plan(house: House, *subjects: int) -> None:
    async with house.transaction() as tx:
        for subject in subjects:
            await due.plan(tx.db, KIND, UUID(int=subject), tx.now)


async def finish(house: House, claim: Claim) -> bool:
    async with house.transaction() as tx:
        return await due.finish(tx.db, claim)


async def test_nothing_due_is_said_to_be_nothing(house: House):
    async def work(claim: Claim) -> None:
        pytest.fail(f"there was nothing to do, and {claim} was done")

    assert await take_due(house.transaction, KIND, work) is False


async def test_all_that_is_due_is_done_once_and_never_more_at_once_than_asked(house: House):
    done: list[int] = []
    now = most = 0

    async def work(claim: Claim) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        done.append(claim.id.int)
        assert await finish(house, claim)
        now -= 1

    await plan(house, *range(1, 21))
    assert await take_due(house.transaction, KIND, work, at_once=3) is True
    assert (sorted(done), most) == (list(range(1, 21)), 3)
    assert await take_due(house.transaction, KIND, work) is False


async def test_slow_work_does_not_keep_waiting_what_becomes_due_meanwhile(house: House):
    slow_may_end, quick_done = asyncio.Event(), asyncio.Event()

    async def work(claim: Claim) -> None:
        if claim.id.int == 1:
            await slow_may_end.wait()
        else:
            quick_done.set()
        await finish(house, claim)

    await plan(house, 1)
    taking = asyncio.create_task(take_due(house.transaction, KIND, work))
    await asyncio.sleep(0.05)
    await plan(house, 2)
    await asyncio.wait_for(quick_done.wait(), 5)
    assert not taking.done()
    slow_may_end.set()
    assert await taking is True


async def test_work_that_raises_is_put_off_then_parked_and_its_neighbours_are_done(
    house: House, clock: HandClock
):
    tried: list[int] = []

    async def work(claim: Claim) -> None:
        tried.append(claim.id.int)
        if claim.id.int == 1:
            msg = "poisoned"
            raise ValueError(msg)
        await finish(house, claim)

    await plan(house, 1, 2)
    await take_due(house.transaction, KIND, work)
    assert sorted(tried) == [1, 2]
    for _ in range(MAX_ATTEMPTS):
        clock.wait(hours=1)
        await take_due(house.transaction, KIND, work)
    async with house.transaction() as tx:
        (aside,) = await due.parked(tx.db)
    assert (aside.id.int, aside.attempts, aside.parked_why) == (
        1,
        MAX_ATTEMPTS,
        "ValueError: poisoned",
    )
    assert tried.count(1) == MAX_ATTEMPTS


async def test_what_has_begun_is_finished_when_the_database_goes_away(house: House):
    begun, finished = asyncio.Event(), asyncio.Event()
    away = False

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Tx]:
        if away:
            msg = "The database does not answer."
            raise Unavailable(msg)
        async with house.transaction() as tx:
            yield tx

    async def work(claim: Claim) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        finished.set()
        async with transaction() as tx:
            await due.finish(tx.db, claim)

    await plan(house, 1)
    taking = asyncio.create_task(take_due(transaction, KIND, work))
    await begun.wait()
    away = True
    with pytest.raises(Unavailable):
        await taking
    assert finished.is_set()


async def test_work_ends_with_the_worker_that_is_told_to_stop(house: House):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(claim: Claim) -> None:
        del claim
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    await plan(house, 1)
    taking = asyncio.create_task(take_due(house.transaction, KIND, work))
    await begun.wait()
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert ended.is_set()


async def test_a_database_that_does_not_answer_parks_nothing(house: House, clock: HandClock):
    async def work(claim: Claim) -> None:
        msg = "The database does not answer."
        raise Unavailable(msg)

    await plan(house, 1)
    for _ in range(MAX_ATTEMPTS + 2):
        assert await take_due(house.transaction, KIND, work) is True
        clock.wait(minutes=1)
    async with house.transaction() as tx:
        assert await due.parked(tx.db) == []
        planned = await due.planned(tx.db, KIND, UUID(int=1))
    assert planned is not None
    assert planned.due_at <= clock.moment
