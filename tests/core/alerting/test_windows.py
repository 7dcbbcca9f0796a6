"""Weekly windows: on the wall clock, compared in UTC, and never outside what they say."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.route import Timetable
from fireline.core.alerting.windows import Weekly
from fireline.core.values.time import Span, instant

BERLIN = ZoneInfo("Europe/Berlin")
# Lord Howe moves by half an hour, Santiago over midnight, Casablanca twice a year around Ramadan.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago",
         "Africa/Casablanca", "Pacific/Kiritimati")  # fmt: skip
EVERY_DAY = frozenset(range(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


@pytest.mark.parametrize(
    ("window", "now", "held"),
    [
        # A plain evening in winter: Berlin is an hour ahead.
        (
            Weekly(BERLIN, EVERY_DAY, time(20), time(22)),
            "2026-01-14T19:00",
            span("2026-01-14T19:00", "2026-01-14T21:00"),
        ),
        (Weekly(BERLIN, EVERY_DAY, time(20), time(22)), "2026-01-14T21:00", None),
        # Over midnight it belongs to the day it began.
        (
            Weekly(BERLIN, frozenset({4}), time(22), time(6)),
            "2026-01-17T04:00",
            span("2026-01-16T21:00", "2026-01-17T05:00"),
        ),
        (Weekly(BERLIN, frozenset({5}), time(22), time(6)), "2026-01-17T04:00", None),
        # The night the clock is put forward has no half past two; the window is an hour shorter.
        (
            Weekly(BERLIN, frozenset({6}), time(1), time(4)),
            "2026-03-29T00:30",
            span("2026-03-29T00:00", "2026-03-29T02:00"),
        ),
        (
            Weekly(BERLIN, frozenset({6}), time(2, 30), timedelta(hours=1)),
            "2026-03-29T01:45",
            span("2026-03-29T01:30", "2026-03-29T02:30"),
        ),
        # The night it is put back has two half past twos; the first one counts.
        (
            Weekly(BERLIN, frozenset({6}), time(2, 30), timedelta(hours=1)),
            "2026-10-25T00:45",
            span("2026-10-25T00:30", "2026-10-25T01:30"),
        ),
        # Longer than a day, and the one that ends last of those that overlap.
        (
            Weekly(ZoneInfo("UTC"), EVERY_DAY, time(0), timedelta(days=2)),
            "2026-01-14T12:00",
            span("2026-01-14T00:00", "2026-01-16T00:00"),
        ),
        # The second Tuesday of the month, and the last Sunday.
        (
            Weekly(ZoneInfo("UTC"), frozenset({1}), time(3), time(5), frozenset({2})),
            "2026-12-08T04:00",
            span("2026-12-08T03:00", "2026-12-08T05:00"),
        ),
        (
            Weekly(ZoneInfo("UTC"), frozenset({1}), time(3), time(5), frozenset({2})),
            "2026-12-15T04:00",
            None,
        ),
        (
            Weekly(ZoneInfo("UTC"), frozenset({6}), time(3), time(5), frozenset({-1})),
            "2026-11-29T04:00",
            span("2026-11-29T03:00", "2026-11-29T05:00"),
        ),
    ],
)
def test_a_window_holds_when_its_clock_says_so(window: Weekly, now: str, held: Span | None):
    assert window.at(at(now)) == held


def test_a_window_the_clock_skips_is_not_there():
    skipped = Weekly(BERLIN, frozenset({6}), time(2), time(3))
    assert skipped.at(at("2026-03-29T01:00")) is None
    assert skipped.after(at("2026-03-28T12:00")) == span("2026-04-05T00:00", "2026-04-05T01:00")


def test_a_window_without_days_never_comes():
    never = Weekly(BERLIN, frozenset(), time(2), time(3))
    assert never.after(at("2026-03-29T01:00")) is None


times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
windows = st.builds(
    Weekly,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.frozensets(st.integers(0, 6), min_size=1),
    times,
    times | st.integers(1, 7 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.frozensets(st.sampled_from((1, 2, 3, 4, 5, -1))),
)
moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def spans_by_hand(window: Weekly, around: datetime) -> list[Span]:
    """List the windows of three weeks as a person would, day by day."""
    found: list[Span] = []
    for days in range(-14, 8):
        day: date = around.astimezone(window.zone).date() + timedelta(days=days)
        month_left = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - day
        week = {(day.day - 1) // 7 + 1} | ({-1} if month_left <= timedelta(days=7) else set())
        if day.weekday() not in window.weekdays or (window.weeks and not week & window.weeks):
            continue
        start = instant(day, window.start, window.zone)
        if isinstance(window.end, timedelta):
            end = start + window.end
        else:
            ends_on = day if window.end > window.start else day + timedelta(days=1)
            end = instant(ends_on, window.end, window.zone)
        if start < end:
            found.append(Span(start, end))
    return found


@given(windows, moments)
def test_a_window_is_never_active_outside_its_spans(window: Weekly, now: datetime):
    by_hand = [one for one in spans_by_hand(window, now) if now in one]
    held = window.at(now)
    assert (held is None) == (not by_hand)
    if held is not None:
        assert now in held
        assert held in by_hand


@given(windows, moments)
def test_nothing_begins_between_a_moment_and_the_next_window(window: Weekly, now: datetime):
    coming = window.after(now)
    if coming is None:
        assert window.weeks
        return
    assert coming.start > now
    assert window.at(coming.start) is not None
    assert not [one for one in spans_by_hand(window, now) if now < one.start < coming.start]


@given(st.lists(windows, min_size=1, max_size=3), st.lists(moments, min_size=1, max_size=6))
def test_a_timetable_remembers_nothing_that_is_not_so(parts: list[Weekly], asked: list[datetime]):
    timetable = Timetable(parts)
    near = [moment + timedelta(minutes=minutes) for moment in asked for minutes in (0, 1, 700, -3)]
    for moment in near:
        assert timetable.hold(moment) == any(part.at(moment) is not None for part in parts)
