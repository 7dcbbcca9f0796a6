"""Incidents as they are remembered: how they stand, and the alerts they were opened from."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("incidents.sql")
MAX_LISTED = 500
MAX_ASSETS = 1000


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident, exactly as its query returns it."""

    id: UUID
    number: int
    title: str
    state: str
    episode: int
    priority: int
    category: str | None
    operational: bool
    frame: str | None
    runbook: str | None
    declare_offer_at: int
    plan_revision: str
    drill_id: UUID | None
    pace: int
    first_at: datetime
    opened_at: datetime
    opened_by: str
    declared_at: datetime | None
    contained_at: datetime | None
    eradicated_at: datetime | None
    recovered_at: datetime | None
    in_review_at: datetime | None
    ended_at: datetime | None
    update_every: timedelta
    next_update_due: datetime | None
    dismissal_by: str | None
    dismissal_why: str
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the list of incidents."""

    id: UUID
    number: int
    title: str
    state: str
    priority: int
    category: str | None
    drill_id: UUID | None
    opened_at: datetime
    ended_at: datetime | None
    next_update_due: datetime | None
    lead: str | None


@dataclass(frozen=True, slots=True)
class LockedRow:
    """An alert that is locked."""

    id: UUID


@dataclass(frozen=True, slots=True)
class JoiningRow:
    """An alert an incident is opened from. `incident` is the number of the one it is in already."""

    id: UUID
    number: int
    title: str
    priority: int
    first_at: datetime
    acknowledged_at: datetime | None
    pace: int
    drill_id: UUID | None
    runbook: str | None
    incident: int | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert of an incident, as its page shows it."""

    id: UUID
    number: int
    title: str
    priority: int
    state: str
    service: str | None
    first_at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class InputRow:
    """A list the suggested runbook is started with, and the kind of asset that fills it."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One asset the alerts of an incident involve."""

    kind: str
    account: str
    region: str
    asset: str


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A way in that a person named."""

    asset: str
    cover: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run of the incident, as its page needs it."""

    id: UUID
    number: int
    runbook_id: str
    state: str


ROWS: dict[str, type | None] = {
    "add": None,
    "lock": IncidentRow,
    "numbered": IncidentRow,
    "get": IncidentRow,
    "listed": LineRow,
    "set_state": None,
    "set_merged": None,
    "set_category": None,
    "set_priority": None,
    "set_frame": None,
    "set_next_update": None,
    "propose_dismissal": None,
    "lock_alerts": LockedRow,
    "alerts_to_join": JoiningRow,
    "join_alert": None,
    "move_alerts": None,
    "alerts_of": AlertRow,
    "drop_inputs": None,
    "add_input": None,
    "inputs_of": InputRow,
    "assets_of": AssetRow,
    "name_vector": None,
    "vectors_of": VectorRow,
    "runs_of": RunRow,
}


async def add(db: AsyncConnection, row: IncidentRow) -> None:
    """Remember a new incident; the database gives it its number."""
    await rows.run(db, _SQL["add"], asdict(row))


async def lock(db: AsyncConnection, incident: UUID) -> IncidentRow | None:
    """Return an incident, locked for this transaction."""
    return await rows.maybe(db, IncidentRow, _SQL["lock"], {"id": incident})


async def get(db: AsyncConnection, incident: UUID) -> IncidentRow | None:
    """Return an incident by its id."""
    return await rows.maybe(db, IncidentRow, _SQL["get"], {"id": incident})


async def numbered(db: AsyncConnection, number: int) -> IncidentRow | None:
    """Return an incident by the number people call it."""
    return await rows.maybe(db, IncidentRow, _SQL["numbered"], {"number": number})


async def listed(
    db: AsyncConnection,
    *,
    states: Collection[str] | None = None,
    open_only: bool = False,
    drills: bool | None = None,
    limit: int = MAX_LISTED,
) -> list[LineRow]:
    """List incidents, open and urgent ones first. `drills` keeps only those of drills, or none."""
    values = {
        "states": None if states is None else list(states),
        "open_only": open_only,
        "drills": drills,
        "limit": limit,
    }
    return await rows.many(db, LineRow, _SQL["listed"], values)


async def set_state(db: AsyncConnection, row: IncidentRow) -> None:
    """Save what a move changed."""
    await rows.run(db, _SQL["set_state"], asdict(row))


async def set_merged(db: AsyncConnection, incident: UUID, *, into: UUID, now: datetime) -> None:
    """End an incident by folding it into another, alerts and all."""
    values = {"id": incident, "into": into, "now": now}
    await rows.run(db, _SQL["set_merged"], values)
    await rows.run(db, _SQL["move_alerts"], values)


async def set_category(
    db: AsyncConnection, incident: UUID, *, category: str, operational: bool, runbook: str | None
) -> None:
    """Say what kind of incident it is, and what that suggests."""
    values = {
        "id": incident,
        "category": category,
        "operational": operational,
        "runbook": runbook,
    }
    await rows.run(db, _SQL["set_category"], values)


async def set_priority(
    db: AsyncConnection, incident: UUID, priority: int, *, update_every: timedelta
) -> None:
    """Save how much it matters."""
    values = {"id": incident, "priority": priority, "update_every": update_every}
    await rows.run(db, _SQL["set_priority"], values)


async def set_frame(db: AsyncConnection, incident: UUID, frame: str) -> None:
    """Save how well it is understood."""
    await rows.run(db, _SQL["set_frame"], {"id": incident, "frame": frame})


async def set_next_update(db: AsyncConnection, incident: UUID, due_at: datetime) -> None:
    """Save when people are told next."""
    await rows.run(db, _SQL["set_next_update"], {"id": incident, "next_update_due": due_at})


async def propose_dismissal(db: AsyncConnection, incident: UUID, *, by: str, why: str) -> None:
    """Save that somebody would dismiss it."""
    await rows.run(db, _SQL["propose_dismissal"], {"id": incident, "by": by, "why": why})


async def alerts_to_join(db: AsyncConnection, alerts: Sequence[UUID]) -> list[JoiningRow]:
    """Return alerts, locked, with the incident each belongs to already."""
    values = {"ids": list(alerts), "limit": len(alerts)}
    await rows.many(db, LockedRow, _SQL["lock_alerts"], values)
    return await rows.many(db, JoiningRow, _SQL["alerts_to_join"], values)


async def join_alert(
    db: AsyncConnection, incident: UUID, alert: UUID, *, by: str, now: datetime
) -> None:
    """Put an alert into an incident."""
    values = {"incident_id": incident, "alert_id": alert, "by": by, "now": now}
    await rows.run(db, _SQL["join_alert"], values)


async def alerts_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[AlertRow]:
    """List the alerts of an incident."""
    return await rows.many(db, AlertRow, _SQL["alerts_of"], {"id": incident, "limit": limit})


async def set_inputs(db: AsyncConnection, incident: UUID, inputs: Sequence[InputRow]) -> None:
    """Remember what the suggested runbook is started with."""
    await rows.run(db, _SQL["drop_inputs"], {"incident_id": incident})
    for position, wanted in enumerate(inputs):
        values = {"incident_id": incident, "position": position, **asdict(wanted)}
        await rows.run(db, _SQL["add_input"], values)


async def inputs_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[InputRow]:
    """List the inputs of the suggested runbook."""
    return await rows.many(db, InputRow, _SQL["inputs_of"], {"id": incident, "limit": limit})


async def assets_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_ASSETS
) -> list[AssetRow]:
    """List the assets the alerts of an incident involve, in the order they were first seen."""
    return await rows.many(db, AssetRow, _SQL["assets_of"], {"id": incident, "limit": limit})


async def name_vector(db: AsyncConnection, incident: UUID, vector: VectorRow) -> bool:
    """Name a way in, or accept its risk. `False`: its risk was accepted before."""
    values = {
        "incident_id": incident,
        "asset": vector.asset,
        "cover": vector.cover,
        "note": vector.note,
        "by": vector.by,
        "now": vector.at,
    }
    return await rows.run(db, _SQL["name_vector"], values) == 1


async def vectors_of(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[VectorRow]:
    """List the ways in that people named."""
    return await rows.many(db, VectorRow, _SQL["vectors_of"], {"id": incident, "limit": limit})


async def runs_of(db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED) -> list[RunRow]:
    """List the runs of an incident."""
    return await rows.many(db, RunRow, _SQL["runs_of"], {"id": incident, "limit": limit})
