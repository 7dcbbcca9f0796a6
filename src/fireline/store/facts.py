"""Timelines as they are remembered: append-only, chained, one writer at a time per stream."""

from collections.abc import Collection, Sequence
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


@dataclass(frozen=True, slots=True)
class StreamHeadRow:
    """Where one of several streams ends."""

    stream_kind: str
    stream_id: UUID
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be added to a stream."""

    stream: Stream
    kind: str
    by: str
    body: JsonObject


ROWS: dict[str, type | None] = {
    "lock_head": HeadRow,
    "lock_heads": StreamHeadRow,
    "add_many": None,
    "move_heads": None,
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


async def append_many(db: AsyncConnection, new: Sequence[NewFact], *, at: datetime) -> None:
    """Add facts to the ends of their streams, in the order given, in three statements.

    The streams are held until the transaction ends, as by `append`.
    """
    if not new:
        return
    heads = await _lock_heads(db, {one.stream for one in new})
    added: list[Fact] = []
    for one in new:
        fact = follow(heads[one.stream], one.stream, at=at, by=one.by, kind=one.kind, body=one.body)
        heads[one.stream] = Head(fact.seq, fact.hash)
        added.append(fact)
    written = [
        {
            "stream_kind": fact.stream.kind,
            "stream_id": str(fact.stream.id),
            "seq": fact.seq,
            "by": fact.by,
            "kind": fact.kind,
            "body": fact.body,
            "previous": fact.previous,
            "hash": fact.hash,
        }
        for fact in added
    ]
    await rows.run(db, _SQL["add_many"], {"facts": Jsonb(written), "at": at})
    moved = {
        "kinds": [stream.kind for stream in heads],
        "ids": [stream.id for stream in heads],
        "seqs": [head.seq for head in heads.values()],
        "hashes": [head.hash for head in heads.values()],
    }
    await rows.run(db, _SQL["move_heads"], moved)


async def _lock_heads(db: AsyncConnection, streams: Collection[Stream]) -> dict[Stream, Head]:
    values = {
        "genesis": GENESIS,
        "kinds": [stream.kind for stream in streams],
        "ids": [stream.id for stream in streams],
    }
    found = await rows.many(db, StreamHeadRow, _SQL["lock_heads"], values)
    return {Stream(row.stream_kind, row.stream_id): Head(row.seq, row.hash) for row in found}


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
