"""Ask the database for the time, so that nodes with different clocks agree."""

from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("moment.sql")


@dataclass(frozen=True, slots=True)
class MomentRow:
    """One moment."""

    at: datetime


ROWS: dict[str, type | None] = {"transaction_began": MomentRow}


async def transaction_began(db: AsyncConnection) -> datetime:
    """Return the moment this transaction began, in UTC."""
    row = await rows.one(db, MomentRow, _SQL["transaction_began"], {})
    return row.at.astimezone(UTC)
