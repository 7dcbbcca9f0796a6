"""The cloud accounts that are looked at, each once in its world."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("cloud_accounts.sql")
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class CloudAccountRow:
    """One account that is looked at, exactly as its query returns it."""

    id: UUID
    drill_id: UUID | None
    account: str
    provider: str
    name: str
    origin: str
    role_arn: str
    external_id: str
    regions: list[str]
    added_by: str
    added_at: datetime
    probed_at: datetime | None
    probe: str
    probe_said: str
    first_looked_at: datetime | None
    looked_at: datetime | None
    owners_revision: str
    costs_at: datetime | None
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdRow:
    """The id of an account."""

    id: UUID


ROWS: dict[str, type | None] = {
    "add": IdRow,
    "set_role": None,
    "listed": CloudAccountRow,
    "named": CloudAccountRow,
    "get": CloudAccountRow,
    "watched": CloudAccountRow,
    "owned_otherwise": CloudAccountRow,
    "set_owners": None,
    "set_probed": None,
    "set_looked": None,
    "set_costs": None,
    "remove": None,
    "remove_own": None,
}


@dataclass(frozen=True, slots=True)
class New:
    """An account about to be looked at. `origin` is `settings` or `person`."""

    id: UUID
    drill_id: UUID | None
    account: str
    provider: str
    name: str
    origin: str
    role_arn: str
    external_id: str
    regions: tuple[str, ...]


async def add(db: AsyncConnection, new: New, *, by: str, now: datetime) -> UUID | None:
    """Add an account; return its id. `None`: it is there already."""
    values = {
        "id": new.id,
        "drill_id": new.drill_id,
        "account": new.account,
        "provider": new.provider,
        "name": new.name,
        "origin": new.origin,
        "role_arn": new.role_arn,
        "external_id": new.external_id,
        "regions": list(new.regions),
        "by": by,
        "now": now,
    }
    found = await rows.maybe(db, IdRow, _SQL["add"], values)
    return found.id if found else None


async def set_role(
    db: AsyncConnection, account: UUID, *, name: str, role_arn: str, regions: Collection[str]
) -> None:
    """Set how an account is entered and where it is looked at; it is to be probed again."""
    values = {"id": account, "name": name, "role_arn": role_arn, "regions": list(regions)}
    await rows.run(db, _SQL["set_role"], values)


async def listed(
    db: AsyncConnection, *, drill: UUID | None, limit: int = MAX_LISTED
) -> list[CloudAccountRow]:
    """List the accounts of one world."""
    return await rows.many(db, CloudAccountRow, _SQL["listed"], {"drill_id": drill, "limit": limit})


async def named(db: AsyncConnection, account: str, *, drill: UUID | None) -> CloudAccountRow | None:
    """Return an account of a world, as its cloud names it."""
    values = {"drill_id": drill, "account": account}
    return await rows.maybe(db, CloudAccountRow, _SQL["named"], values)


async def get(db: AsyncConnection, account: UUID) -> CloudAccountRow | None:
    """Return an account that is looked at."""
    return await rows.maybe(db, CloudAccountRow, _SQL["get"], {"id": account})


async def watched(db: AsyncConnection, accounts: Collection[str]) -> list[CloudAccountRow]:
    """Return those of some accounts that are looked at, in every world."""
    values = {"accounts": list(accounts), "limit": MAX_LISTED}
    return await rows.many(db, CloudAccountRow, _SQL["watched"], values)


async def owned_otherwise(db: AsyncConnection, revision: str) -> CloudAccountRow | None:
    """Take an account whose assets' owners are not yet those of this plan."""
    return await rows.maybe(db, CloudAccountRow, _SQL["owned_otherwise"], {"revision": revision})


async def set_owners(db: AsyncConnection, account: UUID, revision: str) -> None:
    """Write down of which plan the owners of an account's assets are."""
    await rows.run(db, _SQL["set_owners"], {"id": account, "revision": revision})


async def set_probed(
    db: AsyncConnection, account: UUID, *, probe: str, said: str, now: datetime
) -> None:
    """Write down what trying the role showed."""
    await rows.run(
        db, _SQL["set_probed"], {"id": account, "probe": probe, "said": said, "now": now}
    )


async def set_looked(
    db: AsyncConnection, account: str, *, drill: UUID | None, now: datetime
) -> None:
    """Write down that a whole look of an account ended."""
    await rows.run(db, _SQL["set_looked"], {"drill_id": drill, "account": account, "now": now})


async def set_costs(db: AsyncConnection, account: UUID, *, now: datetime) -> None:
    """Write down that an account's costs were asked for."""
    await rows.run(db, _SQL["set_costs"], {"id": account, "now": now})


async def remove(db: AsyncConnection, account: UUID, *, by: str, now: datetime) -> bool:
    """Look at an account no more. `False`: it was removed before."""
    return await rows.run(db, _SQL["remove"], {"id": account, "by": by, "now": now}) == 1


async def remove_own(db: AsyncConnection, kept: Collection[str], *, by: str, now: datetime) -> None:
    """Remove the accounts that the settings named once and do not name any more."""
    await rows.run(db, _SQL["remove_own"], {"kept": list(kept), "by": by, "now": now})
