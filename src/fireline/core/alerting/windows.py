"""Windows that come again every week, told on a wall clock and compared in UTC.

Routes use them for hours of the day, silences for maintenance. A window that begins at two begins
at two when the clocks change; where the clock skips two, as much later as it was moved, and where
it shows two twice, the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fireline.core.values.time import Span, instant, utc

LONGEST = timedelta(days=7)
LAST_WEEK = -1
_DAY = timedelta(days=1)
# Any weekday comes again within a month and its fifth week; the last of one is in every month.
_LOOK_AHEAD = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Weekly:
    """On some weekdays (Monday is 0), from `start` to `end` on the clocks of `zone`.

    `end` is a time of day (not after `start`: the next day) or how long it really lasts, at most a
    week. `weeks` keeps it to some of the month: 2 is the second of that weekday, -1 the last.
    """

    zone: ZoneInfo
    weekdays: frozenset[int]
    start: time
    end: time | timedelta
    weeks: frozenset[int] = frozenset()

    def at(self, now: datetime) -> Span | None:
        """Return the window that holds a moment; of several, the one that ends last."""
        moment = utc(now)
        found = [span for span in self._around(moment) if moment in span]
        return max(found, key=lambda span: span.end, default=None)

    def after(self, now: datetime) -> Span | None:
        """Return the next window that begins after a moment. `None`: it has no days."""
        moment = utc(now)
        day = moment.astimezone(self.zone).date() - _DAY
        last = day + _LOOK_AHEAD
        while day <= last:
            span = self._on(day)
            if span is not None and span.start > moment:
                return span
            day += _DAY
        return None

    def _around(self, moment: datetime) -> Iterator[Span]:
        today = moment.astimezone(self.zone).date()
        back = self.end.days + 2 if isinstance(self.end, timedelta) else 2
        # A day ahead too: where clocks fall back over midnight, the date itself goes back.
        for days in range(-back, 2):
            span = self._on(today + days * _DAY)
            if span is not None:
                yield span

    def _on(self, day: date) -> Span | None:
        if day.weekday() not in self.weekdays or not self._in_week(day):
            return None
        start = instant(day, self.start, self.zone)
        if isinstance(self.end, timedelta):
            end = start + min(self.end, LONGEST)
        else:
            end = instant(day if self.end > self.start else day + _DAY, self.end, self.zone)
        # An hour the clock skips can leave a window with nothing in it.
        return Span(start, end) if start < end else None

    def _in_week(self, day: date) -> bool:
        if not self.weeks:
            return True
        last = (day + 7 * _DAY).month != day.month
        return (day.day - 1) // 7 + 1 in self.weeks or (last and LAST_WEEK in self.weeks)
