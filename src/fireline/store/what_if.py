"""What was recorded, read in the order it came, for a plan to live through again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load
from fireline.store.signals import UnjudgedRow
from fireline.store.silences import SilenceRow

_SQL = load("what_if.sql")
MAX_AT_ONCE = 1_000
MAX_ENDS = 50_000
MAX_SILENCES = 5_000
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class PayloadRow:
    """A body as it came, with its source as it is now."""

    id: UUID
    source_id: UUID
    source: str
    format: str
    call: str
    meta: dict[str, Any]
    body: bytes
    received_at: datetime
    service: str | None
    mapping: str


@dataclass(frozen=True, slots=True)
class SignalRow(UnjudgedRow):
    """A log record, and when it came."""

    received_at: datetime


@dataclass(frozen=True, slots=True)
class EndRow:
    """A symptom a person ended."""

    source_id: UUID
    source: str
    key: str
    title: str
    resolved_at: datetime
    resolved_by: str


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when."""

    since: datetime
    until: datetime


ROWS: dict[str, type | None] = {
    "payloads": PayloadRow,
    "signals": SignalRow,
    "ends": EndRow,
    "many": rows.CountRow,
    "silences": SilenceRow,
}


NEVER_NULL = {
    ("ends", "resolved_at"): "a symptom that was ended has a moment",
    ("ends", "resolved_by"): "and somebody who ended it",
}


async def payloads(
    db: AsyncConnection, window: Window, *, after: UUID = FIRST, limit: int = MAX_AT_ONCE
) -> list[PayloadRow]:
    """Return the next bodies after a cursor."""
    return await rows.many(db, PayloadRow, _SQL["payloads"], _values(window, after, limit))


async def signals(
    db: AsyncConnection, window: Window, *, after: UUID = FIRST, limit: int = MAX_AT_ONCE
) -> list[SignalRow]:
    """Return the next log records after a cursor."""
    return await rows.many(db, SignalRow, _SQL["signals"], _values(window, after, limit))


async def ends(db: AsyncConnection, window: Window) -> list[EndRow]:
    """Return what people ended, in order."""
    values = {"since": window.since, "until": window.until, "limit": MAX_ENDS}
    return await rows.many(db, EndRow, _SQL["ends"], values)


async def silences(db: AsyncConnection, window: Window) -> list[SilenceRow]:
    """Return the silences that may have held something."""
    values = {"since": window.since, "until": window.until, "limit": MAX_SILENCES}
    return await rows.many(db, SilenceRow, _SQL["silences"], values)


async def many(db: AsyncConnection, window: Window) -> int:
    """Count what was recorded."""
    values = {"since": window.since, "until": window.until}
    return (await rows.one(db, rows.CountRow, _SQL["many"], values)).total


def _values(window: Window, after: UUID, limit: int) -> dict[str, object]:
    return {"since": window.since, "until": window.until, "after": after, "limit": limit}
