"""The real parts every test may stand on: PostgreSQL, the migrated schema, a clock moved by hand.

Async tests and fixtures are plain `async def`: anyio's pytest plugin runs them.

- `tx`: one transaction on a migrated database, rolled back at the end. Fast; prefer it. To move
  time inside one, use `dataclasses.replace(tx, now=...)`, or take `house`.
- `house`: an empty, migrated database of its own, for tests that need real commits, several
  transactions, or several connections. `async with house.transaction() as tx: ...`
- `clock`: the clock of both. `clock.wait(minutes=5)`.
"""

import gc
import os
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.store.database import Database
from fireline.store.embedded import EmbeddedPostgres
from fireline.store.migrate import migrate
from fireline.usecases.transaction import Tx
from tests.databases import Databases
from tests.hand_clock import HandClock

# A worker holds hundreds of megabytes of models and clouds in the end; sweeping through all of it
# after every few hundred objects would be a good part of the suite's time.
gc.set_threshold(50_000, 20, 50)
settings.register_profile("house", max_examples=60)
settings.load_profile("house")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One PostgreSQL per worker; it forgets everything, so it need not be durable."""
    named = os.environ.get("FIRELINE_TEST_DSN")
    if named is not None:
        yield named
        return
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    yield postgres.start()
    postgres.stop()


@pytest.fixture(scope="session")
def migrated(server: str) -> str:
    """Migrate one database, which stays as it is: others are copied from it."""
    name = f"migrated_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    dsn = make_conninfo(server, dbname=name)
    migrate(dsn)
    return dsn


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ids() -> FreshIds:
    return FreshIds()


@pytest.fixture(scope="session")
def databases(server: str, migrated: str) -> Iterator[Databases]:
    """Keep copies of the migrated database, each for one test or module at a time."""
    kept = Databases(server, migrated)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def scratch(databases: Databases) -> Iterator[str]:
    """Keep one database for `tx`: what is rolled back still moves its sequences."""
    with databases.lent() as dsn:
        yield dsn


@pytest.fixture
async def tx(scratch: str, clock: HandClock, ids: FreshIds) -> AsyncIterator[Tx]:
    async with await psycopg.AsyncConnection.connect(scratch, options="-c timezone=UTC") as db:
        yield Tx(db, clock.moment, ids)
        await db.rollback()


@pytest.fixture
def database_dsn(databases: Databases) -> Iterator[str]:
    """Lend a migrated database to this test alone."""
    with databases.lent() as dsn:
        yield dsn


@pytest.fixture
async def database(database_dsn: str) -> AsyncIterator[Database]:
    opened = Database(database_dsn, size=8)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def house(database: Database, clock: HandClock, ids: FreshIds) -> House:
    return House(database, clock, ids)
