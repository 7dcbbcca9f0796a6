"""Changes as they are remembered: each once under its source's key, however often it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.values.time import Span
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("changes.sql")
MAX_LISTED = 200
MAX_NEAR = 5_000
MAX_SERVICES = 200
MAX_THINGS = 2_000
MAX_ALERTS = 500


@dataclass(frozen=True, slots=True)
class New:
    """A change about to be kept; every text is one that the database can hold."""

    id: UUID
    source_id: UUID
    drill_id: UUID | None
    key: str
    kind: str
    title: str
    description: str
    service: str | None
    hint: str
    actor: str
    planned: bool | None
    at: datetime
    revision: str
    entities: list[list[str]]
    assets: list[dict[str, str]]
    labels: dict[str, str]
    links: list[dict[str, str]]
    times: int = 1
    payload_id: UUID | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The change as JSON names it."""
        said = {name: getattr(self, name) for name in self.__slots__}
        for name in ("id", "source_id", "drill_id", "payload_id"):
            said[name] = None if said[name] is None else str(said[name])
        return said | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A change that is kept, and its number."""

    id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class NearRow:
    """A change as the search for a cause needs it."""

    id: UUID
    kind: str
    service: str | None
    actor: str
    planned: bool | None
    at: datetime
    things: list[list[str]]


@dataclass(frozen=True, slots=True)
class Related:
    """What a change must be of, or about, to be looked at."""

    services: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """Where, by whom and on what a change was told of."""

    service: str | None
    hint: str
    actor: str
    at: datetime
    assets: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change as people see it; `source` is the source's name."""

    id: UUID
    number: int
    source: str
    drill_id: UUID | None
    key: str
    kind: str
    title: str
    description: str
    service: str | None
    hint: str
    actor: str
    planned: bool | None
    at: datetime
    revision: str
    assets: list[dict[str, str]]
    labels: dict[str, Any]
    links: list[dict[str, str]]
    times: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert whose cause is looked for."""

    id: UUID
    drill_id: UUID | None
    service: str | None
    first_at: datetime


@dataclass(frozen=True, slots=True)
class FeltRow:
    """How a problem shows in one service."""

    service: str
    first_at: datetime
    symptoms: int


@dataclass(frozen=True, slots=True)
class ThingRow:
    """Something alerts are about."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class IdRow:
    """The id of an alert."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes to list; `before` is the number of the last one of the page before."""

    service: str | None = None
    kind: str | None = None
    unplanned: bool = False
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


ROWS: dict[str, type | None] = {
    "keep": KeptRow,
    "near": NearRow,
    "recorded": RecordedRow,
    "listed": ChangeRow,
    "some": ChangeRow,
    "numbered": ChangeRow,
    "alert": AlertRow,
    "felt": FeltRow,
    "things": ThingRow,
    "alerts_of_incident": IdRow,
}
NEVER_NULL = {("felt", "service"): "the query leaves out symptoms without one"}


async def keep(db: AsyncConnection, new: Sequence[New], *, now: datetime) -> list[KeptRow]:
    """Keep changes; each (source, key) at most once in the call."""
    values = {"rows": Jsonb([one.row for one in new]), "now": now}
    return await rows.many(db, KeptRow, _SQL["keep"], values)


async def near(
    db: AsyncConnection, span: Span, related: Related, *, drill: UUID | None, limit: int = MAX_NEAR
) -> list[NearRow]:
    """List what changed in one world in a span, of some services or about some things."""
    values = {
        "drill_id": drill,
        "starts_at": span.start,
        "ends_at": span.end,
        "services": list(related.services),
        "values": list(related.values),
        "limit": limit,
    }
    return await rows.many(db, NearRow, _SQL["near"], values)


async def recorded(
    db: AsyncConnection, span: Span, *, drill: UUID | None, limit: int = MAX_NEAR
) -> list[RecordedRow]:
    """List where and on what changes were told of in a span."""
    values = {"drill_id": drill, "starts_at": span.start, "ends_at": span.end, "limit": limit}
    return await rows.many(db, RecordedRow, _SQL["recorded"], values)


async def listed(
    db: AsyncConnection, wanted: Wanted, *, drill: UUID | None, limit: int = MAX_LISTED
) -> list[ChangeRow]:
    """List changes of one world, the latest first."""
    values = {
        "drill_id": drill,
        "service": wanted.service,
        "kind": wanted.kind,
        "unplanned": wanted.unplanned,
        "since": wanted.since,
        "until": wanted.until,
        "before": wanted.before,
        "limit": limit,
    }
    return await rows.many(db, ChangeRow, _SQL["listed"], values)


async def some(db: AsyncConnection, ids: Sequence[UUID]) -> list[ChangeRow]:
    """Return some changes, in no order."""
    values = {"ids": list(ids), "limit": MAX_LISTED}
    return await rows.many(db, ChangeRow, _SQL["some"], values)


async def numbered(db: AsyncConnection, number: int) -> ChangeRow | None:
    """Return one change."""
    return await rows.maybe(db, ChangeRow, _SQL["numbered"], {"number": number})


async def alerts(db: AsyncConnection, ids: Sequence[UUID]) -> list[AlertRow]:
    """Return alerts as the search for their cause sees them."""
    values = {"ids": list(ids), "limit": MAX_ALERTS}
    return await rows.many(db, AlertRow, _SQL["alert"], values)


async def felt(db: AsyncConnection, alerts: Sequence[UUID]) -> list[FeltRow]:
    """List the services some alerts show in."""
    values = {"alerts": list(alerts), "limit": MAX_SERVICES}
    return await rows.many(db, FeltRow, _SQL["felt"], values)


async def things(db: AsyncConnection, alerts: Sequence[UUID]) -> list[ThingRow]:
    """List what some alerts are about."""
    values = {"alerts": list(alerts), "limit": MAX_THINGS}
    return await rows.many(db, ThingRow, _SQL["things"], values)


async def alerts_of_incident(db: AsyncConnection, incident: UUID) -> list[UUID]:
    """Return the alerts of an incident."""
    values = {"incident_id": incident, "limit": MAX_ALERTS}
    return [row.id for row in await rows.many(db, IdRow, _SQL["alerts_of_incident"], values)]
