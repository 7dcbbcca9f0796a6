"""The clock of a running house."""

from datetime import datetime

from psycopg import AsyncConnection

from fireline.store import moment


class DatabaseClock:
    """Tells the database's time, so that nodes whose clocks differ still agree."""

    async def now(self, db: AsyncConnection) -> datetime:
        """Return the moment this transaction began."""
        return await moment.transaction_began(db)
