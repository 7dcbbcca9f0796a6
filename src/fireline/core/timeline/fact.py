"""One entry of a timeline, and the hash that ties it to the one before."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fireline.core.values.json import JsonObject, canonical

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Stream:
    """The timeline a fact belongs to: of one alert, one incident, one drill, or the house."""

    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was true at `at`, said by `by`. `kind` reads like `alert.acknowledged`.

    `seq` counts from 1 within the stream; `hash` covers everything else, `previous` included.
    """

    stream: Stream
    seq: int
    at: datetime
    by: str
    kind: str
    body: JsonObject
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream ends."""

    seq: int
    hash: str


EMPTY = Head(0, GENESIS)


def follow(
    head: Head, stream: Stream, *, at: datetime, by: str, kind: str, body: JsonObject
) -> Fact:
    """Return the fact that comes after `head`."""
    seq = head.seq + 1
    own = _hash(stream, seq, at=at, by=by, kind=kind, body=body, previous=head.hash)
    return Fact(stream, seq, at, by, kind, body, head.hash, own)


def first_break(facts: Iterable[Fact]) -> Fact | None:
    """Return the first fact of one stream, in order, that does not follow from those before it.

    A cut tail cannot be seen from inside; the head kept elsewhere shows it.
    """
    head = EMPTY
    for fact in facts:
        expected = follow(head, fact.stream, at=fact.at, by=fact.by, kind=fact.kind, body=fact.body)
        if expected != fact:
            return fact
        head = Head(fact.seq, fact.hash)
    return None


def _hash(stream: Stream, seq: int, *, previous: str, **said: datetime | str | JsonObject) -> str:
    text = canonical({"stream": str(stream), "seq": seq, "previous": previous, **_plain(said)})
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(said: Mapping[str, datetime | str | JsonObject]) -> JsonObject:
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in said.items()
    }
