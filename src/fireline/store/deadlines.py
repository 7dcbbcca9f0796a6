"""Deadlines as they are remembered, each with the row that waits for it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import due, rows
from fireline.store.queries import load

_SQL = load("deadlines.sql")
MAX_LISTED = 500
DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One deadline. A missed one may have been reached late."""

    id: UUID
    incident_id: UUID
    kind: str
    anchor: datetime
    due_at: datetime
    standing: str
    reached_at: datetime | None


ROWS: dict[str, type | None] = {
    "add": None,
    "get": DeadlineRow,
    "of_incident": DeadlineRow,
    "settle": None,
    "move": None,
}


async def add(db: AsyncConnection, row: DeadlineRow) -> None:
    """Remember a deadline; a running one waits until it is due."""
    await rows.run(db, _SQL["add"], asdict(row))
    if row.standing == "running":
        await due.plan(db, DEADLINE, row.id, row.due_at)


async def get(db: AsyncConnection, deadline: UUID) -> DeadlineRow | None:
    """Return one deadline."""
    return await rows.maybe(db, DeadlineRow, _SQL["get"], {"id": deadline})


async def of_incident(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[DeadlineRow]:
    """List every deadline an incident ever had, in the order they fall."""
    values = {"incident_id": incident, "limit": limit}
    return await rows.many(db, DeadlineRow, _SQL["of_incident"], values)


async def settle(
    db: AsyncConnection, deadline: UUID, standing: str, *, reached_at: datetime | None
) -> None:
    """Say how a deadline ended; nothing waits for it any more."""
    values = {"id": deadline, "standing": standing, "reached_at": reached_at}
    await rows.run(db, _SQL["settle"], values)
    await due.cancel(db, DEADLINE, deadline)


async def move(db: AsyncConnection, deadline: UUID, due_at: datetime) -> None:
    """Let a running deadline fall at another moment."""
    await rows.run(db, _SQL["move"], {"id": deadline, "due_at": due_at})
    await due.plan(db, DEADLINE, deadline, due_at)
