"""Who was last seen with a pager, what leads were told of the time ahead, who was paged when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.values.time import Span
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("handoffs.sql")
HANDOFF = "handoff"  # what waits in `due` for the next change of hands
MAX_LISTED = 1000
MAX_ALERTS = 20
MAX_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """Who has had a schedule's pager since when, as far as anybody was told."""

    schedule: str
    id: UUID
    people: list[str]
    since: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenAlertRow:
    """One alert that is not over, in a line."""

    number: int
    priority: int
    title: str
    state: str
    service: str | None


@dataclass(frozen=True, slots=True)
class PagedRow:
    """Somebody was paged at a moment."""

    person: str
    at: datetime


ROWS: dict[str, type | None] = {
    "lock": HandoffRow,
    "known": HandoffRow,
    "of_due": HandoffRow,
    "begin": None,
    "change": None,
    "forget": None,
    "open_alerts": OpenAlertRow,
    "tell": None,
    "forget_warnings": None,
    "pages_between": PagedRow,
}


async def lock(db: AsyncConnection, schedule: str) -> HandoffRow | None:
    """Return who was last seen with a schedule's pager, held for this transaction."""
    return await rows.maybe(db, HandoffRow, _SQL["lock"], {"schedule": schedule})


async def known(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[HandoffRow]:
    """List the schedules that are watched."""
    return await rows.many(db, HandoffRow, _SQL["known"], {"limit": limit})


async def of_due(db: AsyncConnection, waiting: UUID) -> HandoffRow | None:
    """Return what a row of `due` waits for."""
    return await rows.maybe(db, HandoffRow, _SQL["of_due"], {"id": waiting})


async def begin(db: AsyncConnection, new: HandoffRow) -> None:
    """Watch a schedule from now on."""
    values = {
        "schedule": new.schedule,
        "id": new.id,
        "people": new.people,
        "since": new.since,
        "next_at": new.next_at,
    }
    await rows.run(db, _SQL["begin"], values)


async def change(db: AsyncConnection, seen: HandoffRow) -> None:
    """Keep who has the pager now, and when that changes."""
    values = {
        "schedule": seen.schedule,
        "people": seen.people,
        "since": seen.since,
        "next_at": seen.next_at,
    }
    await rows.run(db, _SQL["change"], values)


async def forget(db: AsyncConnection, schedule: str) -> None:
    """Leave off watching a schedule the plan no longer has."""
    await rows.run(db, _SQL["forget"], {"schedule": schedule})


async def open_alerts(
    db: AsyncConnection, policies: Sequence[str], *, limit: int = MAX_ALERTS
) -> list[OpenAlertRow]:
    """List what is not over of what some escalations look after, the most urgent first."""
    values = {"policies": list(policies), "limit": limit}
    return await rows.many(db, OpenAlertRow, _SQL["open_alerts"], values)


async def tell(
    db: AsyncConnection, schedule: str, key: str, *, now: datetime, since: datetime
) -> bool:
    """Keep that a warning is told. `False`: it was told since a moment."""
    values = {"schedule": schedule, "key": key, "now": now, "since": since}
    return await rows.run(db, _SQL["tell"], values) == 1


async def forget_warnings(db: AsyncConnection, keep: Sequence[tuple[str, str]]) -> None:
    """Forget all warnings but these, each a schedule and a key."""
    values = {"schedules": [one[0] for one in keep], "keys": [one[1] for one in keep]}
    await rows.run(db, _SQL["forget_warnings"], values)


async def pages_between(
    db: AsyncConnection, span: Span, *, limit: int = MAX_PAGES
) -> list[PagedRow]:
    """List who was paged when in a span, the earliest first."""
    values = {"starts_at": span.start, "ends_at": span.end, "limit": limit}
    return await rows.many(db, PagedRow, _SQL["pages_between"], values)
