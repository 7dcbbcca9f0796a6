"""Who has work that is due is woken, and nobody else."""

from datetime import timedelta
from uuid import UUID

from fireline.app.house import House
from fireline.store import due
from fireline.store.hub import Hub
from fireline.workers.waking import topic_of, wake_due
from tests.hand_clock import HandClock

KINDS = ("page", "step", "look")


async def woken(house: House) -> frozenset[str]:
    hub = Hub()
    with hub.listening(*map(topic_of, KINDS)) as listener:
        assert not await wake_due(house.transaction, hub, KINDS)
        return await listener.wait(0.01)


async def test_a_worker_is_woken_when_its_work_becomes_due_and_while_nobody_holds_it(
    house: House, clock: HandClock
):
    async with house.transaction() as tx:
        await due.plan(tx.db, "page", UUID(int=1), tx.now + timedelta(minutes=5))
        await due.plan(tx.db, "step", UUID(int=2), tx.now + timedelta(minutes=9))
        await due.plan(tx.db, "other", UUID(int=3), tx.now)
    assert await woken(house) == frozenset()

    clock.wait(minutes=5)
    assert await woken(house) == {"due:page"}
    async with house.transaction() as tx:
        await due.claim(tx.db, "page", now=tx.now, lease=timedelta(minutes=1), limit=1)
    assert await woken(house) == frozenset()

    clock.wait(minutes=4)
    assert await woken(house) == {"due:step"}
    async with house.transaction() as tx:
        await tx.db.execute("update due set lease_until = clock_timestamp() - interval '1 s'")
    assert await woken(house) == {"due:page", "due:step"}
    async with house.transaction() as tx:
        await tx.db.execute("update due set parked_at = now(), parked_why = 'x'")
    assert await woken(house) == frozenset()
