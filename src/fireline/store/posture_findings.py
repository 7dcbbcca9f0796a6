"""What signatures said of assets, and the findings that came of it: read and written by who judges.

Whole pages of assets at a time: the number of statements does not grow with their number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.core.assets.ref import AssetRef
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("posture_findings.sql")
MAX_WORDS = 200_000
MAX_SIGNATURES = 2_000
MAX_UNHEARD = 200
MAX_NEIGHBOURS = 5_000
MAX_TOLD = 10_000


@dataclass(frozen=True, slots=True)
class KnownRow:
    """An asset as who judges knows it; `judged_at` and `mark` are of the last time."""

    asset: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    arn: str
    tags: dict[str, Any]
    judged_at: datetime | None
    mark: str | None

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class WordsRow:
    """All that was said of an asset: signature, verdict, reason, and since when."""

    asset: UUID
    said: list[list[str]]


@dataclass(frozen=True, slots=True)
class LifeRow:
    """The life of a finding."""

    asset: UUID
    signature: str
    finding: UUID
    state: str
    first_failed_at: datetime
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str
    reopened: int
    evidence: dict[str, Any]
    title: str
    level: int
    alerts: bool
    baseline: bool
    alerted_at: datetime | None
    exception_id: UUID | None


@dataclass(frozen=True, slots=True)
class JudgedAsset:
    """An asset that was judged: on what that rests, and how much was said of it."""

    asset: UUID
    mark: str
    failing: int
    passing: int
    unknown: int


@dataclass(frozen=True, slots=True)
class RefRow:
    """An asset, by name."""

    kind: str
    account: str
    region: str
    asset_id: str

    @property
    def ref(self) -> AssetRef:
        """The asset."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class WhomRow:
    """Who last changed an asset, by which call."""

    asset: UUID
    who: str
    call: str | None
    called_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldRow:
    """That an account is held; the answer itself says nothing."""

    held: bool


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """The id of a signature."""

    signature: str


@dataclass(frozen=True, slots=True)
class ToTellRow:
    """A finding as its alert tells of it."""

    id: UUID
    number: int
    signature: str
    title: str
    level: int
    state: str
    reason: str
    evidence: dict[str, Any]
    resolution: str
    opened_at: datetime
    reopened: int
    baseline: bool
    alerts: bool
    alerted_at: datetime | None
    exception_id: UUID | None
    asset: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    name: str
    arn: str
    tags: dict[str, Any]
    service: str | None

    @property
    def ref(self) -> AssetRef:
        """The asset it is about."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class NewVerdict:
    """A signature's word on an asset, about to be kept."""

    asset: UUID
    signature: str
    verdict: str
    reason: str
    since: datetime


ROWS: dict[str, type | None] = {
    "hold_account": HeldRow,
    "known": KnownRow,
    "words": WordsRow,
    "lives": LifeRow,
    "judged": None,
    "same": None,
    "unmark": None,
    "keep_verdicts": None,
    "keep_findings": None,
    "keep_turns": None,
    "forget_verdicts": None,
    "whom": WhomRow,
    "baselines": SignatureRow,
    "keep_baselines": None,
    "unheard": RefRow,
    "neighbours": RefRow,
    "raised": None,
    "quiet": None,
    "to_tell": ToTellRow,
}
NEVER_NULL = {("whom", "who"): "the where clause asks for it"}


async def hold_accounts(
    db: AsyncConnection, accounts: Collection[str], *, drill: UUID | None
) -> None:
    """Judge accounts alone until this transaction ends, always in the same order."""
    for account in sorted(set(accounts)):
        values = {"world": str(drill or ""), "account": account}
        await rows.one(db, HeldRow, _SQL["hold_account"], values)


async def known(
    db: AsyncConnection, refs: Sequence[AssetRef], *, drill: UUID | None
) -> list[KnownRow]:
    """Return some assets. What the inventory lacks is absent."""
    values = {**_named(refs), "drill_id": drill, "limit": len(refs)}
    return await rows.many(db, KnownRow, _SQL["known"], values)


async def words(db: AsyncConnection, assets: Collection[UUID]) -> dict[UUID, list[list[str]]]:
    """Return what was said of some assets."""
    values = {"assets": sorted(assets), "limit": len(assets)}
    return {row.asset: row.said for row in await rows.many(db, WordsRow, _SQL["words"], values)}


async def lives(db: AsyncConnection, assets: Collection[UUID]) -> dict[tuple[UUID, str], LifeRow]:
    """Return the findings of some assets, by asset and signature."""
    values = {"assets": sorted(assets), "limit": MAX_WORDS}
    found = await rows.many(db, LifeRow, _SQL["lives"], values)
    return {(row.asset, row.signature): row for row in found}


async def judged(db: AsyncConnection, assets: Sequence[JudgedAsset], *, now: datetime) -> None:
    """Say that assets were judged now."""
    values = {
        "assets": [one.asset for one in assets],
        "marks": [one.mark for one in assets],
        "failing": [one.failing for one in assets],
        "passing": [one.passing for one in assets],
        "unknown": [one.unknown for one in assets],
        "now": now,
    }
    await rows.run(db, _SQL["judged"], values)


async def same(db: AsyncConnection, assets: Collection[UUID], *, now: datetime) -> None:
    """Say that assets were judged now and nothing about them is different."""
    await rows.run(db, _SQL["same"], {"assets": sorted(assets), "now": now})


async def unmark(db: AsyncConnection, assets: Collection[UUID]) -> None:
    """Let assets that are gone be judged anew should they come back."""
    await rows.run(db, _SQL["unmark"], {"assets": sorted(assets)})


async def keep_verdicts(db: AsyncConnection, new: Sequence[NewVerdict]) -> None:
    """Keep the last words of signatures."""
    said = [
        {"a": one.asset, "s": one.signature, "v": one.verdict, "r": one.reason, "t": one.since}
        for one in new
    ]
    # One text is many times cheaper than as many arrays, for whoever writes them.
    await rows.run(db, _SQL["keep_verdicts"], {"rows": orjson.dumps(said).decode()})


async def keep_findings(
    db: AsyncConnection, new: Sequence[dict[str, Any]], *, drill: UUID | None
) -> None:
    """Keep how findings stand, each as JSON names it."""
    await rows.run(db, _SQL["keep_findings"], {"rows": Jsonb(list(new)), "drill_id": drill})


async def keep_turns(
    db: AsyncConnection, new: Sequence[dict[str, Any]], *, drill: UUID | None, now: datetime
) -> None:
    """Write down what changed, each as JSON names it."""
    values = {"rows": Jsonb(list(new)), "drill_id": drill, "now": now}
    await rows.run(db, _SQL["keep_turns"], values)


async def forget_verdicts(db: AsyncConnection, pairs: Sequence[tuple[UUID, str]]) -> None:
    """Take back words that are about nothing any more."""
    values = {"assets": [asset for asset, _ in pairs], "signatures": [name for _, name in pairs]}
    await rows.run(db, _SQL["forget_verdicts"], values)


async def whom(db: AsyncConnection, assets: Collection[UUID]) -> dict[UUID, WhomRow]:
    """Return who last changed assets, where that is known."""
    values = {"assets": sorted(assets), "limit": MAX_TOLD}
    found = await rows.many(db, WhomRow, _SQL["whom"], values)
    return {row.asset: row for row in found}


async def baselines(db: AsyncConnection, account: str, *, drill: UUID | None) -> frozenset[str]:
    """Return the signatures that have judged all of an account once."""
    values = {"account": account, "drill_id": drill, "limit": MAX_SIGNATURES}
    found = await rows.many(db, SignatureRow, _SQL["baselines"], values)
    return frozenset(row.signature for row in found)


async def keep_baselines(
    db: AsyncConnection,
    account: str,
    signatures: Collection[str],
    *,
    drill: UUID | None,
    now: datetime,
) -> None:
    """Say that signatures have judged all of an account."""
    values = {
        "account": account,
        "signatures": sorted(signatures),
        "drill_id": drill,
        "now": now,
    }
    await rows.run(db, _SQL["keep_baselines"], values)


async def unheard(
    db: AsyncConnection, account: str, kinds: Collection[str], *, drill: UUID | None
) -> list[AssetRef]:
    """Return assets of an account that were judged once and are gone, or of none of some kinds."""
    values = {
        "account": account,
        "kinds": sorted(kinds),
        "drill_id": drill,
        "limit": MAX_UNHEARD,
    }
    return [row.ref for row in await rows.many(db, RefRow, _SQL["unheard"], values)]


async def neighbours(
    db: AsyncConnection, refs: Sequence[AssetRef], *, of: Collection[str], drill: UUID | None
) -> list[AssetRef]:
    """Return the assets of some kinds that are linked to one of some assets, either way."""
    values = {
        **_named(refs),
        "wanted": sorted(of),
        "drill_id": drill,
        "limit": MAX_NEIGHBOURS,
    }
    return [row.ref for row in await rows.many(db, RefRow, _SQL["neighbours"], values)]


async def raised(db: AsyncConnection, findings: Collection[UUID], *, now: datetime) -> None:
    """Say that an alert stands for findings."""
    await rows.run(db, _SQL["raised"], {"ids": sorted(findings), "now": now})


async def quiet(db: AsyncConnection, findings: Collection[UUID]) -> None:
    """Say that no alert stands for findings any more."""
    await rows.run(db, _SQL["quiet"], {"ids": sorted(findings)})


async def to_tell(db: AsyncConnection, findings: Collection[UUID]) -> list[ToTellRow]:
    """Return findings as their alerts tell of them, the worst first."""
    values = {"ids": sorted(findings), "limit": MAX_TOLD}
    return await rows.many(db, ToTellRow, _SQL["to_tell"], values)


def _named(refs: Sequence[AssetRef]) -> dict[str, list[str]]:
    return {
        "kinds": [ref.kind for ref in refs],
        "accounts": [ref.account for ref in refs],
        "regions": [ref.region for ref in refs],
        "ids": [ref.id for ref in refs],
    }
