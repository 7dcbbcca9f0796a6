"""Hours in which calm pages let a person sleep."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fireline.core.values.time import instant

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` each day on one zone's clocks; an `end` not after it is the next day's.

    What is urgent breaks through; what is calm waits for the end. Hours that end when they begin
    are none, since nothing may wait for ever.
    """

    start: time
    end: time
    zone: ZoneInfo

    def over_at(self, now: datetime) -> datetime | None:
        """Return when the quiet hours `now` lies in are over; `None` when it lies in none."""
        if self.start == self.end:
            return None
        today = now.astimezone(self.zone).date()
        # As spans in UTC: on the night an hour repeats, the clock shows the same time twice.
        for day in (today - _DAY, today):
            last = day if self.end > self.start else day + _DAY
            end = instant(last, self.end, self.zone)
            if instant(day, self.start, self.zone) <= now < end:
                return end
        return None
