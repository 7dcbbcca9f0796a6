"""What people do to one alert: let it rest, take an answer back, hand it over, weigh it anew."""

from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.values.priority import Priority
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("alert_hands.sql")
SNOOZE = "snooze"

ROWS: dict[str, type | None] = {
    "snooze": None,
    "unacknowledge": None,
    "assign": None,
    "set_priority": None,
    "told": None,
}


async def snooze(db: AsyncConnection, alert: UUID, until: datetime | None) -> None:
    """Let an alert rest until a moment; `None` wakes it."""
    await rows.run(db, _SQL["snooze"], {"id": alert, "until": until})


async def unacknowledge(db: AsyncConnection, alert: UUID) -> bool:
    """Take the answer back. `False`: there was none."""
    return await rows.run(db, _SQL["unacknowledge"], {"id": alert}) == 1


async def assign(db: AsyncConnection, alert: UUID, person: str | None) -> None:
    """Write down whose it is; `None` for nobody's."""
    await rows.run(db, _SQL["assign"], {"id": alert, "person": person})


async def set_priority(db: AsyncConnection, alert: UUID, priority: Priority) -> None:
    """Write down how urgent a person says it is."""
    await rows.run(db, _SQL["set_priority"], {"id": alert, "priority": priority.value})


async def told(db: AsyncConnection, alert: UUID) -> None:
    """Forget why nobody was told: somebody is now."""
    await rows.run(db, _SQL["told"], {"id": alert})
