"""What every use case is handed: one transaction, its moment, and fresh ids."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from psycopg import AsyncConnection

from fireline.ports.ids import Ids


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction. The caller at the edge opened it and commits it; a use case never does.

    `now` was taken once, from the database, when it began.
    """

    db: AsyncConnection
    now: datetime
    ids: Ids


class Transactions(Protocol):
    """Opens transactions: what doors and workers are given instead of a connection."""

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        """Open one; leaving it commits, leaving it by an exception rolls back."""
        ...
