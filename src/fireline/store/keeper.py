"""Keep payloads as fast as the disk syncs: one statement over a connection of its own, and done.

A transaction as use cases have them costs five round trips; here it is one, and its commit is what
every waiting sender waits for.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from fireline.core.values.refusals import Unavailable
from fireline.store.payloads import New
from fireline.store.queries import load

_SQL = load("keeper.sql")
_OPTIONS = "-c timezone=UTC -c statement_timeout=10s -c lock_timeout=5s"
_CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class KeptRow:
    """When payloads were kept."""

    at: datetime


ROWS: dict[str, type | None] = {"keep": KeptRow}


class Keeper:
    """One writer of payloads. Not to be shared: each has a connection, opened when it is needed."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._db: AsyncConnection[TupleRow] | None = None

    async def keep(self, new: Sequence[New]) -> datetime:
        """Keep payloads, committed when this returns; return the moment, as the database tells it.

        Raises Unavailable when the database does not answer: then nothing is known to be kept. What
        the database refuses because of a value rises as psycopg's DataError.
        """
        try:
            db = await self._connected()
            values = {"heads": _heads(new), "bodies": b"".join(one.body for one in new)}
            cursor = await db.execute(_SQL["keep"], values, prepare=True)
            row = await cursor.fetchone()
        except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError) as weather:
            await self.close()
            msg = "The database does not answer."
            raise Unavailable(msg, hint="Send it again in a few seconds.") from weather
        assert row is not None  # noqa: S101 - such a statement always answers
        at: datetime = row[0]
        return at

    async def close(self) -> None:
        """Give the connection up; the next payload opens another."""
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(psycopg.Error):
                await db.close()

    async def _connected(self) -> AsyncConnection[TupleRow]:
        if self._db is None or self._db.closed:
            async with asyncio.timeout(_CONNECT_SECONDS):
                self._db = await AsyncConnection.connect(
                    self._dsn, autocommit=True, options=_OPTIONS, application_name="fireline intake"
                )
        return self._db


def _heads(new: Sequence[New]) -> str:
    """Write everything but the bodies as one JSON value, with where each body stands among all."""
    heads: list[dict[str, object]] = []
    start = 1  # as SQL counts
    for one in new:
        heads.append(
            {
                "id": str(one.id),
                "source_id": str(one.source_id),
                "drill_id": str(one.drill_id) if one.drill_id else None,
                "format": one.format,
                "call": one.call,
                "meta": orjson.Fragment(one.meta),
                "start": start,
                "size": len(one.body),
            }
        )
        start += len(one.body)
    return orjson.dumps(heads).decode()
