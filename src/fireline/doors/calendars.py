"""Calendars as RFC 5545 has them: shifts written for any calendar program, and events read.

Shapes follow https://www.rfc-editor.org/rfc/rfc5545 (UID, DTSTAMP, DTSTART, RRULE) and, for how
often to look again, https://www.rfc-editor.org/rfc/rfc7986.
"""

import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import icalendar
import recurring_ical_events

from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span, instant
from fireline.usecases.calendars import Calendar, CalendarShift, Entry

MAX_EVENTS = 2000
MAX_SHIFTS = 2000
LOOK_AGAIN = timedelta(hours=1)
MAX_SUMMARY = 200
# The library's own shapes are not typed all through.
_Component = Any
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


class CalendarUnreadable(Refusal):
    """This is no calendar file, or one that holds too much."""

    kind = Kind.INVALID
    code = "calendar.unreadable"


def written(calendar: Calendar) -> bytes:
    """Write a calendar: the same shifts give the same bytes."""
    told: _Component = icalendar.Calendar()
    told.add("prodid", "-//fireline//on call//EN")
    told.add("version", "2.0")
    told.add("calscale", "GREGORIAN")
    told.add("method", "PUBLISH")
    told.add("x-wr-calname", calendar.name)
    told.add("x-wr-timezone", calendar.zone)
    told.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    told.add("x-published-ttl", icalendar.vDuration(LOOK_AGAIN).to_ical().decode())
    for entry in calendar.entries:
        told.add_component(_event(entry, calendar.written_at))
    return cast("bytes", told.to_ical())


def read_calendar(text: str, ahead: Span, zone: zoneinfo.ZoneInfo) -> tuple[CalendarShift, ...]:
    """Read the events of a calendar file that touch a span, each repetition for itself.

    Every event comes back: one that cannot be read, or touches the span nowhere, with the reason.
    Days and times without a zone are in `zone`. Raises CalendarUnreadable.
    """
    file = _parsed(text)
    series: dict[str, list[_Component]] = {}
    for number, event in enumerate(file.walk("VEVENT"), 1):
        uid = str(event.get("UID", "")) or f"event {number} of the file"
        series.setdefault(uid, []).append(event)
        if number > MAX_EVENTS:
            msg = f"calendar: it has more than {MAX_EVENTS} events."
            raise CalendarUnreadable(msg, hint="Export a shorter time.")
    found: list[CalendarShift] = []
    for uid, events in series.items():
        found += _occurrences(file, uid, events, ahead, zone)
        if len(found) > MAX_SHIFTS:
            msg = f"calendar: it has more than {MAX_SHIFTS} shifts."
            raise CalendarUnreadable(msg, hint="Export a shorter time.")
    return tuple(found)


def _event(entry: Entry, written_at: datetime) -> _Component:
    event: _Component = icalendar.Event()
    event.add("uid", f"{entry.key}@fireline")
    event.add("dtstamp", written_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.span.start)
    event.add("dtend", entry.span.end)
    event.add("summary", entry.title)
    event.add("description", entry.why)
    # Who has the pager may have other appointments.
    event.add("transp", "TRANSPARENT")
    return event


def _parsed(text: str) -> _Component:
    try:
        # Bytes, because a short text would be taken for the name of a file.
        found: _Component = icalendar.Calendar.from_ical(text.encode())
    except (ValueError, KeyError, IndexError) as wrong:
        msg = "calendar: this is not a calendar file."
        raise CalendarUnreadable(msg, hint="It begins with BEGIN:VCALENDAR.") from wrong
    if not isinstance(found, icalendar.Calendar):
        msg = "calendar: this is not a calendar file."
        raise CalendarUnreadable(msg, hint="It begins with BEGIN:VCALENDAR.")
    return found


def _occurrences(
    file: _Component,
    uid: str,
    events: Sequence[_Component],
    ahead: Span,
    zone: zoneinfo.ZoneInfo,
) -> list[CalendarShift]:
    """List when the events of one UID happen; they are read apart, so a bad one harms no other."""
    first = events[0]
    try:
        if why := _why_not(events, zone):
            return [_shift(uid, first, None, why)]
        found = [(one, _span(one, zone)) for one in _within(_apart(file, events), ahead)]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as wrong:
        return [_shift(uid, first, None, f"its times cannot be read: {wrong}"[:MAX_SUMMARY])]
    if not found:
        return [_shift(uid, first, None, "it does not happen within the coming year")]
    return [_shift(uid, one, *span) for one, span in found]


def _apart(file: _Component, events: Sequence[_Component]) -> _Component:
    alone: _Component = icalendar.Calendar()
    for name in ("VERSION", "PRODID", "X-WR-TIMEZONE"):
        if name in file:
            alone[name] = file[name]
    for part in [*file.walk("VTIMEZONE"), *events]:
        alone.add_component(part)
    return alone


def _why_not(events: Iterable[_Component], zone: zoneinfo.ZoneInfo) -> str:
    """Say what is wrong with events as they stand in the file, before the library mends it."""
    for event in events:
        if event.errors:
            return f"it cannot be read: {event.errors[0][1]}"[:MAX_SUMMARY]
        if _rules(event) & _TOO_OFTEN:
            return "it repeats more than once a day, which no shift does"
        if "DTSTART" not in event:
            return "it has no start"
        start = _moment(event["DTSTART"].dt, zone)
        if "DTEND" in event and _moment(event["DTEND"].dt, zone) <= start:
            return "it does not end after it starts"
    return ""


def _rules(event: _Component) -> set[str]:
    return {str(one).upper() for rule in _each(event.get("RRULE")) for one in rule.get("FREQ", [])}


def _each(value: Any) -> list[Any]:
    """List what may be there never, once or often."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else [value]


def _within(alone: _Component, ahead: Span) -> Sequence[_Component]:
    query: _Component = recurring_ical_events.of(alone)
    return cast("list[_Component]", query.between(ahead.start, ahead.end))


def _span(event: _Component, zone: zoneinfo.ZoneInfo) -> tuple[Span | None, str]:
    start = _moment(event["DTSTART"].dt, zone)
    end = _moment(event["DTEND"].dt, zone) if "DTEND" in event else start
    if end <= start:
        return None, "it does not end after it starts"
    return Span(start, end), ""


def _moment(told: date | datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    if not isinstance(told, datetime):
        return instant(told, time(), zone)
    return instant(told.date(), told.time(), zone) if told.tzinfo is None else told


def _shift(uid: str, event: _Component, span: Span | None, why: str) -> CalendarShift:
    invited = [str(one) for one in _each(event.get("ATTENDEE"))]
    addresses = [one[7:] if one.lower().startswith("mailto:") else one for one in invited]
    return CalendarShift(
        uid=uid,
        summary=" ".join(str(event.get("SUMMARY", "")).split())[:MAX_SUMMARY],
        attendees=tuple(addresses),
        span=span,
        why=why,
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
    )
