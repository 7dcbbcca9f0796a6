"""Silences begin, hold and end by themselves, in a fireline that runs."""

from datetime import timedelta
from pathlib import Path

from fireline.app.house import House
from fireline.core.alerting.matching import Matcher
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.store import ladders, silences
from fireline.usecases.intake import say
from fireline.usecases.silences import Wanted, find_silence, place_silence
from fireline.usecases.transaction import Tx
from fireline.workers.silences import lift_silences, turn_silences
from tests.hand_clock import HandClock
from tests.intake.taking import taking
from tests.usecases.sorting_world import firing, heard

ANA = Human(PersonId("ana"))
HOST = Matcher("host", "web-1")


async def test_a_silence_begins_and_ends_when_it_is_due(house: House, clock: HandClock):
    async with house.transaction() as tx:
        (alert,) = await heard(tx, firing("disk", labels={"host": "web-1"}))
        wanted = Wanted(
            (HOST,),
            "later",
            starts_at=tx.now + timedelta(hours=1),
            ends_at=tx.now + timedelta(hours=2),
        )
        silence = await place_silence(tx, wanted, by=ANA)
    assert not await turn_silences(house.transaction)
    clock.wait(hours=1)
    assert await turn_silences(house.transaction)
    async with house.transaction() as tx:
        assert (await find_silence(tx, silence.id)).holds == 1
        assert not await ladder_is_due(tx, alert.id)
    clock.wait(hours=1)
    assert await turn_silences(house.transaction)
    assert not await lift_silences(house.transaction)
    async with house.transaction() as tx:
        assert (await find_silence(tx, silence.id)).status == "expired"
        assert await ladder_is_due(tx, alert.id)


async def ladder_is_due(tx: Tx, alert: object) -> bool:
    found = await tx.db.execute(
        "select 1 from due where kind = %s and id = %s", (ladders.LADDER, alert)
    )
    return await found.fetchone() is not None


async def test_in_a_running_fireline_what_was_held_is_told_when_the_silence_is_ended(
    database_dsn: str, tmp_path: Path
):
    async with taking(database_dsn, tmp_path) as intake:
        await intake.token()
        async with intake.fireline.house.transaction() as tx:
            wanted = Wanted((HOST,), "new disk", ends_at=tx.now + timedelta(hours=1))
            silence = await place_silence(tx, wanted, by=ANA)
        async with intake.fireline.house.transaction() as tx:
            await say(tx, firing("disk", labels={"host": "web-1"}))
        alert = await intake.until_alert(lambda line: line.title == "Disk full")
        async with intake.fireline.house.transaction() as tx:
            row = await silences.of_alerts(tx.db, [alert.id])
            assert row[0].suppressed_by == silence.id
            assert not await ladder_is_due(tx, alert.id)
            await tx.db.execute(
                "update silence set ends_at = %s where id = %s",
                (tx.now + timedelta(milliseconds=1), silence.id),
            )
        told = await intake.until_alert(lambda line: bool(line.paged), seconds=5)
        assert told.number == alert.number
