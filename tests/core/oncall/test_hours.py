from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fireline.core.oncall.coverage import gaps
from fireline.core.oncall.hours import covered
from fireline.core.oncall.schedule import Hours, Layer, OnHolidays, Schedule, WeekSpan
from fireline.core.values.time import Span
from tests.core.oncall.scenes import (
    ANA,
    BO,
    RIGA,
    WEEKLY,
    WORKDAYS,
    between,
    days,
    hours,
    local,
    moments,
    ring,
    schedule,
    week_spans,
    who,
)

ALL_WEEK = frozenset(range(7))
FRIDAY, SATURDAY, SUNDAY, MONDAY = 4, 5, 6, 0
NO_DAYS: frozenset[date] = frozenset()
CHRISTMAS = date(2026, 12, 25)
MINUTE = timedelta(minutes=1)


def layer(*week: Hours | WeekSpan) -> Layer:
    return Layer("l", replace(WEEKLY, turns=ring(ANA)), week)


def edges(told: Layer, start: str, end: str) -> list[tuple[str, str]]:
    return [
        (f"{opens.astimezone(RIGA):%a %d %H:%M}", f"{closes.astimezone(RIGA):%a %d %H:%M}")
        for opens, closes in covered(told, frozenset({CHRISTMAS}), between(start, end))
    ]


def test_hours_past_midnight_belong_to_the_day_they_began():
    told = schedule(layer(Hours(frozenset({FRIDAY}), time(22), time(6))))
    assert who(told, local("2026-01-09T21:59")) == []
    assert who(told, local("2026-01-10T05:59")) == [ANA]
    assert who(told, local("2026-01-10T06:00")) == []
    assert who(told, local("2026-01-09T05:00")) == []


def test_hours_that_end_when_they_start_last_a_day():
    told = schedule(layer(Hours(frozenset({MONDAY}), time(8), time(8))))
    assert who(told, local("2026-01-06T07:59")) == [ANA]
    assert who(told, local("2026-01-06T08:00")) == []


def test_a_stretch_of_the_week_runs_through_midnights_and_the_weeks_end():
    weekend = layer(WeekSpan(FRIDAY, time(20), MONDAY, time(8)))
    assert edges(weekend, "2026-01-05T00:00", "2026-01-19T00:00") == [
        ("Mon 05 00:00", "Mon 05 08:00"),
        ("Fri 09 20:00", "Mon 12 08:00"),
        ("Fri 16 20:00", "Mon 19 00:00"),
    ]


def test_a_stretch_within_one_day_and_one_that_leaves_a_few_hours_out():
    within = layer(WeekSpan(MONDAY, time(8), MONDAY, time(20)))
    assert edges(within, "2026-01-05T00:00", "2026-01-12T00:00") == [
        ("Mon 05 08:00", "Mon 05 20:00")
    ]
    rest = layer(WeekSpan(MONDAY, time(20), MONDAY, time(8)))
    assert edges(rest, "2026-01-05T00:00", "2026-01-12T00:00") == [
        ("Mon 05 00:00", "Mon 05 08:00"),
        ("Mon 05 20:00", "Mon 12 00:00"),
    ]


def test_a_stretch_that_ends_as_it_begins_is_the_whole_week():
    whole = layer(WeekSpan(MONDAY, time(8), MONDAY, time(8)))
    assert len(edges(whole, "2026-01-01T00:00", "2026-12-31T00:00")) == 1


def test_the_clocks_do_not_move_the_ends_of_a_stretch():
    # Riga springs forward on Sunday 29 March 2026 and falls back on Sunday 25 October.
    weekend = layer(WeekSpan(FRIDAY, time(20), MONDAY, time(8)))
    (spring,) = covered(weekend, NO_DAYS, between("2026-03-27T12:00", "2026-03-31T00:00"))
    (autumn,) = covered(weekend, NO_DAYS, between("2026-10-23T12:00", "2026-10-27T00:00"))
    assert spring[1] - spring[0] == timedelta(hours=59)
    assert autumn[1] - autumn[0] == timedelta(hours=61)


def test_hours_that_fall_into_the_skipped_hour_are_left_out():
    gone = layer(Hours(frozenset({SUNDAY}), time(3), time(4)))
    assert edges(gone, "2026-03-29T00:00", "2026-03-30T00:00") == []


@pytest.mark.parametrize(
    ("minds", "christmas", "boxing_day"),
    [
        (OnHolidays.ALSO, [ANA], [ANA]),
        (OnHolidays.NEVER, [], [ANA]),
        (OnHolidays.ONLY, [ANA], []),
    ],
)
def test_a_layer_minds_holidays_from_midnight_to_midnight(
    minds: OnHolidays, christmas: list[str], boxing_day: list[str]
):
    told = Schedule(
        schedule().id, "S", RIGA, (replace(layer(), holidays=minds),), frozenset({CHRISTMAS})
    )
    assert who(told, local("2026-12-25T00:00")) == christmas
    assert who(told, local("2026-12-25T23:59")) == christmas
    assert who(told, local("2026-12-26T00:00")) == boxing_day
    assert who(told, local("2026-12-24T23:59")) == boxing_day


def test_holidays_are_cut_out_of_hours():
    office = replace(layer(WORKDAYS), holidays=OnHolidays.NEVER)
    assert edges(office, "2026-12-24T00:00", "2026-12-29T00:00") == [
        ("Thu 24 09:00", "Thu 24 17:00"),
        ("Mon 28 09:00", "Mon 28 17:00"),
    ]
    only = replace(layer(WORKDAYS), holidays=OnHolidays.ONLY)
    assert edges(only, "2026-12-24T00:00", "2026-12-29T00:00") == [("Fri 25 09:00", "Fri 25 17:00")]


def test_a_layer_holds_from_when_it_begins_until_it_ends():
    told = replace(layer(), begins=local("2026-01-07T10:00"), ends=local("2026-01-09T10:00"))
    span = between("2026-01-05T00:00", "2026-01-12T00:00")
    assert gaps(schedule(told), span) == (
        Span(span.start, local("2026-01-07T10:00")),
        Span(local("2026-01-09T10:00"), span.end),
    )
    never = replace(told, ends=told.begins)
    assert gaps(schedule(never), span) == (span,)


def test_a_fixed_plan_for_some_days_lies_above_the_usual_one():
    fixed = replace(
        layer(),
        name="festival",
        rotation=replace(WEEKLY, turns=ring(BO)),
        begins=local("2026-01-07T10:00"),
        ends=local("2026-01-09T10:00"),
    )
    told = schedule(layer(), fixed)
    assert who(told, local("2026-01-07T09:59")) == [ANA]
    assert who(told, local("2026-01-07T10:00")) == [BO]
    assert who(told, local("2026-01-09T10:00")) == [ANA]


def by_the_clock(told: Hours | WeekSpan, now: datetime) -> bool:
    """Say whether a wall clock shows a time within; wrong on days when clocks are moved."""
    at, day = now.time(), now.weekday()
    if isinstance(told, WeekSpan):
        minute = (day * 24 + at.hour) * 60 + at.minute
        start = (told.from_day * 24 + told.start.hour) * 60 + told.start.minute
        end = (told.to_day * 24 + told.end.hour) * 60 + told.end.minute
        return start <= minute < end if start < end else minute >= start or minute < end
    if told.start < told.end:
        return day in told.weekdays and told.start <= at < told.end
    since = day in told.weekdays and at >= told.start
    return since or ((day - 1) % 7 in told.weekdays and at < told.end)


@given(hours | week_spans, moments)
def test_on_ordinary_days_hours_are_what_a_wall_clock_says(told: Hours | WeekSpan, now: datetime):
    near = [now + timedelta(days=n) for n in (-8, 8)]
    offsets = {at.astimezone(RIGA).utcoffset() for at in near}
    assume(len(offsets) == 1)
    found = covered(layer(told), NO_DAYS, Span(now, now + MINUTE))
    assert bool(found) == by_the_clock(told, now.astimezone(RIGA))


@given(st.lists(hours | week_spans, min_size=1, max_size=3), moments, days)
def test_pieces_are_in_order_and_never_touch(
    week: list[Hours | WeekSpan], now: datetime, length: int
):
    span = Span(now, now + timedelta(days=length + 1))
    found = covered(layer(*week), NO_DAYS, span)
    assert all(start < end for start, end in found)
    assert all(one[1] < next_[0] for one, next_ in pairwise(found))
    assert all(span.start <= start and end <= span.end for start, end in found)
