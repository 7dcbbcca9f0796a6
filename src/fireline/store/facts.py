"""Timelines as they are remembered: append-only, chained, one writer at a time per stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.timeline.fact import GENESIS, Fact, Head, Stream, follow
from fireline.core.values.json import JsonObject
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("facts.sql")
MAX_LISTED = 2000


@dataclass(frozen=True, slots=True)
class HeadRow:
    """Where a stream ends, locked or read."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact, exactly as its query returns it."""

    stream_kind: str
    stream_id: UUID
    seq: int
    at: datetime
    by: str
    kind: str
    body: dict[str, Any]
    previous: str
    hash: str

    @property
    def fact(self) -> Fact:
        """The fact the core speaks of."""
        stream = Stream(self.stream_kind, self.stream_id)
        return Fact(
            stream, self.seq, self.at, self.by, self.kind, self.body, self.previous, self.hash
        )


ROWS: dict[str, type | None] = {
    "lock_head": HeadRow,
    "add": None,
    "of_streams": FactRow,
    "head_of": HeadRow,
}


async def append(
    db: AsyncConnection, stream: Stream, *, at: datetime, by: str, kind: str, body: JsonObject
) -> Fact:
    """Add a fact to the end of its stream, holding the stream until the transaction ends."""
    place = {"stream_kind": stream.kind, "stream_id": stream.id}
    head = await rows.one(db, HeadRow, _SQL["lock_head"], {**place, "genesis": GENESIS})
    fact = follow(Head(head.seq, head.hash), stream, at=at, by=by, kind=kind, body=body)
    values = {
        **place,
        "seq": fact.seq,
        "at": fact.at,
        "by": fact.by,
        "kind": fact.kind,
        "body": Jsonb(fact.body),
        "previous": fact.previous,
        "hash": fact.hash,
    }
    await rows.run(db, _SQL["add"], values)
    return fact


async def timeline(
    db: AsyncConnection, stream_ids: Sequence[UUID], *, limit: int = MAX_LISTED
) -> list[Fact]:
    """Read several streams as one timeline, oldest first, at most `limit` facts."""
    values = {"stream_ids": list(stream_ids), "limit": limit}
    found = await rows.many(db, FactRow, _SQL["of_streams"], values)
    return [row.fact for row in found]


async def head(db: AsyncConnection, stream: Stream) -> Head | None:
    """Return where a stream ends, or `None` for one nobody has written to."""
    place = {"stream_kind": stream.kind, "stream_id": stream.id}
    row = await rows.maybe(db, HeadRow, _SQL["head_of"], place)
    return Head(row.seq, row.hash) if row else None
