"""What was written down, read straight from the database; fireline does not vouch for itself."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from fireline.core.timeline.fact import GENESIS, Fact, Stream, first_break


@dataclass(frozen=True, slots=True)
class Books:
    """Every timeline of one database, each in its own order."""

    streams: dict[Stream, list[Fact]]
    torn: list[str]

    def of(self, *kinds: str) -> list[Fact]:
        """Return the facts of some kinds, in the order of their moments."""
        found = [fact for told in self.streams.values() for fact in told if fact.kind in kinds]
        return sorted(found, key=lambda fact: (fact.at, fact.seq))

    @property
    def rooms(self) -> set[str]:
        """The kinds of streams there are."""
        return {stream.kind for stream in self.streams}


def read_books(dsn: str) -> Books:
    """Read every fact, and say where a chain is torn or ends elsewhere than its head says."""
    streams: dict[Stream, list[Fact]] = defaultdict(list)
    for row in ask(dsn, "select * from fact order by stream_kind, stream_id, seq"):
        stream = Stream(row["stream_kind"], row["stream_id"])
        streams[stream].append(
            Fact(
                stream=stream,
                seq=row["seq"],
                at=row["at"],
                by=row["by"],
                kind=row["kind"],
                body=row["body"],
                previous=row["previous"],
                hash=row["hash"],
            )
        )
    torn = [
        f"{stream} at {broken.seq}"
        for stream, told in streams.items()
        if (broken := first_break(told))
    ]
    for row in ask(dsn, "select * from stream_head"):
        told = streams.get(Stream(row["stream_kind"], row["stream_id"]), [])
        end = (told[-1].seq, told[-1].hash) if told else (0, GENESIS)
        if end != (row["seq"], row["hash"]):
            torn.append(f"{row['stream_kind']}:{row['stream_id']} ends early")
    return Books(dict(streams), torn)


def ask(dsn: str, query: LiteralString) -> list[dict[str, Any]]:
    """Ask the database."""
    with psycopg.connect(dsn) as db, db.cursor(row_factory=dict_row) as answers:
        return answers.execute(query).fetchall()
