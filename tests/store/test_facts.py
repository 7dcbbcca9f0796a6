import asyncio

import psycopg
import pytest

from fireline.app.house import House
from fireline.core.timeline.fact import EMPTY, Stream, first_break
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import PersonId
from fireline.store import facts
from fireline.usecases.facts import alert_stream, incident_stream, record
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock

ANA = Human(PersonId("ana"))


@pytest.fixture
def stream(tx: Tx) -> Stream:
    return incident_stream(tx.ids.fresh())


async def test_what_is_recorded_is_read_back_whole_and_unbroken(tx: Tx, stream: Stream):
    body = {"text": 'naïve ✓ \\ " \n', "numbers": [1, -2, 2.5], "nested": {"b": None, "a": True}}
    written = [await record(tx, stream, "incident.noted", by=ANA, body=body) for _ in range(3)]
    told = await facts.timeline(tx.db, [stream.id])
    assert told == written
    assert first_break(told) is None
    head = await facts.head(tx.db, stream)
    assert head is not None
    assert (head.seq, head.hash) == (3, written[-1].hash)


async def test_a_stream_nobody_wrote_to_has_no_head(tx: Tx, stream: Stream):
    assert await facts.head(tx.db, stream) in (None, EMPTY)
    assert await facts.timeline(tx.db, [stream.id]) == []


@pytest.mark.parametrize(
    "change", ["update fact set by = 'bo'", "delete from fact"], ids=["edited", "removed"]
)
async def test_history_is_written_once(tx: Tx, stream: Stream, change: str):
    await record(tx, stream, "incident.noted", by=ANA, body={})
    with pytest.raises(psycopg.errors.RaiseException, match="facts are written once"):
        await tx.db.execute(change)


async def test_a_change_made_behind_the_triggers_back_is_found(tx: Tx, stream: Stream):
    for n in range(3):
        await record(tx, stream, "incident.noted", by=ANA, body={"n": n})
    await tx.db.execute("set local session_replication_role = replica")
    await tx.db.execute("""update fact set body = '{"n": 9}' where seq = 2""")
    broken = first_break(await facts.timeline(tx.db, [stream.id]))
    assert broken is not None
    assert broken.seq == 2


async def test_several_streams_read_as_one_timeline_in_order(tx: Tx, clock: HandClock):
    from dataclasses import replace  # noqa: PLC0415 - used by this test alone

    alert, incident = alert_stream(tx.ids.fresh()), incident_stream(tx.ids.fresh())
    for kind, stream in [("a", alert), ("b", incident), ("c", alert)]:
        moved = replace(tx, now=clock.wait(minutes=1))
        await record(moved, stream, kind, by=Machine("test"), body={})
    told = await facts.timeline(tx.db, [alert.id, incident.id])
    assert [fact.kind for fact in told] == ["a", "b", "c"]
    assert told[0].by == "fireline:test"


async def test_writers_at_once_make_one_chain(house: House):
    stream = Stream("house", house.ids.fresh())

    async def write(n: int) -> None:
        async with house.transaction() as tx:
            await record(tx, stream, "noted", by=ANA, body={"n": n})

    await asyncio.gather(*(write(n) for n in range(8)))
    async with house.transaction() as tx:
        told = await facts.timeline(tx.db, [stream.id])
    assert first_break(sorted(told, key=lambda fact: fact.seq)) is None
    assert sorted(fact.seq for fact in told) == list(range(1, 9))
