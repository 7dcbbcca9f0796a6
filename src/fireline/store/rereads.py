"""Assets somebody changed, to be read again: each once, however often it was changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.store import rows
from fireline.store.assets import Cause
from fireline.store.queries import load

_SQL = load("rereads.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class New:
    """A wish that an asset be read again, because of a call."""

    id: UUID
    drill_id: UUID | None
    account: str
    region: str
    kind: str
    asset_id: str
    who: str
    call: str
    called_at: datetime
    signal_id: UUID | None


@dataclass(frozen=True, slots=True)
class RereadClaim:
    """A wish this worker may grant until its lease ends."""

    id: UUID
    drill_id: UUID | None
    account: str
    region: str
    kind: str
    asset_id: str
    who: str
    call: str
    called_at: datetime
    signal_id: UUID | None
    wishes: int
    wished_at: datetime
    fence: int
    attempts: int
    unchanged: bool

    @property
    def ref(self) -> AssetRef:
        """The asset to read again."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)

    @property
    def cause(self) -> Cause:
        """The call that changed it."""
        return Cause(self.who, self.call, self.called_at, self.signal_id)


@dataclass(frozen=True, slots=True)
class LinkerRow:
    """An asset that something is a part of; `place` is the part's among those asked for."""

    place: int
    drill_id: UUID | None
    kind: str
    account: str
    region: str
    asset_id: str

    @property
    def ref(self) -> AssetRef:
        """What it is called everywhere."""
        return AssetRef(self.kind, self.account, self.asset_id, self.region)


ROWS: dict[str, type | None] = {
    "wish": None,
    "claim": RereadClaim,
    "hold": RereadClaim,
    "finish": None,
    "free": None,
    "put_off": None,
    "linkers": LinkerRow,
    "waiting": rows.CountRow,
}
NEVER_NULL = {("linkers", "place"): "it is given"}


async def wish(db: AsyncConnection, wishes: Sequence[New], *, now: datetime) -> None:
    """Wish that assets be read again; each asset at most once in the call."""
    names = [field.name for field in fields(New)]
    columns = {name: [getattr(one, name) for one in wishes] for name in names}
    await rows.run(db, _SQL["wish"], {**columns, "now": now})


async def claim(
    db: AsyncConnection, *, now: datetime, until: datetime, limit: int
) -> list[RereadClaim]:
    """Lease wishes that are due and that nobody holds, the oldest first."""
    values = {"now": now, "until": until, "limit": limit}
    return await rows.many(db, RereadClaim, _SQL["claim"], values)


async def hold(db: AsyncConnection, held: RereadClaim) -> bool:
    """Lock a claim for this transaction. `False`: somebody else has it by now."""
    found = await rows.maybe(db, RereadClaim, _SQL["hold"], {"id": held.id, "fence": held.fence})
    return found is not None


async def finish(db: AsyncConnection, held: RereadClaim) -> None:
    """End a wish; one that was wished again since it was taken is free to be taken once more."""
    values = {"id": held.id, "fence": held.fence, "wishes": held.wishes}
    if await rows.run(db, _SQL["finish"], values) == 0:
        await rows.run(db, _SQL["free"], {"id": held.id, "fence": held.fence})


async def put_off(
    db: AsyncConnection, held: RereadClaim, due_at: datetime, *, unchanged: bool
) -> None:
    """Read an asset again later. `unchanged`: it was read, and nothing was different."""
    values = {"id": held.id, "fence": held.fence, "due_at": due_at, "unchanged": unchanged}
    await rows.run(db, _SQL["put_off"], values)


async def linkers(db: AsyncConnection, parts: Sequence[AssetRef]) -> list[LinkerRow]:
    """Return the assets, of any world, that are linked to what is only a part of them."""
    values = {
        "place": list(range(len(parts))),
        "kind": [part.kind for part in parts],
        "account": [part.account for part in parts],
        "region": [part.region for part in parts],
        "asset_id": [part.id for part in parts],
        "limit": MAX_LISTED,
    }
    return await rows.many(db, LinkerRow, _SQL["linkers"], values)


async def waiting(db: AsyncConnection) -> int:
    """Count the wishes that wait."""
    return (await rows.one(db, rows.CountRow, _SQL["waiting"], {})).total
