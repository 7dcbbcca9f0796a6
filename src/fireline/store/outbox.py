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
    held_until: datetime | None
    taken_receipt: str | None


@dataclass(frozen=True, slots=True)
class CrowdSizeRow:
    """How many messages wait for an address, and since when the first is due."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class LockedRow:
    """Whether a lock is held now."""

    locked: bool


@dataclass(frozen=True, slots=True)
class CrowdRow:
    """One of many messages that wait for an address."""

    id: UUID
    alert_id: UUID
    number: int
    priority: int
    carried_by: UUID | None
    due_at: datetime
    about: str


@dataclass(frozen=True, slots=True)
class AboutRow:
    """What somebody was told of: an incident, a service, or an alert that has neither."""

    about: str


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """A message that another speaks for."""

    id: UUID
    page_id: UUID
    alert_id: UUID
    number: int
    priority: int
    title: str
    service: str | None
    alert_state: str
    state: str
    person: str
    channel: str
    carried_at: datetime | None
    step: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages wait to be sent: a channel, an address on it, and a world."""

    channel: str
    recipient: str
    drill_id: UUID | None


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
    "took": None,
    "settle": None,
    "cancel_about": None,
    "attempted": None,
    "attempts_about": DeliveryRow,
    "address_of": Address,
    "crowd_size": CrowdSizeRow,
    "one_at_a_time": LockedRow,
    "crowd": CrowdRow,
    "told_lately": AboutRow,
    "carry": None,
    "carried": CarriedRow,
    "spoken": None,
    "told_together": None,
    "prepared": None,
    "hold_back": None,
    "undeliver": None,
}
NEVER_NULL = {
    ("crowd", "about"): "the alert's own id is the last it may be",
    ("told_lately", "about"): "the alert's own id is the last it may be",
    ("crowd_size", "waiting"): "a count is never null",
    ("one_at_a_time", "locked"): "it says yes or no",
}
# One message speaks for no more than this; the next speaks for the next.
MAX_CROWD = 200


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


async def took(db: AsyncConnection, wish_id: UUID, receipt: str) -> None:
    """Note that the other side has a message, whatever becomes of who sent it."""
    await rows.run(db, _SQL["took"], {"id": wish_id, "receipt": receipt})


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


async def address_of(db: AsyncConnection, wish_id: UUID) -> Address | None:
    """Return where a message goes. Nothing is held."""
    return await rows.maybe(db, Address, _SQL["address_of"], {"id": wish_id})


async def crowd_size(
    db: AsyncConnection, where: Address, *, now: datetime, limit: int
) -> CrowdSizeRow:
    """Count the messages about pages that wait for an address and are due, up to a limit."""
    values = {**_place(where), "now": now, "limit": limit}
    return await rows.one(db, CrowdSizeRow, _SQL["crowd_size"], values)


async def hold_crowd(
    db: AsyncConnection, where: Address, *, now: datetime
) -> list[CrowdRow] | None:
    """List what waits for an address and is due, worst and newest first; its alerts are held.

    One transaction at a time gets to look. `None`: another does.
    """
    turn = await rows.one(db, LockedRow, _SQL["one_at_a_time"], _place(where))
    if not turn.locked:
        return None
    values = {**_place(where), "now": now, "limit": MAX_CROWD}
    return await rows.many(db, CrowdRow, _SQL["crowd"], values)


async def told_lately(db: AsyncConnection, where: Address, *, since: datetime) -> frozenset[str]:
    """Name the incidents, services and alerts an address was told of in a message of its own."""
    values = {**_place(where), "since": since, "limit": MAX_LISTED}
    return frozenset(
        one.about for one in await rows.many(db, AboutRow, _SQL["told_lately"], values)
    )


async def carry(db: AsyncConnection, wishes: Sequence[UUID], *, carrier: UUID) -> None:
    """Let one message speak for others."""
    await rows.run(db, _SQL["carry"], {"ids": list(wishes), "carrier": carrier})


async def carried(db: AsyncConnection, carrier: UUID) -> list[CarriedRow]:
    """List the messages another speaks for, or spoke for."""
    return await rows.many(
        db, CarriedRow, _SQL["carried"], {"carrier": carrier, "limit": MAX_LISTED}
    )


async def spoken(
    db: AsyncConnection, wishes: Sequence[UUID], *, carrier: UUID, now: datetime
) -> None:
    """Note that the message which carries these is on its way."""
    await rows.run(db, _SQL["spoken"], {"ids": list(wishes), "carrier": carrier, "now": now})


async def told_together(
    db: AsyncConnection, wishes: Sequence[UUID], *, now: datetime, detail: str
) -> None:
    """Write down that messages arrived with the one that spoke for them."""
    await rows.run(db, _SQL["told_together"], {"ids": list(wishes), "now": now, "detail": detail})


async def prepared(db: AsyncConnection, wish_id: UUID) -> None:
    """Note that a message is on its way under the claim there is now."""
    await rows.run(db, _SQL["prepared"], {"id": wish_id})


async def hold_back(db: AsyncConnection, wish_id: UUID, *, until: datetime) -> None:
    """Note until when a message may be held back; it is held back once."""
    await rows.run(db, _SQL["hold_back"], {"id": wish_id, "until": until})


async def undeliver(db: AsyncConnection, wish_id: UUID, *, now: datetime) -> bool:
    """Write down that a message arrived nowhere after all. `False`: it had ended otherwise."""
    return await rows.run(db, _SQL["undeliver"], {"id": wish_id, "now": now}) == 1


def _place(where: Address) -> dict[str, object]:
    return {
        "channel": where.channel,
        "recipient": where.recipient,
        "drill_id": where.drill_id,
    }
