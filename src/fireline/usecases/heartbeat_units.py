"""Tell a heartbeat's interval in the unit its client gave it in, so that tools see no change."""

from collections.abc import Mapping, Sequence

from fireline.store import heartbeat_units
from fireline.usecases.transaction import Tx

SECONDS: Mapping[str, int] = {"minutes": 60, "hours": 3_600, "days": 86_400}


async def remember_unit(tx: Tx, name: str, unit: str) -> None:
    """Remember the unit a heartbeat's interval was given in."""
    await heartbeat_units.tell(tx.db, name, unit)


async def units_of(tx: Tx, names: Sequence[str]) -> Mapping[str, str]:
    """Return the units of heartbeats that were given one."""
    return await heartbeat_units.told(tx.db, names)


def in_units(seconds: int, unit: str) -> tuple[int, str]:
    """Return an interval in a unit, or in the largest that divides it; never less than one."""
    if unit in SECONDS and seconds % SECONDS[unit] == 0:
        return seconds // SECONDS[unit], unit
    for name in ("days", "hours"):
        if seconds % SECONDS[name] == 0:
            return seconds // SECONDS[name], name
    return max(round(seconds / SECONDS["minutes"]), 1), "minutes"
