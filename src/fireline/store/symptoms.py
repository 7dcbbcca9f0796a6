"""Symptoms as sorting needs them: many at a time, and the turns sorters take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("symptoms.sql")
MAX_RECENT = 50_000
MAX_ENDING = 1_000
MAX_WORLDS = 100


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A symptom that fires."""

    id: UUID
    alert_id: UUID
    source_id: UUID
    key: str
    title: str
    priority: int
    service: str | None
    times: int
    first_at: datetime
    last_at: datetime
    ends_at: datetime | None
    entities: list[list[str]]


@dataclass(frozen=True, slots=True)
class RecentRow:
    """A symptom as grouping remembers it; `source` is the source's name."""

    id: UUID
    alert_id: UUID
    source_id: UUID
    source: str
    key: str
    kind: str
    title: str
    priority: int
    service: str | None
    grouped: str
    entities: list[list[str]]
    tactics: list[str]
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    resolved_at: datetime | None
    apart_from: UUID | None


@dataclass(frozen=True, slots=True)
class NewsRow:
    """What a person did to a group."""

    id: int
    kind: str
    alert_id: UUID | None
    other_id: UUID | None
    symptoms: list[UUID]
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What a person did to a group.

    `closed`; `split`: symptoms went to `other`; `merged`: it went into `other`; `resolved`: some of
    its symptoms; `wishes`: what is to be kept together or apart has changed.
    """

    kind: str
    alert: UUID | None = None
    other: UUID | None = None
    symptoms: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class NewsIdRow:
    """That there is news."""

    id: int


@dataclass(frozen=True, slots=True)
class TurnRow:
    """Who had the last turn in a world, and the number of this one."""

    sorter: UUID
    turn: int


@dataclass(frozen=True, slots=True)
class WorldRow:
    """A world, by its drill; `None` is the real one."""

    drill_id: UUID | None


ROWS: dict[str, type | None] = {
    "live": LiveRow,
    "by_id": LiveRow,
    "ending": LiveRow,
    "recent": RecentRow,
    "add": None,
    "change": None,
    "move": None,
    "part_from": None,
    "resolve_of": None,
    "news": NewsRow,
    "has_news": NewsIdRow,
    "tell": None,
    "turn": TurnRow,
    "mine": None,
    "worlds_ending": WorldRow,
}


async def live(db: AsyncConnection, keys: Sequence[tuple[UUID, str]]) -> list[LiveRow]:
    """Return the symptoms that fire under these keys of these sources."""
    values = {
        "sources": [source for source, _ in keys],
        "keys": [key for _, key in keys],
        "limit": len(keys),
    }
    return await rows.many(db, LiveRow, _SQL["live"], values)


async def by_id(db: AsyncConnection, ids: Sequence[UUID]) -> list[LiveRow]:
    """Return those of some symptoms that fire."""
    return await rows.many(db, LiveRow, _SQL["by_id"], {"ids": list(ids), "limit": len(ids)})


async def ending(db: AsyncConnection, *, drill: UUID | None, now: datetime) -> list[LiveRow]:
    """Return symptoms of a world that are over by now, although nobody said so."""
    values = {"drill_id": drill, "now": now, "limit": MAX_ENDING}
    return await rows.many(db, LiveRow, _SQL["ending"], values)


async def worlds_ending(db: AsyncConnection, *, now: datetime) -> list[UUID | None]:
    """Return the worlds in which symptoms are over by now."""
    found = await rows.many(db, WorldRow, _SQL["worlds_ending"], {"now": now, "limit": MAX_WORLDS})
    return [row.drill_id for row in found]


async def recent(
    db: AsyncConnection, *, drill: UUID | None, since: datetime, limit: int = MAX_RECENT
) -> list[RecentRow]:
    """Return what fires or was raised since a moment, in the order it was raised."""
    values = {"drill_id": drill, "since": since, "limit": limit}
    return await rows.many(db, RecentRow, _SQL["recent"], values)


async def add(db: AsyncConnection, new: Sequence[Mapping[str, Any]]) -> None:
    """Keep new symptoms; each row has every column the query names, as JSON holds it."""
    await rows.run(db, _SQL["add"], {"rows": Jsonb(list(new))})


async def change(db: AsyncConnection, changed: Sequence[Mapping[str, Any]]) -> None:
    """Write down what was heard of symptoms."""
    await rows.run(db, _SQL["change"], {"rows": Jsonb(list(changed))})


async def move(db: AsyncConnection, into: Mapping[UUID, UUID]) -> None:
    """Put the symptoms of each alert into another."""
    values = {"alerts": list(into), "intos": list(into.values())}
    await rows.run(db, _SQL["move"], values)
    await rows.run(db, _SQL["part_from"], values)


async def resolve_of(db: AsyncConnection, alert: UUID, *, by: str, now: datetime) -> int:
    """End everything in an alert; return how many symptoms that were."""
    return await rows.run(db, _SQL["resolve_of"], {"alert_id": alert, "by": by, "now": now})


async def news(db: AsyncConnection, *, drill: UUID | None) -> list[NewsRow]:
    """Take what people did to groups, in the order they did it."""
    found = await rows.many(db, NewsRow, _SQL["news"], {"drill_id": drill})
    return sorted(found, key=lambda row: row.id)


async def has_news(db: AsyncConnection, *, drill: UUID | None) -> bool:
    """Say whether people did something to groups that nobody took note of."""
    return await rows.maybe(db, NewsIdRow, _SQL["has_news"], {"drill_id": drill}) is not None


async def tell(db: AsyncConnection, news: News, *, drill: UUID | None, now: datetime) -> None:
    """Tell the sorter what a person did to a group."""
    values = {
        "drill_id": drill,
        "kind": news.kind,
        "alert_id": news.alert,
        "other_id": news.other,
        "symptoms": list(news.symptoms),
        "now": now,
    }
    await rows.run(db, _SQL["tell"], values)


async def take_turn(db: AsyncConnection, world: str, sorter: UUID) -> TurnRow:
    """Take the next turn in a world and hold it; return who had the one before, and its number."""
    row = await rows.one(db, TurnRow, _SQL["turn"], {"world": world, "sorter": sorter})
    if row.sorter != sorter:
        await rows.run(db, _SQL["mine"], {"world": world, "sorter": sorter})
    return row
