"""What phone companies said became of texts and calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("receipts.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """The wish a receipt, a call or a key press is about."""

    id: UUID
    channel: str
    person: str
    recipient: str
    subject: str
    body: str
    about_kind: str
    about_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One text or call, and the furthest it is known to have come."""

    provider: str
    message_id: str
    outbox_id: UUID
    state: str
    reason: str
    first_at: datetime
    at: datetime


ROWS: dict[str, type | None] = {
    "wish_of": CarriedRow,
    "lock": ReceiptRow,
    "begin": None,
    "advance": None,
    "of_wishes": ReceiptRow,
}


@dataclass(frozen=True, slots=True)
class New:
    """The first that is heard of a text or call."""

    provider: str
    message_id: str
    outbox_id: UUID
    state: str
    reason: str


async def wish_of(db: AsyncConnection, key: str) -> CarriedRow | None:
    """Return the wish of this key. Nothing is held."""
    return await rows.maybe(db, CarriedRow, _SQL["wish_of"], {"key": key})


async def lock(db: AsyncConnection, provider: str, message_id: str) -> ReceiptRow | None:
    """Return what is known of a text or call, held for this transaction."""
    values = {"provider": provider, "message_id": message_id}
    return await rows.maybe(db, ReceiptRow, _SQL["lock"], values)


async def begin(db: AsyncConnection, new: New, *, now: datetime) -> bool:
    """Write down the first receipt. `False`: another came just before."""
    values = {
        "provider": new.provider,
        "message_id": new.message_id,
        "outbox_id": new.outbox_id,
        "state": new.state,
        "reason": new.reason,
        "now": now,
    }
    return await rows.run(db, _SQL["begin"], values) == 1


async def advance(
    db: AsyncConnection, row: ReceiptRow, *, state: str, reason: str, now: datetime
) -> None:
    """Write down that a text or call came further."""
    values = {
        "provider": row.provider,
        "message_id": row.message_id,
        "state": state,
        "reason": reason,
        "now": now,
    }
    await rows.run(db, _SQL["advance"], values)


async def of_wishes(
    db: AsyncConnection, wishes: Sequence[UUID], *, limit: int = MAX_LISTED
) -> list[ReceiptRow]:
    """List what is known of some messages, oldest first."""
    values = {"outbox_ids": list(wishes), "limit": limit}
    return await rows.many(db, ReceiptRow, _SQL["of_wishes"], values)
