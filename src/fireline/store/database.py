"""The edge of the database: connections, transactions, and the pokes other nodes send."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from fireline.core.values.refusals import Unavailable
from fireline.store.pokes import CHANNEL

_POOL_SIZE = 12
_WAIT_FOR_CONNECTION_SECONDS = 10.0
_LISTEN_AGAIN_SECONDS = 1.0
# A connection that did its work so short a time ago is not asked again whether it still does.
_TRUSTED_SECONDS = 0.5
# A use case is short. What runs longer than this has gone wrong, and holds locks others wait for.
_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=60s"
)
ALL_TOPICS = "*"
_BEGIN = "begin; select transaction_timestamp()"


@dataclass(frozen=True, slots=True)
class Begun:
    """A transaction, and the moment it began as the one database of all nodes tells it, in UTC."""

    db: AsyncConnection
    at: datetime


class Database:
    """One PostgreSQL database, reached through a pool of connections."""

    def __init__(self, dsn: str, *, size: int = _POOL_SIZE) -> None:
        self._dsn = dsn
        self._worked: WeakKeyDictionary[AsyncConnection, float] = WeakKeyDictionary()
        self._pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=size,
            timeout=_WAIT_FOR_CONNECTION_SECONDS,
            # Transactions are begun here and not by psycopg: one question less for each.
            kwargs={"options": _OPTIONS, "application_name": "fireline", "autocommit": True},
            check=self._check,
            open=False,
        )

    @property
    def dsn(self) -> str:
        """How to connect; it contains the password."""
        return self._dsn

    async def open(self) -> None:
        """Connect, and fail now rather than at the first request."""
        try:
            await self._pool.open(wait=True, timeout=_WAIT_FOR_CONNECTION_SECONDS)
        except PoolTimeout as silence:
            await self._pool.close()
            raise _unavailable() from silence

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Begun]:
        """Lend a connection in one transaction: committed at the end, rolled back on any error."""
        try:
            async with self._pool.connection() as db:
                yield await _begin(db)
            self._worked[db] = monotonic()
        except psycopg.errors.ProgramLimitExceeded:
            # Filed with what passes, but it never does: a value is too large for an index.
            raise
        except (PoolTimeout, psycopg.OperationalError) as weather:
            raise _unavailable() from weather

    async def _check(self, db: AsyncConnection) -> None:
        if monotonic() - self._worked.get(db, 0.0) > _TRUSTED_SECONDS:
            await AsyncConnectionPool.check_connection(db)

    async def listen_pokes(self) -> AsyncGenerator[str]:
        """Yield the topic of every poke, forever, over a connection of its own.

        Whenever the connection is new, yield `ALL_TOPICS` first: pokes may have been missed.
        """
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._dsn, autocommit=True, application_name="fireline pokes"
                ) as db:
                    await db.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))
                    yield ALL_TOPICS
                    async for notice in db.notifies():
                        yield notice.payload
            except psycopg.OperationalError:
                await asyncio.sleep(_LISTEN_AGAIN_SECONDS)


async def _begin(db: AsyncConnection) -> Begun:
    # Two statements can't be prepared.
    cursor = await db.execute(_BEGIN, prepare=False)
    cursor.nextset()
    told: tuple[datetime] | None = await cursor.fetchone()
    if told is None:
        msg = "the database did not say when a transaction began"
        raise AssertionError(msg)
    return Begun(db, told[0].astimezone(UTC))


def _unavailable() -> Unavailable:
    return Unavailable("The database does not answer.", hint="Try again in a few seconds.")
