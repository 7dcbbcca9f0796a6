import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.ports.source import Parcel
from fireline.store import signals as store
from fireline.store import sources
from fireline.usecases import signals
from fireline.usecases.signals import Kept, keep, list_quarantined, list_signals, register_source
from fireline.usecases.transaction import Tx
from tests.usecases.signals_world import a_drill, by_eventbridge, by_trail, record


async def test_a_record_becomes_a_signal_with_who_what_and_how_late(tx: Tx):
    source = await register_source(tx, "changes")
    assert await keep(tx, source, [by_eventbridge(record(ago=3))]) == Kept(1, 0, 0)
    (signal,) = (await list_signals(tx)).items
    assert signal.kind == "iam.CreateAccessKey"
    assert (signal.who, signal.access_key, signal.address) == (
        "shop-ci",
        "AKIALEAKED",
        "203.0.113.66",
    )
    assert signal.lag_seconds == 3
    assert signal.via == "eventbridge"
    assert signal.seen == 1
    assert signal.judged_at is None
    assert signal.record["eventID"] == "e-1"
    assert "aws.iam.user/111122223333/global/svc-backup" in signal.assets


async def test_the_same_record_is_kept_once_whichever_way_and_however_often_it_comes(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_eventbridge(record())])
    later = replace(tx, now=tx.now + timedelta(seconds=60))
    again = await keep(later, source, [by_trail(record(), record("e-2")), by_trail(record())])
    assert again == Kept(fresh=1, repeated=2, quarantined=0)
    page = await list_signals(tx)
    assert {(each.external_id, each.seen, each.via) for each in page.items} == {
        ("e-1", 3, "eventbridge"),
        ("e-2", 1, "trail"),
    }


async def test_a_record_told_twice_in_one_delivery_is_one_signal(tx: Tx):
    source = await register_source(tx, "changes")
    assert await keep(tx, source, [by_trail(record(), record())]) == Kept(1, 1, 0)


async def test_the_worlds_of_drills_and_the_real_one_do_not_know_each_others_signals(tx: Tx):
    drill = await a_drill(tx)
    real = await register_source(tx, "changes")
    drilled = await register_source(tx, "changes", drill=drill)
    assert real.id != drilled.id
    assert await keep(tx, real, [by_eventbridge(record())]) == Kept(1, 0, 0)
    assert await keep(tx, drilled, [by_eventbridge(record())]) == Kept(1, 0, 0)
    assert len((await list_signals(tx)).items) == 1
    (signal,) = (await list_signals(tx, drill=drill)).items
    assert signal.drill == drill


async def test_registering_a_source_again_finds_the_same_one(tx: Tx):
    assert await register_source(tx, "changes") == await register_source(tx, "changes")


async def test_two_nodes_keeping_the_same_signals_at_once_keep_each_once(house: House):
    async with house.transaction() as tx:
        source = await register_source(tx, "changes")
    records = [record(f"e-{n}") for n in range(50)]

    async def one_node(order: int) -> Kept:
        async with house.transaction() as tx:
            return await keep(tx, source, [by_trail(*records[::order])])

    kept = await asyncio.gather(*(one_node(order) for order in (1, -1, 1, -1)))
    assert sum(each.fresh for each in kept) == 50
    async with house.transaction() as tx:
        assert all(each.seen == 4 for each in (await list_signals(tx, limit=200)).items)


async def test_bad_neighbours_are_set_apart_with_the_reason_and_block_nobody(tx: Tx):
    source = await register_source(tx, "changes")
    nameless = {name: said for name, said in record("e-2").items() if name != "eventID"}
    parcels = [
        Parcel("r-3", "queue", "sqs:changes/m", b"garbage", "message.not_json", "It is no JSON."),
        Parcel("r-4", "trail", "s3://trail/big", b"head", "object.too_large", "Large.", 60_000_000),
        by_trail(record("e-1"), nameless, record("e-3", eventVersion="9.0"), "text", record("e-4")),
        Parcel("r-5", "trail", "s3://trail/x", b"\x00\xff not json"),
    ]
    assert await keep(tx, source, parcels) == Kept(fresh=2, repeated=0, quarantined=6)
    apart = (await list_quarantined(tx)).items
    by_origin = {each.origin: each for each in apart}
    assert by_origin["sqs:changes/m"].code == "message.not_json"
    assert by_origin["sqs:changes/m"].body == "garbage"
    assert by_origin["s3://trail/big"].size == 60_000_000
    assert by_origin["s3://trail/one.json.gz#1"].code == "cloudtrail.no_event_id"
    assert by_origin["s3://trail/one.json.gz#2"].code == "cloudtrail.unknown_version"
    assert by_origin["s3://trail/one.json.gz#3"].code.startswith("envelope.")
    assert all(each.why for each in apart)


async def test_what_is_set_apart_again_is_counted_not_repeated(tx: Tx):
    source = await register_source(tx, "changes")
    bad = by_trail({"eventVersion": "1.1"})
    await keep(tx, source, [bad])
    later = replace(tx, now=tx.now + timedelta(minutes=1))
    await keep(later, source, [bad, bad])
    (apart,) = (await list_quarantined(tx)).items
    assert apart.times == 2
    assert apart.last_at - apart.first_at == timedelta(minutes=1)


async def test_a_large_bad_body_is_cut_and_its_size_is_kept(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [Parcel("r", "queue", "sqs:changes/m", b"x" * 100_000)])
    (apart,) = (await list_quarantined(tx)).items
    assert apart.size == 100_000
    assert len(apart.body) == signals.MAX_QUARANTINED_BYTES


@pytest.mark.parametrize(
    "strange",
    [
        "a\x00b",
        "\ud800",
        "\U0001f525",
        "\\u0000",
        "'; drop table signal; --",
        "x" * 9000,
    ],
)
async def test_strange_text_in_a_record_hides_nothing(tx: Tx, strange: str):
    source = await register_source(tx, "changes")
    odd = record("e-odd", userAgent=strange, requestParameters={"userName": strange, strange: 1})
    kept = await keep(tx, source, [by_trail(record("e-1"), odd, record("e-2"))])
    assert kept == Kept(fresh=3, repeated=0, quarantined=0)


async def test_a_record_that_had_to_be_altered_is_also_kept_as_it_was(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(record("e-1", userAgent="a\x00b"), record("e-2"))])
    found = await tx.db.execute("select external_id, raw from signal order by external_id")
    (_, raw), (_, untouched) = await found.fetchall()
    assert json.loads(raw)["userAgent"] == "a\x00b"
    assert untouched is None


async def test_deep_nesting_nan_and_numbers_without_end_are_set_apart(tx: Tx):
    source = await register_source(tx, "changes")
    good = json.dumps(record("e-1"))
    deep = "[" * 5000 + "]" * 5000
    bad = [
        good.replace('"e-1"', '"e-2", "x": NaN'),
        good.replace('"e-1"', '"e-3", "x": 1e999'),
        good.replace('"e-1"', f'"e-4", "x": {deep}'),
    ]
    for place, text in enumerate([*bad, good]):
        parcel = Parcel("r", "trail", f"s3://trail/{place}", text.encode())
        await keep(tx, source, [parcel])
    assert [each.external_id for each in (await list_signals(tx)).items] == ["e-1"]
    assert len((await list_quarantined(tx)).items) == 3


async def test_a_signal_the_database_refuses_is_found_among_its_neighbours(
    tx: Tx,
):
    await tx.db.execute("alter table signal add check (external_id <> 'e-17')")
    source = await register_source(tx, "changes")
    kept = await keep(tx, source, [by_trail(*(record(f"e-{n}") for n in range(40)))])
    assert kept == Kept(fresh=39, repeated=0, quarantined=1)
    (apart,) = (await list_quarantined(tx)).items
    assert apart.code == "record.unstorable"
    assert "e-17" in apart.origin


async def test_a_large_delivery_is_kept_whole(tx: Tx):
    source = await register_source(tx, "changes")
    kept = await keep(tx, source, [by_trail(*(record(f"e-{n}") for n in range(2500)))])
    assert kept == Kept(fresh=2500, repeated=0, quarantined=0)


async def test_lists_are_filtered_and_turned_page_by_page(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(*(record(f"e-{n}") for n in range(5)))])
    other = record("f-1", eventName="DeleteUser", requestParameters={"userName": "50%_off"})
    await keep(tx, source, [by_trail(other)])
    first = await list_signals(tx, limit=4)
    assert first.next is not None
    rest = await list_signals(tx, before=first.next, limit=4)
    assert rest.next is None
    named = [each.external_id for each in (*first.items, *rest.items)]
    assert named == ["f-1", "e-4", "e-3", "e-2", "e-1", "e-0"]
    assert len((await list_signals(tx, kind="iam.DeleteUser")).items) == 1
    assert len((await list_signals(tx, text="50%_OFF")).items) == 1
    assert (await list_signals(tx, text="5_%")).items == ()
    assert (await list_signals(tx, text="a\x00")).items == ()


async def test_quarantine_is_turned_page_by_page_and_shown_by_drill(tx: Tx):
    drill = await a_drill(tx)
    source = await register_source(tx, "changes")
    drilled = await register_source(tx, "changes", drill=drill)
    await keep(tx, source, [Parcel("r", "queue", f"sqs:changes/{n}", b"?") for n in range(3)])
    await keep(tx, drilled, [Parcel("r", "queue", "sqs:changes/0", b"?")])
    first = await list_quarantined(tx, limit=2)
    assert first.next is not None
    assert len((await list_quarantined(tx, before=first.next)).items) == 2
    assert len((await list_quarantined(tx, drill=drill)).items) == 1


async def test_how_late_each_way_delivers_is_measured_for_every_signal(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_eventbridge(record(f"e-{n}", ago=n)) for n in (1, 2, 6)])
    later = replace(tx, now=tx.now + timedelta(seconds=10))
    await keep(later, source, [by_trail(*(record(f"e-{n}", ago=n) for n in (1, 2, 6)))])
    assert await signals.lag(tx) == (
        store.LagRow("eventbridge", 3, 1, 2, 6),
        store.LagRow("trail", 3, 11, 12, 16),
    )


async def test_sources_remember_when_they_were_last_heard_and_how_much_came(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(record(), record(), {})])
    (row,) = [row for row in await sources.listed(tx.db) if row.id == source.id]
    assert (row.last_seen_at, row.kept, row.repeated, row.quarantined) == (tx.now, 1, 1, 1)


async def test_the_judge_is_woken_only_when_something_came(house: House):
    heard = house.pokes()
    await anext(heard)
    async with house.transaction() as tx:
        source = await register_source(tx, "changes")
        await keep(tx, source, [])
    async with house.transaction() as tx:
        await keep(tx, source, [by_trail(record())])
    assert await anext(heard) == signals.SIGNALS_TOPIC
    await heard.aclose()


@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_body_whatever_is_lost_or_raises(body: bytes):
    reading = signals._Reading(FreshIds(), "trail")
    signals._read([Parcel("r", "queue", "sqs:changes/m", body)], reading)
    assert len(reading.new) + len(reading.apart) >= 1 or body.strip().startswith(b'{"Records')
