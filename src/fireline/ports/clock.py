"""The time of day, as something that can be handed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment, aware and in UTC, as every node of the house sees it."""

    def now(self, began: datetime) -> datetime:
        """Return the moment a transaction takes place, which the database says began at `began`."""
        ...
