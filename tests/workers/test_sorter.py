"""The sorter goes on, whatever strangers wrote: what cannot be sorted is set apart and told."""

import json
from typing import Any, LiteralString

import pytest
from structlog.testing import capture_logs

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.signals.formats import fireline
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.actor import Machine
from fireline.core.values.refusals import Unavailable
from fireline.store import payloads, sources
from fireline.usecases import plans
from fireline.usecases.groupings import Groupings
from fireline.usecases.transaction import Tx
from fireline.workers.sorter import Sorter
from tests.usecases.sorting_world import posted_raw

_POISON = """
create function poison() returns trigger language plpgsql as $$
begin
    if new.title = 'poison' then
        raise exception 'this one cannot be kept' using errcode = 'CODE';
    end if;
    return new;
end $$;
create trigger poison before insert on symptom for each row execute function poison();
"""


def poison(code: LiteralString) -> LiteralString:
    """Let the database refuse a symptom of that title, with one of its own errors."""
    return _POISON.replace("CODE", code)


@pytest.fixture
async def sorter(house: House) -> Sorter:
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=Machine("test"), note="for a test")
    return Sorter(house.transaction, Groupings(house.ids.fresh()))


def body(title: str) -> bytes:
    return fireline.write(Notice(title, Status.FIRING, title))


async def post(house: House, *bodies: bytes) -> None:
    async with house.transaction() as tx:
        known = await sources.register(
            tx.db, tx.ids.fresh(), "monitor", drill=None, now=tx.now, format="fireline"
        )
        await posted_raw(tx, known, *bodies)


async def sorted_out(sorter: Sorter, most: int = 100) -> int:
    """Let it sort until it has nothing to do; return how many turns that took."""
    with capture_logs():
        for turn in range(most):
            if not await sorter.turn() and (await waiting(sorter)) == 0:
                return turn
    pytest.fail(f"still sorting after {most} turns")


async def waiting(sorter: Sorter) -> int:
    async with sorter.transactions() as tx:
        return (await payloads.backlog(tx.db)).waiting


async def titles(tx: Tx) -> list[str]:
    found = await tx.db.execute("select title from symptom order by number")
    return [row[0] for row in await found.fetchall()]


@pytest.mark.parametrize("code", ["P0001", "22021", "54000"])
async def test_what_cannot_be_sorted_is_set_apart_and_its_neighbours_are_sorted(
    house: House, sorter: Sorter, code: LiteralString
):
    async with house.transaction() as tx:
        await tx.db.execute(poison(code))
    good = [f"good {n}" for n in range(40)]
    mixed = [*good[:3], "poison", *good[3:20], "poison", "poison", *good[20:]]
    await post(house, *(body(title) for title in mixed))
    await sorted_out(sorter)
    await post(house, body("good afterwards"))
    await sorted_out(sorter)
    async with house.transaction() as tx:
        heard = await titles(tx)
        apart = await tx.db.execute("select code, body from quarantined order by id")
        found = await apart.fetchall()
    assert [title for title in heard if title.startswith("good")] == [*good, "good afterwards"]
    assert found == [("sorting.failed", body("poison"))] * 3
    assert "Something monitor sent could not be read" in heard


async def test_a_database_with_no_time_costs_no_payload(house: House, sorter: Sorter):
    await post(house, body("poison"), *(body(f"good {n}") for n in range(10)))
    async with house.transaction() as tx:
        await tx.db.execute(poison("57014"))  # what a statement that takes too long ends with
    for _ in range(10):
        with pytest.raises(Unavailable):
            await sorter.turn()
    async with house.transaction() as tx:
        await tx.db.execute("drop trigger poison on symptom")
    await sorted_out(sorter)
    async with house.transaction() as tx:
        heard = await titles(tx)
        apart = await (await tx.db.execute("select code from quarantined")).fetchall()
    assert heard[:11] == ["poison", *(f"good {n}" for n in range(10))]
    assert apart == []


HOSTILE: dict[str, dict[str, Any]] = {
    "nul in every text": dict.fromkeys(
        ("key", "title", "kind", "description", "service", "team", "runbook", "group", "by"),
        "a\x00b",
    ),
    "half a character": {"title": "a\ud800b", "key": "\udfff", "labels": {"\ud800": "\udfff"}},
    "a key no index holds": {"key": "".join(chr(0x4E00 + n % 20_000) for n in range(100_000))},
    "long everything": dict.fromkeys(("title", "service", "group", "kind"), "é" * 100_000),
    "many labels": {"labels": {f"name {n}": "v" * 600 for n in range(5_000)}},
    "many things": {"entities": [["host", f"h{n}" * 300] for n in range(5_000)]},
    "long things": {"entities": [["k" * 3_000, chr(0x4E00 + n) * 500] for n in range(64)]},
    "long assets": {"assets": [["aws.s3.bucket", "1", "é\x00" * 4_000, "eu"]]},
    "the year 1": {"at": "0001-01-01T00:00:00+14:00", "ends_at": "0001-01-01T00:00:00+14:00"},
    "the year 9999": {"at": "9999-12-31T23:59:59-14:00", "ends_at": "9999-12-31T23:59:59-14:00"},
    "no zone": {"at": "2026-01-01T00:00:00"},
    "too sure": {"confidence": 10**12},
    "tags and tactics": {"tags": ["\x00" * 900] * 500, "tactics": ["\x00" * 900] * 50},
    "links": {"links": [["javascript:alert(1)", "\x00"], ["https://a.example/\x00", "x" * 9_000]]},
    "notes": {"note": "\x00" * 100_000},
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_no_text_number_or_moment_stops_the_sorter(house: House, sorter: Sorter, what: str):
    said = {"key": what, "status": "firing", "title": what, "priority": "P2", **HOSTILE[what]}
    hostile = json.dumps(said).encode()
    await post(house, body("before"), hostile, body("after"))
    assert await sorted_out(sorter) <= 2
    async with house.transaction() as tx:
        heard = await titles(tx)
        apart = await (await tx.db.execute("select code from quarantined")).fetchall()
    assert (heard[0], "after" in heard) == ("before", True)
    # Read, or told that it could not be: never lost, and never sorted one by one.
    assert len(heard) == 3
    assert apart in ([], [("fireline.unreadable",)])


async def test_long_bodies_are_not_held_in_memory_together(house: House, sorter: Sorter):
    long = Notice("long", Status.FIRING, "long", description="x" * 3_000_000)
    raw = json.dumps({**json.loads(fireline.write(long)), "description": "x" * 3_000_000}).encode()
    await post(house, *[raw] * 8, body("after"))
    async with house.transaction() as tx:
        at_once = await payloads.unsorted(tx.db, drill=None, limit=100)
    assert len(at_once) == 3
    await sorted_out(sorter)
    async with house.transaction() as tx:
        assert await titles(tx) == ["long", "after"]
