"""The short numbers by which people answer pages from their phones."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("reply_codes.sql")


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A short number on one phone: whose it is, and which alert it answers."""

    code: int
    alert_id: UUID
    person: str
    given_at: datetime
    number: int
    over: bool


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A number that was given."""

    code: int


ROWS: dict[str, type | None] = {"of_alert": CodeRow, "of_address": CodeRow, "give": GivenRow}
NEVER_NULL = {
    ("of_alert", "over"): "the state of an alert is never null",
    ("of_address", "over"): "the state of an alert is never null",
}


@dataclass(frozen=True, slots=True)
class New:
    """A short number about to be given."""

    address: str
    code: int
    alert_id: UUID
    person: str


async def of_alert(db: AsyncConnection, address: str, alert: UUID) -> CodeRow | None:
    """Return the short number an alert has on a phone; `None` when it has none."""
    values = {"address": address, "alert_id": alert}
    return await rows.maybe(db, CodeRow, _SQL["of_alert"], values)


async def of_address(db: AsyncConnection, address: str) -> list[CodeRow]:
    """List every short number of a phone, the latest given first."""
    return await rows.many(db, CodeRow, _SQL["of_address"], {"address": address})


async def give(db: AsyncConnection, new: New, *, before: datetime | None, now: datetime) -> bool:
    """Give a number that is free, or was given to another page at `before`. `False`: too late."""
    values = {
        "address": new.address,
        "code": new.code,
        "alert_id": new.alert_id,
        "person": new.person,
        "before": before,
        "now": now,
    }
    return await rows.maybe(db, GivenRow, _SQL["give"], values) is not None
