"""Heartbeats: what must be heard of again and again, and since when it was not. Sources too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("heartbeats.sql")
MAX_LISTED = 500
MAX_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class HeartbeatRow:
    """One heartbeat, exactly as its query returns it."""

    id: UUID
    name: str
    description: str
    interval_seconds: int
    enabled: bool
    owner_team: str | None
    alert_message: str
    alert_tags: list[str]
    alert_priority: int
    made_by: str
    made_at: datetime
    last_ping_at: datetime | None
    expired_at: datetime | None


@dataclass(frozen=True, slots=True)
class PingRow:
    """A heartbeat that was heard of, and whether it was silent before."""

    id: UUID
    name: str
    owner_team: str | None
    alert_priority: int
    revived: bool


@dataclass(frozen=True, slots=True)
class QuietRow:
    """A source that became quiet, or is heard again."""

    id: UUID
    name: str
    format: str
    service: str | None
    quiet_seconds: int | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person sets of a heartbeat."""

    name: str
    interval_seconds: int
    enabled: bool = True
    description: str = ""
    owner_team: str | None = None
    alert_message: str = ""
    alert_tags: tuple[str, ...] = ()
    alert_priority: int = 3


ROWS: dict[str, type | None] = {
    "create": HeartbeatRow,
    "listed": HeartbeatRow,
    "named": HeartbeatRow,
    "held": HeartbeatRow,
    "ping": PingRow,
    "change": None,
    "delete": None,
    "expire": HeartbeatRow,
    "quieted": QuietRow,
    "heard_again": QuietRow,
    "beat": None,
}


async def create(
    db: AsyncConnection, fresh_id: UUID, wanted: Wanted, *, by: str, now: datetime
) -> HeartbeatRow | None:
    """Make a heartbeat; `None` when the name is taken."""
    values = {"id": fresh_id, "made_by": by, "now": now, **_wanted(wanted)}
    return await rows.maybe(db, HeartbeatRow, _SQL["create"], values)


async def listed(
    db: AsyncConnection, *, after: str = "", limit: int = MAX_LISTED
) -> list[HeartbeatRow]:
    """List heartbeats by name."""
    return await rows.many(db, HeartbeatRow, _SQL["listed"], {"after": after, "limit": limit})


async def named(db: AsyncConnection, name: str) -> HeartbeatRow | None:
    """Return the heartbeat of this name."""
    return await rows.maybe(db, HeartbeatRow, _SQL["named"], {"name": name})


async def held(db: AsyncConnection, name: str) -> HeartbeatRow | None:
    """Return the heartbeat of this name, held for this transaction."""
    return await rows.maybe(db, HeartbeatRow, _SQL["held"], {"name": name})


async def ping(db: AsyncConnection, name: str, *, now: datetime) -> PingRow | None:
    """Note that something still beats; `None` when nothing has this name."""
    return await rows.maybe(db, PingRow, _SQL["ping"], {"name": name, "now": now})


async def change(
    db: AsyncConnection, heartbeat: UUID, wanted: Wanted, *, expired_at: datetime | None
) -> None:
    """Change what a person sets of a heartbeat."""
    values = {"id": heartbeat, "expired_at": expired_at, **_wanted(wanted)}
    await rows.run(db, _SQL["change"], values)


async def delete(db: AsyncConnection, heartbeat: UUID) -> None:
    """Forget a heartbeat."""
    await rows.run(db, _SQL["delete"], {"id": heartbeat})


async def expire(db: AsyncConnection, *, now: datetime) -> list[HeartbeatRow]:
    """Mark the heartbeats that have just become silent for too long, and return them."""
    return await rows.many(db, HeartbeatRow, _SQL["expire"], {"now": now, "limit": MAX_AT_ONCE})


async def quieted(db: AsyncConnection, *, now: datetime) -> list[QuietRow]:
    """Mark the sources that have just become silent for too long, and return them."""
    return await rows.many(db, QuietRow, _SQL["quieted"], {"now": now, "limit": MAX_AT_ONCE})


async def heard_again(db: AsyncConnection) -> list[QuietRow]:
    """Unmark the sources that were quiet and are heard again, and return them."""
    return await rows.many(db, QuietRow, _SQL["heard_again"], {"limit": MAX_AT_ONCE})


async def beat(db: AsyncConnection, source: UUID, *, now: datetime) -> None:
    """Note that a source was heard of."""
    await rows.run(db, _SQL["beat"], {"id": source, "now": now})


def _wanted(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "description": wanted.description,
        "interval_seconds": wanted.interval_seconds,
        "enabled": wanted.enabled,
        "owner_team": wanted.owner_team,
        "alert_message": wanted.alert_message,
        "alert_tags": list(wanted.alert_tags),
        "alert_priority": wanted.alert_priority,
    }
