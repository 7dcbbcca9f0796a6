"""What the auditor asks of all that is open, at once, and its book of what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("audit.sql")
MAX_SHOWN = 5
# How late is late; younger things may still be on their way.
LATE = timedelta(seconds=60)
CHECKS = ("untold", "stopped", "late", "aside", "endless", "nobody", "unplanned")
# What is planned anew without harm where its row is missing.
HEALED = {"stopped": "plan_stopped", "unplanned": "plan_unplanned"}


@dataclass(frozen=True, slots=True)
class BreachRow:
    """How often one promise is broken, and where to look."""

    broken: int
    examples: list[Any]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One look, exactly as it was kept."""

    at: datetime
    passed: bool
    broken: list[Any]
    beat_at: datetime | None


ROWS: dict[str, type | None] = {
    **dict.fromkeys(CHECKS, BreachRow),
    **dict.fromkeys(HEALED.values(), None),
    "add": None,
    "last": AuditRow,
    "beat": None,
    "sweep": None,
}
NEVER_NULL = {
    **{(check, "broken"): "a count is never null" for check in CHECKS},
    **{(check, "examples"): "without any, it is an empty list" for check in CHECKS},
}


async def check(db: AsyncConnection, name: str, *, now: datetime) -> BreachRow:
    """Ask whether one promise is kept for everything that is open."""
    values = {"now": now, "before": now - LATE, "shown": MAX_SHOWN}
    return await rows.one(db, BreachRow, _SQL[name], values)


async def heal(db: AsyncConnection, name: str, *, now: datetime) -> int:
    """Plan again what has no moment. Return how much that was."""
    return await rows.run(db, _SQL[HEALED[name]], {"now": now})


async def add(
    db: AsyncConnection, at: datetime, *, passed: bool, broken: Sequence[dict[str, object]]
) -> None:
    """Keep what one look found."""
    values = {"at": at, "passed": passed, "broken": Jsonb(list(broken))}
    await rows.run(db, _SQL["add"], values)


async def last(db: AsyncConnection) -> AuditRow | None:
    """Return the last look."""
    return await rows.maybe(db, AuditRow, _SQL["last"], {})


async def beat(db: AsyncConnection, at: datetime, *, now: datetime) -> None:
    """Note that the watcher outside was told of a look that passed."""
    await rows.run(db, _SQL["beat"], {"at": at, "now": now})


async def sweep(db: AsyncConnection, *, before: datetime) -> None:
    """Forget looks of long ago."""
    await rows.run(db, _SQL["sweep"], {"before": before})
