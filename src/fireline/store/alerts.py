"""Alerts as they are remembered: what they are about, what is in them, and how they stand."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.alerting.entities import Entity
from fireline.core.alerting.standing import Owner, Standing
from fireline.core.assets.ref import AssetRef
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("alerts.sql")
MAX_LISTED = 500
MAX_SHARING = 1000
MAX_ENTITIES = 1000


@dataclass(frozen=True, slots=True)
class LockedRow:
    """What taking an advisory lock answers: nothing of interest."""

    locked: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert, exactly as its query returns it."""

    id: UUID
    number: int
    key: str
    title: str
    priority: int
    state: str
    service: str | None
    team: str | None
    policy: str | None
    owner_reason: str
    runbook: str | None
    plan_revision: str
    findings: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    pace: int
    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the inbox. `paged` are the people being told of it."""

    id: UUID
    number: int
    title: str
    priority: int
    state: str
    service: str | None
    team: str | None
    runbook: str | None
    findings: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_by: str | None
    resolved_at: datetime | None
    drill_id: UUID | None
    paged: list[str]


@dataclass(frozen=True, slots=True)
class SharingRow:
    """Something a live alert shares with a finding."""

    alert_id: UUID
    raised_at: datetime
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class AlertOfFindingRow:
    """Which alert a finding is in."""

    alert_id: UUID


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding of an alert, with what its rule said then."""

    finding_id: UUID
    rule: str
    title: str
    priority: int
    at: datetime
    event: str
    who: str
    reason: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class EntityRow:
    """Something an alert's findings have that others may share."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One asset involved in an alert."""

    kind: str
    account: str
    region: str
    asset: str

    @property
    def ref(self) -> AssetRef:
        """The asset the core speaks of."""
        return AssetRef(self.kind, self.account, self.asset, self.region)


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many there are."""

    total: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which alerts to list. Empty names let everything through; `least` is the least urgent."""

    states: tuple[str, ...]
    teams: tuple[str, ...]
    services: tuple[str, ...]
    least: int
    drill_id: UUID | None
    drills: bool


@dataclass(frozen=True, slots=True)
class New:
    """An alert about to be raised, with its first finding at `at`."""

    id: UUID
    key: str
    standing: Standing
    owner: Owner
    plan_revision: str
    at: datetime
    pace: int
    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class Member:
    """A finding as it is kept in its alert."""

    finding_id: UUID
    alert_id: UUID
    rule: str
    title: str
    priority: int
    at: datetime
    event: str
    who: str
    reason: str


ROWS: dict[str, type | None] = {
    "lock_world": LockedRow,
    "add": None,
    "grow": None,
    "get": AlertRow,
    "lock": AlertRow,
    "numbered": AlertRow,
    "sharing": SharingRow,
    "alert_of_finding": AlertOfFindingRow,
    "heard": AlertOfFindingRow,
    "add_finding": None,
    "add_entities": None,
    "add_assets": None,
    "findings": FindingRow,
    "entities": EntityRow,
    "assets": AssetRow,
    "acknowledge": None,
    "resolve": None,
    "list": LineRow,
    "count": CountRow,
}


async def lock_world(db: AsyncConnection, drill: UUID | None) -> None:
    """Hold a world (one drill's, or the real one) for raising alerts until the transaction ends."""
    world = f"fireline alerts of {drill or 'the real world'}"
    await rows.one(db, LockedRow, _SQL["lock_world"], {"world": world})


async def add(db: AsyncConnection, new: New, *, now: datetime) -> None:
    """Raise an alert."""
    values = {
        "id": new.id,
        "key": new.key,
        "title": new.standing.title,
        "priority": new.standing.priority.value,
        "service": new.owner.service,
        "team": new.owner.team,
        "policy": new.owner.policy,
        "owner_reason": new.owner.reason.value,
        "runbook": new.standing.runbook,
        "plan_revision": new.plan_revision,
        "at": new.at,
        "now": now,
        "pace": new.pace,
        "drill_id": new.drill_id,
    }
    await rows.run(db, _SQL["add"], values)


async def grow(db: AsyncConnection, alert: UUID, standing: Standing, *, at: datetime) -> None:
    """Write down how an alert stands after one more finding."""
    values = {
        "id": alert,
        "at": at,
        "priority": standing.priority.value,
        "title": standing.title,
        "runbook": standing.runbook,
    }
    await rows.run(db, _SQL["grow"], values)


async def get(db: AsyncConnection, alert: UUID) -> AlertRow | None:
    """Return one alert."""
    return await rows.maybe(db, AlertRow, _SQL["get"], {"id": alert})


async def lock(db: AsyncConnection, alert: UUID) -> AlertRow | None:
    """Return one alert, held until the transaction ends."""
    return await rows.maybe(db, AlertRow, _SQL["lock"], {"id": alert})


async def numbered(db: AsyncConnection, number: int) -> AlertRow | None:
    """Return the alert people call by this number."""
    return await rows.maybe(db, AlertRow, _SQL["numbered"], {"number": number})


async def sharing(
    db: AsyncConnection, entities: Collection[Entity], *, drill: UUID | None
) -> list[SharingRow]:
    """List what live alerts of one world share with these entities, and hold those alerts."""
    values = {**_columns(entities), "drill_id": drill, "limit": MAX_SHARING}
    return await rows.many(db, SharingRow, _SQL["sharing"], values)


async def alert_of_finding(db: AsyncConnection, finding: UUID) -> UUID | None:
    """Return the alert a finding is in, if it is in one."""
    row = await rows.maybe(db, AlertOfFindingRow, _SQL["alert_of_finding"], {"finding_id": finding})
    return row.alert_id if row else None


async def heard(db: AsyncConnection, alert: UUID, *, rule: str, who: str) -> bool:
    """Tell whether an alert already has a finding of this rule about this doer."""
    values = {"alert_id": alert, "rule": rule, "who": who}
    return await rows.maybe(db, AlertOfFindingRow, _SQL["heard"], values) is not None


async def add_finding(db: AsyncConnection, member: Member, *, now: datetime) -> None:
    """Put a finding in its alert."""
    await rows.run(db, _SQL["add_finding"], {**asdict(member), "now": now})


async def add_entities(db: AsyncConnection, alert: UUID, entities: Collection[Entity]) -> None:
    """Remember what an alert's findings have. Saying it twice is saying it once."""
    await rows.run(db, _SQL["add_entities"], {"alert_id": alert, **_columns(entities)})


async def add_assets(db: AsyncConnection, alert: UUID, assets: Sequence[AssetRef]) -> None:
    """Remember which assets are involved, in the order given."""
    values = {
        "alert_id": alert,
        "kinds": [asset.kind for asset in assets],
        "accounts": [asset.account for asset in assets],
        "regions": [asset.region for asset in assets],
        "assets": [asset.id for asset in assets],
    }
    await rows.run(db, _SQL["add_assets"], values)


async def findings(
    db: AsyncConnection, alert: UUID, *, limit: int = MAX_LISTED
) -> list[FindingRow]:
    """List an alert's findings, oldest first."""
    return await rows.many(db, FindingRow, _SQL["findings"], {"alert_id": alert, "limit": limit})


async def entities(
    db: AsyncConnection, alert: UUID, *, limit: int = MAX_ENTITIES
) -> list[EntityRow]:
    """List what an alert's findings have that others may share."""
    return await rows.many(db, EntityRow, _SQL["entities"], {"alert_id": alert, "limit": limit})


async def assets(db: AsyncConnection, alert: UUID, *, limit: int = MAX_LISTED) -> list[AssetRef]:
    """List the assets involved in an alert, in the order they were first seen."""
    found = await rows.many(db, AssetRow, _SQL["assets"], {"alert_id": alert, "limit": limit})
    return [row.ref for row in found]


async def acknowledge(db: AsyncConnection, alert: UUID, *, by: str, now: datetime) -> bool:
    """Write down who has it. `False`: it was not firing."""
    return await rows.run(db, _SQL["acknowledge"], {"id": alert, "by": by, "now": now}) == 1


async def resolve(db: AsyncConnection, alert: UUID, *, by: str, now: datetime) -> bool:
    """Write down that it is over. `False`: it was already."""
    return await rows.run(db, _SQL["resolve"], {"id": alert, "by": by, "now": now}) == 1


async def listed(
    db: AsyncConnection, chosen: Chosen, *, limit: int = MAX_LISTED, offset: int = 0
) -> list[LineRow]:
    """List alerts, most urgent first, then newest."""
    values = {**_filters(chosen), "limit": min(limit, MAX_LISTED), "offset": offset}
    return await rows.many(db, LineRow, _SQL["list"], values)


async def count(db: AsyncConnection, chosen: Chosen) -> int:
    """Count the alerts a list would hold without its limit."""
    return (await rows.one(db, CountRow, _SQL["count"], _filters(chosen))).total


def _filters(chosen: Chosen) -> dict[str, object]:
    return {
        "states": list(chosen.states),
        "teams": list(chosen.teams),
        "services": list(chosen.services),
        "least": chosen.least,
        "drill_id": chosen.drill_id,
        "drills": chosen.drills,
    }


def _columns(entities: Collection[Entity]) -> dict[str, list[str]]:
    ordered = sorted(entities)
    return {"kinds": [e.kind for e in ordered], "values": [e.value for e in ordered]}
