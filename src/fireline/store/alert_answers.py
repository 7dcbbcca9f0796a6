"""What an alert's page asks for beside the alert: what happened in it, and what it belongs with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("alert_answers.sql")
MAX_SYMPTOMS = 200
MAX_RELATED = 50
MAX_SHOWN_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SymptomRow:
    """One symptom of an alert, and why it is in it. `linked_to` is another's number."""

    id: UUID
    number: int
    source: str
    key: str
    kind: str
    title: str
    description: str
    priority: int
    state: str
    service: str | None
    times: int
    first_at: datetime
    last_at: datetime
    ends_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    reason: str
    because: str
    linked_to: int | None
    link_confidence: float | None
    labels: dict[str, Any]
    links: list[dict[str, Any]]
    payload_id: UUID | None


@dataclass(frozen=True, slots=True)
class RhythmRow:
    """How often a key fired within an hour, and since when."""

    since: datetime
    times: int


@dataclass(frozen=True, slots=True)
class RelationsRow:
    """What an alert belongs with, by number."""

    again_of: int | None
    merged_into: int | None
    told_by: int | None
    incident: int | None
    swallowed: list[int]
    speaks_for: list[int]


@dataclass(frozen=True, slots=True)
class PostedRow:
    """The beginning of what a source posted, and its whole size in bytes."""

    number: int
    title: str
    source: str
    format: str
    received_at: datetime
    size: int
    body: bytes


ROWS: dict[str, type | None] = {
    "posted": PostedRow,
    "symptoms": SymptomRow,
    "rhythm": RhythmRow,
    "relations": RelationsRow,
}


async def symptoms(
    db: AsyncConnection, alert: UUID, *, limit: int = MAX_SYMPTOMS
) -> list[SymptomRow]:
    """List what happened in an alert: what fires first, the most urgent before the rest."""
    return await rows.many(db, SymptomRow, _SQL["symptoms"], {"alert_id": alert, "limit": limit})


async def rhythm(db: AsyncConnection, alert: UUID, *, window: timedelta) -> RhythmRow | None:
    """Return how often the key that fires most did so lately, and since when."""
    return await rows.maybe(db, RhythmRow, _SQL["rhythm"], {"alert_id": alert, "window": window})


async def relations(db: AsyncConnection, alert: UUID) -> RelationsRow:
    """Return what an alert belongs with."""
    values = {"alert_id": alert, "limit": MAX_RELATED}
    return await rows.one(db, RelationsRow, _SQL["relations"], values)


async def posted(db: AsyncConnection, alert: UUID, number: int) -> PostedRow | None:
    """Return the beginning of what first spoke of a symptom of an alert, if something posted it."""
    values = {"alert_id": alert, "number": number, "most": MAX_SHOWN_BYTES}
    return await rows.maybe(db, PostedRow, _SQL["posted"], values)
