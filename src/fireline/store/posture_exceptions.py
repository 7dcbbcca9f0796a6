"""Exceptions to posture findings, and which finding is under which."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.posture_exceptions import Judged, Scope
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("posture_exceptions.sql")
EXCEPTION = "posture_exception"  # the kind of its row in due
MAX_LISTED = 500
MAX_STANDING = 2_000
MAX_OPEN = 20_000
MAX_JUDGED = 50_000


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """One exception, exactly as its query returns it."""

    id: UUID
    number: int
    drill_id: UUID | None
    signature: str
    asset: str
    tag: str
    account: str
    owner: str
    ticket: str
    reason: str
    broad_why: str
    expires_at: datetime
    made_by: str
    made_at: datetime
    warned_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None

    @property
    def scope(self) -> Scope:
        """What it covers."""
        return Scope(self.signature, self.asset, self.tag, self.account)

    def stands(self, now: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.ended_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class HoldingRow(ExceptionRow):
    """An exception, and how many open findings are under it."""

    holds: int


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """An asset as exceptions see it."""

    kind: str
    account: str
    region: str
    asset_id: str
    arn: str
    tags: dict[str, Any]

    @property
    def judged(self) -> Judged:
        """The asset the core speaks of."""
        ref = AssetRef(self.kind, self.account, self.asset_id, self.region)
        return Judged(ref, self.arn, {name: str(value) for name, value in self.tags.items()})


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open finding as exceptions see it."""

    id: UUID
    exception_id: UUID | None
    alerts: bool
    alerted_at: datetime | None
    kind: str
    account: str
    region: str
    asset_id: str
    arn: str
    tags: dict[str, Any]

    @property
    def judged(self) -> Judged:
        """The asset the core speaks of."""
        ref = AssetRef(self.kind, self.account, self.asset_id, self.region)
        return Judged(ref, self.arn, {name: str(value) for name, value in self.tags.items()})


@dataclass(frozen=True, slots=True)
class New:
    """An exception about to be made."""

    id: UUID
    drill_id: UUID | None
    scope: Scope
    owner: str
    ticket: str
    reason: str
    broad: str
    expires_at: datetime
    by: str


ROWS: dict[str, type | None] = {
    "add": None,
    "standing": ExceptionRow,
    "listed": HoldingRow,
    "numbered": HoldingRow,
    "some": ExceptionRow,
    "lock": ExceptionRow,
    "warned": None,
    "over": None,
    "cover": None,
    "open_of": OpenRow,
    "judged_by": JudgedRow,
}


async def add(db: AsyncConnection, new: New, *, now: datetime) -> None:
    """Make an exception."""
    values = {
        "id": new.id,
        "drill_id": new.drill_id,
        "signature": new.scope.signature,
        "asset": new.scope.asset,
        "tag": new.scope.tag,
        "account": new.scope.account,
        "owner": new.owner,
        "ticket": new.ticket,
        "reason": new.reason,
        "broad": new.broad,
        "expires_at": new.expires_at,
        "by": new.by,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def standing(
    db: AsyncConnection, signatures: Collection[str], *, drill: UUID | None, now: datetime
) -> list[ExceptionRow]:
    """Return the exceptions that stand for some signatures, those that last longest first."""
    values = {
        "signatures": sorted(signatures),
        "drill_id": drill,
        "now": now,
        "limit": MAX_STANDING,
    }
    return await rows.many(db, ExceptionRow, _SQL["standing"], values)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exceptions to list."""

    signature: str | None = None
    ended: bool = False


async def listed(
    db: AsyncConnection,
    wanted: Wanted,
    *,
    drill: UUID | None,
    now: datetime,
    limit: int = MAX_LISTED,
    offset: int = 0,
) -> list[HoldingRow]:
    """List the exceptions of one world, those that stand and end soonest first."""
    values = {
        "drill_id": drill,
        "ended": wanted.ended,
        "signature": wanted.signature,
        "now": now,
        "limit": limit,
        "offset": offset,
    }
    return await rows.many(db, HoldingRow, _SQL["listed"], values)


async def numbered(db: AsyncConnection, number: int) -> HoldingRow | None:
    """Return one exception."""
    return await rows.maybe(db, HoldingRow, _SQL["numbered"], {"number": number})


async def some(db: AsyncConnection, ids: Collection[UUID]) -> list[ExceptionRow]:
    """Return some exceptions, in no order."""
    values = {"ids": sorted(ids), "limit": MAX_STANDING}
    return await rows.many(db, ExceptionRow, _SQL["some"], values)


async def lock(db: AsyncConnection, exception: UUID) -> ExceptionRow | None:
    """Return an exception, held for this transaction."""
    return await rows.maybe(db, ExceptionRow, _SQL["lock"], {"id": exception})


async def warned(db: AsyncConnection, exception: UUID, *, now: datetime) -> None:
    """Say that its owner was told that it ends soon."""
    await rows.run(db, _SQL["warned"], {"id": exception, "now": now})


async def over(db: AsyncConnection, exception: UUID, *, by: str, now: datetime) -> None:
    """Let an exception be over."""
    await rows.run(db, _SQL["over"], {"id": exception, "by": by, "now": now})


async def cover(db: AsyncConnection, pairs: Sequence[tuple[UUID, UUID | None]]) -> None:
    """Say which exception each of some findings is under; `None`: none."""
    values = {
        "findings": [finding for finding, _ in pairs],
        "exceptions": [exception for _, exception in pairs],
    }
    await rows.run(db, _SQL["cover"], values)


async def open_of(db: AsyncConnection, signature: str, *, drill: UUID | None) -> list[OpenRow]:
    """Return the open findings of a signature in one world, held for this transaction."""
    values = {"signature": signature, "drill_id": drill, "limit": MAX_OPEN}
    return await rows.many(db, OpenRow, _SQL["open_of"], values)


async def judged_by(db: AsyncConnection, signature: str, *, drill: UUID | None) -> list[Judged]:
    """Return the assets a signature says something of."""
    values = {"signature": signature, "drill_id": drill, "limit": MAX_JUDGED}
    found = await rows.many(db, JudgedRow, _SQL["judged_by"], values)
    return [row.judged for row in found]
