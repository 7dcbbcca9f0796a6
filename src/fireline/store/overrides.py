"""People standing in on schedules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("overrides.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One override, exactly as its query returns it."""

    id: UUID
    schedule: str
    person: str | None
    starts_at: datetime
    ends_at: datetime
    kind: str
    instead_of: str | None
    layers: list[str]
    request_id: UUID | None
    calendar_id: str | None
    made_by: str
    made_at: datetime

    @property
    def value(self) -> Override:
        """The override the core speaks of."""
        return Override(
            span=Span(self.starts_at, self.ends_at),
            kind=OverrideKind(self.kind),
            person=PersonId(self.person) if self.person else None,
            instead_of=PersonId(self.instead_of) if self.instead_of else None,
            layers=frozenset(self.layers),
        )


ROWS: dict[str, type | None] = {
    "add": None,
    "near": OverrideRow,
    "get": OverrideRow,
    "withdraw": None,
    "withdraw_imported": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """An override about to be made."""

    id: UUID
    schedule: str
    override: Override
    by: str
    request: UUID | None = None
    calendar: str | None = None


async def add(db: AsyncConnection, new: New, *, now: datetime) -> None:
    """Let somebody stand in."""
    values = {
        "id": new.id,
        "schedule": new.schedule,
        "person": new.override.person,
        "starts_at": new.override.span.start,
        "ends_at": new.override.span.end,
        "kind": new.override.kind,
        "instead_of": new.override.instead_of,
        "layers": sorted(new.override.layers),
        "request_id": new.request,
        "calendar_id": new.calendar,
        "by": new.by,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def near(
    db: AsyncConnection, schedules: Collection[str], span: Span, *, limit: int = MAX_LISTED
) -> list[OverrideRow]:
    """List the overrides of some schedules that touch a span, in the order they were made."""
    values = {
        "schedules": list(schedules),
        "starts_at": span.start,
        "ends_at": span.end,
        "limit": limit,
    }
    return await rows.many(db, OverrideRow, _SQL["near"], values)


async def get(db: AsyncConnection, override: UUID) -> OverrideRow | None:
    """Return an override that stands, held for this transaction."""
    return await rows.maybe(db, OverrideRow, _SQL["get"], {"id": override})


async def withdraw(db: AsyncConnection, override: UUID, *, by: str, now: datetime) -> bool:
    """Take an override back. `False`: it was taken back before."""
    return await rows.run(db, _SQL["withdraw"], {"id": override, "by": by, "now": now}) == 1


async def withdraw_imported(
    db: AsyncConnection, schedule: str, events: Collection[str], *, by: str, now: datetime
) -> int:
    """Take back what came of some events of a calendar file and is not over; return how many."""
    values = {"schedule": schedule, "events": list(events), "by": by, "now": now}
    return await rows.run(db, _SQL["withdraw_imported"], values)
