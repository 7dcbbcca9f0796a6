"""Wake pages and workers at commit. A poke names a topic and carries nothing."""

from dataclasses import dataclass

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("pokes.sql")
CHANNEL = "poke"


@dataclass(frozen=True, slots=True)
class PokedRow:
    """What `pg_notify` answers: nothing of interest."""

    sent: str


ROWS: dict[str, type | None] = {"poke": PokedRow}


async def poke(db: AsyncConnection, topic: str) -> None:
    """Send a poke when this transaction commits. Losing one costs freshness, nothing else."""
    await rows.one(db, PokedRow, _SQL["poke"], {"topic": topic})
