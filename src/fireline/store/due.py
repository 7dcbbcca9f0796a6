"""Everything that waits, in one table, so that one auditor can see it all.

A claim is a lease with a fencing number: who holds it too long loses it, and cannot finish it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.pokes import PokedRow
from fireline.store.queries import load

_SQL = load("due.sql")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of work this worker may do until its lease ends. `attempts` counts from 1."""

    kind: str
    id: UUID
    fence: int
    attempts: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of work."""

    kind: str


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Work set aside for a person after it failed too often."""

    kind: str
    id: UUID
    attempts: int
    parked_at: datetime
    parked_why: str | None


ROWS: dict[str, type | None] = {
    "kinds_due": KindRow,
    "plan": PokedRow,
    "claim": Claim,
    "claim_worst": Claim,
    "planned": Claim,
    "put_off": None,
    "hold": Claim,
    "renew": None,
    "finish": None,
    "again": None,
    "cancel": None,
    "park": None,
    "parked": ParkedRow,
    "late": Claim,
}
NEVER_NULL = {
    ("parked", "parked_at"): "the where clause asks for it",
}


async def plan(db: AsyncConnection, kind: str, subject: UUID, due_at: datetime) -> None:
    """Say when a piece of work is due. An earlier plan for the same work is replaced."""
    values = {"kind": kind, "id": subject, "due_at": due_at}
    await rows.one(db, PokedRow, _SQL["plan"], values)


async def kinds_due(
    db: AsyncConnection, kinds: Collection[str], *, now: datetime
) -> frozenset[str]:
    """Return those of some kinds of which there is work that is due and that nobody holds."""
    values = {"kinds": list(kinds), "now": now}
    return frozenset(row.kind for row in await rows.many(db, KindRow, _SQL["kinds_due"], values))


async def claim(
    db: AsyncConnection, kind: str, *, now: datetime, lease: timedelta, limit: int
) -> list[Claim]:
    """Lease up to `limit` pieces of work that are due and that nobody holds."""
    values = {"kind": kind, "now": now, "lease": lease, "limit": limit}
    return await rows.many(db, Claim, _SQL["claim"], values)


async def claim_worst(
    db: AsyncConnection, kind: str, *, now: datetime, lease: timedelta, limit: int, oldest: int = 0
) -> list[Claim]:
    """Lease what is due and free, `oldest` of those that waited longest, else the worst and newest.

    When everything is late, what happened last and is worst matters most; but a place for the
    oldest, each time or now and then, keeps anything from waiting for ever.
    """
    values = {
        "kind": kind,
        "now": now,
        "lease": lease,
        "oldest": oldest,
        "worst": limit - oldest,
    }
    return await rows.many(db, Claim, _SQL["claim_worst"], values)


async def planned(db: AsyncConnection, kind: str, subject: UUID) -> Claim | None:
    """Return a piece of work as it waits, holding nothing; `None`: it does not."""
    return await rows.maybe(db, Claim, _SQL["planned"], {"kind": kind, "id": subject})


async def put_off(
    db: AsyncConnection, kind: str, subjects: Sequence[UUID], *, until: datetime
) -> None:
    """Let work wait until a moment at least. Whoever holds it has lost it."""
    values = {"kind": kind, "ids": list(subjects), "until": until}
    await rows.run(db, _SQL["put_off"], values)


async def hold(db: AsyncConnection, held: Claim) -> bool:
    """Lock a claim for this transaction. `False`: somebody else has the work by now."""
    place = {"kind": held.kind, "id": held.id, "fence": held.fence}
    return await rows.maybe(db, Claim, _SQL["hold"], place) is not None


async def renew(db: AsyncConnection, held: Claim, *, lease: timedelta) -> bool:
    """Go on with work that takes long. `False`: fenced out, a later holder has it."""
    place = {"kind": held.kind, "id": held.id, "fence": held.fence, "lease": lease}
    return await rows.run(db, _SQL["renew"], place) == 1


async def finish(db: AsyncConnection, held: Claim) -> bool:
    """Remove work that is done. `False`: fenced out, a later holder has it."""
    place = {"kind": held.kind, "id": held.id, "fence": held.fence}
    return await rows.run(db, _SQL["finish"], place) == 1


async def again(
    db: AsyncConnection, held: Claim, due_at: datetime, *, failed: bool = False
) -> bool:
    """Put work off. `failed` keeps the count of attempts; otherwise it starts anew."""
    values = {
        "kind": held.kind,
        "id": held.id,
        "fence": held.fence,
        "due_at": due_at,
        "attempts": held.attempts if failed else 0,
    }
    return await rows.run(db, _SQL["again"], values) == 1


async def cancel(db: AsyncConnection, kind: str, subject: UUID) -> None:
    """Forget work, whoever holds it."""
    await rows.run(db, _SQL["cancel"], {"kind": kind, "id": subject})


async def park(db: AsyncConnection, held: Claim, *, why: str, now: datetime) -> bool:
    """Set work aside for a person; it stays visible and blocks nothing."""
    values = {"kind": held.kind, "id": held.id, "fence": held.fence, "why": why, "now": now}
    return await rows.run(db, _SQL["park"], values) == 1


async def parked(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[ParkedRow]:
    """List what was set aside, oldest first."""
    return await rows.many(db, ParkedRow, _SQL["parked"], {"limit": limit})


async def late(db: AsyncConnection, *, before: datetime, limit: int = MAX_LISTED) -> list[Claim]:
    """List work that was due before `before` and that nobody holds: the auditor's question."""
    return await rows.many(db, Claim, _SQL["late"], {"before": before, "limit": limit})
