"""Posture as people read it: findings, what changed, how much stands, and what nobody can tell."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("posture_views.sql")
MAX_LISTED = 500
MAX_EXPORTED = 1_000
MAX_COUNTS = 5_000
MAX_REASONS = 100
_LEAST = 5
_NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with its asset, the last word on it, and the exception it is under."""

    id: UUID
    number: int
    drill_id: UUID | None
    signature: str
    title: str
    level: int
    state: str
    first_failed_at: datetime
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str
    reopened: int
    reason: str
    evidence: dict[str, Any]
    baseline: bool
    alerts: bool
    alerted_at: datetime | None
    verdict: str | None
    said: str | None
    since: datetime | None
    judged_at: datetime | None
    asset: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    name: str
    arn: str
    tags: dict[str, Any]
    service: str | None
    gone_at: datetime | None
    exception: int | None
    excepted_by: str | None
    excepted_why: str | None
    excepted_until: datetime | None
    excepted_ticket: str | None

    @property
    def ref(self) -> AssetRef:
        """The asset it is about."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A signature's last word on an asset, as it is exported."""

    asset: UUID
    signature: str
    verdict: str
    reason: str
    since: datetime
    judged_at: datetime
    kind: str
    account: str
    region: str
    asset_id: str
    name: str
    arn: str
    tags: dict[str, Any]
    service: str | None
    finding: UUID | None
    number: int | None
    state: str | None
    first_failed_at: datetime | None
    resolved_at: datetime | None
    reopened: int | None
    evidence: dict[str, Any] | None
    exception: int | None
    excepted_by: str | None
    excepted_why: str | None
    excepted_until: datetime | None

    @property
    def ref(self) -> AssetRef:
        """The asset it is about."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """Something that changed: of a finding where there is one, and of an asset."""

    id: int
    at: datetime
    turn: str
    was: str | None
    became: str
    reason: str
    baseline: bool
    actor: str
    call: str
    signature: str
    number: int | None
    title: str | None
    level: int | None
    kind: str
    account: str
    region: str
    asset_id: str
    name: str
    service: str | None

    @property
    def ref(self) -> AssetRef:
        """The asset it is about."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """How many findings of a severity stood before anybody looked."""

    level: int
    findings: int


@dataclass(frozen=True, slots=True)
class CountedRow:
    """How many open findings stand somewhere."""

    level: int
    account: str
    service: str | None
    state: str
    excepted: bool
    total: int


@dataclass(frozen=True, slots=True)
class DriftRow:
    """How much changed somewhere."""

    account: str
    service: str | None
    turn: str
    turns: int


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """Why nobody can tell, and how often."""

    account: str
    signature: str
    reason: str
    total: int


@dataclass(frozen=True, slots=True)
class AssetsRow:
    """How many assets an account has, how many of them were judged, and what is said of them."""

    account: str
    assets: int
    judged: int
    judged_at: datetime | None
    failing: int
    passing: int
    unknown: int


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """What a signature says of all assets."""

    signature: str
    failing: int
    passing: int
    unknown: int
    not_applicable: int
    excepted: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings to list; `after` is the number of the last one of the page before.

    `level` is 1 for critical to 5; `worst_to` lists that one and the worse.
    """

    state: str | None = "open"
    excepted: bool | None = None
    unsure: bool | None = None
    level: int | None = None
    worst_to: int = _LEAST
    signature: str | None = None
    account: str | None = None
    region: str | None = None
    service: str | None = None
    kind: str | None = None
    asset: UUID | None = None
    words: str | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """Which changes to list; `before` is the id of the last one of the page before."""

    since: datetime
    turns: tuple[str, ...] | None = None
    account: str | None = None
    service: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """Which judgements to export. Without `all_` those that fail, and what is open."""

    all_: bool = False
    account: str | None = None


ROWS: dict[str, type | None] = {
    "baseline_of": BaselineRow,
    "listed": FindingRow,
    "numbered": FindingRow,
    "judgements": JudgementRow,
    "turns_of": TurnRow,
    "drift": TurnRow,
    "drift_counts": DriftRow,
    "counted": CountedRow,
    "unknowns": UnknownRow,
    "judged_assets": AssetsRow,
    "by_signature": SignatureRow,
}


async def baseline_of(
    db: AsyncConnection, account: str, signatures: Collection[str], *, drill: UUID | None
) -> list[BaselineRow]:
    """Count what stood in an account when some signatures first looked, by severity."""
    values = {
        "account": account,
        "signatures": sorted(signatures),
        "drill_id": drill,
        "limit": _LEAST,
    }
    return await rows.many(db, BaselineRow, _SQL["baseline_of"], values)


async def listed(
    db: AsyncConnection, wanted: Wanted, *, drill: UUID | None, now: datetime, limit: int
) -> list[FindingRow]:
    """List findings of one world, the worst first."""
    values = {name: getattr(wanted, name) for name in Wanted.__slots__}
    values |= {"drill_id": drill, "now": now, "limit": min(limit, MAX_LISTED)}
    return await rows.many(db, FindingRow, _SQL["listed"], values)


async def numbered(db: AsyncConnection, number: int, *, now: datetime) -> FindingRow | None:
    """Return one finding."""
    return await rows.maybe(db, FindingRow, _SQL["numbered"], {"number": number, "now": now})


async def judgements(
    db: AsyncConnection,
    wanted: Exported,
    *,
    drill: UUID | None,
    after: tuple[UUID, str] | None,
    now: datetime,
) -> list[JudgementRow]:
    """Return one page of what is exported, after the last of the page before."""
    asset, signature = after or (_NIL, "")
    values = {
        "all": wanted.all_,
        "account": wanted.account,
        "drill_id": drill,
        "after_asset": asset,
        "after_signature": signature,
        "now": now,
        "limit": MAX_EXPORTED,
    }
    return await rows.many(db, JudgementRow, _SQL["judgements"], values)


async def turns_of(db: AsyncConnection, number: int, *, limit: int = MAX_LISTED) -> list[TurnRow]:
    """Return what became of a finding, the latest first."""
    return await rows.many(db, TurnRow, _SQL["turns_of"], {"number": number, "limit": limit})


async def drift(
    db: AsyncConnection, since: Since, *, drill: UUID | None, limit: int
) -> list[TurnRow]:
    """Return what changed since a moment, the latest first."""
    values = {
        "drill_id": drill,
        "since": since.since,
        "turns": None if since.turns is None else list(since.turns),
        "account": since.account,
        "service": since.service,
        "before": since.before,
        "limit": min(limit, MAX_LISTED),
    }
    return await rows.many(db, TurnRow, _SQL["drift"], values)


async def drift_counts(db: AsyncConnection, since: Since, *, drill: UUID | None) -> list[DriftRow]:
    """Count what changed since a moment."""
    values = {
        "drill_id": drill,
        "since": since.since,
        "account": since.account,
        "service": since.service,
        "limit": MAX_COUNTS,
    }
    return await rows.many(db, DriftRow, _SQL["drift_counts"], values)


async def counted(db: AsyncConnection, *, drill: UUID | None, now: datetime) -> list[CountedRow]:
    """Count the open findings of one world."""
    values = {"drill_id": drill, "now": now, "limit": MAX_COUNTS}
    return await rows.many(db, CountedRow, _SQL["counted"], values)


async def unknowns(
    db: AsyncConnection,
    *,
    drill: UUID | None,
    account: str | None = None,
    signature: str | None = None,
) -> list[UnknownRow]:
    """Return why nobody can tell, the most frequent first."""
    values = {
        "drill_id": drill,
        "account": account,
        "signature": signature,
        "limit": MAX_REASONS,
    }
    return await rows.many(db, UnknownRow, _SQL["unknowns"], values)


async def judged_assets(db: AsyncConnection, *, drill: UUID | None) -> list[AssetsRow]:
    """Count the assets of one world, and those that were judged."""
    values = {"drill_id": drill, "limit": MAX_COUNTS}
    return await rows.many(db, AssetsRow, _SQL["judged_assets"], values)


async def by_signature(
    db: AsyncConnection, *, drill: UUID | None, now: datetime
) -> list[SignatureRow]:
    """Count what each signature says of the assets of one world."""
    values = {"drill_id": drill, "now": now, "limit": MAX_COUNTS}
    return await rows.many(db, SignatureRow, _SQL["by_signature"], values)
