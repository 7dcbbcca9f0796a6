"""Drills as they are remembered, and what the other rooms remember of them.

A drill is judged by stored facts of every room. The queries for that are here, in one place, so
that nothing about a drill can be asked of anything but the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.values.json import JsonObject
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("drills.sql")
MAX_LISTED = 100
# What is read to judge one drill; a drill lasts minutes.
MAX_READ = 5000


@dataclass(frozen=True, slots=True)
class NewDrill:
    """What a drill begins with."""

    id: UUID
    scenario: str
    title: str
    pace: int
    plan_revision: str
    started_by: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """The short number people call a drill by."""

    number: int


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill, exactly as its query returns it. `steps` are the story's steps told so far."""

    id: UUID
    number: int
    scenario: str
    title: str
    pace: int
    plan_revision: str
    state: str
    started_by: str
    started_at: datetime
    ready_at: datetime | None
    attack_at: datetime | None
    finished_at: datetime | None
    world: dict[str, Any] | None
    steps: list[str]
    result: dict[str, Any] | None
    failed_step: str | None
    lesson: str | None

    @property
    def is_over(self) -> bool:
        """Whether the drill has ended, however it went."""
        return self.finished_at is not None


@dataclass(frozen=True, slots=True)
class PaceRow:
    """How fast a drill runs."""

    id: UUID
    pace: int


@dataclass(frozen=True, slots=True)
class KeyMadeRow:
    """Somebody was given a credential."""

    who_kind: str
    who_name: str
    who_arn: str
    who_account: str
    who_key: str
    who_address: str
    who_agent: str
    key: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A call that changed the world."""

    occurred_at: datetime
    kind: str
    who_kind: str
    who_name: str
    who_arn: str
    who_account: str
    who_key: str
    who_address: str
    who_agent: str
    assets: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class HeardRow:
    """What came from the drill's world, in moments."""

    first_at: datetime | None
    attack_at: datetime | None
    succeeded_at: datetime | None
    refused_at: datetime | None
    detected_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What became of the drill's alerts, in moments."""

    raised_at: datetime | None
    paged_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """Something with a short number."""

    id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class DrillIncidentRow:
    """The incident a drill led to."""

    id: UUID
    number: int
    priority: int
    category: str | None
    declared_at: datetime | None
    recovered_at: datetime | None
    closed_at: datetime | None
    reviewed_at: datetime | None
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """An update that was owed, and when it came, if it came in time."""

    due_at: datetime
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleRow:
    """Who held a role, from when to when."""

    role: str
    person: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What evidence was collected about, and when."""

    asset_kind: str
    asset_account: str
    asset_id: str
    asset_region: str
    collected_at: datetime


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action with the people behind it."""

    kind: str
    asset_kind: str
    asset_account: str
    asset_id: str
    asset_region: str
    calls: list[str]
    state: str
    requested_by: str
    approvers: list[str]
    executed_at: datetime | None
    verified_at: datetime | None


ROWS: dict[str, type | None] = {
    "add": NumberRow,
    "get": DrillRow,
    "lock": DrillRow,
    "numbered": DrillRow,
    "listed": DrillRow,
    "set_ready": None,
    "set_progress": None,
    "set_finished": None,
    "set_lesson": None,
    "paces": PaceRow,
    "keys_made": KeyMadeRow,
    "changes": ChangeRow,
    "heard": HeardRow,
    "told": ToldRow,
    "alerts": NumberedRow,
    "incident": DrillIncidentRow,
    "updates": UpdateRow,
    "roles": RoleRow,
    "evidence": EvidenceRow,
    "actions": ActionRow,
}


async def add(db: AsyncConnection, new: NewDrill, *, now: datetime) -> int:
    """Begin a drill; return its number."""
    values = {
        "id": new.id,
        "scenario": new.scenario,
        "title": new.title,
        "pace": new.pace,
        "plan_revision": new.plan_revision,
        "started_by": new.started_by,
        "now": now,
    }
    return (await rows.one(db, NumberRow, _SQL["add"], values)).number


async def get(db: AsyncConnection, drill: UUID) -> DrillRow | None:
    """Return one drill."""
    return await rows.maybe(db, DrillRow, _SQL["get"], {"id": drill})


async def lock(db: AsyncConnection, drill: UUID) -> DrillRow | None:
    """Return one drill, held for this transaction."""
    return await rows.maybe(db, DrillRow, _SQL["lock"], {"id": drill})


async def numbered(db: AsyncConnection, number: int) -> DrillRow | None:
    """Find a drill by its number."""
    return await rows.maybe(db, DrillRow, _SQL["numbered"], {"number": number})


async def listed(
    db: AsyncConnection, *, open_only: bool = False, limit: int = MAX_LISTED
) -> list[DrillRow]:
    """List drills, the newest first."""
    return await rows.many(db, DrillRow, _SQL["listed"], {"open_only": open_only, "limit": limit})


async def set_ready(db: AsyncConnection, drill: UUID, world: JsonObject, *, now: datetime) -> bool:
    """Write down that a drill's world stands. `False`: the drill is over."""
    values = {"id": drill, "world": Jsonb(world), "now": now}
    return await rows.run(db, _SQL["set_ready"], values) == 1


async def set_progress(
    db: AsyncConnection, drill: UUID, *, attack_at: datetime | None, steps: Sequence[str]
) -> None:
    """Write down how far the story has been told."""
    values = {"id": drill, "attack_at": attack_at, "steps": Jsonb(list(steps))}
    await rows.run(db, _SQL["set_progress"], values)


async def set_finished(
    db: AsyncConnection,
    drill: UUID,
    *,
    state: str,
    result: JsonObject | None,
    failed_step: str | None,
    now: datetime,
) -> bool:
    """End a drill. `False`: it had ended before."""
    values = {
        "id": drill,
        "state": state,
        "result": Jsonb(result) if result is not None else None,
        "failed_step": failed_step,
        "now": now,
    }
    return await rows.run(db, _SQL["set_finished"], values) == 1


async def set_lesson(db: AsyncConnection, drill: UUID, lesson: str) -> None:
    """Write down what a drill changed in the plan, or why nothing."""
    await rows.run(db, _SQL["set_lesson"], {"id": drill, "lesson": lesson})


async def paces(db: AsyncConnection, drills: Sequence[UUID]) -> dict[UUID, int]:
    """Return how fast some drills run."""
    found = await rows.many(db, PaceRow, _SQL["paces"], {"ids": list(drills)})
    return {row.id: row.pace for row in found}


async def keys_made(db: AsyncConnection, drill: UUID) -> list[KeyMadeRow]:
    """List the credentials that were handed out in a drill's world."""
    values = {"drill_id": drill, "limit": MAX_READ}
    return await rows.many(db, KeyMadeRow, _SQL["keys_made"], values)


async def changes(db: AsyncConnection, drill: UUID) -> list[ChangeRow]:
    """List the calls that changed a drill's world."""
    values = {"drill_id": drill, "limit": MAX_READ}
    return await rows.many(db, ChangeRow, _SQL["changes"], values)


async def heard(
    db: AsyncConnection, drill: UUID, *, keys: Sequence[str], addresses: Sequence[str]
) -> HeardRow:
    """Say what came from a drill's world; the attacker is known by key and address."""
    values = {"drill_id": drill, "keys": list(keys), "addresses": list(addresses)}
    return await rows.one(db, HeardRow, _SQL["heard"], values)


async def told(db: AsyncConnection, drill: UUID) -> ToldRow:
    """Say what became of a drill's alerts."""
    return await rows.one(db, ToldRow, _SQL["told"], {"drill_id": drill})


async def alerts(db: AsyncConnection, drill: UUID) -> list[NumberedRow]:
    """List a drill's alerts."""
    values = {"drill_id": drill, "limit": MAX_LISTED}
    return await rows.many(db, NumberedRow, _SQL["alerts"], values)


async def incident(db: AsyncConnection, drill: UUID) -> DrillIncidentRow | None:
    """Return the incident a drill led to."""
    return await rows.maybe(db, DrillIncidentRow, _SQL["incident"], {"drill_id": drill})


async def updates(db: AsyncConnection, incident: UUID) -> list[UpdateRow]:
    """List the updates an incident owed."""
    values = {"incident_id": incident, "limit": MAX_READ}
    return await rows.many(db, UpdateRow, _SQL["updates"], values)


async def roles(db: AsyncConnection, incident: UUID) -> list[RoleRow]:
    """List who held which role of an incident."""
    values = {"incident_id": incident, "limit": MAX_READ}
    return await rows.many(db, RoleRow, _SQL["roles"], values)


async def evidence(db: AsyncConnection, drill: UUID) -> list[EvidenceRow]:
    """List what evidence was collected in a drill."""
    values = {"drill_id": drill, "limit": MAX_READ}
    return await rows.many(db, EvidenceRow, _SQL["evidence"], values)


async def actions(db: AsyncConnection, drill: UUID) -> list[ActionRow]:
    """List the actions of a drill's runs."""
    values = {"drill_id": drill, "limit": MAX_READ}
    return await rows.many(db, ActionRow, _SQL["actions"], values)
