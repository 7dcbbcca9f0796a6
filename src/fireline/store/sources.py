"""Where signals come from: who may post, how much came, and when it was last heard of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.values.json import JsonObject
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("sources.sql")
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Registered:
    """A source that is known, and whose world it speaks of (`None`: the real one)."""

    id: UUID
    name: str
    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class CardRow:
    """What taking in and sorting need of a source."""

    id: UUID
    name: str
    drill_id: UUID | None
    format: str
    rate_per_second: int
    service: str | None
    mapping: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A source, found by the hash of its token."""

    token_hash: bytes
    id: UUID
    name: str
    drill_id: UUID | None
    format: str
    rate_per_second: int
    service: str | None
    mapping: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source and its counts, exactly as its query returns it."""

    id: UUID
    name: str
    drill_id: UUID | None
    registered_at: datetime
    last_seen_at: datetime | None
    kept: int
    repeated: int
    quarantined: int
    format: str
    token_hint: str
    rate_per_second: int
    quiet_seconds: int | None
    service: str | None
    mapping: str
    settings: dict[str, Any]
    made_by: str
    retired_at: datetime | None
    quiet_since: datetime | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person sets of a source."""

    rate_per_second: int
    quiet_seconds: int | None
    service: str | None
    mapping: str
    settings: JsonObject


@dataclass(frozen=True, slots=True)
class New:
    """A source about to be connected."""

    id: UUID
    name: str
    format: str
    token_hash: bytes
    token_hint: str
    made_by: str
    terms: Terms


ROWS: dict[str, type | None] = {
    "register": Registered,
    "seen": None,
    "create": Registered,
    "by_tokens": TokenRow,
    "card": CardRow,
    "new_token": None,
    "change": None,
    "retire": None,
    "named": SourceRow,
    "listed": SourceRow,
}


NEVER_NULL = {("by_tokens", "token_hash"): "it is what the row was found by"}


async def register(
    db: AsyncConnection,
    fresh_id: UUID,
    name: str,
    *,
    drill: UUID | None,
    now: datetime,
    format: str = "cloudtrail",  # noqa: A002 - the word of the trade
) -> Registered:
    """Make a source known, or find the one that is."""
    values = {"id": fresh_id, "name": name, "drill_id": drill, "now": now, "format": format}
    return await rows.one(db, Registered, _SQL["register"], values)


async def seen(
    db: AsyncConnection,
    source: UUID,
    *,
    kept: int,
    repeated: int,
    quarantined: int,
    now: datetime,
) -> None:
    """Count what a source handed over."""
    counts = {"kept": kept, "repeated": repeated, "quarantined": quarantined}
    await rows.run(db, _SQL["seen"], {"id": source, "now": now, **counts})


async def create(db: AsyncConnection, new: New, *, now: datetime) -> Registered | None:
    """Connect a source; `None` when the name is taken."""
    values = {
        "id": new.id,
        "name": new.name,
        "format": new.format,
        "token_hash": new.token_hash,
        "token_hint": new.token_hint,
        "made_by": new.made_by,
        "now": now,
        **_terms(new.terms),
    }
    return await rows.maybe(db, Registered, _SQL["create"], values)


async def by_tokens(db: AsyncConnection, hashes: Sequence[bytes]) -> list[TokenRow]:
    """Return the sources whose tokens have these hashes, while they are connected."""
    values = {"hashes": list(hashes), "limit": len(hashes)}
    return await rows.many(db, TokenRow, _SQL["by_tokens"], values)


async def cards(db: AsyncConnection, ids: list[UUID]) -> list[CardRow]:
    """Return what sorting needs of some sources."""
    return await rows.many(db, CardRow, _SQL["card"], {"ids": ids, "limit": len(ids)})


async def new_token(db: AsyncConnection, source: UUID, token_hash: bytes, hint: str) -> int:
    """Replace a source's token; the old one stops working."""
    values = {"id": source, "token_hash": token_hash, "token_hint": hint}
    return await rows.run(db, _SQL["new_token"], values)


async def change(db: AsyncConnection, source: UUID, terms: Terms) -> int:
    """Change what a person sets of a source."""
    return await rows.run(db, _SQL["change"], {"id": source, **_terms(terms)})


async def retire(db: AsyncConnection, source: UUID, *, now: datetime) -> int:
    """Disconnect a source. What it said stays."""
    return await rows.run(db, _SQL["retire"], {"id": source, "now": now})


async def named(db: AsyncConnection, name: str) -> SourceRow | None:
    """Return the source of the real world with this name."""
    return await rows.maybe(db, SourceRow, _SQL["named"], {"name": name})


async def listed(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[SourceRow]:
    """List the sources, the newest first."""
    return await rows.many(db, SourceRow, _SQL["listed"], {"limit": limit})


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "rate_per_second": terms.rate_per_second,
        "quiet_seconds": terms.quiet_seconds,
        "service": terms.service,
        "mapping": terms.mapping,
        "settings": Jsonb(terms.settings),
    }
