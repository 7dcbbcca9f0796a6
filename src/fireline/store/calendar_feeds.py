"""Private addresses under which calendars are read. The token in them is never kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("calendar_feeds.sql")
MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One address, without its token: of a person's shifts, or of a schedule's."""

    id: UUID
    owner: str
    person: str | None
    schedule: str | None
    made_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


ROWS: dict[str, type | None] = {
    "add": None,
    "of_token": FeedRow,
    "saw": None,
    "listed": FeedRow,
    "revoke": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """An address about to be made."""

    id: UUID
    fingerprint: str
    owner: str
    person: str | None
    schedule: str | None


async def add(db: AsyncConnection, new: New, *, now: datetime) -> None:
    """Keep an address."""
    values = {
        "id": new.id,
        "fingerprint": new.fingerprint,
        "owner": new.owner,
        "person": new.person,
        "schedule": new.schedule,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def of_token(db: AsyncConnection, fingerprint: str) -> FeedRow | None:
    """Return the address in force that a token belongs to."""
    return await rows.maybe(db, FeedRow, _SQL["of_token"], {"fingerprint": fingerprint})


async def saw(db: AsyncConnection, feed: UUID, *, now: datetime) -> None:
    """Note that an address is read."""
    await rows.run(db, _SQL["saw"], {"id": feed, "now": now})


async def listed(db: AsyncConnection, owner: str, *, limit: int = MAX_LISTED) -> list[FeedRow]:
    """List the addresses in force that somebody made, the oldest first."""
    return await rows.many(db, FeedRow, _SQL["listed"], {"owner": owner, "limit": limit})


async def revoke(db: AsyncConnection, feed: UUID, *, owner: str, now: datetime) -> bool:
    """Withdraw an address of one's own. `False`: there is none."""
    return await rows.run(db, _SQL["revoke"], {"id": feed, "owner": owner, "now": now}) == 1
