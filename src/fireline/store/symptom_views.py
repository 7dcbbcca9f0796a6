"""Symptoms as the APIs of other systems show them: one row each, with how its alert stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.values.json import JsonValue
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("symptom_views.sql")
MAX_LISTED = 1_000
MAX_OF_PAYLOAD = 1_000
LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class SymptomRow:
    """One symptom, exactly as its query returns it."""

    id: UUID
    number: int
    alert_id: UUID
    alert_number: int
    source_id: UUID
    key: str
    kind: str
    title: str
    description: str
    priority: int
    state: str
    alert_state: str
    alert_title: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    assigned_to: str | None
    snoozed_until: datetime | None
    suppressed_by: UUID | None
    suppressed_until: datetime | None
    service: str | None
    alert_service: str | None
    team: str | None
    grouped: str
    entities: list[list[str]]
    tags: list[str]
    labels: dict[str, Any]
    links: list[dict[str, str]]
    times: int
    first_at: datetime
    last_at: datetime
    ends_at: datetime | None
    raised_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    payload_id: UUID | None


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A payload's body."""

    id: UUID
    body: bytes


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which symptoms to list. `search` is as `symptoms_found` reads it; empty finds all."""

    source_id: UUID | None
    states: list[str]
    labels: Jsonb
    search: Jsonb
    now: datetime


ROWS: dict[str, type | None] = {
    "get": SymptomRow,
    "numbered": SymptomRow,
    "keyed": SymptomRow,
    "of_payload": SymptomRow,
    "newest": SymptomRow,
    "sorted": SymptomRow,
    "count": rows.CountRow,
    "first_words": BodyRow,
}


def as_json(value: JsonValue) -> Jsonb:
    """Wrap JSON for a query."""
    return Jsonb(value)


async def get(db: AsyncConnection, symptom: UUID, *, source: UUID | None) -> SymptomRow | None:
    """Return one symptom by its id."""
    return await rows.maybe(db, SymptomRow, _SQL["get"], {"id": symptom, "source_id": source})


async def numbered(db: AsyncConnection, number: int, *, source: UUID | None) -> SymptomRow | None:
    """Return one symptom by its number."""
    values = {"number": number, "source_id": source}
    return await rows.maybe(db, SymptomRow, _SQL["numbered"], values)


async def keyed(db: AsyncConnection, key: str, *, source: UUID) -> SymptomRow | None:
    """Return the symptom that fires under a key of a source, else the last that did."""
    return await rows.maybe(db, SymptomRow, _SQL["keyed"], {"key": key, "source_id": source})


async def of_payload(
    db: AsyncConnection, payload: UUID, *, limit: int = MAX_OF_PAYLOAD
) -> list[SymptomRow]:
    """List the symptoms a payload raised."""
    values = {"payload_id": payload, "limit": limit}
    return await rows.many(db, SymptomRow, _SQL["of_payload"], values)


async def newest(
    db: AsyncConnection, chosen: Chosen, *, limit: int, offset: int
) -> list[SymptomRow]:
    """List symptoms, the newest first."""
    values = {**_chosen(chosen), "limit": min(limit, MAX_LISTED), "offset": offset}
    return await rows.many(db, SymptomRow, _SQL["newest"], values)


async def in_order(
    db: AsyncConnection, chosen: Chosen, order: tuple[str, bool], *, limit: int, offset: int
) -> list[SymptomRow]:
    """List symptoms in the order of a field, from the greatest down when the order says so."""
    field, down = order
    values = {
        **_chosen(chosen),
        "sort": field,
        "direction": -1 if down else 1,
        "limit": min(limit, MAX_LISTED),
        "offset": offset,
    }
    return await rows.many(db, SymptomRow, _SQL["sorted"], values)


async def count(db: AsyncConnection, chosen: Chosen) -> int:
    """Count the symptoms a list would hold without its limit."""
    return (await rows.one(db, rows.CountRow, _SQL["count"], _chosen(chosen))).total


async def first_words(db: AsyncConnection, payloads: Sequence[UUID]) -> list[BodyRow]:
    """Return the bodies of payloads, without the few huge ones."""
    values = {"ids": list(payloads), "largest": LARGEST_BODY, "limit": len(payloads)}
    return await rows.many(db, BodyRow, _SQL["first_words"], values)


def _chosen(chosen: Chosen) -> dict[str, Any]:
    return {
        "source_id": chosen.source_id,
        "states": chosen.states,
        "labels": chosen.labels,
        "search": chosen.search,
        "now": chosen.now,
    }
