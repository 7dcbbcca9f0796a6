"""Bodies as they came: kept before they are answered, sorted after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.pokes import PokedRow
from fireline.store.queries import load

_SQL = load("payloads.sql")
MAX_LISTED = 200
MAX_UNSORTED_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class New:
    """A body about to be kept; `meta` is JSON."""

    id: UUID
    source_id: UUID
    drill_id: UUID | None
    format: str
    call: str
    meta: str
    body: bytes


@dataclass(frozen=True, slots=True)
class WorldRow:
    """A world, by its drill; `None` is the real one."""

    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class UnsortedRow:
    """A body that waits to be sorted."""

    id: UUID
    source_id: UUID
    drill_id: UUID | None
    format: str
    call: str
    meta: dict[str, Any]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PayloadRow:
    """A body, and what became of it."""

    id: UUID
    source_id: UUID
    drill_id: UUID | None
    format: str
    call: str
    meta: dict[str, Any]
    body: bytes
    received_at: datetime
    sorted_at: datetime | None
    said: int
    unread: int


@dataclass(frozen=True, slots=True)
class WaitsRow:
    """Whether something waits."""

    waits: bool


@dataclass(frozen=True, slots=True)
class BacklogRow:
    """How much waits to be sorted, and since when."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Sorted:
    """A payload that was sorted, and how much was read in it."""

    id: UUID
    said: int
    unread: int


ROWS: dict[str, type | None] = {
    "keep": PokedRow,
    "heard": None,
    "next_world": WorldRow,
    "unsorted": UnsortedRow,
    "sorted": None,
    "waiting": WaitsRow,
    "backlog": BacklogRow,
    "of_source": PayloadRow,
    "get": PayloadRow,
}


async def keep(db: AsyncConnection, new: Sequence[New], *, now: datetime) -> None:
    """Keep bodies, and wake the sorter when this transaction commits."""
    values = {
        "now": now,
        "ids": [one.id for one in new],
        "sources": [one.source_id for one in new],
        "drills": [one.drill_id for one in new],
        "formats": [one.format for one in new],
        "calls": [one.call for one in new],
        "metas": [one.meta for one in new],
        "bodies": [one.body for one in new],
    }
    await rows.one(db, PokedRow, _SQL["keep"], values)


async def heard(db: AsyncConnection, times: dict[UUID, int], *, now: datetime) -> None:
    """Note when sources were last heard of."""
    values = {"now": now, "sources": list(times), "times": list(times.values())}
    await rows.run(db, _SQL["heard"], values)


async def next_world(db: AsyncConnection) -> WorldRow | None:
    """Return the world of what waits longest to be sorted; `None`: nothing waits."""
    return await rows.maybe(db, WorldRow, _SQL["next_world"], {})


async def unsorted(db: AsyncConnection, *, drill: UUID | None, limit: int) -> list[UnsortedRow]:
    """Return what of one world waits to be sorted, in the order it arrived.

    No more than MAX_UNSORTED_BYTES, and a body: so much is held in memory at once.
    """
    values = {"drill_id": drill, "limit": limit, "bytes": MAX_UNSORTED_BYTES}
    return await rows.many(db, UnsortedRow, _SQL["unsorted"], values)


async def mark_sorted(db: AsyncConnection, done: Sequence[Sorted], *, now: datetime) -> None:
    """Write down that these were sorted."""
    values = {
        "now": now,
        "ids": [one.id for one in done],
        "said": [one.said for one in done],
        "unread": [one.unread for one in done],
    }
    await rows.run(db, _SQL["sorted"], values)


async def is_waiting(db: AsyncConnection, source: UUID, *, up_to: UUID) -> bool:
    """Say whether anything of a source, up to one payload, is still to be sorted."""
    values = {"source_id": source, "up_to": up_to}
    return (await rows.one(db, WaitsRow, _SQL["waiting"], values)).waits


async def backlog(db: AsyncConnection) -> BacklogRow:
    """Count what waits to be sorted."""
    return await rows.one(db, BacklogRow, _SQL["backlog"], {})


async def of_source(
    db: AsyncConnection, source: UUID, *, before: UUID | None = None, limit: int = MAX_LISTED
) -> list[PayloadRow]:
    """List what one source sent, the newest first."""
    values = {"source_id": source, "before": before, "limit": limit}
    return await rows.many(db, PayloadRow, _SQL["of_source"], values)


async def get(db: AsyncConnection, payload: UUID) -> PayloadRow | None:
    """Return one body."""
    return await rows.maybe(db, PayloadRow, _SQL["get"], {"id": payload})
