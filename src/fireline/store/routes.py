"""What became of routing: which routes took alerts, and what none took."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("routes.sql")
MAX_LISTED = 500
MAX_ROUTES = 2_000


@dataclass(frozen=True, slots=True)
class UnroutedRow:
    """Alerts of one source and kind that nothing said an owner of; `title` is the newest's."""

    source: str
    kind: str
    alerts: int
    priority: int
    newest: int
    last_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class TakenRow:
    """How many alerts a route took, and when the last."""

    route: str
    alerts: int
    last_at: datetime


ROWS: dict[str, type | None] = {"unrouted": UnroutedRow, "taken": TakenRow}
NEVER_NULL = {
    ("taken", "route"): "the where clause asks for it",
}


async def unrouted(
    db: AsyncConnection, *, since: datetime, limit: int = MAX_LISTED
) -> list[UnroutedRow]:
    """List what nothing said an owner of, the most frequent first."""
    return await rows.many(db, UnroutedRow, _SQL["unrouted"], {"since": since, "limit": limit})


async def taken(db: AsyncConnection, *, since: datetime) -> dict[str, TakenRow]:
    """Count what each route took; those that took nothing are left out."""
    values = {"since": since, "limit": MAX_ROUTES}
    return {row.route: row for row in await rows.many(db, TakenRow, _SQL["taken"], values)}
