"""The house, joined: a database, a clock and fresh ids, from which every transaction is made."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fireline.ports.clock import Clock
from fireline.ports.ids import Ids
from fireline.store.database import Database
from fireline.usecases.transaction import Tx


@dataclass(frozen=True, slots=True)
class House:
    """What doors and workers are handed to open transactions with."""

    database: Database
    clock: Clock
    ids: Ids

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tx]:
        """Open one transaction for one use case; commit at the end, roll back on any error."""
        async with self.database.transaction() as begun:
            yield Tx(begun.db, self.clock.now(begun.at), self.ids)

    def pokes(self) -> AsyncGenerator[str]:
        """Listen for pokes, forever."""
        return self.database.listen_pokes()
