"""Read what tells whose the assets are that alerts name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from fireline.core.alerting.whereabouts import Known, Sought
from fireline.core.assets.ref import AssetRef
from fireline.store.queries import load

_SQL = load("asset_owners.sql")
MAX_SOUGHT = 5_000


@dataclass(frozen=True, slots=True)
class KnownRow:
    """An asset that something sought names; `place` is which, from 1."""

    place: int
    kind: str
    account: str
    region: str
    asset_id: str
    tags: dict[str, str]


ROWS: dict[str, type | None] = {"known": KnownRow}


async def known(
    db: AsyncConnection, wanted: Sequence[Sought], *, drill: UUID | None
) -> Mapping[AssetRef, Known]:
    """Return what is known of some things, by what routing calls them.

    What is gone, and what two assets are called, is left out.
    """
    found: dict[AssetRef, Known] = {}
    for start in range(0, len(wanted), MAX_SOUGHT):
        found |= await _known(db, wanted[start : start + MAX_SOUGHT], drill=drill)
    return found


async def _known(
    db: AsyncConnection, asked: Sequence[Sought], *, drill: UUID | None
) -> dict[AssetRef, Known]:
    values = {
        "kind": [one.asset.kind for one in asked],
        "account": [one.asset.account for one in asked],
        "region": [one.asset.region for one in asked],
        "asset_id": [one.asset.id for one in asked],
        "held_in": [one.by for one in asked],
        "drill_id": drill,
        "limit": 2 * MAX_SOUGHT,
    }
    # Never prepared: a plan made while nothing was known yet would stay, and read all there is for
    # each, from a first look until PostgreSQL counts.
    async with db.cursor(row_factory=class_row(KnownRow)) as cursor:
        await cursor.execute(_SQL["known"], values, prepare=False)
        found = await cursor.fetchall()
    times = Counter(row.place for row in found)
    return {
        asked[row.place - 1].ref: Known(
            AssetRef(row.kind, row.account, row.asset_id, row.region), row.tags
        )
        for row in found
        if times[row.place] == 1
    }
