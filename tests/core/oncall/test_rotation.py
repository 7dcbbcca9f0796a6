from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fireline.core.oncall.coverage import gaps
from fireline.core.oncall.rotation import begins, turn, turns
from fireline.core.oncall.schedule import Every, Layer, Rotation
from fireline.core.values.time import Span
from tests.core.oncall.scenes import (
    ANA,
    APIA,
    BO,
    CY,
    NEW_YORK,
    QUARTER,
    RIGA,
    WEEKLY,
    between,
    clock_times,
    local,
    moments,
    ring,
    rotations,
    schedule,
    spans,
)


def rotation(every: Every, length: int, first: str, zone: ZoneInfo = RIGA) -> Rotation:
    day = datetime.fromisoformat(first)
    return Rotation(ring(ANA, BO, CY), day.date(), day.time(), every, length, zone)


def hand_overs(told: Rotation, span: Span) -> list[str]:
    return [f"{each.start.astimezone(told.zone):%d %H:%M}" for each in turns(told, span)][1:]


@given(rotations, moments, st.integers(1, 7 * 96), st.sampled_from([UTC, RIGA, NEW_YORK]))
def test_turns_never_go_back(told: Rotation, now: datetime, quarters: int, told_in: tzinfo):
    later = now + quarters * QUARTER
    assert turn(told, now.astimezone(told_in)) <= turn(told, later.astimezone(told_in))


@given(rotations, spans)
def test_turns_follow_one_another_and_each_says_its_number(told: Rotation, span: Span):
    found = list(turns(told, span))
    assert found[0].start <= span.start
    assert found[-1].end >= span.end
    for one, next_ in pairwise(found):
        assert one.end == next_.start
        assert one.number < next_.number
    for one in found:
        assert turn(told, one.start) == turn(told, one.end - timedelta.resolution) == one.number


@given(rotations)
def test_the_first_turn_begins_on_the_first_day(told: Rotation):
    assert turn(told, begins(told, 0)) == 0
    assert turn(told, begins(told, 0) - timedelta.resolution) == -1


@given(clock_times)
@example(time(3, 30))
def test_the_repeated_hour_hands_over_once(at: time):
    # Riga falls back on Sunday 25 October 2026: 03:00 to 04:00 happens twice.
    daily = replace(WEEKLY, handover=at, every=Every.DAY)
    midnight = datetime(2026, 10, 24, 21, tzinfo=UTC)
    found = [turn(daily, midnight + timedelta(minutes=5 * n)) for n in range(300)]
    assert found == sorted(found)
    assert found[-1] - found[0] <= 2


def test_a_hand_over_in_an_hour_that_happens_twice_comes_the_first_time():
    daily = rotation(Every.DAY, 1, "2026-01-05T03:30")
    found = [each.start for each in turns(daily, between("2026-10-25T00:00", "2026-10-26T00:00"))]
    assert found[1] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_hand_over_in_an_hour_that_does_not_exist_comes_as_much_later():
    # Riga springs forward on Sunday 29 March 2026: 03:00 to 04:00 does not happen.
    daily = rotation(Every.DAY, 1, "2026-01-05T03:30")
    assert hand_overs(daily, between("2026-03-28T12:00", "2026-03-31T12:00")) == [
        "29 04:30",
        "30 03:30",
        "31 03:30",
    ]


def test_a_date_that_does_not_exist_is_one_turn_shorter_and_breaks_nothing():
    # Samoa went from 29 to 31 December 2011.
    begin = datetime(2011, 12, 29, 12, tzinfo=APIA).astimezone(UTC)
    for every, length in ((Every.DAY, 1), (Every.HOUR, 8), (Every.HOUR, 1)):
        told = rotation(every, length, "2011-12-01T09:00", APIA)
        found = [turn(told, begin + timedelta(hours=n)) for n in range(48)]
        assert found == sorted(found)
        assert gaps(schedule(Layer("l", told)), Span(begin, begin + timedelta(days=4))) == ()
        parts = list(turns(told, Span(begin, begin + timedelta(days=4))))
        assert all(one.end == next_.start for one, next_ in pairwise(parts))


def test_months_hand_over_on_the_same_day_or_on_their_last():
    monthly = rotation(Every.MONTH, 1, "2026-01-31T09:00")
    year = between("2026-01-31T12:00", "2026-08-01T00:00")
    found = [f"{each.start.astimezone(RIGA):%m-%d %H:%M}" for each in turns(monthly, year)]
    assert found == [
        "01-31 09:00",
        "02-28 09:00",
        "03-31 09:00",
        "04-30 09:00",
        "05-31 09:00",
        "06-30 09:00",
        "07-31 09:00",
    ]
    leap = rotation(Every.MONTH, 12, "2028-02-29T09:00")
    assert begins(leap, 1) == local("2029-02-28T09:00")
    assert begins(leap, 4) == local("2032-02-29T09:00")
    assert begins(leap, -1) == local("2027-02-28T09:00")


def test_several_months_and_weeks_make_one_turn():
    quarterly = rotation(Every.MONTH, 3, "2025-12-15T09:00")
    assert begins(quarterly, 1) == local("2026-03-15T09:00")
    assert turn(quarterly, local("2026-03-15T08:59")) == 0
    assert begins(rotation(Every.WEEK, 2, "2026-03-23T09:00"), 1) == local("2026-04-06T09:00")


@pytest.mark.parametrize("hours", [3, 4, 6, 8, 12, 24, 48])
def test_turns_of_hours_that_fit_a_day_keep_to_the_wall_clock(hours: int):
    told = rotation(Every.HOUR, hours, "2026-01-05T05:00")
    times = {
        f"{each.start.astimezone(RIGA):%H:%M}"
        for each in turns(told, between("2026-01-05T06:00", "2026-12-31T00:00"))
    }
    assert len(times) == max(24 // hours, 1)


def test_the_turn_in_which_the_clocks_change_is_an_hour_shorter_or_longer():
    told = rotation(Every.HOUR, 8, "2026-01-05T06:00")
    spring = list(turns(told, between("2026-03-28T22:00", "2026-03-29T06:00")))
    autumn = list(turns(told, between("2026-10-24T22:00", "2026-10-25T06:00")))
    assert [each.end - each.start for each in spring] == [timedelta(hours=7)]
    assert [each.end - each.start for each in autumn] == [timedelta(hours=9)]


@pytest.mark.parametrize("hours", [1, 2, 5, 7, 36])
def test_other_turns_of_hours_are_counted_as_hours_pass_and_none_vanishes(hours: int):
    told = rotation(Every.HOUR, hours, "2026-01-05T06:00")
    found = list(turns(told, between("2026-03-01T00:00", "2026-11-30T00:00")))
    assert {each.end - each.start for each in found} == {timedelta(hours=hours)}
    assert [each.number for each in found] == list(range(found[0].number, found[-1].number + 1))


def test_a_ring_counts_backwards_before_its_first_day():
    told = rotation(Every.DAY, 1, "2026-01-05T09:00")
    assert turn(told, local("2026-01-04T10:00")) == -1
    assert date(2026, 1, 5) == told.first_day
