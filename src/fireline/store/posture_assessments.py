"""What was asked to be judged again, and how far it came."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("posture_assessments.sql")
ASSESS = "posture_assess"


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment of an account, or of all of one world."""

    id: UUID
    number: int
    drill_id: UUID | None
    account: str | None
    asked_by: str
    asked_at: datetime
    assets: int
    judged: int
    ended_at: datetime | None
    failed: str


@dataclass(frozen=True, slots=True)
class New:
    """An assessment that is asked for."""

    id: UUID
    drill_id: UUID | None
    account: str | None
    by: str
    assets: int


ROWS: dict[str, type | None] = {
    "add": None,
    "get": AssessmentRow,
    "numbered": AssessmentRow,
    "waiting": AssessmentRow,
    "went_on": None,
    "ended": None,
    "forget": None,
}


async def add(db: AsyncConnection, new: New, *, now: datetime) -> None:
    """Keep that it was asked for."""
    values = {name: getattr(new, name) for name in New.__slots__}
    await rows.run(db, _SQL["add"], {**values, "now": now})


async def get(db: AsyncConnection, assessment: UUID) -> AssessmentRow | None:
    """Return one."""
    return await rows.maybe(db, AssessmentRow, _SQL["get"], {"id": assessment})


async def numbered(db: AsyncConnection, number: int) -> AssessmentRow | None:
    """Return the one people call so."""
    return await rows.maybe(db, AssessmentRow, _SQL["numbered"], {"number": number})


async def waiting(
    db: AsyncConnection, account: str | None, *, drill: UUID | None
) -> AssessmentRow | None:
    """Return one that asks for the same and was not begun."""
    values = {"account": account, "drill_id": drill}
    return await rows.maybe(db, AssessmentRow, _SQL["waiting"], values)


async def went_on(db: AsyncConnection, assessment: UUID, *, judged: int) -> None:
    """Say how many assets were judged so far."""
    await rows.run(db, _SQL["went_on"], {"id": assessment, "judged": judged})


async def ended(db: AsyncConnection, assessment: UUID, *, failed: str, now: datetime) -> None:
    """Say that it is over, or why it came no further."""
    await rows.run(db, _SQL["ended"], {"id": assessment, "failed": failed, "now": now})


async def forget(db: AsyncConnection, *, before: datetime) -> None:
    """Forget those that ended before a moment."""
    await rows.run(db, _SQL["forget"], {"before": before})
