"""Looks at the cloud and their parts: claimed by any worker, resumed by another, counted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from fireline.ports.inventory import CouldNotLook, Part
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("looks.sql")
# Kinds of due work: a look that is scheduled; one of what was written to; asking what there is to
# look at; judging what was looked at already; and what is left to do when all was.
LOOK, DIRTY, LOOK_PARTS = "look", "look_dirty", "look_parts"
LOOK_JUDGE, LOOK_END = "look_judge", "look_end"
MAX_LISTED = 1000
MAX_FORGOTTEN = 100


@dataclass(frozen=True, slots=True)
class NumberRow:
    """The number people know a look by."""

    number: int


@dataclass(frozen=True, slots=True)
class LookAccountRow:
    """How far a look at one account is."""

    id: UUID
    look_id: UUID
    drill_id: UUID | None
    account: str
    provider: str
    whole: bool
    first: bool
    state: str
    why: str
    said: str
    parts: int
    done: int
    could_not: int
    calls: int
    assets: int
    changed: int
    gone: int
    began_at: datetime
    ended_at: datetime | None
    judged: list[str]
    judged_under: str


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look."""

    id: UUID
    number: int
    drill_id: UUID | None
    reason: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """How many parts of a look could not be looked at for one reason, with one who said so."""

    look_id: UUID
    why: str
    parts: int
    waiting: int
    said: str


@dataclass(frozen=True, slots=True)
class PartClaim:
    """A part this worker may look at until its lease ends."""

    look_account: UUID
    drill_id: UUID | None
    account: str
    provider: str
    whole: bool
    region: str
    listing: str
    fence: int
    attempts: int

    @property
    def part(self) -> Part:
        """The part the port speaks of."""
        return Part(self.account, self.region, self.listing)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A part of an account."""

    region: str
    listing: str


@dataclass(frozen=True, slots=True)
class ListingRow:
    """What parts list."""

    listing: str


@dataclass(frozen=True, slots=True)
class LeftRow:
    """How many parts are left."""

    parts_left: int


@dataclass(frozen=True, slots=True)
class BeganRow:
    """When a look began; null when none ever did."""

    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdRow:
    """The id of a look."""

    id: UUID


ROWS: dict[str, type | None] = {
    "add": NumberRow,
    "add_account": None,
    "add_parts": None,
    "account": LookAccountRow,
    "open_of": LookAccountRow,
    "last_began": BeganRow,
    "accounts": LookAccountRow,
    "listed": LookRow,
    "some": LookRow,
    "troubles": TroubleRow,
    "claim": PartClaim,
    "renew": None,
    "waiting": ListingRow,
    "judged": None,
    "settle": None,
    "put_off": None,
    "give_up": PlaceRow,
    "count": LeftRow,
    "close": None,
    "forget": IdRow,
    "forget_accounts": None,
    "forget_looks": None,
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How parts ended: what is added to an account's counts."""

    done: int = 1
    could_not: int = 0
    calls: int = 0
    assets: int = 0
    changed: int = 0
    gone: int = 0


async def add(
    db: AsyncConnection, look: UUID, *, drill: UUID | None, reason: str, by: str, now: datetime
) -> int:
    """Begin a look; return its number."""
    values = {"id": look, "drill_id": drill, "reason": reason, "by": by, "now": now}
    return (await rows.one(db, NumberRow, _SQL["add"], values)).number


async def add_account(  # noqa: PLR0913 - a row
    db: AsyncConnection,
    new: UUID,
    look: UUID,
    *,
    account: str,
    provider: str,
    whole: bool,
    first: bool,
    now: datetime,
) -> None:
    """Let a look be at an account, too."""
    values = {
        "id": new,
        "look_id": look,
        "account": account,
        "provider": provider,
        "whole": whole,
        "first": first,
        "now": now,
    }
    await rows.run(db, _SQL["add_account"], values)


async def add_parts(
    db: AsyncConnection,
    look_account: UUID,
    parts: Sequence[Part],
    *,
    urgent: bool,
    now: datetime,
) -> None:
    """Write down what there is to look at, in the order it is to be looked at."""
    values = {
        "look_account": look_account,
        "region": [part.region for part in parts],
        "listing": [part.listing for part in parts],
        "place": list(range(len(parts))),
        "urgent": urgent,
        "now": now,
    }
    await rows.run(db, _SQL["add_parts"], values)


async def account(db: AsyncConnection, look_account: UUID) -> LookAccountRow | None:
    """Return one account of a look, held for this transaction."""
    return await rows.maybe(db, LookAccountRow, _SQL["account"], {"id": look_account})


async def open_of(
    db: AsyncConnection, account: str, *, drill: UUID | None, since: datetime
) -> LookAccountRow | None:
    """Return the whole look that an account is in the middle of, if it began after `since`."""
    values = {"account": account, "drill_id": drill, "since": since}
    return await rows.maybe(db, LookAccountRow, _SQL["open_of"], values)


async def last_began(
    db: AsyncConnection, account: str, *, drill: UUID | None, whole: bool
) -> datetime | None:
    """Return when an account was last looked at, whole or only where something was written."""
    values = {"account": account, "drill_id": drill, "whole": whole}
    found = await rows.maybe(db, BeganRow, _SQL["last_began"], values)
    return found.began_at if found else None


async def accounts(db: AsyncConnection, looks: Collection[UUID]) -> list[LookAccountRow]:
    """List how far looks are, account by account."""
    values = {"looks": list(looks), "limit": MAX_LISTED * max(len(looks), 1)}
    return await rows.many(db, LookAccountRow, _SQL["accounts"], values)


async def listed(
    db: AsyncConnection,
    *,
    drill: UUID | None,
    number: int | None = None,
    whole: bool = False,
    limit: int = MAX_LISTED,
) -> list[LookRow]:
    """List looks, the newest first; without those at what was written to, when asked so."""
    values = {"drill_id": drill, "number": number, "whole": whole, "limit": limit}
    return await rows.many(db, LookRow, _SQL["listed"], values)


async def some(db: AsyncConnection, looks: Collection[UUID]) -> list[LookRow]:
    """Return some looks."""
    values = {"looks": list(looks), "limit": len(looks)}
    return await rows.many(db, LookRow, _SQL["some"], values)


async def troubles(db: AsyncConnection, looks: Collection[UUID]) -> list[TroubleRow]:
    """Count what of some looks could not be looked at, or not yet, by why."""
    return await rows.many(
        db, TroubleRow, _SQL["troubles"], {"looks": list(looks), "limit": MAX_LISTED}
    )


async def claim(
    db: AsyncConnection, *, now: datetime, until: datetime, limit: int
) -> list[PartClaim]:
    """Lease up to `limit` parts that are due and that nobody holds."""
    return await rows.many(
        db, PartClaim, _SQL["claim"], {"now": now, "until": until, "limit": limit}
    )


async def renew(db: AsyncConnection, held: Sequence[PartClaim], *, until: datetime) -> None:
    """Keep parts that are still being looked at."""
    values = {
        "look_account": [one.look_account for one in held],
        "region": [one.region for one in held],
        "listing": [one.listing for one in held],
        "fence": [one.fence for one in held],
        "until": until,
    }
    await rows.run(db, _SQL["renew"], values)


async def waiting(db: AsyncConnection, look_account: UUID) -> frozenset[str]:
    """Return the listings of which a part is still to be looked at."""
    values = {"id": look_account, "limit": MAX_LISTED}
    found = await rows.many(db, ListingRow, _SQL["waiting"], values)
    return frozenset(row.listing for row in found)


async def judged(
    db: AsyncConnection, look_account: UUID, kinds: Collection[str], *, under: str
) -> bool:
    """Keep kinds that were judged under a plan. `False`: nothing is being looked at any more."""
    values = {"id": look_account, "kinds": list(kinds), "under": under}
    return await rows.run(db, _SQL["judged"], values) == 1


async def settle(
    db: AsyncConnection,
    held: PartClaim,
    *,
    trouble: CouldNotLook | None,
    calls: int,
    assets: int,
    now: datetime,
) -> bool:
    """End a part. `False`: somebody else has it by now."""
    values = {
        **_place(held),
        **_trouble(trouble),
        "state": "could not look" if trouble else "looked",
        "calls": calls,
        "assets": assets,
        "now": now,
    }
    return await rows.run(db, _SQL["settle"], values) == 1


async def put_off(
    db: AsyncConnection, held: PartClaim, trouble: CouldNotLook, *, due_at: datetime
) -> bool:
    """Look at a part again later. `False`: somebody else has it by now."""
    values = {**_place(held), **_trouble(trouble), "due_at": due_at}
    return await rows.run(db, _SQL["put_off"], values) == 1


async def give_up(
    db: AsyncConnection, look_account: UUID, trouble: CouldNotLook, *, now: datetime
) -> list[PlaceRow]:
    """End the parts of an account that nobody is looking at; return them."""
    values = {"look_account": look_account, **_trouble(trouble), "now": now}
    return await rows.many(db, PlaceRow, _SQL["give_up"], values)


async def count(db: AsyncConnection, look_account: UUID, ended: Ended) -> int:
    """Count what ended; return how many parts are left."""
    values = {name: getattr(ended, name) for name in Ended.__slots__}
    found = await rows.one(db, LeftRow, _SQL["count"], {**values, "look_account": look_account})
    return found.parts_left


async def close(
    db: AsyncConnection, look_account: UUID, trouble: CouldNotLook | None, *, now: datetime
) -> None:
    """End an account's part of a look, and the look when it was the last."""
    await rows.run(db, _SQL["close"], {"id": look_account, **_trouble(trouble), "now": now})


async def forget(db: AsyncConnection, *, before: datetime) -> int:
    """Forget some of the looks that ended before a moment; return how many."""
    values = {"before": before, "limit": MAX_FORGOTTEN}
    old = [row.id for row in await rows.many(db, IdRow, _SQL["forget"], values)]
    if old:
        await rows.run(db, _SQL["forget_accounts"], {"looks": old})
        await rows.run(db, _SQL["forget_looks"], {"looks": old})
    return len(old)


def _place(held: PartClaim) -> dict[str, Any]:
    return {
        "look_account": held.look_account,
        "region": held.region,
        "listing": held.listing,
        "fence": held.fence,
    }


def _trouble(trouble: CouldNotLook | None) -> dict[str, str]:
    return {
        "why": trouble.why.value if trouble else "",
        "said": trouble.said[:1000] if trouble else "",
    }
