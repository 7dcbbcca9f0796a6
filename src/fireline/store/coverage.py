"""How the last look at each listing of each place ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.ports.inventory import CouldNotLook, Part
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("coverage.sql")
MAX_LISTED = 20_000


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How the last look at a listing ended. `looked_at` is the last that could be made."""

    account: str
    region: str
    listing: str
    outcome: str
    why: str
    said: str
    at: datetime
    looked_at: datetime | None
    assets: int
    dirty_at: datetime | None


ROWS: dict[str, type | None] = {
    "set": None,
    "close": None,
    "listed": CoverageRow,
    "of_accounts": CoverageRow,
    "mark_dirty": None,
    "dirty": CoverageRow,
}


@dataclass(frozen=True, slots=True)
class Covered:
    """How a look at a part ended: with so many assets, or with why it could not be made."""

    id: UUID
    part: Part
    assets: int = 0
    trouble: CouldNotLook | None = None


async def set_all(
    db: AsyncConnection,
    covered: Sequence[Covered],
    *,
    drill: UUID | None,
    read_at: datetime,
    now: datetime,
) -> None:
    """Write down how looks ended; each part at most once in the call."""
    troubles = [one.trouble for one in covered]
    values = {
        "drill_id": drill,
        "id": [one.id for one in covered],
        "account": [one.part.account for one in covered],
        "region": [one.part.region for one in covered],
        "listing": [one.part.listing for one in covered],
        "why": [one.why.value if one else "" for one in troubles],
        "said": [one.said if one else "" for one in troubles],
        "assets": [one.assets for one in covered],
        "read_at": read_at,
        "now": now,
    }
    await rows.run(db, _SQL["set"], values)


async def close(
    db: AsyncConnection,
    account: str,
    trouble: CouldNotLook,
    *,
    drill: UUID | None,
    now: datetime,
    kept: Collection[Part] = (),
) -> None:
    """Say why an account's listings cannot be looked at: all of them but those `kept`."""
    values = {
        "drill_id": drill,
        "account": account,
        "why": trouble.why.value,
        "said": trouble.said,
        "kept_regions": [part.region for part in kept],
        "kept_listings": [part.listing for part in kept],
        "now": now,
    }
    await rows.run(db, _SQL["close"], values)


async def listed(
    db: AsyncConnection,
    *,
    drill: UUID | None,
    account: str | None = None,
    troubled: bool = False,
    limit: int = MAX_LISTED,
) -> list[CoverageRow]:
    """List how looks ended; those that could not be made alone, when asked so."""
    values = {"drill_id": drill, "account": account, "troubled": troubled, "limit": limit}
    return await rows.many(db, CoverageRow, _SQL["listed"], values)


async def of_accounts(
    db: AsyncConnection, accounts: Collection[str], *, drill: UUID | None
) -> list[CoverageRow]:
    """List how looks at some accounts ended."""
    values = {"drill_id": drill, "accounts": list(accounts), "limit": MAX_LISTED}
    return await rows.many(db, CoverageRow, _SQL["of_accounts"], values)


async def mark_dirty(
    db: AsyncConnection, parts: Collection[Part], *, drill: UUID | None, now: datetime
) -> int:
    """Mark what something was written to that nobody can name; return how many places that is."""
    values = {
        "drill_id": drill,
        "account": [part.account for part in parts],
        "region": [part.region for part in parts],
        "listing": [part.listing for part in parts],
        "now": now,
    }
    return await rows.run(db, _SQL["mark_dirty"], values)


async def dirty(db: AsyncConnection, account: str, *, drill: UUID | None) -> list[CoverageRow]:
    """List the places of an account that something was written to since they were looked at."""
    values = {"drill_id": drill, "account": account, "limit": MAX_LISTED}
    return await rows.many(db, CoverageRow, _SQL["dirty"], values)
