"""What people do to groups: make several alerts one, and split symptoms off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.values.ids import AlertId
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("alert_groups.sql")
MAX_SYMPTOMS = 1000


@dataclass(frozen=True, slots=True)
class TurnRow:
    """The number of the last turn in a world."""

    turn: int


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """One symptom, as far as splitting and learning look at it."""

    id: UUID
    number: int
    title: str
    kind: str
    description: str
    priority: int
    state: str
    service: str | None
    times: int
    first_at: datetime
    last_at: datetime
    linked_to: UUID | None
    source: str
    entities: list[list[str]]


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """Which symptom a number means, and the alert it is in."""

    id: UUID
    number: int
    alert_id: UUID


ROWS: dict[str, type | None] = {
    "hold_world": TurnRow,
    "chosen": ChosenRow,
    "first": ChosenRow,
    "symptom": ChosenRow,
    "numbered": NumberedRow,
    "explain": None,
    "rejoin": None,
    "move_findings": None,
    "copy_entities": None,
    "copy_assets": None,
    "move_links": None,
    "join_incident": None,
    "absorb": None,
    "fold": None,
    "raise": None,
    "split_off": None,
    "shed": None,
    "entities_of_symptoms": None,
    "assets_of_entities": None,
}


async def hold_world(db: AsyncConnection, drill: UUID | None) -> None:
    """Hold a world's sorting until the transaction ends, so that no symptom moves meanwhile."""
    await rows.maybe(db, TurnRow, _SQL["hold_world"], {"world": str(drill or "")})


async def chosen(
    db: AsyncConnection, alert: UUID, symptoms: Sequence[UUID], *, limit: int = MAX_SYMPTOMS
) -> list[ChosenRow]:
    """Return those of some symptoms that are in an alert, oldest first."""
    values = {"alert_id": alert, "ids": list(symptoms), "limit": limit}
    return await rows.many(db, ChosenRow, _SQL["chosen"], values)


async def first(
    db: AsyncConnection, alert: UUID, *, other_than: UUID, rather: UUID | None
) -> ChosenRow | None:
    """Return what an alert began with, other than one symptom; `rather` if that is in it."""
    values = {"alert_id": alert, "other_than": other_than, "rather": rather}
    return await rows.maybe(db, ChosenRow, _SQL["first"], values)


async def symptom(db: AsyncConnection, symptom: UUID) -> ChosenRow | None:
    """Return one symptom, wherever it is."""
    return await rows.maybe(db, ChosenRow, _SQL["symptom"], {"id": symptom})


async def numbered(db: AsyncConnection, numbers: Sequence[int]) -> list[NumberedRow]:
    """Return the symptoms people call by these numbers."""
    values = {"numbers": list(numbers), "limit": len(numbers)}
    return await rows.many(db, NumberedRow, _SQL["numbered"], values)


async def carry_over(
    db: AsyncConnection, into: Mapping[AlertId, AlertId], *, by: str, now: datetime
) -> None:
    """Take what belongs to alerts along into those they became part of, after their symptoms.

    Findings, what they are about, links that were sent, and the incident. The number of statements
    does not grow with the number of alerts.
    """
    values = {"alerts": list(into), "intos": list(into.values()), "by": by, "now": now}
    moves = ("rejoin", "move_findings", "copy_entities", "copy_assets", "move_links")
    for name in (*moves, "join_incident"):
        await rows.run(db, _SQL[name], values)


async def fold(
    db: AsyncConnection, into: UUID, others: Sequence[UUID], *, by: str, now: datetime
) -> None:
    """Let an alert stand for others, too, and end those."""
    values = {"into": into, "others": list(others), "by": by, "now": now}
    await rows.run(db, _SQL["absorb"], values)
    await rows.run(db, _SQL["fold"], values)


async def explain(db: AsyncConnection, alert: UUID, because: str) -> None:
    """Say why what opened an alert will be in another."""
    await rows.run(db, _SQL["explain"], {"alert_id": alert, "because": because})


@dataclass(frozen=True, slots=True)
class Splitting:
    """Which symptoms leave which alert for which, and whose that is. `live` of them fire."""

    alert: UUID
    into: UUID
    symptoms: Sequence[ChosenRow]
    because: str
    service: str | None
    team: str | None
    policy: str | None
    owner_reason: str
    plan_revision: str

    @property
    def live(self) -> int:
        """How many of the symptoms fire."""
        return sum(one.state == "firing" for one in self.symptoms)


async def split_off(db: AsyncConnection, splitting: Splitting, *, now: datetime) -> None:
    """Move symptoms to an alert of their own, with the entities and assets they name.

    The first of them gives it its title and priority.
    """
    counts = {"symptoms": len(splitting.symptoms), "live": splitting.live}
    first = splitting.symptoms[0]
    new = {
        "id": splitting.into,
        "alert_id": splitting.alert,
        "title": first.title,
        "description": first.description,
        "priority": first.priority,
        "service": splitting.service,
        "team": splitting.team,
        "policy": splitting.policy,
        "owner_reason": splitting.owner_reason,
        "plan_revision": splitting.plan_revision,
        "first_at": min(one.first_at for one in splitting.symptoms),
        "last_at": max(one.last_at for one in splitting.symptoms),
        "now": now,
    }
    await rows.run(db, _SQL["raise"], {**new, **counts})
    moved = {
        "alert_id": splitting.alert,
        "into": splitting.into,
        "ids": [one.id for one in splitting.symptoms],
        "because": splitting.because,
    }
    await rows.run(db, _SQL["split_off"], moved)
    await rows.run(db, _SQL["shed"], {"id": splitting.alert, **counts})
    named = {"alert_id": splitting.into, "came_from": splitting.alert}
    await rows.run(db, _SQL["entities_of_symptoms"], named)
    await rows.run(db, _SQL["assets_of_entities"], named)
