"""How Grafana OnCall's recurring shifts come out as turns and parts of the week.

Between two shifts of a longer interval nobody is on call: such turns are written as nobody's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import lcm

from fireline.core.plan.importing.layers import Ring, Turn
from fireline.core.plan.importing.week import DAY, HOUR, WEEK, Part, daily

MAX_TURNS = 200
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONG_MONTH = 28 * DAY
_LAID_OVER = "its shifts last into the next one, where both were on call; here the next takes over"


class NoTurns(Exception):  # noqa: N818 - it says why, and is caught beside
    """A shift that recurs in a way no turns can."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as Grafana tells it, its start on the clocks of its zone."""

    users: tuple[Turn, ...]
    start: datetime
    duration: int
    frequency: str
    interval: int
    days: tuple[str, ...]
    week_start: str

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days it keeps to, Monday being 0; its first day's where none are named."""
        named = sorted({_DAYS.index(day) for day in self.days if day in _DAYS})
        return tuple(named) or (self.start.weekday(),)

    @property
    def at(self) -> int:
        """When it begins, in seconds since midnight."""
        return self.start.hour * HOUR + self.start.minute * 60 + self.start.second

    @property
    def first_day(self) -> date:
        """The day of its first shift: where it starts on none of its days, the week's first."""
        if not self.days or self.start.weekday() in self.weekdays:
            return self.start.date()
        begins = _DAYS.index(self.week_start)
        ordered = sorted(self.weekdays, key=lambda day: (day - begins) % 7)
        return self.start.date() + timedelta(days=(ordered[0] - self.start.weekday()) % 7)


Turned = tuple[Ring, tuple[Part, ...], str]


def turns_of(shift: Shift) -> Turned:
    """Say who has which turn, in which parts of the week, and what is not as it was."""
    match shift.frequency:
        case "":
            return Ring(shift.users[:1], shift.start, "week", 1), (), ""
        case "hourly":
            return _hourly(shift)
        case "daily":
            return _daily_on_days(shift) if shift.days else _daily(shift)
        case "weekly":
            return _weekly(shift)
        case "monthly":
            return _monthly(shift)
        case other:
            msg = f"it comes {other}"
            raise NoTurns(msg)


def _hourly(shift: Shift) -> Turned:
    parts = tuple(Part(day * DAY, DAY) for day in shift.weekdays) if shift.days else ()
    if shift.duration % HOUR:
        msg = "it lasts no whole hours"
        raise NoTurns(msg)
    ring, changed = _spread(shift, shift.duration // HOUR, "hour")
    return ring, parts, changed


def _daily(shift: Shift) -> Turned:
    whole, rest = divmod(shift.duration, DAY)
    if not rest:
        ring, changed = _spread(shift, whole, "day")
        return ring, (), changed
    ring, changed = _spread(shift, whole + 1, "day")
    if not whole:
        return ring, daily(shift.at, shift.duration), changed
    return ring, (), "it lasts no whole days; here its last day lasts a whole day"


def _daily_on_days(shift: Shift) -> Turned:
    """Hand over after so many of the days named, whatever lies between them."""
    per_week, groups = len(shift.weekdays), len(shift.users)
    if groups == 1 and shift.interval > 1:
        msg = "it comes only on some of its days"
        raise NoTurns(msg)
    weeks = lcm(shift.interval * groups, per_week) // per_week
    if weeks * 7 > MAX_TURNS:
        msg = f"its turns come again only after {weeks} weeks"
        raise NoTurns(msg)
    turns: list[Turn] = []
    counted = 0
    for day in range(weeks * 7):
        if (shift.first_day.weekday() + day) % 7 in shift.weekdays:
            turns.append(shift.users[counted // shift.interval % groups])
            counted += 1
        else:
            turns.append(())
    ring = Ring(tuple(turns), _moved(shift, shift.first_day), "day", 1)
    return ring, _parts(shift), _LAID_OVER if shift.duration > DAY else ""


def _weekly(shift: Shift) -> Turned:
    if len(shift.weekdays) == 1:
        return _weekly_on_one_day(shift)
    # Turns change with the week, at the time shifts begin: a night belongs to the day before it.
    back = (shift.first_day.weekday() - _DAYS.index(shift.week_start)) % 7
    begins = _moved(shift, shift.first_day - timedelta(days=back))
    turns = _with_pauses(shift.users, 1, shift.interval)
    changed = _LAID_OVER if shift.duration > DAY else ""
    return Ring(turns, begins, "week", 1), _parts(shift), changed


def _weekly_on_one_day(shift: Shift) -> Turned:
    whole, rest = divmod(shift.duration, WEEK)
    begins = _moved(shift, shift.first_day)
    if not rest:
        ring, changed = _spread(shift, whole, "week")
        return Ring(ring.turns, begins, ring.every, ring.length), (), changed
    ring, changed = _spread(shift, whole + 1, "week")
    ring = Ring(ring.turns, begins, ring.every, ring.length)
    if not whole:
        return ring, _parts(shift), changed
    return ring, (), "it lasts no whole weeks; here its last week lasts a whole week"


def _monthly(shift: Shift) -> Turned:
    if shift.days or shift.duration < _LONG_MONTH * shift.interval:
        msg = "it comes monthly, and lasts no whole month"
        raise NoTurns(msg)
    why = "it lasts a fixed number of days; here, until the month's next turn"
    return Ring(shift.users, shift.start, "month", shift.interval), (), why


def _spread(shift: Shift, units: int, every: str) -> tuple[Ring, str]:
    """Return turns that last `units` of each interval, and nobody's for the rest of it."""
    unit = "hour" if every == "hour" else "day" if every == "day" else "week"
    changed = _LAID_OVER if units > shift.interval else ""
    if units >= shift.interval:
        return Ring(shift.users, shift.start, unit, shift.interval), changed
    return Ring(_with_pauses(shift.users, units, shift.interval), shift.start, unit, 1), changed


def _with_pauses(users: tuple[Turn, ...], units: int, interval: int) -> tuple[Turn, ...]:
    turns = tuple(
        turn for group in users for turn in (*([group] * units), *([()] * (interval - units)))
    )
    if len(turns) > MAX_TURNS:
        msg = f"written out, it would have {len(turns)} turns"
        raise NoTurns(msg)
    return turns


def _parts(shift: Shift) -> tuple[Part, ...]:
    length = min(shift.duration, WEEK)
    return tuple(Part(day * DAY + shift.at, length) for day in shift.weekdays)


def _moved(shift: Shift, day: date) -> datetime:
    return datetime.combine(day, shift.start.timetz())
