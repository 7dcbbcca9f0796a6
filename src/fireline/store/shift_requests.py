"""Shifts offered for exchange, and shifts nobody has taken over yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.values.time import Span
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("shift_requests.sql")
SHIFT_REQUEST = "shift_request"  # what waits in `due` for an answer that never came
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class ShiftRequestRow:
    """One swap or cover, exactly as its query returns it."""

    id: UUID
    number: int
    kind: str
    schedule: str
    asker: str
    asked: str | None
    starts_at: datetime
    ends_at: datetime
    back_starts_at: datetime | None
    back_ends_at: datetime | None
    note: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    state: str
    settled_at: datetime | None
    settled_by: str | None

    @property
    def given(self) -> Span:
        """The time the asker gives away."""
        return Span(self.starts_at, self.ends_at)

    @property
    def taken(self) -> Span | None:
        """The time the asker takes instead."""
        if self.back_starts_at is None or self.back_ends_at is None:
            return None
        return Span(self.back_starts_at, self.back_ends_at)


ROWS: dict[str, type | None] = {
    "add": None,
    "get": ShiftRequestRow,
    "lock": ShiftRequestRow,
    "listed": ShiftRequestRow,
    "settle": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """A request about to be made. With `taken` it is a swap, else a cover."""

    id: UUID
    schedule: str
    asker: str
    asked: str | None
    given: Span
    taken: Span | None
    note: str
    by: str
    expires_at: datetime


async def add(db: AsyncConnection, new: New, *, now: datetime) -> ShiftRequestRow:
    """Keep a request, and return it with its number."""
    values = {
        "id": new.id,
        "kind": "swap" if new.taken else "cover",
        "schedule": new.schedule,
        "asker": new.asker,
        "asked": new.asked,
        "starts_at": new.given.start,
        "ends_at": new.given.end,
        "back_starts_at": new.taken.start if new.taken else None,
        "back_ends_at": new.taken.end if new.taken else None,
        "note": new.note,
        "made_by": new.by,
        "now": now,
        "expires_at": new.expires_at,
    }
    await rows.run(db, _SQL["add"], values)
    return await rows.one(db, ShiftRequestRow, _SQL["get"], {"id": new.id})


async def get(db: AsyncConnection, request: UUID) -> ShiftRequestRow | None:
    """Return one request."""
    return await rows.maybe(db, ShiftRequestRow, _SQL["get"], {"id": request})


async def lock(db: AsyncConnection, number: int) -> ShiftRequestRow | None:
    """Return the request people call by a number, held for this transaction."""
    return await rows.maybe(db, ShiftRequestRow, _SQL["lock"], {"number": number})


async def listed(
    db: AsyncConnection,
    *,
    schedule: str | None = None,
    settled: bool = False,
    limit: int = MAX_LISTED,
) -> list[ShiftRequestRow]:
    """List the requests that wait, the soonest first; after them those that were settled."""
    values = {"schedule": schedule, "settled": settled, "limit": limit}
    return await rows.many(db, ShiftRequestRow, _SQL["listed"], values)


async def settle(db: AsyncConnection, request: UUID, state: str, *, by: str, now: datetime) -> bool:
    """Write down how a request ended. `False`: it had ended before."""
    values = {"id": request, "state": state, "by": by, "now": now}
    return await rows.run(db, _SQL["settle"], values) == 1
