"""When a snooze that people ask for by name is over."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)


def tomorrow_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """Return nine o'clock of the next day where somebody is."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
