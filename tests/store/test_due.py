from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

import psycopg
import pytest

from fireline.app.house import House
from fireline.store import due
from fireline.store.queries import load
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock

KIND = "page"
ONE, TWO = UUID(int=1), UUID(int=2)
LEASE = timedelta(minutes=1)


async def claimed(tx: Tx, *, limit: int = 10) -> list[due.Claim]:
    return await due.claim(tx.db, KIND, now=tx.now, lease=LEASE, limit=limit)


async def lapse(tx: Tx) -> None:
    """Let every lease run out, as it does when a worker dies."""
    await tx.db.execute("update due set lease_until = clock_timestamp() - interval '1 s'")


async def test_work_is_claimed_when_it_is_due_and_not_before(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now + timedelta(minutes=5))
    assert await claimed(tx) == []
    later = replace(tx, now=tx.now + timedelta(minutes=5))
    (work,) = await claimed(later)
    assert (work.kind, work.id, work.attempts) == (KIND, ONE, 1)
    assert work.due_at == later.now
    assert await due.claim(tx.db, "other", now=later.now, lease=LEASE, limit=10) == []


async def test_what_is_due_longest_comes_first_and_no_more_than_asked(tx: Tx):
    for n in range(5):
        await due.plan(tx.db, KIND, UUID(int=n), tx.now - timedelta(minutes=n))
    first = await claimed(tx, limit=2)
    assert {work.id.int for work in first} == {3, 4}
    assert {work.id.int for work in await claimed(tx)} == {0, 1, 2}


async def test_held_work_is_nobody_elses_until_the_lease_is_over(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    (first,) = await claimed(tx)
    assert await claimed(tx) == []
    await lapse(tx)
    (second,) = await claimed(tx)
    assert second.fence > first.fence
    assert second.attempts == 2


async def test_a_late_holder_is_fenced_out_of_everything(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    (late,) = await claimed(tx)
    await lapse(tx)
    (holder,) = await claimed(tx)
    assert not await due.hold(tx.db, late)
    assert not await due.again(tx.db, late, tx.now)
    assert not await due.park(tx.db, late, why="late", now=tx.now)
    assert not await due.finish(tx.db, late)
    assert await due.hold(tx.db, holder)
    assert await due.finish(tx.db, holder)
    assert not await due.finish(tx.db, holder)


async def test_planning_anew_takes_the_work_from_whoever_holds_it(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    (holder,) = await claimed(tx)
    await due.plan(tx.db, KIND, ONE, tx.now + timedelta(hours=1))
    assert not await due.finish(tx.db, holder)
    (work,) = await claimed(replace(tx, now=tx.now + timedelta(hours=1)))
    assert work.attempts == 1


async def test_putting_off_on_purpose_forgets_attempts_and_failing_counts_them(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    (work,) = await claimed(tx)
    assert await due.again(tx.db, work, tx.now, failed=True)
    (work,) = await claimed(tx)
    assert work.attempts == 2
    assert await due.again(tx.db, work, tx.now)
    (work,) = await claimed(tx)
    assert work.attempts == 1


async def test_parked_work_waits_for_a_person_and_is_shown(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    (work,) = await claimed(tx)
    assert await due.park(tx.db, work, why="it fails every time", now=tx.now)
    await lapse(tx)
    assert await claimed(tx) == []
    (shown,) = await due.parked(tx.db)
    assert (shown.id, shown.parked_why, shown.parked_at) == (ONE, "it fails every time", tx.now)
    await due.plan(tx.db, KIND, ONE, tx.now)
    assert await due.parked(tx.db) == []
    assert len(await claimed(tx)) == 1


async def test_cancelled_work_is_gone_for_its_holder_too(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    (work,) = await claimed(tx)
    await due.cancel(tx.db, KIND, ONE)
    assert not await due.finish(tx.db, work)
    assert await claimed(tx) == []


async def test_the_auditor_sees_work_nobody_took_and_only_that(tx: Tx):
    for n, id_ in enumerate((ONE, TWO)):
        await due.plan(tx.db, KIND, id_, tx.now + timedelta(minutes=n))
    after = tx.now + timedelta(minutes=10)
    assert [work.id for work in await due.late(tx.db, before=after)] == [ONE, TWO]
    assert [work.id for work in await due.late(tx.db, before=tx.now)] == []
    await claimed(replace(tx, now=tx.now))
    assert [work.id for work in await due.late(tx.db, before=after)] == [TWO]


async def test_two_workers_at_once_never_take_the_same_work(house: House, clock: HandClock):
    wanted = {uuid5(ONE, str(n)) for n in range(20)}
    async with house.transaction() as tx:
        for id_ in wanted:
            await due.plan(tx.db, KIND, id_, tx.now)
    async with house.transaction() as one, house.transaction() as other:
        mine = await claimed(one, limit=12)
        theirs = await claimed(other, limit=12)
    assert len(mine) == 12
    assert {work.id for work in mine} | {work.id for work in theirs} == wanted
    assert not {work.id for work in mine} & {work.id for work in theirs}


async def test_a_claim_that_is_rolled_back_leaves_the_work_free(house: House):
    async with house.transaction() as tx:
        await due.plan(tx.db, KIND, ONE, tx.now)
    with pytest.raises(ZeroDivisionError):
        async with house.transaction() as tx:
            assert await claimed(tx)
            1 / 0  # noqa: B018 - the error is the point
    async with house.transaction() as tx:
        assert [work.attempts for work in await claimed(tx)] == [1]


async def test_the_table_refuses_two_rows_for_one_piece_of_work(tx: Tx):
    await due.plan(tx.db, KIND, ONE, tx.now)
    with pytest.raises(psycopg.errors.UniqueViolation):
        await tx.db.execute(
            "insert into due (kind, id, due_at) values (%s, %s, %s)", [KIND, ONE, tx.now]
        )


async def worst(tx: Tx, *, limit: int, oldest: int = 0) -> list[int]:
    found = await due.claim_worst(tx.db, KIND, now=tx.now, lease=LEASE, limit=limit, oldest=oldest)
    return sorted(one.id.int for one in found)


async def wait(tx: Tx, number: int, *, urgency: int, minutes: int) -> None:
    """Let something wait that was due so many minutes ago, or will be."""
    await due.plan(tx.db, KIND, UUID(int=number), tx.now - timedelta(minutes=minutes))
    await tx.db.execute("update due set urgency = %s where id = %s", (urgency, UUID(int=number)))


async def test_the_worst_comes_first_and_of_those_the_newest(tx: Tx):
    for number, urgency, minutes in ((1, 3, 60), (2, 1, 50), (3, 1, 40), (4, 2, 1), (5, 1, -5)):
        await wait(tx, number, urgency=urgency, minutes=minutes)
    assert await worst(tx, limit=1) == [3]
    assert await worst(tx, limit=2) == [2, 4]
    assert await worst(tx, limit=9) == [1]
    assert await worst(tx, limit=9) == []


async def test_some_places_are_for_what_has_waited_longest(tx: Tx):
    for number in range(1, 9):
        await wait(tx, number, urgency=1, minutes=number)
    await wait(tx, 9, urgency=5, minutes=90)
    assert await worst(tx, limit=4, oldest=2) == [1, 2, 8, 9]
    assert await worst(tx, limit=8, oldest=2) == [3, 4, 5, 6, 7]


async def test_work_is_put_off_and_taken_from_whoever_holds_it(tx: Tx):
    await wait(tx, 1, urgency=3, minutes=1)
    (held,) = await claimed(tx)
    await due.put_off(tx.db, KIND, [ONE], until=tx.now + LEASE)
    assert not await due.hold(tx.db, held)
    planned = await due.planned(tx.db, KIND, ONE)
    assert planned is not None
    assert planned.due_at == tx.now + LEASE
    assert await claimed(tx) == []
    await due.put_off(tx.db, KIND, [ONE], until=tx.now)
    assert await due.planned(tx.db, KIND, TWO) is None


async def test_what_is_due_is_found_without_reading_all_that_waits(tx: Tx):
    await tx.db.execute(
        "insert into due (kind, id, due_at)"
        " select 'page', gen_random_uuid(), %s::timestamptz + interval '1 day'"
        " from generate_series(1, 20000)",
        (tx.now,),
    )
    await tx.db.execute("analyze due")
    # As it is planned once for all kinds and moments: a third is due, for all that is known.
    query = load("due.sql")["kinds_due"].replace("%(kinds)b", "$1").replace("%(now)s", "$2")
    asked = await tx.db.execute(f"explain (generic_plan) {query}")
    plan = "\n".join(line for (line,) in await asked.fetchall())
    assert "Index Scan using due_next" in plan
    assert "Seq Scan" not in plan
    assert await due.kinds_due(tx.db, [KIND, "other"], now=tx.now) == frozenset()
    await due.plan(tx.db, "other", ONE, tx.now)
    assert await due.kinds_due(tx.db, [KIND, "other"], now=tx.now) == {"other"}
