"""What every use case is handed: one transaction, its moment, and fresh ids."""

from dataclasses import dataclass
from datetime import datetime

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
