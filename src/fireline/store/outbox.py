"""Messages wished for, and every attempt to deliver them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import due, rows
from fireline.store.queries import load

_SQL = load("outbox.sql")
MAX_LISTED = 500
SEND = "send"


@dataclass(frozen=True, slots=True)
class Wish:
    """A message to one person on one channel. Equal keys are the same wish."""

    key: str
    channel: str
    recipient: str
    person: str
    subject: str
    body: str
    about_kind: str
    about_id: UUID
    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class WishedRow:
    """Whether the wish was new."""

    id: UUID
    fresh: bool


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One wish, exactly as its query returns it."""

    id: UUID
    key: str
    channel: str
    recipient: str
    person: str
    subject: str
    body: str
    about_kind: str
    about_id: UUID
    drill_id: UUID | None
    wished_at: datetime
    state: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One attempt."""

    outbox_id: UUID
    attempt: int
    at: datetime
    outcome: str
    detail: str


ROWS: dict[str, type | None] = {
    "wish": WishedRow,
    "get": OutboxRow,
    "about": OutboxRow,
    "settle": None,
    "cancel_about": None,
    "attempted": None,
    "attempts_about": DeliveryRow,
}


async def wish(
    db: AsyncConnection, fresh_id: UUID, wished: Wish, *, now: datetime, due_at: datetime
) -> bool:
    """Wish for a message to be sent at `due_at`. `False`: the same wish was there already."""
    values = {
        "id": fresh_id,
        "key": wished.key,
        "channel": wished.channel,
        "recipient": wished.recipient,
        "person": wished.person,
        "subject": wished.subject,
        "body": wished.body,
        "about_kind": wished.about_kind,
        "about_id": wished.about_id,
        "drill_id": wished.drill_id,
        "wished_at": now,
    }
    row = await rows.one(db, WishedRow, _SQL["wish"], values)
    if row.fresh:
        await due.plan(db, SEND, row.id, due_at)
    return row.fresh


async def get(db: AsyncConnection, wish_id: UUID) -> OutboxRow | None:
    """Return one wish, locked for this transaction."""
    return await rows.maybe(db, OutboxRow, _SQL["get"], {"id": wish_id})


async def about(
    db: AsyncConnection, kind: str, subjects: Sequence[UUID], *, limit: int = MAX_LISTED
) -> list[OutboxRow]:
    """List the wishes about some things, oldest first."""
    values = {"about_kind": kind, "about_ids": list(subjects), "limit": limit}
    return await rows.many(db, OutboxRow, _SQL["about"], values)


async def settle(db: AsyncConnection, wish_id: UUID, state: str, *, now: datetime) -> bool:
    """Write down how a wish ended (`delivered`, `refused`). `False`: it had ended before."""
    return await rows.run(db, _SQL["settle"], {"id": wish_id, "state": state, "now": now}) == 1


async def cancel_about(
    db: AsyncConnection, kind: str, subjects: Sequence[UUID], *, now: datetime
) -> None:
    """Withdraw every message about these things that has not been sent yet."""
    values = {"about_kind": kind, "about_ids": list(subjects), "now": now}
    await rows.run(db, _SQL["cancel_about"], values)


async def attempted(
    db: AsyncConnection, wish_id: UUID, *, at: datetime, outcome: str, detail: str
) -> None:
    """Remember one attempt."""
    values = {"outbox_id": wish_id, "at": at, "outcome": outcome, "detail": detail}
    await rows.run(db, _SQL["attempted"], values)


async def attempts_about(
    db: AsyncConnection, kind: str, subjects: Sequence[UUID], *, limit: int = MAX_LISTED
) -> list[DeliveryRow]:
    """List the attempts made for some things, oldest first."""
    values = {"about_kind": kind, "about_ids": list(subjects), "limit": limit}
    return await rows.many(db, DeliveryRow, _SQL["attempts_about"], values)
