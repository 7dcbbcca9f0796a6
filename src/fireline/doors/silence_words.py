"""A silence in the words its doors share: matchers, weekdays, lengths of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from fireline.core.alerting.windows import LAST_WEEK, LONGEST, Weekly
from fireline.core.values.refusals import Kind, Refusal

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKS = frozenset({1, 2, 3, 4, 5, LAST_WEEK})


class WindowUnclear(Refusal):
    """When a maintenance window holds cannot be understood."""

    kind = Kind.INVALID
    code = "silence.window_unclear"


@dataclass(frozen=True, slots=True)
class Said:
    """A weekly window as people say it: `sun`, `02:00`, and until when or how long."""

    zone: str
    days: Sequence[str]
    start: time
    end: time | None = None
    lasting: timedelta | None = None
    weeks: Sequence[int] = ()


def window_from(said: Said) -> Weekly:
    """Read a weekly window. Raises WindowUnclear."""
    unknown = [day for day in said.days if day.lower() not in WEEKDAYS]
    if unknown or not said.days:
        msg = f"{', '.join(unknown) or 'No day'} is not a day of the week."
        raise WindowUnclear(msg, hint=f"Write some of {', '.join(WEEKDAYS)}.")
    if not _WEEKS.issuperset(said.weeks):
        msg = "A week of the month is 1 to 5, or -1 for the last."
        raise WindowUnclear(msg)
    return Weekly(
        zone=_zone(said.zone),
        weekdays=frozenset(WEEKDAYS.index(day.lower()) for day in said.days),
        start=said.start.replace(tzinfo=None),
        end=_end(said),
        weeks=frozenset(said.weeks),
    )


def window_text(window: Weekly) -> str:
    """Write a window as people read it: `sun 02:00 to 04:00, Europe/Berlin`."""
    days = ", ".join(WEEKDAYS[day] for day in sorted(window.weekdays))
    ends = (
        f"for {_length(window.end)}"
        if isinstance(window.end, timedelta)
        else f"to {window.end:%H:%M}"
    )
    which = ", ".join("last" if week < 0 else f"{week}." for week in sorted(window.weeks))
    return f"{which + ' ' if which else ''}{days} {window.start:%H:%M} {ends}, {window.zone.key}"


def _length(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    minutes = rest // 60
    return " ".join(
        part
        for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")
        if part
    )


def _end(said: Said) -> time | timedelta:
    if (said.end is None) == (said.lasting is None):
        msg = "A window says either until what time it goes, or how long."
        raise WindowUnclear(msg)
    if said.end is not None:
        return said.end.replace(tzinfo=None)
    if said.lasting is None or not timedelta() < said.lasting <= LONGEST:
        msg = f"A window lasts more than nothing and at most {LONGEST.days} days."
        raise WindowUnclear(msg)
    return said.lasting


def _zone(name: str) -> ZoneInfo:
    try:
        # `localtime` is another zone on every machine, so it names none.
        return ZoneInfo("" if name == "localtime" else name)
    except (KeyError, OSError, ValueError):
        msg = f"There is no time zone {name!r}."
        raise WindowUnclear(msg, hint="Write one such as Europe/Berlin, or UTC.") from None
