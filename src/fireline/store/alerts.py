"""Alerts as they are remembered: what they are about, what is in them, and how they stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.entity import Entity
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("alerts.sql")
MAX_LISTED = 500
MAX_SERVICES = 10_000
MAX_ENTITIES = 1000


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
    description: str
    symptoms: int
    live_symptoms: int
    confidence: int | None
    route: str | None
    again_of: UUID | None
    flaps: int
    merged_into: UUID | None
    untold_why: str | None
    told_by: UUID | None
    snoozed_until: datetime | None
    suppressed_by: UUID | None
    suppressed_until: datetime | None
    assigned_to: str | None


@dataclass(frozen=True, slots=True)
class NumberRow:
    """The number people call an alert by."""

    number: int


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """How many alerts one service opened lately; the empty service is nobody's."""

    service: str
    opened: int


@dataclass(frozen=True, slots=True)
class SpokenForRow:
    """An alert a storm speaks for."""

    alert_id: UUID


@dataclass(frozen=True, slots=True)
class AlertOfFindingRow:
    """Which alert a finding is in."""

    finding_id: UUID
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
    "numbers": NumberRow,
    "add_many": None,
    "change_many": None,
    "lock_many": AlertRow,
    "opened_since": OpenedRow,
    "spoken_for": SpokenForRow,
    "get": AlertRow,
    "lock": AlertRow,
    "numbered": AlertRow,
    "alerts_of_findings": AlertOfFindingRow,
    "add_findings": None,
    "add_entities": None,
    "add_assets": None,
    "findings": FindingRow,
    "entities": EntityRow,
    "assets": AssetRow,
    "acknowledge": None,
    "resolve": None,
}


async def numbers(db: AsyncConnection, many: int) -> list[int]:
    """Take the next numbers people will call alerts by."""
    found = await rows.many(db, NumberRow, _SQL["numbers"], {"many": many})
    return [row.number for row in found]


async def add_many(db: AsyncConnection, new: Sequence[Mapping[str, object]]) -> None:
    """Raise alerts; each row has every column the query names, as JSON holds it."""
    await rows.run(db, _SQL["add_many"], {"rows": Jsonb(list(new))})


async def change_many(db: AsyncConnection, changed: Sequence[Mapping[str, object]]) -> None:
    """Write down how alerts stand now; the caller holds them."""
    await rows.run(db, _SQL["change_many"], {"rows": Jsonb(list(changed))})


async def lock_many(db: AsyncConnection, ids: Collection[UUID]) -> list[AlertRow]:
    """Return alerts, held until the transaction ends."""
    values = {"ids": list(ids), "limit": len(ids)}
    return await rows.many(db, AlertRow, _SQL["lock_many"], values)


async def opened_since(
    db: AsyncConnection, since: datetime, *, drill: UUID | None
) -> dict[str, int]:
    """Count what each service of a world opened since a moment."""
    values = {"since": since, "drill_id": drill, "limit": MAX_SERVICES}
    found = await rows.many(db, OpenedRow, _SQL["opened_since"], values)
    return {row.service: row.opened for row in found}


async def is_spoken_for(db: AsyncConnection, storm: UUID) -> bool:
    """Say whether a storm's summary that nobody answered still speaks for an alert that fires."""
    return await rows.maybe(db, SpokenForRow, _SQL["spoken_for"], {"storm": storm}) is not None


async def get(db: AsyncConnection, alert: UUID) -> AlertRow | None:
    """Return one alert."""
    return await rows.maybe(db, AlertRow, _SQL["get"], {"id": alert})


async def lock(db: AsyncConnection, alert: UUID) -> AlertRow | None:
    """Return one alert, held until the transaction ends."""
    return await rows.maybe(db, AlertRow, _SQL["lock"], {"id": alert})


async def numbered(db: AsyncConnection, number: int) -> AlertRow | None:
    """Return the alert people call by this number."""
    return await rows.maybe(db, AlertRow, _SQL["numbered"], {"number": number})


async def alerts_of_findings(db: AsyncConnection, findings: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the alert of each finding that is in one."""
    values = {"finding_ids": list(findings), "limit": len(findings)}
    found = await rows.many(db, AlertOfFindingRow, _SQL["alerts_of_findings"], values)
    return {row.finding_id: row.alert_id for row in found}


async def add_findings(db: AsyncConnection, members: Sequence[Member], *, now: datetime) -> None:
    """Put findings in their alerts."""
    columns: dict[str, object] = {
        field.name: [getattr(member, field.name) for member in members] for field in fields(Member)
    }
    await rows.run(db, _SQL["add_findings"], {**columns, "now": now})


async def add_entities(db: AsyncConnection, found: Sequence[tuple[UUID, Entity]]) -> None:
    """Remember what alerts' findings have. Saying it twice is saying it once."""
    values = {
        "alert_ids": [alert for alert, _ in found],
        "kinds": [entity.kind for _, entity in found],
        "values": [entity.value for _, entity in found],
    }
    await rows.run(db, _SQL["add_entities"], values)


async def add_assets(db: AsyncConnection, found: Sequence[tuple[UUID, AssetRef]]) -> None:
    """Remember which assets are involved in alerts, in the order given."""
    values = {
        "alert_ids": [alert for alert, _ in found],
        "kinds": [asset.kind for _, asset in found],
        "accounts": [asset.account for _, asset in found],
        "regions": [asset.region for _, asset in found],
        "assets": [asset.id for _, asset in found],
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
