"""Reviews and their follow-ups as they are remembered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("reviews.sql")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review, exactly as its query returns it."""

    id: UUID
    incident_id: UUID
    state: str
    version: int
    summary: str
    impact: str
    detection: str
    whys: list[str]
    factors: list[str]
    went_well: list[str]
    surprises: list[str]
    questions: list[str]
    insights: list[str]
    owner: str | None
    facilitator: str | None
    opened_at: datetime
    saved_at: datetime | None
    saved_by: str | None
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One follow-up of a review."""

    id: UUID
    kind: str
    text: str
    owner: str | None
    due: date | None
    added_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """When one incident first reached something, said by the kind of its fact."""

    incident_id: UUID
    first_at: datetime
    kind: str
    at: datetime


ROWS: dict[str, type | None] = {
    "open_review": None,
    "reopen": None,
    "lock": ReviewRow,
    "of_incident": ReviewRow,
    "save": None,
    "close": None,
    "put_follow_up": None,
    "drop_follow_ups": None,
    "follow_ups": FollowUpRow,
    "milestones": MilestoneRow,
}
NEVER_NULL = {("milestones", "at"): "the least of at least one"}


async def open_review(
    db: AsyncConnection, fresh_id: UUID, incident: UUID, *, now: datetime
) -> None:
    """Begin the review of an incident; one that was closed goes back to being a draft."""
    values = {"id": fresh_id, "incident_id": incident, "now": now}
    await rows.run(db, _SQL["open_review"], values)


async def reopen(db: AsyncConnection, incident: UUID) -> None:
    """Make the review of a reopened incident a draft again; what it says stays."""
    await rows.run(db, _SQL["reopen"], {"incident_id": incident})


async def lock(db: AsyncConnection, incident: UUID) -> ReviewRow | None:
    """Return the review of an incident, locked for this transaction."""
    return await rows.maybe(db, ReviewRow, _SQL["lock"], {"incident_id": incident})


async def of_incident(db: AsyncConnection, incident: UUID) -> ReviewRow | None:
    """Return the review of an incident; `None` before anybody began it."""
    return await rows.maybe(db, ReviewRow, _SQL["of_incident"], {"incident_id": incident})


async def save(db: AsyncConnection, row: ReviewRow, *, by: str, now: datetime) -> None:
    """Save what people wrote; the version grows."""
    await rows.run(db, _SQL["save"], {**asdict(row), "by": by, "now": now})


async def close(db: AsyncConnection, review: UUID, *, by: str, now: datetime) -> None:
    """Close a review."""
    await rows.run(db, _SQL["close"], {"id": review, "by": by, "now": now})


async def set_follow_ups(
    db: AsyncConnection, review: UUID, follow_ups: Sequence[FollowUpRow]
) -> None:
    """Replace the follow-ups of a review by these, in this order; each keeps its id."""
    kept = [follow_up.id for follow_up in follow_ups]
    await rows.run(db, _SQL["drop_follow_ups"], {"review_id": review, "kept": kept})
    for position, row in enumerate(follow_ups):
        values = {**asdict(row), "review_id": review, "position": position, "now": row.added_at}
        await rows.run(db, _SQL["put_follow_up"], values)


async def follow_ups(
    db: AsyncConnection, review: UUID, *, limit: int = MAX_LISTED
) -> list[FollowUpRow]:
    """List the follow-ups of a review, in order."""
    return await rows.many(
        db, FollowUpRow, _SQL["follow_ups"], {"review_id": review, "limit": limit}
    )


async def milestones(
    db: AsyncConnection, kinds: Sequence[str], *, limit: int = MAX_LISTED
) -> list[MilestoneRow]:
    """Say when the latest incidents first reached each kind of fact; drills do not count."""
    values = {"kinds": list(kinds), "limit": limit}
    return await rows.many(db, MilestoneRow, _SQL["milestones"], values)
