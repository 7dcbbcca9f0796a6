"""The time of day, as something that can be handed in."""

from datetime import datetime
from typing import Protocol

from psycopg import AsyncConnection


class Clock(Protocol):
    """Tells the present moment, aware and in UTC, as every node of the house sees it."""

    async def now(self, db: AsyncConnection) -> datetime:
        """Return the moment this transaction takes place, once for all it does."""
        ...
