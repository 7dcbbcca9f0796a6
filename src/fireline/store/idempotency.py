"""Which payload an idempotency key of a source stands for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("idempotency.sql")
MAX_FORGOTTEN = 5_000


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """The payload a key stands for, and whether it was kept already."""

    payload_id: UUID
    kept: bool


ROWS: dict[str, type | None] = {"claim": ClaimRow, "forget": None}


async def claim(
    db: AsyncConnection,
    source: UUID,
    key_hash: bytes,
    *,
    payload: UUID,
    now: datetime,
    since: datetime,
) -> ClaimRow:
    """Let a key stand for a payload, unless it stood for another one since a moment."""
    values = {
        "source_id": source,
        "key_hash": key_hash,
        "payload_id": payload,
        "now": now,
        "since": since,
    }
    return await rows.one(db, ClaimRow, _SQL["claim"], values)


async def forget(db: AsyncConnection, *, since: datetime) -> int:
    """Forget keys of before a moment; return how many."""
    return await rows.run(db, _SQL["forget"], {"since": since, "limit": MAX_FORGOTTEN})
