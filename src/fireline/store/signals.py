"""Signals as they are remembered: each once in its world, however often it was told."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import psycopg.errors
from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Event, Outcome, Who
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("signals.sql")
MAX_LISTED = 500
MAX_WAYS = 20
# What the database says no to because of a value, not because of the weather.
REFUSED_BY_DATABASE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    UnicodeEncodeError,
)


@dataclass(frozen=True, slots=True)
class NewSignal:
    """A signal about to be kept; every text is one that the database can hold."""

    id: UUID
    external_id: str
    kind: str
    occurred_at: datetime
    via: str
    account: str
    region: str
    who_kind: str
    who_name: str
    who_arn: str
    who_account: str
    who_key: str
    who_address: str
    who_agent: str
    outcome: str
    error_code: str
    read_only: bool
    assets: str
    record: str
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A signal came by a way so many times."""

    external_id: str
    via: str
    times: int


@dataclass(frozen=True, slots=True)
class SetApart:
    """Something that could not become a signal, or could not be judged."""

    id: UUID
    code: str
    why: str
    via: str
    origin: str
    body: bytes
    size: int
    digest: str
    signal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The id of a signal that was new."""

    id: UUID


@dataclass(frozen=True, slots=True)
class UnjudgedRow:
    """A signal no rule has seen yet, exactly as its query returns it."""

    id: UUID
    drill_id: UUID | None
    external_id: str
    kind: str
    occurred_at: datetime
    account: str
    region: str
    who_kind: str
    who_name: str
    who_arn: str
    who_account: str
    who_key: str
    who_address: str
    who_agent: str
    outcome: str
    error_code: str
    read_only: bool
    assets: list[dict[str, str]]
    record: dict[str, Any]

    @property
    def event(self) -> Event:
        """The event the core speaks of."""
        who = Who(
            self.who_kind,
            self.who_name,
            self.who_arn,
            self.who_account,
            self.who_key,
            self.who_address,
            self.who_agent,
        )
        return Event(
            external_id=self.external_id,
            kind=self.kind,
            time=self.occurred_at,
            account=self.account,
            region=self.region,
            who=who,
            assets=assets_from(self.assets),
            outcome=Outcome(self.outcome),
            error_code=self.error_code,
            read_only=self.read_only,
            record=self.record,
        )


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal as people see it. `seen` counts how often it was told."""

    id: UUID
    drill_id: UUID | None
    external_id: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    via: str
    lag_seconds: float
    account: str
    region: str
    who_name: str
    who_arn: str
    who_key: str
    who_address: str
    who_agent: str
    outcome: str
    error_code: str
    read_only: bool
    assets: list[dict[str, str]]
    record: dict[str, Any]
    judged_at: datetime | None
    seen: int


@dataclass(frozen=True, slots=True)
class LagRow:
    """How late one way delivers, in seconds."""

    via: str
    signals: int
    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """Something set apart, with the reason. `body` may be cut; `size` is the whole."""

    id: UUID
    drill_id: UUID | None
    source: str
    code: str
    why: str
    via: str
    origin: str
    body: bytes
    size: int
    signal_id: UUID | None
    first_at: datetime
    last_at: datetime
    times: int


ROWS: dict[str, type | None] = {
    "keep": KeptRow,
    "sight": None,
    "unjudged": UnjudgedRow,
    "mark_judged": None,
    "listed": SignalRow,
    "lag": LagRow,
    "quarantine": None,
    "quarantine_signal": None,
    "quarantined": QuarantinedRow,
}


async def keep(
    db: AsyncConnection,
    signals: Sequence[NewSignal],
    *,
    source: UUID,
    drill: UUID | None,
    now: datetime,
) -> frozenset[UUID]:
    """Keep signals, each external id at most once in the call; return the ids that were new."""
    # Always in the same order, so that two nodes keeping the same signals wait and do not deadlock.
    ordered = sorted(signals, key=lambda signal: signal.external_id)
    values = {"source_id": source, "drill_id": drill, "now": now, **_columns(NewSignal, ordered)}
    return frozenset(row.id for row in await rows.many(db, KeptRow, _SQL["keep"], values))


async def sight(
    db: AsyncConnection, sightings: Sequence[Sighting], *, drill: UUID | None, now: datetime
) -> None:
    """Count the ways signals came; each (signal, way) at most once in the call."""
    values = {"drill_id": drill, "now": now, **_columns(Sighting, sightings)}
    await rows.run(db, _SQL["sight"], values)


async def unjudged(db: AsyncConnection, *, limit: int) -> list[UnjudgedRow]:
    """Take signals nobody has judged and nobody else is judging, in the order they arrived."""
    return await rows.many(db, UnjudgedRow, _SQL["unjudged"], {"limit": limit})


async def mark_judged(db: AsyncConnection, signals: Sequence[UUID], *, now: datetime) -> None:
    """Write down that the rules have seen these."""
    await rows.run(db, _SQL["mark_judged"], {"ids": list(signals), "now": now})


async def listed(
    db: AsyncConnection,
    *,
    drill: UUID | None,
    kind: str | None = None,
    pattern: str | None = None,
    before: UUID | None = None,
    limit: int = MAX_LISTED,
) -> list[SignalRow]:
    """List signals of one world, the newest first. `pattern` is an `ilike` pattern."""
    values = {"drill_id": drill, "kind": kind, "pattern": pattern, "before": before, "limit": limit}
    return await rows.many(db, SignalRow, _SQL["listed"], values)


async def lag(db: AsyncConnection, *, drill: UUID | None) -> list[LagRow]:
    """Measure how late each way delivered in one world."""
    return await rows.many(db, LagRow, _SQL["lag"], {"drill_id": drill, "limit": MAX_WAYS})


async def quarantine(
    db: AsyncConnection,
    things: Sequence[SetApart],
    *,
    source: UUID,
    drill: UUID | None,
    now: datetime,
) -> None:
    """Set things apart; each digest at most once in the call."""
    ordered = sorted(things, key=lambda thing: thing.digest)
    values = {"source_id": source, "drill_id": drill, "now": now, **_columns(SetApart, ordered)}
    await rows.run(db, _SQL["quarantine"], values)


async def quarantine_signal(
    db: AsyncConnection, signal: UUID, apart: SetApart, *, now: datetime
) -> None:
    """Set a kept signal apart that could not be judged."""
    values = {
        "id": apart.id,
        "code": apart.code,
        "why": apart.why,
        "body": apart.body,
        "digest": apart.digest,
        "signal_id": signal,
        "now": now,
    }
    await rows.run(db, _SQL["quarantine_signal"], values)


async def quarantined(
    db: AsyncConnection,
    *,
    drill: UUID | None = None,
    before: UUID | None = None,
    limit: int = MAX_LISTED,
) -> list[QuarantinedRow]:
    """List what was set apart, the newest first: of one drill, or everything."""
    values = {"drill_id": drill, "before": before, "limit": limit}
    return await rows.many(db, QuarantinedRow, _SQL["quarantined"], values)


def assets_from(written: Sequence[dict[str, str]]) -> tuple[AssetRef, ...]:
    """Read assets as they are stored."""
    return tuple(AssetRef(**each) for each in written)


def assets_written(assets: Sequence[AssetRef]) -> list[dict[str, str]]:
    """Write assets as they are stored."""
    return [
        {"kind": each.kind, "account": each.account, "id": each.id, "region": each.region}
        for each in assets
    ]


def _columns(shape: type, values: Sequence[object]) -> dict[str, list[Any]]:
    """Turn rows into the columns that `unnest` takes."""
    names = [field.name for field in fields(shape)]
    return {name: [getattr(value, name) for value in values] for name in names}
