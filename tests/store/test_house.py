from datetime import UTC

import psycopg
import pytest

from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Machine
from fireline.core.values.refusals import Unavailable
from fireline.store import facts, pokes
from fireline.store.database import ALL_TOPICS, Database
from fireline.usecases.facts import house_stream, record
from tests.hand_clock import HandClock


async def test_what_a_transaction_did_is_there_for_the_next_one(house: House):
    async with house.transaction() as tx:
        await record(tx, house_stream(), "test.happened", by=Machine("test"), body={"a": 1})
    async with house.transaction() as tx:
        (fact,) = await facts.timeline(tx.db, [house_stream().id])
    assert fact.kind == "test.happened"
    assert fact.body == {"a": 1}


async def test_an_error_leaves_nothing_behind(house: House):
    with pytest.raises(ZeroDivisionError):
        async with house.transaction() as tx:
            await record(tx, house_stream(), "test.happened", by=Machine("test"), body={})
            1 / 0  # noqa: B018 - the error is the point
    async with house.transaction() as tx:
        assert await facts.timeline(tx.db, [house_stream().id]) == []


async def test_time_stands_still_until_it_is_moved(house: House, clock: HandClock):
    async with house.transaction() as tx:
        first = tx.now
    clock.wait(minutes=5)
    async with house.transaction() as tx:
        assert (tx.now - first).total_seconds() == 300


async def test_the_database_tells_the_time_in_utc_and_once_per_transaction(database: Database):
    house = House(database, DatabaseClock(), FreshIds())
    async with house.transaction() as tx:
        assert tx.now.tzinfo is UTC
        asked = await tx.db.execute("select transaction_timestamp()")
        assert await asked.fetchone() == (tx.now,)


async def test_what_fails_within_a_transaction_can_be_taken_back_alone(house: House):
    async with house.transaction() as tx:
        await record(tx, house_stream(), "test.kept", by=Machine("test"), body={})
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with tx.db.transaction():
                await record(tx, house_stream(), "test.undone", by=Machine("test"), body={})
                await tx.db.execute("select 1 / 0")
    async with house.transaction() as tx:
        found = await facts.timeline(tx.db, [house_stream().id])
    assert [fact.kind for fact in found] == ["test.kept"]


async def test_a_poke_arrives_at_commit_and_not_before(house: House):
    heard = house.pokes()
    assert await anext(heard) == ALL_TOPICS
    async with house.transaction() as tx:
        await pokes.poke(tx.db, "first")
    with pytest.raises(ZeroDivisionError):
        async with house.transaction() as tx:
            await pokes.poke(tx.db, "never")
            1 / 0  # noqa: B018 - the error is the point
    async with house.transaction() as tx:
        await pokes.poke(tx.db, str(Stream("alert", house_stream().id)))
    assert await anext(heard) == "first"
    assert await anext(heard) == "alert:00000000-0000-0000-0000-000000000000"
    await heard.aclose()


async def test_listening_goes_on_after_the_connection_is_cut(house: House):
    heard = house.pokes()
    assert await anext(heard) == ALL_TOPICS
    async with house.transaction() as tx:
        await tx.db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'fireline pokes' and datname = current_database()"
        )
    assert await anext(heard) == ALL_TOPICS
    await heard.aclose()


async def test_a_connection_lost_in_the_middle_is_unavailable_not_a_bug(house: House):
    with pytest.raises(Unavailable):
        async with house.transaction() as tx:
            await tx.db.execute("select pg_terminate_backend(pg_backend_pid())")


async def test_a_database_that_does_not_answer_is_said_at_the_start(monkeypatch):
    monkeypatch.setattr("fireline.store.database._WAIT_FOR_CONNECTION_SECONDS", 0.3)
    nowhere = Database("postgresql://fireline@127.0.0.1:1/fireline")
    with pytest.raises(Unavailable):
        await nowhere.open()


async def test_a_connection_that_died_between_two_transactions_is_not_lent_again(
    database_dsn: str, clock: HandClock, ids: FreshIds, monkeypatch: pytest.MonkeyPatch
):
    # What worked a moment ago is trusted; a moment is over at once here.
    monkeypatch.setattr("fireline.store.database._TRUSTED_SECONDS", 0.0)
    database = Database(database_dsn, size=1)
    await database.open()
    house = House(database, clock, ids)
    async with house.transaction() as tx:
        (pid,) = await (await tx.db.execute("select pg_backend_pid()")).fetchone() or (0,)
    async with await psycopg.AsyncConnection.connect(database_dsn, autocommit=True) as other:
        await other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    async with house.transaction() as tx:
        (new,) = await (await tx.db.execute("select pg_backend_pid()")).fetchone() or (0,)
    assert new not in (0, pid)
    await database.close()


async def test_a_trusted_connection_that_died_costs_one_refusal(database: Database, house: House):
    async with house.transaction() as tx:
        (pid,) = await (await tx.db.execute("select pg_backend_pid()")).fetchone() or (0,)
    dsn = database.dsn
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other:
        await other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(Unavailable):
        async with house.transaction() as tx:
            await tx.db.execute("select 1")
    async with house.transaction() as tx:
        assert await (await tx.db.execute("select 1")).fetchone() == (1,)
