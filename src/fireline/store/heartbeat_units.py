"""The units clients gave heartbeats' intervals in."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("heartbeat_units.sql")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """The unit of one heartbeat; empty when nobody gave one."""

    name: str
    told_unit: str


ROWS: dict[str, type | None] = {"tell": None, "told": UnitRow}


async def tell(db: AsyncConnection, name: str, unit: str) -> None:
    """Remember the unit a heartbeat's interval was given in."""
    await rows.run(db, _SQL["tell"], {"name": name, "unit": unit})


async def told(db: AsyncConnection, names: Sequence[str]) -> dict[str, str]:
    """Return the units of heartbeats that have one."""
    values = {"names": list(names), "limit": len(names)}
    found = await rows.many(db, UnitRow, _SQL["told"], values)
    return {row.name: row.told_unit for row in found if row.told_unit}
