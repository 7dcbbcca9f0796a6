"""Silence is an alert: heartbeats that stop, and sources that are not heard of any more."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fireline.app.house import House
from fireline.core.signals.formats import fireline
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.usecases import heartbeats, sources
from fireline.usecases.heartbeats import HeartbeatInvalid, HeartbeatNotFound, HeartbeatTaken, Wanted
from fireline.usecases.sources import Terms
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock

ANA = Human(PersonId("ana"))
BACKUP = Wanted("nightly-backup", 60, owner_team="data", alert_tags=("backup",), alert_priority=2)


async def said(house: House) -> Sequence[Notice]:
    """Return what fireline said in its own name, in order."""
    async with house.transaction() as tx:
        cursor = await tx.db.execute(
            "select body, received_at from payload where format = 'fireline' order by id"
        )
        rows = await cursor.fetchall()
    readings = [fireline.read(Payload("fireline", "", body, at)) for body, at in rows]
    return [one for reading in readings for one in reading.said if isinstance(one, Notice)]


async def watch(house: House) -> None:
    async with house.transaction() as tx:
        await heartbeats.watch(tx)


async def ping(house: House, name: str = BACKUP.name) -> bool:
    async with house.transaction() as tx:
        return await heartbeats.ping(tx, name)


async def test_a_heartbeat_that_stops_is_an_alert_and_the_next_ping_ends_it(
    house: House, clock: HandClock
):
    async with house.transaction() as tx:
        await heartbeats.create_heartbeat(tx, BACKUP, by=ANA)
    clock.wait(hours=1)
    await watch(house)
    assert await said(house) == []  # watched from its first ping on
    assert await ping(house)
    clock.wait(seconds=60)
    await watch(house)
    assert await said(house) == []
    clock.wait(seconds=1)
    await watch(house)
    await watch(house)  # said once
    (silent,) = await said(house)
    assert (silent.key, silent.status, silent.team) == (BACKUP.name, Status.FIRING, "data")
    assert (silent.priority, silent.tags) == (2, ("backup",))
    assert silent.title == "Heartbeat nightly-backup has been silent for 1 min"
    await ping(house)
    await ping(house)
    assert [one.status for one in await said(house)] == [Status.FIRING, Status.RESOLVED]
    clock.wait(minutes=2)
    await watch(house)
    assert [one.status for one in await said(house)][2:] == [Status.FIRING]


async def test_a_ping_of_nothing_says_so(tx: Tx):
    assert not await heartbeats.ping(tx, "nothing")
    with pytest.raises(HeartbeatNotFound):
        await heartbeats.find_heartbeat(tx, "nothing")


async def test_disabling_or_deleting_a_silent_heartbeat_ends_its_alert(
    house: House, clock: HandClock
):
    async with house.transaction() as tx:
        for name in ("a", "b", "c"):
            await heartbeats.create_heartbeat(tx, replace(BACKUP, name=name), by=ANA)
            await heartbeats.ping(tx, name)
    clock.wait(minutes=5)
    await watch(house)
    async with house.transaction() as tx:
        await heartbeats.enable_heartbeat(tx, "a", enabled=False, by=ANA)
        await heartbeats.delete_heartbeat(tx, "b", by=ANA)
        longer = replace(BACKUP, name="c", interval_seconds=120)
        await heartbeats.change_heartbeat(tx, "c", longer, by=ANA)
        names = [one.name for one in await heartbeats.list_heartbeats(tx)]
    assert names == ["a", "c"]
    over = [one.key for one in await said(house) if one.status is Status.RESOLVED]
    assert over == ["a", "b"]  # c is silent by its new interval, too
    clock.wait(hours=1)
    await watch(house)
    assert len(await said(house)) == 5
    async with house.transaction() as tx:
        longest = replace(BACKUP, name="c", interval_seconds=86_400)
        await heartbeats.change_heartbeat(tx, "c", longest, by=ANA)
    assert [one.key for one in await said(house)][-1] == "c"


async def test_names_are_taken_once_and_intervals_make_sense(tx: Tx):
    await heartbeats.create_heartbeat(tx, BACKUP, by=ANA)
    with pytest.raises(HeartbeatTaken):
        await heartbeats.create_heartbeat(tx, BACKUP, by=ANA)
    await heartbeats.create_heartbeat(tx, replace(BACKUP, name="b"), by=ANA)
    with pytest.raises(HeartbeatTaken):
        await heartbeats.change_heartbeat(tx, "b", BACKUP, by=ANA)
    for wrong in (replace(BACKUP, interval_seconds=0), replace(BACKUP, name=" ")):
        with pytest.raises(HeartbeatInvalid):
            await heartbeats.create_heartbeat(tx, wrong, by=ANA)


async def test_a_source_that_is_silent_too_long_is_an_alert_of_its_service(
    house: House, clock: HandClock
):
    terms = Terms(500, 600, "checkout", "", {})
    async with house.transaction() as tx:
        made = await sources.connect_source(tx, "prom", format="alertmanager", terms=terms, by=ANA)
        still = Terms(500, None, None, "", {})
        await sources.connect_source(tx, "quiet-is-fine", format="json", terms=still, by=ANA)
    clock.wait(minutes=10)
    await watch(house)
    assert await said(house) == []
    clock.wait(seconds=1)
    await watch(house)
    await watch(house)
    (quiet,) = await said(house)
    assert (quiet.key, quiet.status) == (f"quiet:{made.id}", Status.FIRING)
    assert (quiet.service, "prom" in quiet.title) == ("checkout", True)
    clock.wait(seconds=5)
    async with house.transaction() as tx:
        await heartbeats.beat_of_source(tx, made.id)
    await watch(house)
    await watch(house)
    assert [one.status for one in await said(house)] == [Status.FIRING, Status.RESOLVED]


async def test_giving_a_quiet_source_more_time_or_retiring_it_ends_the_alert(
    house: House, clock: HandClock
):
    async with house.transaction() as tx:
        for name in ("a", "b", "c"):
            terms = Terms(500, 60, None, "", {})
            await sources.connect_source(tx, name, format="json", terms=terms, by=ANA)
    clock.wait(minutes=5)
    await watch(house)
    async with house.transaction() as tx:
        await sources.change_source(tx, "a", Terms(500, 3600, None, "", {}), by=ANA)
        await sources.change_source(tx, "b", Terms(500, 120, None, "", {}), by=ANA)
        await sources.retire_source(tx, "c", by=ANA)
    over = [one.labels["source"] for one in await said(house) if one.status is Status.RESOLVED]
    assert over == ["a", "c"]
