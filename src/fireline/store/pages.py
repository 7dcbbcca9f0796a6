"""Who was told of what, by which step, and through which messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("pages.sql")
MAX_LISTED = 1000
PAGE = "page"


@dataclass(frozen=True, slots=True)
class PagedRow:
    """Whether the page was new."""

    id: UUID
    fresh: bool


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page, exactly as its query returns it. `climb` counts how often its ladder was begun."""

    id: UUID
    alert_id: UUID
    climb: int
    person: str
    step: int
    reason: str
    unless: str
    state: str
    wished_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SendRow:
    """One message of a page. `due_at` is there while it waits; `carried`: by another message."""

    id: UUID
    page_id: UUID
    channel: str
    recipient: str
    state: str
    wished_at: datetime
    settled_at: datetime | None
    due_at: datetime | None
    carried: bool


ROWS: dict[str, type | None] = {
    "add": PagedRow,
    "of_alert": PageRow,
    "of_wish": PageRow,
    "settle": None,
    "end_all": None,
    "sends": SendRow,
    "bring_forward": None,
}
NEVER_NULL = {("sends", "carried"): "whether something is null is never null"}


@dataclass(frozen=True, slots=True)
class New:
    """A page about to be wished for."""

    id: UUID
    alert_id: UUID
    person: str
    step: int
    reason: str
    unless: str = "acknowledged"


async def add(db: AsyncConnection, new: New, *, now: datetime) -> bool:
    """Page a person. `False`: this step had paged them already, in this climb."""
    values = {
        "id": new.id,
        "alert_id": new.alert_id,
        "person": new.person,
        "step": new.step,
        "reason": new.reason,
        "unless": new.unless,
        "now": now,
    }
    return (await rows.one(db, PagedRow, _SQL["add"], values)).fresh


async def of_alert(db: AsyncConnection, alert: UUID, *, limit: int = MAX_LISTED) -> list[PageRow]:
    """List an alert's pages, in the order of its steps."""
    return await rows.many(db, PageRow, _SQL["of_alert"], {"alert_id": alert, "limit": limit})


async def of_wish(db: AsyncConnection, wish: UUID) -> PageRow | None:
    """Return the page a wish belongs to; `None` for a message about something else."""
    return await rows.maybe(db, PageRow, _SQL["of_wish"], {"wish_id": wish})


async def settle(db: AsyncConnection, page: UUID, state: str, *, now: datetime) -> bool:
    """Write down that a page was sent, or failed. `False`: it had ended before."""
    return await rows.run(db, _SQL["settle"], {"id": page, "state": state, "now": now}) == 1


async def end_all(db: AsyncConnection, pages: Sequence[UUID], *, by: str, now: datetime) -> None:
    """End pages that are open: one person answered, the others need not."""
    await rows.run(db, _SQL["end_all"], {"pages": list(pages), "by": by, "now": now})


async def sends(db: AsyncConnection, alert: UUID, *, limit: int = MAX_LISTED) -> list[SendRow]:
    """List the messages of an alert's pages, oldest first."""
    return await rows.many(db, SendRow, _SQL["sends"], {"alert_id": alert, "limit": limit})


async def bring_forward(db: AsyncConnection, wish: UUID, *, at: datetime) -> None:
    """Let one message that nobody has tried yet be due by `at`."""
    await rows.run(db, _SQL["bring_forward"], {"wish_id": wish, "at": at})
