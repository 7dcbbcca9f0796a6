"""Sources as people see them, and what became of what they sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.payloads import PayloadRow
from fireline.store.queries import load

_SQL = load("source_views.sql")
MAX_KNOWN = 5_000


@dataclass(frozen=True, slots=True)
class LineRow:
    """One source in a list."""

    id: UUID
    name: str
    format: str
    service: str | None
    registered_at: datetime
    last_seen_at: datetime | None
    kept: int
    quarantined: int
    rate_per_second: int
    quiet_seconds: int | None
    quiet_since: datetime | None
    retired_at: datetime | None
    token_hint: str
    lately: int
    firing: int


@dataclass(frozen=True, slots=True)
class CountsRow:
    """How much a source sent lately, and how many of its symptoms fire."""

    lately: int
    firing: int


@dataclass(frozen=True, slots=True)
class KnownRow:
    """What is known under a key of a source."""

    key: str
    title: str
    state: str
    last_at: datetime
    resolved_at: datetime | None
    payload_id: UUID | None
    alert: int


@dataclass(frozen=True, slots=True)
class AlertRow:
    """The number of an alert."""

    number: int


ROWS: dict[str, type | None] = {
    "listed": LineRow,
    "counts": CountsRow,
    "payloads_since": PayloadRow,
    "symptoms_of_keys": KnownRow,
    "symptoms_of_payloads": KnownRow,
    "alert_of_key": AlertRow,
}


async def listed(
    db: AsyncConnection, *, since: UUID, after: str, retired: bool, limit: int
) -> list[LineRow]:
    """List sources by name; `since` is the id from which on payloads count as sent lately."""
    values = {"since": since, "after": after, "retired": retired, "limit": limit}
    return await rows.many(db, LineRow, _SQL["listed"], values)


async def counts(db: AsyncConnection, source: UUID, *, since: UUID) -> CountsRow:
    """Count what one source sent lately."""
    return await rows.one(db, CountsRow, _SQL["counts"], {"id": source, "since": since})


async def payloads_since(
    db: AsyncConnection, source: UUID, *, after: UUID, limit: int
) -> list[PayloadRow]:
    """List what one source sent after an id, in the order it came."""
    values = {"source_id": source, "after": after, "limit": limit}
    return await rows.many(db, PayloadRow, _SQL["payloads_since"], values)


async def symptoms_of_keys(
    db: AsyncConnection, source: UUID, keys: Sequence[str]
) -> list[KnownRow]:
    """Return what is known under some keys of one source, the latest first."""
    values = {"source_id": source, "keys": list(keys), "limit": MAX_KNOWN}
    return await rows.many(db, KnownRow, _SQL["symptoms_of_keys"], values)


async def symptoms_of_payloads(
    db: AsyncConnection, source: UUID, payloads: Sequence[UUID]
) -> list[KnownRow]:
    """Return what some payloads of one source raised."""
    values = {"source_id": source, "payloads": list(payloads), "limit": MAX_KNOWN}
    return await rows.many(db, KnownRow, _SQL["symptoms_of_payloads"], values)


async def alert_of_key(db: AsyncConnection, source: str, key: str) -> int | None:
    """Return the number of the alert that what a source said under a key belongs to."""
    found = await rows.maybe(db, AlertRow, _SQL["alert_of_key"], {"source": source, "key": key})
    return found.number if found else None
