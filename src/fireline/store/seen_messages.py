"""Messages that were heard, so that one sent again is not heard again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("seen_messages.sql")


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A message that was not seen before."""

    message: str


ROWS: dict[str, type | None] = {"see": SeenRow, "sweep": None}


async def see(
    db: AsyncConnection, source: UUID, messages: Collection[str], *, now: datetime
) -> frozenset[str]:
    """Note messages as seen; return those that were new. Waits for whoever notes the same ones."""
    values = {"source_id": source, "messages": list(messages), "now": now}
    return frozenset(row.message for row in await rows.many(db, SeenRow, _SQL["see"], values))


async def sweep(db: AsyncConnection, *, before: datetime, limit: int) -> int:
    """Forget messages seen before a moment, at most so many; return how many."""
    return await rows.run(db, _SQL["sweep"], {"before": before, "limit": limit})
