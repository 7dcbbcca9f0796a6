"""Acknowledge links, by the hash of their token: the token itself is only in the message."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("links.sql")


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link, exactly as its query returns it."""

    id: UUID
    alert_id: UUID
    page_id: UUID
    person: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


ROWS: dict[str, type | None] = {"add": None, "get": LinkRow, "use": None, "expire": None}


@dataclass(frozen=True, slots=True)
class New:
    """A link about to be sent to one person, about one alert."""

    id: UUID
    alert_id: UUID
    page_id: UUID
    person: str


def hashed(token: str) -> bytes:
    """Return what is kept of a token. It has 256 random bits, so a plain hash is enough."""
    return sha256(token.encode()).digest()


async def add(
    db: AsyncConnection, new: New, token: str, *, now: datetime, expires_at: datetime
) -> None:
    """Remember a link by the hash of its token."""
    values = {
        "id": new.id,
        "token_hash": hashed(token),
        "alert_id": new.alert_id,
        "page_id": new.page_id,
        "person": new.person,
        "now": now,
        "expires_at": expires_at,
    }
    await rows.run(db, _SQL["add"], values)


async def get(db: AsyncConnection, token: str) -> LinkRow | None:
    """Return the link a token opens, expired or not."""
    return await rows.maybe(db, LinkRow, _SQL["get"], {"token_hash": hashed(token)})


async def use(db: AsyncConnection, link: UUID, *, now: datetime) -> bool:
    """Write down that a link was pressed. `False`: it was before."""
    return await rows.run(db, _SQL["use"], {"id": link, "now": now}) == 1


async def expire(db: AsyncConnection, alert: UUID, *, now: datetime) -> None:
    """End every link of an alert."""
    await rows.run(db, _SQL["expire"], {"alert_id": alert, "now": now})
