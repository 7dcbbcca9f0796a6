"""Assets as they were last seen, their versions and links: saved many at once, never one by one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("assets.sql")
MAX_AT_ONCE = 1000
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class KnownRow:
    """An asset that is known. What it was is given where it is `same` no longer."""

    id: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    version: int
    service: str | None
    owner_reason: str
    doubt: str
    read_at: datetime
    gone_at: datetime | None
    tags: dict[str, str]
    same: bool
    config: dict[str, Any]
    unread: dict[str, str]
    kept: dict[str, Any]

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class Saved:
    """An asset about to be saved; JSON is text that the database can hold."""

    id: UUID
    account: str
    region: str
    kind: str
    asset_id: str
    arn: str
    name: str
    tags: str
    config: str
    unread: str
    kept: str
    links: str
    digest: str
    words: str
    version: int
    service: str | None
    owner_reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """What an asset is from now on: its configuration, and the difference to before."""

    asset: UUID
    version: int
    happened: str
    config: str
    diff: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The call that changed an asset, as the cloud's log has it; all empty when nobody knows."""

    who: str | None = None
    call: str | None = None
    called_at: datetime | None = None
    signal: UUID | None = None


NO_CAUSE = Cause()


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One thing an asset points at."""

    asset: UUID
    relation: str
    to_kind: str
    to_account: str
    to_region: str
    to_id: str


@dataclass(frozen=True, slots=True)
class RefRow:
    """The name of an asset."""

    kind: str
    account: str
    region: str
    asset_id: str

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class IdRow:
    """The id of an asset that was new."""

    id: UUID


@dataclass(frozen=True, slots=True)
class ToOwnRow:
    """What says whose an asset is, and whose it is thought to be."""

    id: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    tags: dict[str, str]
    service: str | None
    owner_reason: str

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose an asset is."""

    id: UUID
    service: str | None
    owner_reason: str


@dataclass(frozen=True, slots=True)
class Costed:
    """What a resource cost, as its cloud's bill names it."""

    resource: str
    amount: str
    currency: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """In which world assets were read, and when the reading began."""

    drill: UUID | None
    read_at: datetime
    now: datetime


ROWS: dict[str, type | None] = {
    "known": KnownRow,
    "add": IdRow,
    "change": None,
    "touch": None,
    "add_versions": None,
    "attribute": None,
    "unlink": None,
    "link": None,
    "lose": RefRow,
    "lose_one": RefRow,
    "doubt": None,
    "to_own": ToOwnRow,
    "own": None,
    "set_costs": None,
    "forget_costs": None,
}


async def known(
    db: AsyncConnection, refs: Sequence[AssetRef], digests: Sequence[str], *, drill: UUID | None
) -> list[KnownRow]:
    """Hold those of some assets that are known; what was known of them where the digest is new."""
    values = {
        "drill_id": drill,
        "kind": [ref.kind for ref in refs],
        "account": [ref.account for ref in refs],
        "region": [ref.region for ref in refs],
        "asset_id": [ref.id for ref in refs],
        "digest": list(digests),
        "limit": MAX_AT_ONCE,
    }
    return await rows.many(db, KnownRow, _SQL["known"], values)


async def add(db: AsyncConnection, new: Sequence[Saved], reading: Reading) -> frozenset[UUID]:
    """Keep assets seen for the first time; return the ids of those nobody else had added."""
    values = {**_columns(Saved, new), **_moments(reading), "drill_id": reading.drill}
    return frozenset(row.id for row in await rows.many(db, IdRow, _SQL["add"], values))


async def change(db: AsyncConnection, changed: Sequence[Saved], reading: Reading) -> None:
    """Set known assets to what was read of them."""
    columns = _columns(Saved, changed)
    for name in ("account", "region", "kind", "asset_id"):
        del columns[name]
    await rows.run(db, _SQL["change"], {**columns, **_moments(reading)})


async def touch(db: AsyncConnection, ids: Sequence[UUID], reading: Reading) -> None:
    """Write down that assets are as they were."""
    await rows.run(db, _SQL["touch"], {"ids": list(ids), **_moments(reading)})


async def add_versions(
    db: AsyncConnection, versions: Sequence[Version], cause: Cause, *, now: datetime
) -> None:
    """Write down what assets are from now on, and who made them so."""
    values = {**_columns(Version, versions), **_cause(cause), "now": now}
    await rows.run(db, _SQL["add_versions"], values)


async def attribute(db: AsyncConnection, asset: UUID, cause: Cause) -> None:
    """Say who made an asset's latest version, where a look saw it before its call was heard of."""
    await rows.run(db, _SQL["attribute"], {"asset": asset, **_cause(cause)})


async def relink(db: AsyncConnection, assets: Sequence[UUID], links: Sequence[LinkRow]) -> None:
    """Let assets point at these things and at nothing else."""
    await rows.run(db, _SQL["unlink"], {"ids": list(assets)})
    if links:
        await rows.run(db, _SQL["link"], _columns(LinkRow, links))


async def lose(
    db: AsyncConnection, account: str, region: str, kinds: Collection[str], reading: Reading
) -> tuple[AssetRef, ...]:
    """Mark what a reading of everything did not find in a place as gone; return it."""
    values = {
        "drill_id": reading.drill,
        "account": account,
        "region": region,
        "kinds": list(kinds),
        **_moments(reading),
    }
    return tuple(row.ref for row in await rows.many(db, RefRow, _SQL["lose"], values))


async def lose_one(db: AsyncConnection, ref: AssetRef, cause: Cause, reading: Reading) -> bool:
    """Mark an asset as gone that was looked for alone. `False`: it was not known, or gone."""
    values = {**_place(ref, reading.drill), **_cause(cause), **_moments(reading)}
    return bool(await rows.many(db, RefRow, _SQL["lose_one"], values))


async def doubt(db: AsyncConnection, ref: AssetRef, why: str, *, drill: UUID | None) -> None:
    """Write down why what is known of an asset may be old."""
    await rows.run(db, _SQL["doubt"], {**_place(ref, drill), "doubt": why})


async def to_own(
    db: AsyncConnection, account: str, *, drill: UUID | None, after: UUID | None
) -> list[ToOwnRow]:
    """List assets of an account in the order of their ids, to find out again whose they are."""
    values = {"drill_id": drill, "account": account, "after": after, "limit": MAX_LISTED}
    return await rows.many(db, ToOwnRow, _SQL["to_own"], values)


async def own(db: AsyncConnection, owned: Sequence[Owned]) -> None:
    """Write down whose assets are."""
    await rows.run(db, _SQL["own"], _columns(Owned, owned))


async def set_costs(
    db: AsyncConnection, account: str, costs: Sequence[Costed], *, drill: UUID | None
) -> int:
    """Set what resources of an account cost; return how many assets that was said of."""
    values = {**_columns(Costed, costs), "drill_id": drill, "account": account}
    return await rows.run(db, _SQL["set_costs"], values)


async def forget_costs(db: AsyncConnection, account: str, *, drill: UUID | None) -> None:
    """Forget what an account's assets cost."""
    await rows.run(db, _SQL["forget_costs"], {"drill_id": drill, "account": account})


def _place(ref: AssetRef, drill: UUID | None) -> dict[str, Any]:
    return {
        "drill_id": drill,
        "account": ref.account,
        "kind": ref.kind,
        "region": ref.region,
        "asset_id": ref.id,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "who": cause.who,
        "call": cause.call,
        "called_at": cause.called_at,
        "signal_id": cause.signal,
    }


def _moments(reading: Reading) -> dict[str, Any]:
    return {"now": reading.now, "read_at": reading.read_at}


def _columns(shape: type, values: Sequence[object]) -> dict[str, list[Any]]:
    """Turn rows into the columns that `unnest` takes."""
    names = [field.name for field in fields(shape)]
    return {name: [getattr(value, name) for value in values] for name in names}


async def weigh(db: AsyncConnection) -> None:
    """Let the database count what there is now, so that it does not plan for what there was.

    Plans made while the tables were nearly empty would be kept until it counts by itself: finding
    64 assets among 100,000 took seconds by one of them, and 4 ms after this.
    """
    await db.execute("analyze asset, asset_link, asset_coverage, posture_judged, posture_finding")
