"""Read assets: to find them, to show one, and with all that is linked to them, to judge them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.ref import AssetRef
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("asset_lists.sql")
MAX_LISTED = 1000
MAX_COUNTED = 20_000
MAX_CALLED = 20
MAX_EDGES = 50_000
MAX_NEIGHBOURS = 500
MAX_VERSIONS = 100


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset in short, as lists show it."""

    id: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    arn: str
    name: str
    tags: dict[str, str]
    unread: dict[str, str]
    version: int
    service: str | None
    owner_reason: str
    cost: Decimal | None
    currency: str | None
    doubt: str
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime
    gone_at: datetime | None

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class OneRow:
    """Everything that is known of one asset."""

    id: UUID
    drill_id: UUID | None
    kind: str
    account: str
    region: str
    asset_id: str
    arn: str
    name: str
    tags: dict[str, str]
    config: dict[str, Any]
    unread: dict[str, str]
    kept: dict[str, Any]
    links: list[dict[str, str]]
    version: int
    service: str | None
    owner_reason: str
    cost: Decimal | None
    currency: str | None
    cost_since: datetime | None
    doubt: str
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime
    gone_at: datetime | None

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


@dataclass(frozen=True, slots=True)
class WholeRow:
    """An asset with all that a signature may ask of it."""

    id: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    arn: str
    name: str
    tags: dict[str, str]
    config: dict[str, Any]
    unread: dict[str, str]
    links: list[dict[str, str]]
    digest: str
    gone_at: datetime | None

    @property
    def asset(self) -> Asset:
        """The asset the core speaks of."""
        return Asset(
            ref=AssetRef(self.kind, self.account, self.asset_id, self.region),
            config=self.config,
            name=self.name,
            arn=self.arn,
            tags=self.tags,
            unread=self.unread,
            links=links_from(self.links),
        )


@dataclass(frozen=True, slots=True)
class CountedRow:
    """How many assets of a kind there are in a place, and how many of them are nobody's."""

    kind: str
    account: str
    region: str
    assets: int
    unowned: int


@dataclass(frozen=True, slots=True)
class KindRow:
    """How many assets of a kind an account has."""

    kind: str
    assets: int


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """An asset and one it is linked with. `outward`: it is the near one that points."""

    near: UUID
    far: UUID
    kind: str
    relation: str
    outward: bool


@dataclass(frozen=True, slots=True)
class NeighbourRow:
    """Something an asset is linked with; `far` is null when nobody has seen it."""

    near: UUID
    relation: str
    outward: bool
    kind: str
    account: str
    region: str
    asset_id: str
    far: UUID | None
    name: str
    service: str | None
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What an asset was from a moment on."""

    version: int
    happened: str
    config: dict[str, Any]
    diff: list[dict[str, Any]]
    seen_at: datetime
    who: str | None
    call: str | None
    called_at: datetime | None
    signal_id: UUID | None


@dataclass(frozen=True, slots=True)
class RecentRow:
    """A change of an asset, with what it is called."""

    id: UUID
    kind: str
    account: str
    region: str
    asset_id: str
    name: str
    service: str | None
    version: int
    happened: str
    diff: list[dict[str, Any]]
    seen_at: datetime
    who: str | None
    call: str | None
    called_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which assets to list. `kind` may be a `like` pattern; `gone` is `None` for either."""

    kind: str | None = None
    account: str | None = None
    region: str | None = None
    service: str | None = None
    unowned: bool = False
    tag: str | None = None
    tag_value: str | None = None
    words: str | None = None
    gone: bool | None = False


ROWS: dict[str, type | None] = {
    "listed": AssetRow,
    "counted": CountedRow,
    "get": OneRow,
    "called": AssetRow,
    "by_refs": AssetRow,
    "whole_by_refs": WholeRow,
    "whole_by_ids": WholeRow,
    "whole_of_account": WholeRow,
    "kinds_of_account": KindRow,
    "edges": EdgeRow,
    "neighbours": NeighbourRow,
    "history": VersionRow,
    "recent": RecentRow,
}


async def listed(
    db: AsyncConnection,
    wanted: Wanted,
    *,
    drill: UUID | None,
    after: UUID | None = None,
    limit: int = MAX_LISTED,
) -> list[AssetRow]:
    """List assets that fit, in the order of their kinds and names."""
    values = {name: getattr(wanted, name) for name in Wanted.__slots__}
    values |= {"drill_id": drill, "after": after, "limit": limit}
    return await rows.many(db, AssetRow, _SQL["listed"], values)


async def counted(db: AsyncConnection, *, drill: UUID | None) -> list[CountedRow]:
    """Count the assets of a world by kind, account and region."""
    return await rows.many(
        db, CountedRow, _SQL["counted"], {"drill_id": drill, "limit": MAX_COUNTED}
    )


async def get(db: AsyncConnection, asset: UUID) -> OneRow | None:
    """Return everything that is known of one asset."""
    return await rows.maybe(db, OneRow, _SQL["get"], {"id": asset})


async def called(
    db: AsyncConnection, name: str, words: str, *, drill: UUID | None
) -> list[AssetRow]:
    """List assets by the id, ARN or name people know them by."""
    values = {"called": name, "words": words, "drill_id": drill, "limit": MAX_CALLED}
    return await rows.many(db, AssetRow, _SQL["called"], values)


async def by_refs(
    db: AsyncConnection, refs: Sequence[AssetRef], *, drill: UUID | None
) -> list[AssetRow]:
    """Return those of some assets that are known, in short; the gone ones, too."""
    values = {**_refs(refs), "drill_id": drill, "limit": MAX_LISTED}
    return await rows.many(db, AssetRow, _SQL["by_refs"], values)


async def whole_by_refs(
    db: AsyncConnection, refs: Sequence[AssetRef], *, drill: UUID | None
) -> list[WholeRow]:
    """Return those of some assets that are there, with all that is known of them."""
    values = {**_refs(refs), "drill_id": drill, "limit": len(refs)}
    return await rows.many(db, WholeRow, _SQL["whole_by_refs"], values)


async def whole_by_ids(db: AsyncConnection, ids: Collection[UUID]) -> list[WholeRow]:
    """Return those of some assets that are there, with all that is known of them."""
    return await rows.many(
        db, WholeRow, _SQL["whole_by_ids"], {"ids": list(ids), "limit": len(ids)}
    )


async def whole_of_account(
    db: AsyncConnection,
    account: str,
    kinds: Collection[str],
    *,
    drill: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[WholeRow]:
    """List an account's assets of some kinds, kind by kind, with all that is known of them."""
    values = {
        "drill_id": drill,
        "account": account,
        "kinds": list(kinds),
        "after": after,
        "limit": limit,
    }
    return await rows.many(db, WholeRow, _SQL["whole_of_account"], values)


async def kinds_of_account(
    db: AsyncConnection, account: str, *, drill: UUID | None
) -> list[KindRow]:
    """Count an account's assets by kind."""
    values = {"drill_id": drill, "account": account, "limit": MAX_LISTED}
    return await rows.many(db, KindRow, _SQL["kinds_of_account"], values)


async def edges(
    db: AsyncConnection,
    ids: Collection[UUID],
    *,
    drill: UUID | None,
    kinds: Collection[str] | None = None,
    limit: int = MAX_EDGES,
) -> list[EdgeRow]:
    """List what some assets are linked with, either way, as far as it is known and there."""
    wanted = None if kinds is None else list(kinds)
    values = {"ids": list(ids), "drill_id": drill, "kinds": wanted, "limit": limit}
    return await rows.many(db, EdgeRow, _SQL["edges"], values)


async def neighbours(
    db: AsyncConnection, ids: Collection[UUID], *, drill: UUID | None, limit: int = MAX_NEIGHBOURS
) -> list[NeighbourRow]:
    """List what some assets are linked with, either way, the unknown and the gone too."""
    values = {"ids": list(ids), "drill_id": drill, "limit": limit}
    return await rows.many(db, NeighbourRow, _SQL["neighbours"], values)


async def history(
    db: AsyncConnection, asset: UUID, *, before: int | None = None, limit: int = MAX_VERSIONS
) -> list[VersionRow]:
    """List the versions of an asset, the newest first."""
    values = {"asset": asset, "before": before, "limit": limit}
    return await rows.many(db, VersionRow, _SQL["history"], values)


async def recent(
    db: AsyncConnection,
    *,
    drill: UUID | None,
    account: str | None = None,
    limit: int = MAX_VERSIONS,
) -> list[RecentRow]:
    """List what changed lately, the newest first."""
    values = {"drill_id": drill, "account": account, "limit": limit}
    return await rows.many(db, RecentRow, _SQL["recent"], values)


def links_from(written: Sequence[dict[str, str]]) -> tuple[Link, ...]:
    """Read links as they are stored."""
    return tuple(
        Link(one["relation"], AssetRef(one["kind"], one["account"], one["id"], one["region"]))
        for one in written
    )


def links_written(links: Sequence[Link]) -> list[dict[str, str]]:
    """Write links as they are stored."""
    return [
        {
            "relation": one.relation,
            "kind": one.to.kind,
            "account": one.to.account,
            "id": one.to.id,
            "region": one.to.region,
        }
        for one in links
    ]


def _refs(refs: Sequence[AssetRef]) -> dict[str, list[str]]:
    return {
        "kind": [ref.kind for ref in refs],
        "account": [ref.account for ref in refs],
        "region": [ref.region for ref in refs],
        "asset_id": [ref.id for ref in refs],
    }
