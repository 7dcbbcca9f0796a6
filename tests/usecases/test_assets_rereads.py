"""A call changes an asset: it is read again, kept with who did it, and judged, within seconds."""

import asyncio
from datetime import timedelta
from typing import Any

from fireline.app.house import House
from fireline.core.assets.asset import Link
from fireline.ports.inventory import CouldNotLook, Part, Why
from fireline.store import rereads as reread_rows
from fireline.usecases import plans
from fireline.usecases.assets import list_coverage, show_history
from fireline.usecases.signals import keep, register_source
from fireline.usecases.transaction import Tx
from fireline.workers.judge import judge_signals
from fireline.workers.looking import Looker, begin_dirty_looks
from fireline.workers.rereading import Rereader
from tests.core.plan.breaking import STARTER
from tests.usecases.clouds_world import (
    ACCOUNT,
    ANA,
    BUCKET,
    GROUP,
    HOME,
    INSTANCE,
    World,
    a_world,
    asset,
    count,
    ref,
)
from tests.usecases.signals_world import by_trail, record

OPEN: dict[str, Any] = {
    "GroupId": "sg-0123456789abcdef0",
    "GroupName": "web",
    "IpPermissions": [
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [],
        }
    ],
}
CLOSED: dict[str, Any] = {**OPEN, "IpPermissions": []}
SG = OPEN["GroupId"]
_numbers = iter(range(1, 10_000))


def a_call(name: str = "AuthorizeSecurityGroupIngress", **said: Any) -> dict[str, Any]:
    written = {
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": HOME,
        "requestParameters": {"groupId": SG},
        "responseElements": {"_return": True},
    }
    return record(f"call-{next(_numbers)}", **(written | said))


async def tell(house: House, *records: dict[str, Any]) -> None:
    """Let calls be told of and judged."""
    async with house.transaction() as tx:
        source = await register_source(tx, "trail")
        await keep(tx, source, [by_trail(*records, name=f"n{next(_numbers)}")])
    await judge_signals(house.transaction)


async def a_watched_world(house: House) -> World:
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
    group = asset(GROUP, SG, config=CLOSED)
    world = await a_world(house, group, asset(INSTANCE, "i-1", Link("group", group.ref)))
    await world.look()
    world.wait(60)
    return world


async def waiting(tx: Tx) -> int:
    return await reread_rows.waiting(tx.db)


async def findings(house: House, state: str) -> list[str]:
    async with house.transaction() as tx:
        found = await tx.db.execute(
            "select distinct f.signature from posture_finding f join asset a on a.id = f.asset"
            " where f.state = %s and a.asset_id = %s",
            [state, SG],
        )
        return [str(row[0]) for row in await found.fetchall()]


async def test_a_call_leads_to_a_version_that_says_who_and_how_and_when(house: House):
    world = await a_watched_world(house)
    world.cloud.put(asset(GROUP, SG, config=OPEN))

    await tell(house, a_call())
    await world.reread()

    line = await world.the(SG)
    async with house.transaction() as tx:
        now, _ = (await show_history(tx, line.id)).items
        assert await waiting(tx) == 0
        kept = await count(
            tx,
            "select count(*) from signal s join asset_version v on v.signal_id = s.id",
        )
    assert (now.who, now.call) == (
        f"arn:aws:iam::{ACCOUNT}:user/shop-ci",
        "ec2.AuthorizeSecurityGroupIngress",
    )
    assert now.called_at is not None
    assert kept == 1
    assert world.cloud.asked[str(ref(GROUP, SG))] == 1


async def test_ssh_opened_to_the_world_is_found_in_the_same_moment_and_over_once_closed(
    house: House,
):
    world = await a_watched_world(house)
    before = await findings(house, "open")
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    clock = asyncio.get_running_loop()
    began = clock.time()

    await tell(house, a_call())
    await world.reread()
    took = clock.time() - began

    opened = set(await findings(house, "open")) - set(before)
    assert any("ssh" in signature for signature in opened)
    assert took < 2
    world.cloud.put(asset(GROUP, SG, config=CLOSED))
    world.wait(10)
    await tell(house, a_call("RevokeSecurityGroupIngress"))
    await world.reread()
    assert not opened & set(await findings(house, "open"))


async def test_a_thousand_calls_about_one_thing_are_one_reading(house: House):
    world = await a_watched_world(house)
    world.cloud.put(asset(GROUP, SG, config=OPEN))

    await tell(house, *(a_call() for _ in range(200)))
    await world.reread()

    assert world.cloud.asked[str(ref(GROUP, SG))] == 1


async def test_what_was_deleted_is_gone_and_its_history_says_by_whom(house: House):
    world = await a_watched_world(house)
    del world.cloud.assets[ref(GROUP, SG)]

    await tell(house, a_call("DeleteSecurityGroup"))
    await world.reread()

    line = await world.the(SG)
    async with house.transaction() as tx:
        last = (await show_history(tx, line.id)).items[0]
    assert line.gone_at is not None
    assert (last.happened, last.call) == ("gone", "ec2.DeleteSecurityGroup")


async def test_reading_refused_and_failed_calls_and_other_accounts_are_nothing_to_read(
    house: House,
):
    await a_watched_world(house)

    await tell(
        house,
        a_call("DescribeSecurityGroups", readOnly=True),
        a_call(errorCode="Client.UnauthorizedOperation", errorMessage="no"),
        a_call(recipientAccountId="999900009999"),
    )

    async with house.transaction() as tx:
        assert await waiting(tx) == 0


async def test_an_asset_that_cannot_be_read_again_is_in_doubt_and_still_there(house: House):
    world = await a_watched_world(house)
    world.cloud.troubles[ref(GROUP, SG)] = CouldNotLook(Why.DENIED, "not allowed")

    await tell(house, a_call())
    await world.reread()

    line = await world.the(SG)
    assert line.gone_at is None
    assert line.doubt == (
        "changed by ec2.AuthorizeSecurityGroupIngress and not read again since: not allowed"
    )
    world.cloud.troubles.clear()
    await world.look()
    assert (await world.the(SG)).doubt == ""


async def test_a_throttled_reading_is_made_a_little_later(house: House):
    world = await a_watched_world(house)
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    world.cloud.troubles[ref(GROUP, SG)] = CouldNotLook(Why.THROTTLED, "slow down")
    await tell(house, a_call())
    await world.reread()
    world.cloud.troubles.clear()
    await world.reread()
    assert world.cloud.asked[str(ref(GROUP, SG))] == 1

    world.wait(1)
    await world.reread()

    assert (await world.the(SG)).version == 2


async def test_an_answer_that_shows_nothing_new_is_asked_for_once_more(house: House):
    world = await a_watched_world(house)
    await tell(house, a_call(eventTime=world_now(world)))
    await world.reread()
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    world.wait(5)
    await world.reread()

    assert (await world.the(SG)).version == 2
    world.wait(60)
    await world.reread()
    assert world.cloud.asked[str(ref(GROUP, SG))] == 2


async def test_a_change_that_a_look_saw_first_is_given_its_author_later(house: House):
    world = await a_watched_world(house)
    call = a_call(eventTime=world_now(world))
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    await world.look()

    await tell(house, call)
    await world.reread()

    line = await world.the(SG)
    async with house.transaction() as tx:
        last = (await show_history(tx, line.id)).items[0]
    assert (last.version, last.call) == (2, "ec2.AuthorizeSecurityGroupIngress")


async def test_a_call_that_comes_while_it_is_read_is_not_lost(house: House):
    world = await a_watched_world(house)
    await tell(house, a_call())
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    async with house.transaction() as tx:
        (held,) = await reread_rows.claim(
            tx.db, now=tx.now, until=tx.now + timedelta(minutes=1), limit=5
        )
    await tell(house, a_call("RevokeSecurityGroupIngress"))
    async with house.transaction() as tx:
        await reread_rows.finish(tx.db, held)

    await world.reread()

    async with house.transaction() as tx:
        assert await waiting(tx) == 0
    assert (await world.the(SG)).version == 2


async def test_a_reading_lost_with_its_worker_is_made_by_another(house: House):
    world = await a_watched_world(house)
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    await tell(house, a_call())
    async with house.transaction() as tx:
        await reread_rows.claim(tx.db, now=tx.now, until=tx.now + timedelta(minutes=1), limit=5)
    await world.reread()
    assert (await world.the(SG)).version == 1

    world.wait(61)
    await world.reread()

    assert (await world.the(SG)).version == 2


async def test_reading_again_does_not_wait_behind_a_look(house: House):
    world = await a_watched_world(house)
    world.cloud.hold = asyncio.Event()
    await world.start()
    looking = asyncio.create_task(world.work())
    await world.looking(4)
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    world.wait(1)

    await tell(house, a_call())
    async with asyncio.timeout(2):
        await Rereader(world.lookout).turn()

    assert (await world.the(SG)).version == 2
    world.cloud.hold.set()
    await looking
    # The look began before the call: what it had read by then is older.
    assert (await world.the(SG)).version == 2


async def test_a_write_that_names_nothing_known_makes_its_service_be_looked_at_soon(house: House):
    world = await a_watched_world(house)
    world.cloud.asked.clear()

    await tell(house, a_call("ModifySomethingNew", requestParameters={"thing": "unheard-of"}))

    async with house.transaction() as tx:
        dirty = {one.listing for one in await list_coverage(tx) if one.dirty_at is not None}
        assert await waiting(tx) == 0
    assert {GROUP, INSTANCE} <= dirty
    assert BUCKET not in dirty
    world.wait(15)
    await begin_dirty_looks(world.lookout)
    await Looker(world.lookout).turn()
    assert world.cloud.asked[GROUP] == 1
    assert world.cloud.asked[BUCKET] == 0
    async with house.transaction() as tx:
        assert not [one for one in await list_coverage(tx) if one.dirty_at is not None]


async def test_a_reread_of_a_kind_that_is_in_no_table_is_not_wished(house: House):
    await a_watched_world(house)

    await tell(
        house,
        record(
            "k-1",
            eventSource="kms.amazonaws.com",
            eventName="CreateAlias",
            requestParameters={"aliasName": "alias/a"},
            awsRegion=HOME,
            responseElements=None,
        ),
    )

    async with house.transaction() as tx:
        assert await waiting(tx) == 0


async def test_parts_of_assets_lead_to_the_asset_they_are_part_of(house: House):
    world = await a_watched_world(house)
    table = asset(
        "aws.ec2.route_table",
        "rtb-0123456789abcdef0",
        Link("association", ref("aws.ec2.association", "rtbassoc-0123456789abcdef0")),
    )
    world.cloud.put(table)
    world.cloud.parts_are = (Part(ACCOUNT, HOME, "aws.ec2.route_table"),)
    await world.look()

    await tell(
        house,
        a_call(
            "DisassociateRouteTable",
            requestParameters={"associationId": "rtbassoc-0123456789abcdef0"},
        ),
    )
    await world.reread()

    assert world.cloud.asked[str(table.ref)] == 1


def world_now(world: World) -> str:
    clock: Any = world.house.clock
    return clock.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
