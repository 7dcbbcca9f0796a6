"""The inbox: pages of alerts in the order people work through them, however many there are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("alert_lists.sql")
MAX_LISTED = 500
# Beyond this nobody reads the figure, and counting on would cost what showing does not.
MOST_COUNTED = 1_000
MAX_STORMS = 20


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the inbox. `paged` are the people being told; alerts are named by number."""

    id: UUID
    number: int
    title: str
    priority: int
    state: str
    service: str | None
    team: str | None
    runbook: str | None
    findings: int
    symptoms: int
    live_symptoms: int
    flaps: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_by: str | None
    assigned_to: str | None
    resolved_at: datetime | None
    snoozed_until: datetime | None
    suppressed_by: UUID | None
    suppressed_until: datetime | None
    untold_why: str | None
    drill_id: UUID | None
    told_by: int | None
    again_of: int | None
    merged_into: int | None
    paged: list[str]


@dataclass(frozen=True, slots=True)
class StormRow:
    """A storm, and how many alerts it speaks for."""

    number: int
    title: str
    priority: int
    speaks_for: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where an alert stands in the lists."""

    number: int
    priority: int
    raised_at: datetime
    resolved_at: datetime | None


ROWS: dict[str, type | None] = {
    "open": LineRow,
    "over": LineRow,
    "count": rows.CountRow,
    "storms": StormRow,
    "place": PlaceRow,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which alerts to list. Empty names let everything through; `None` does not ask.

    `least` is the least urgent; `priorities` picks some. `text` is looked for in titles, services
    and, exactly, in what the alerts are about.
    """

    states: tuple[str, ...]
    teams: tuple[str, ...]
    services: tuple[str, ...]
    least: int
    priorities: tuple[int, ...]
    drill_id: UUID | None
    drills: bool
    unrouted: bool
    snoozed: bool | None
    suppressed: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list: so many, after a place if one is given."""

    limit: int
    offset: int = 0
    after: PlaceRow | None = None


async def open_alerts(
    db: AsyncConnection, chosen: Chosen, part: Slice, *, now: datetime
) -> list[LineRow]:
    """List what is not over, most urgent first, then newest."""
    return await rows.many(db, LineRow, _SQL["open"], {**_filters(chosen, now), **_part(part)})


async def over_alerts(
    db: AsyncConnection, chosen: Chosen, part: Slice, *, now: datetime
) -> list[LineRow]:
    """List what is over, the latest first."""
    return await rows.many(db, LineRow, _SQL["over"], {**_filters(chosen, now), **_part(part)})


async def count(
    db: AsyncConnection, chosen: Chosen, *, now: datetime, most: int = MOST_COUNTED
) -> int:
    """Count what a filter lets through, up to `most`."""
    values = {**_filters(chosen, now), "most": most}
    return (await rows.one(db, rows.CountRow, _SQL["count"], values)).total


async def storms(
    db: AsyncConnection, *, drill: UUID | None, limit: int = MAX_STORMS
) -> list[StormRow]:
    """List the storms that speak for alerts now."""
    return await rows.many(db, StormRow, _SQL["storms"], {"drill_id": drill, "limit": limit})


async def place(db: AsyncConnection, number: int) -> PlaceRow | None:
    """Return where an alert stands in the lists."""
    return await rows.maybe(db, PlaceRow, _SQL["place"], {"number": number})


def _part(part: Slice) -> dict[str, object]:
    place = part.after
    return {
        "limit": min(part.limit, MAX_LISTED),
        "offset": part.offset,
        "after": place is not None,
        "after_number": place.number if place else None,
        "after_priority": place.priority if place else None,
        "after_raised": place.raised_at if place else None,
        "after_resolved": place.resolved_at if place else None,
    }


def _filters(chosen: Chosen, now: datetime) -> dict[str, object]:
    # What LIKE reads as a wildcard is meant as it is written.
    escaped = chosen.text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return {
        "states": list(chosen.states),
        "teams": list(chosen.teams),
        "services": list(chosen.services),
        "least": chosen.least,
        "priorities": list(chosen.priorities),
        "drill_id": chosen.drill_id,
        "drills": chosen.drills,
        "unrouted": chosen.unrouted,
        "snoozed": chosen.snoozed,
        "suppressed": chosen.suppressed,
        "text": chosen.text,
        "like": f"%{escaped}%",
        "now": now,
    }
