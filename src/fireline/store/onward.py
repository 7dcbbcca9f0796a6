"""Other pagers that alerts were passed on to."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("onward.sql")
MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place, and whose it is."""

    channel: str
    recipient: str
    person: str


ROWS: dict[str, type | None] = {"places": PlaceRow}


async def places(
    db: AsyncConnection, alert: UUID, channels: Collection[str], *, limit: int = MAX_LISTED
) -> list[PlaceRow]:
    """List where an alert was passed on to. What was refused may have arrived before it was."""
    values = {"alert_id": alert, "channels": list(channels), "limit": limit}
    return await rows.many(db, PlaceRow, _SQL["places"], values)
