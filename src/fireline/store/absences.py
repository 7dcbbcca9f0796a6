"""People away: leave, told beforehand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.oncall.schedule import Absence
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("absences.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One leave, exactly as its query returns it."""

    id: UUID
    person: str
    starts_at: datetime
    ends_at: datetime
    note: str
    made_by: str
    made_at: datetime

    @property
    def value(self) -> Absence:
        """The absence the core speaks of."""
        return Absence(PersonId(self.person), Span(self.starts_at, self.ends_at))


ROWS: dict[str, type | None] = {
    "add": None,
    "near": AbsenceRow,
    "get": AbsenceRow,
    "withdraw": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """A leave about to be kept."""

    id: UUID
    person: str
    span: Span
    note: str
    by: str


async def add(db: AsyncConnection, new: New, *, now: datetime) -> None:
    """Keep that somebody is away."""
    values = {
        "id": new.id,
        "person": new.person,
        "starts_at": new.span.start,
        "ends_at": new.span.end,
        "note": new.note,
        "by": new.by,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def near(db: AsyncConnection, span: Span, *, limit: int = MAX_LISTED) -> list[AbsenceRow]:
    """List who is away at some time in a span, the soonest first."""
    values = {"starts_at": span.start, "ends_at": span.end, "limit": limit}
    return await rows.many(db, AbsenceRow, _SQL["near"], values)


async def get(db: AsyncConnection, absence: UUID) -> AbsenceRow | None:
    """Return a leave that stands, held for this transaction."""
    return await rows.maybe(db, AbsenceRow, _SQL["get"], {"id": absence})


async def withdraw(db: AsyncConnection, absence: UUID, *, by: str, now: datetime) -> bool:
    """Take a leave back. `False`: it was taken back before."""
    return await rows.run(db, _SQL["withdraw"], {"id": absence, "by": by, "now": now}) == 1
