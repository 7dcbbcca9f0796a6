"""What a look at a cloud account finds, keeps, loses, and cannot see."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from psycopg import AsyncCursor

from fireline.app.house import House
from fireline.core.assets.asset import Link
from fireline.ports.inventory import CouldNotLook, Part, Why
from fireline.store.looks import LOOK
from fireline.usecases import looks
from fireline.usecases.assets import list_coverage, show_history
from fireline.usecases.cloud_accounts import CloudAccountNotFound
from fireline.usecases.looks import LookNotFound, NothingToLookAt, start_look
from fireline.workers.looking import Looker, ask_parts, begin_looks, end_looks
from tests.usecases.clouds_world import (
    ACCOUNT,
    ANA,
    BUCKET,
    GROUP,
    HOME,
    INSTANCE,
    PARTS,
    ROLE,
    World,
    WrittenCloud,
    a_world,
    asset,
    count,
    ref,
)

DENIED = CouldNotLook(Why.DENIED, "ec2:DescribeInstances is not allowed")
SLOW = CouldNotLook(Why.THROTTLED, "Rate exceeded")
EXPIRED = CouldNotLook(Why.CREDENTIALS, "The role cannot be assumed: AccessDenied")


async def test_a_first_look_keeps_everything_it_finds_and_says_how_far_it_is(house: House):
    world = await a_world(
        house,
        asset(INSTANCE, "i-1", Link("group", ref(GROUP, "sg-1"))),
        asset(GROUP, "sg-1"),
        asset(BUCKET, "logs"),
        asset(ROLE, "deploy"),
    )

    number = await world.start()
    assert (await world.progress(number)).parts == 0
    await ask_parts(world.lookout)
    asked = await world.progress(number)
    assert (asked.parts, asked.done, asked.ended_at) == (4, 0, None)
    await Looker(world.lookout).turn()
    await end_looks(world.lookout)

    done = await world.progress(number)
    assert await world.names() == ["i-1", "sg-1", "deploy", "logs"]
    assert (done.done, done.could_not, done.calls, done.assets) == (4, 0, 8, 4)
    assert done.changed == 4
    assert done.ended_at is not None


async def test_a_second_look_at_what_is_as_it_was_makes_no_version(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"))
    await world.look()

    again = await world.look()

    line = await world.the("i-1")
    assert (line.version, again.changed) == (1, 0)
    assert line.last_seen > line.first_seen


async def test_a_change_is_a_version_with_what_was_there_before_and_after(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1", config={"State": "on", "Type": "small"}))
    await world.look()
    world.cloud.put(asset(INSTANCE, "i-1", config={"State": "off", "Type": "small"}))

    seen = await world.look()

    line = await world.the("i-1")
    async with house.transaction() as tx:
        history = await show_history(tx, line.id)
    now, first = history.items
    assert seen.changed == 1
    assert (now.version, now.happened, now.who) == (2, "changed", None)
    assert [(one.path, one.before, one.after) for one in now.differences] == [
        ("State", "on", "off")
    ]
    assert (first.happened, first.config) == ("seen", {"State": "on", "Type": "small"})


async def test_lists_in_another_order_and_heartbeats_are_no_change(house: House):
    role = asset(ROLE, "deploy", config={"Tags": ["a", "b"], "RoleLastUsed": {"Region": "x"}})
    world = await a_world(house, role)
    await world.look()
    world.cloud.put(
        asset(ROLE, "deploy", config={"Tags": ["b", "a"], "RoleLastUsed": {"Region": "y"}})
    )

    await world.look()

    line = await world.the("deploy")
    async with house.transaction() as tx:
        (only,) = (await show_history(tx, line.id)).items
    assert only.version == 1


async def test_what_a_look_does_not_find_any_more_is_gone_and_may_come_back(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"), asset(INSTANCE, "i-2"))
    await world.look()
    kept = world.cloud.assets.pop(ref(INSTANCE, "i-1"))

    first = await world.look()
    assert (first.gone, await world.names()) == (1, ["i-2"])
    assert await world.names(gone=True) == ["i-1"]
    world.cloud.put(kept)
    await world.look()

    line = await world.the("i-1")
    async with house.transaction() as tx:
        history = await show_history(tx, line.id)
    assert line.gone_at is None
    assert [one.happened for one in history.items] == ["back", "gone", "seen"]


async def test_what_could_not_be_looked_at_is_said_and_nothing_of_it_is_gone(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"), asset(BUCKET, "logs"))
    await world.look()
    world.cloud.assets.clear()
    world.cloud.troubles[PARTS[3]] = DENIED

    seen = await world.look()

    assert await world.names() == ["i-1"]
    assert (seen.done, seen.could_not) == (4, 1)
    assert [(one.why, one.parts, one.said) for one in seen.troubles] == [("denied", 1, DENIED.said)]
    async with house.transaction() as tx:
        (trouble,) = await list_coverage(tx, troubled=True)
    assert (trouble.listing, trouble.region, trouble.why) == (INSTANCE, HOME, "denied")
    assert trouble.looked_at is not None
    assert trouble.looked_at < trouble.at


async def test_a_throttled_part_is_tried_again_later_in_the_same_look(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"))
    world.cloud.troubles[PARTS[3]] = SLOW
    number = (await world.look()).number

    waiting = await world.progress(number)
    assert (waiting.done, waiting.ended_at) == (3, None)
    assert [(one.why, one.waiting) for one in waiting.troubles] == [("throttled", 1)]
    await world.work()
    assert world.cloud.asked[INSTANCE] == 1
    world.wait(5)
    world.cloud.troubles.clear()
    await world.work()

    done = await world.progress(number)
    assert (done.done, done.could_not) == (4, 0)
    assert done.ended_at is not None
    assert await world.names() == ["i-1"]


async def test_a_part_that_stays_throttled_could_not_be_looked_at(house: House):
    world = await a_world(house)
    world.cloud.troubles[PARTS[3]] = SLOW
    number = (await world.look()).number

    for _ in range(6):
        world.wait(300)
        await world.work()

    done = await world.progress(number)
    assert world.cloud.asked[INSTANCE] == 6
    assert (done.could_not, done.ended_at is not None) == (1, True)


async def test_credentials_that_fail_are_not_tried_for_every_part(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"))
    await world.look()
    world.cloud.parts_are = tuple(Part(ACCOUNT, f"eu-central-{n}", INSTANCE) for n in range(300))
    world.cloud.troubles = dict.fromkeys(world.cloud.parts_are, EXPIRED)
    world.cloud.asked.clear()

    number = await world.start()
    await ask_parts(world.lookout)
    await Looker(world.lookout, at_once=4).turn()
    await end_looks(world.lookout)

    done = await world.progress(number)
    assert world.cloud.asked.total() <= 8
    assert (done.done, done.could_not) == (300, 300)
    assert await world.names() == ["i-1"]


async def test_an_account_that_cannot_be_entered_at_all_is_said_to_be_so_everywhere(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"))
    await world.look()
    world.cloud.parts_are = EXPIRED

    seen = await world.look()

    (account,) = seen.accounts
    assert (account.why, account.said) == ("credentials", EXPIRED.said)
    assert seen.ended_at is not None
    async with house.transaction() as tx:
        covered = await list_coverage(tx)
    assert {one.why for one in covered} == {"credentials"}
    assert await world.names() == ["i-1"]


async def test_a_region_that_was_switched_off_is_not_a_region_with_nothing_in_it(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"))
    await world.look()
    world.cloud.parts_are = PARTS[:2]

    await world.look()

    async with house.transaction() as tx:
        off = await list_coverage(tx, troubled=True)
    assert {(one.listing, one.why) for one in off} == {
        (GROUP, "region off"),
        (INSTANCE, "region off"),
    }
    assert await world.names() == ["i-1"]


async def test_a_look_goes_on_where_a_killed_worker_left_it(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"), asset(BUCKET, "logs"))
    world.cloud.hold = asyncio.Event()
    number = await world.start()
    await ask_parts(world.lookout)
    killed = asyncio.create_task(Looker(world.lookout).turn())
    await world.looking(len(PARTS))
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    world.cloud.hold = None

    await world.work()
    assert (await world.progress(number)).done == 0
    async with house.transaction() as tx:
        await tx.db.execute("update look_part set lease_until = %s", [tx.now - timedelta(1)])
    await world.work()

    done = await world.progress(number)
    assert (done.done, done.assets, done.ended_at is not None) == (4, 2, True)


async def test_a_worker_that_comes_back_late_changes_nothing(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1"))
    world.cloud.hold = asyncio.Event()
    number = await world.start()
    await ask_parts(world.lookout)
    late = asyncio.create_task(Looker(world.lookout).turn())
    await world.looking(len(PARTS))
    held, world.cloud.hold = world.cloud.hold, None
    world.cloud.assets.clear()
    async with house.transaction() as tx:
        await tx.db.execute("update look_part set lease_until = %s", [tx.now - timedelta(1)])
    world.wait(1)
    await world.work()
    held.set()
    await late

    done = await world.progress(number)
    assert (done.done, done.assets) == (4, 0)
    assert await world.names() == []


async def test_two_workers_share_one_look(house: House):
    listings = tuple(Part(ACCOUNT, f"eu-west-{n}", INSTANCE) for n in range(40))
    world = await a_world(house)
    world.cloud.parts_are, world.cloud.seconds = listings, 0.05
    number = await world.start()
    await ask_parts(world.lookout)

    await asyncio.gather(*(Looker(world.lookout, at_once=5).turn() for _ in range(2)))
    await end_looks(world.lookout)

    done = await world.progress(number)
    assert world.cloud.asked.total() == 40
    assert 5 < world.cloud.most_at_once <= 10
    assert (done.done, done.ended_at is not None) == (40, True)


async def test_two_workers_that_see_the_same_new_asset_keep_it_once(house: House):
    world = await a_world(house, *(asset(BUCKET, f"b-{n}") for n in range(50)))
    world.cloud.parts_are = (Part(ACCOUNT, "", BUCKET), Part(ACCOUNT, "us-east-1", BUCKET))
    await world.start()
    await ask_parts(world.lookout)

    await asyncio.gather(*(Looker(world.lookout, at_once=1).turn() for _ in range(2)))

    async with house.transaction() as tx:
        kept = await count(tx, "select count(*) from asset")
        versions = await count(tx, "select count(*) from asset_version")
    assert (kept, versions) == (50, 50)


async def test_an_older_look_never_overwrites_what_was_read_since(house: House):
    world = await a_world(house, asset(INSTANCE, "i-1", config={"State": "new"}))
    await world.look()
    async with house.transaction() as tx:
        await tx.db.execute("update asset set read_at = %s", [tx.now + timedelta(minutes=5)])
    world.cloud.put(asset(INSTANCE, "i-1", config={"State": "old"}))

    await world.look()
    del world.cloud.assets[ref(INSTANCE, "i-1")]
    await world.look()

    line = await world.the("i-1")
    assert (line.version, line.gone_at) == (1, None)


async def test_asking_for_a_look_twice_gives_the_one_that_is_under_way(house: House):
    world = await a_world(house)

    assert await world.start() == await world.start()


async def test_looks_come_by_themselves_with_a_little_jitter(house: House):
    world = await a_world(house)
    async with house.transaction() as tx:
        await looks.look_at_start(tx)
        assert (await tx.db.execute("select 1 from due where kind = 'look'")).rowcount == 1

    await begin_looks(world.lookout)

    async with house.transaction() as tx:
        (look,) = await looks.list_looks(tx)
        found = await tx.db.execute("select due_at from due where kind = %s", [LOOK])
        (following,) = await found.fetchone() or (None,)
        assert look.reason == "scheduled"
        assert following is not None
        assert timedelta(hours=5.3) < following - tx.now <= timedelta(hours=6)
        # Started again within minutes, it does not look again.
        await looks.look_at_start(tx)
        found = await tx.db.execute("select due_at from due where kind = %s", [LOOK])
        assert (await found.fetchone()) == (following,)


async def test_a_look_at_nothing_is_refused_with_what_to_do(house: House):
    world = World(house, WrittenCloud())

    async with house.transaction() as tx:
        with pytest.raises(NothingToLookAt, match="no account"):
            await start_look(tx, by=ANA)
    await world.add()
    async with house.transaction() as tx:
        with pytest.raises(CloudAccountNotFound, match="999900009999"):
            await start_look(tx, account="999900009999", by=ANA)
        with pytest.raises(LookNotFound):
            await looks.show_look(tx, 99)


async def test_odd_characters_everywhere_are_kept_as_well_as_can_be(house: House):
    odd = "".join(chr(n) for n in range(1, 127)) + "\x00\ud800" + "ß" * 128
    world = await a_world(
        house,
        asset(
            BUCKET, "odd", name=odd, arn=odd, tags={odd: odd}, config={"Policy": odd, "N": 2**70}
        ),
        asset(BUCKET, "plain"),
        asset(BUCKET, "b" * 5000),
        asset(BUCKET, ""),
    )

    seen = await world.look()

    assert await world.names() == ["odd", "plain"]
    assert seen.could_not == 0
    assert (await world.the("odd")).name.endswith("ß" * 128)


async def test_many_assets_are_saved_in_few_statements(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    many = [
        asset(
            INSTANCE,
            f"i-{n:05}",
            Link("group", ref(GROUP, "sg-1")),
            tags={"Name": f"web {n}"},
            config={"State": "on", "Padding": "x" * 1500, "N": n},
        )
        for n in range(2000)
    ]
    world = await a_world(house, asset(GROUP, "sg-1"), *many)
    statements = 0
    execute = AsyncCursor.execute

    async def counting(self: AsyncCursor, *given: Any, **named: Any) -> AsyncCursor:
        nonlocal statements
        statements += 1
        return await execute(self, *given, **named)

    monkeypatch.setattr(AsyncCursor, "execute", counting)

    await world.look()
    first, statements = statements, 0
    await world.look()

    async with house.transaction() as tx:
        assert await count(tx, "select count(*) from asset") == 2001
        assert await count(tx, "select count(*) from asset_link") == 2000
    assert first < 200
    assert statements < 200
