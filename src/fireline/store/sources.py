"""Where signals come from, and how much came."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("sources.sql")
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Registered:
    """A source that is known, and whose world it speaks of (`None`: the real one)."""

    id: UUID
    name: str
    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source and its counts, exactly as its query returns it."""

    id: UUID
    name: str
    drill_id: UUID | None
    registered_at: datetime
    last_seen_at: datetime | None
    kept: int
    repeated: int
    quarantined: int


ROWS: dict[str, type | None] = {"register": Registered, "seen": None, "listed": SourceRow}


async def register(
    db: AsyncConnection, fresh_id: UUID, name: str, *, drill: UUID | None, now: datetime
) -> Registered:
    """Make a source known, or find the one that is."""
    values = {"id": fresh_id, "name": name, "drill_id": drill, "now": now}
    return await rows.one(db, Registered, _SQL["register"], values)


async def seen(
    db: AsyncConnection,
    source: UUID,
    *,
    kept: int,
    repeated: int,
    quarantined: int,
    now: datetime,
) -> None:
    """Count what a source handed over."""
    counts = {"kept": kept, "repeated": repeated, "quarantined": quarantined}
    await rows.run(db, _SQL["seen"], {"id": source, "now": now, **counts})


async def listed(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[SourceRow]:
    """List the sources, the newest first."""
    return await rows.many(db, SourceRow, _SQL["listed"], {"limit": limit})
