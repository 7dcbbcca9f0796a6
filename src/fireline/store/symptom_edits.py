"""What sources change of symptoms they posted, the files they add, and how that ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("symptom_edits.sql")
MAX_ATTACHED = 100
_FORGOTTEN_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What a symptom says of itself."""

    id: UUID
    title: str
    description: str
    priority: int
    tags: list[str]
    labels: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """What of a symptom is to be another; `None` leaves it."""

    title: str | None = None
    description: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] | None = None
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AttachedRow:
    """A file that came with a symptom, without its content."""

    id: UUID
    name: str
    media_type: str
    size: int
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file that came with a symptom."""

    id: UUID
    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file about to be kept."""

    id: UUID
    symptom_id: UUID
    name: str
    media_type: str
    body: bytes
    by: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """How an edit ended."""

    id: UUID
    symptom_id: UUID | None
    call: str
    said: str
    done: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class NewOutcome:
    """How an edit of a source's symptom ended, about to be kept."""

    id: UUID
    source_id: UUID
    symptom_id: UUID | None
    call: str
    said: str
    done: bool


ROWS: dict[str, type | None] = {
    "hold": HeldRow,
    "change": None,
    "rename_alert": None,
    "withdraw": None,
    "attach": None,
    "attached": AttachedRow,
    "attachment": AttachmentRow,
    "detach": None,
    "keep_outcome": None,
    "outcome": OutcomeRow,
    "forget_outcomes": None,
}


async def hold(db: AsyncConnection, symptom: UUID) -> HeldRow:
    """Return what a symptom says of itself, held until the transaction ends."""
    return await rows.one(db, HeldRow, _SQL["hold"], {"id": symptom})


async def change(db: AsyncConnection, symptom: UUID, changed: Changed) -> None:
    """Change what a symptom says of itself."""
    values = {
        "id": symptom,
        "title": changed.title,
        "description": changed.description,
        "priority": changed.priority,
        "tags": None if changed.tags is None else list(changed.tags),
        "labels": None if changed.labels is None else Jsonb(dict(changed.labels)),
    }
    await rows.run(db, _SQL["change"], values)


async def rename_alert(db: AsyncConnection, alert: UUID, title: str, *, before: str) -> None:
    """Rename an alert that is still called what its symptom was."""
    await rows.run(db, _SQL["rename_alert"], {"id": alert, "title": title, "before": before})


async def withdraw(db: AsyncConnection, symptom: UUID, *, now: datetime) -> None:
    """Show a symptom to its source no more."""
    await rows.run(db, _SQL["withdraw"], {"id": symptom, "now": now})


async def attach(db: AsyncConnection, new: NewAttachment, *, now: datetime) -> None:
    """Keep a file."""
    values = {
        "id": new.id,
        "symptom_id": new.symptom_id,
        "name": new.name,
        "media_type": new.media_type,
        "body": new.body,
        "by": new.by,
        "now": now,
    }
    await rows.run(db, _SQL["attach"], values)


async def attached(
    db: AsyncConnection, symptom: UUID, *, limit: int = MAX_ATTACHED
) -> list[AttachedRow]:
    """List the files of a symptom, in the order they came."""
    values = {"symptom_id": symptom, "limit": limit}
    return await rows.many(db, AttachedRow, _SQL["attached"], values)


async def attachment(db: AsyncConnection, symptom: UUID, file: UUID) -> AttachmentRow | None:
    """Return one file of a symptom."""
    values = {"symptom_id": symptom, "id": file}
    return await rows.maybe(db, AttachmentRow, _SQL["attachment"], values)


async def detach(db: AsyncConnection, symptom: UUID, file: UUID) -> bool:
    """Remove one file of a symptom. `False`: there was none."""
    return await rows.run(db, _SQL["detach"], {"symptom_id": symptom, "id": file}) == 1


async def keep_outcome(db: AsyncConnection, new: NewOutcome, *, now: datetime) -> None:
    """Write down how an edit ended."""
    values = {
        "id": new.id,
        "source_id": new.source_id,
        "symptom_id": new.symptom_id,
        "call": new.call,
        "said": new.said,
        "done": new.done,
        "now": now,
    }
    await rows.run(db, _SQL["keep_outcome"], values)


async def outcome(db: AsyncConnection, request: UUID, *, source: UUID) -> OutcomeRow | None:
    """Return how an edit ended."""
    return await rows.maybe(db, OutcomeRow, _SQL["outcome"], {"id": request, "source_id": source})


async def forget_outcomes(db: AsyncConnection, *, before: datetime) -> None:
    """Forget how old edits ended, a few at a time."""
    values = {"before": before, "limit": _FORGOTTEN_AT_ONCE}
    await rows.run(db, _SQL["forget_outcomes"], values)
