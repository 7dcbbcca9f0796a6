"""A clock that moves when a test says so."""

from datetime import UTC, datetime, timedelta

# A Tuesday morning, far from any change of the hour.
BEGINS = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime = BEGINS) -> None:
        self.moment = moment

    def now(self, began: datetime) -> datetime:
        """Return the moment the hands show."""
        return self.moment

    def wait(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0):
        """Move the hands forward."""
        self.moment += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.moment
