"""What should worry a team: each worry has one name, from wherever it is looked at."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.oncall.ahead import LONGEST_STRETCH, REST, overloads, worrying_gaps
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span, instant

BERLIN = ZoneInfo("Europe/Berlin")
BEGINS = datetime(2026, 10, 12, tzinfo=UTC)
LOOKED = Span(BEGINS, BEGINS + timedelta(days=21))
ANA, BO = PersonId("ana"), PersonId("bo")
DAY = timedelta(days=1)


def nights(looked: Span) -> list[Span]:
    """List Friday evening to Monday morning, on the clocks of Berlin, cut to a look."""
    found: list[Span] = []
    friday = date(2026, 9, 4)
    while True:
        opens = instant(friday, time(18), BERLIN)
        closes = instant(friday + 3 * DAY, time(9), BERLIN)
        if opens >= looked.end:
            return found
        start, end = max(opens, looked.start), min(closes, looked.end)
        if start < end:
            found.append(Span(start, end))
        friday += 7 * DAY


@given(st.integers(min_value=0, max_value=8 * 7 * 24 * 2))
def test_hours_never_covered_have_one_name_wherever_the_look_begins(half_hours: int):
    begins = datetime(2026, 9, 10, tzinfo=UTC) + timedelta(minutes=30) * half_hours
    looked = Span(begins, begins + timedelta(days=21))
    found = worrying_gaps(nights(looked), looked, BERLIN)
    assert {gap.key for gap in found} == {"weekly:fri1800-mon0900"}
    assert all(gap.weekly for gap in found)


def test_a_single_gap_is_named_by_its_start_and_one_that_has_always_been_by_that():
    once = Span(BEGINS + DAY, BEGINS + 2 * DAY)
    (found,) = worrying_gaps([once], LOOKED, BERLIN)
    assert (found.weekly, found.key) == (False, "gap:2026-10-13T00:00:00+00:00")
    (always,) = worrying_gaps([LOOKED], LOOKED, BERLIN)
    assert (always.weekly, always.key) == (False, "gap:before")
    assert worrying_gaps([], LOOKED, BERLIN) == ()


def test_two_gaps_a_week_apart_but_of_another_length_are_two():
    gaps = [Span(BEGINS + DAY, BEGINS + 2 * DAY), Span(BEGINS + 8 * DAY, BEGINS + 10 * DAY)]
    found = worrying_gaps(gaps, LOOKED, BERLIN)
    assert [gap.weekly for gap in found] == [False, False]
    assert len({gap.key for gap in found}) == 2


@pytest.mark.parametrize(
    ("rest", "tired"), [(REST - timedelta(seconds=1), True), (REST, False)], ids=["short", "enough"]
)
def test_a_rest_ends_a_stretch(rest: timedelta, tired: bool):
    half = LONGEST_STRETCH / 2
    first = Span(BEGINS + DAY, BEGINS + DAY + half)
    second = Span(first.end + rest, first.end + rest + half + timedelta(seconds=1))
    found = overloads({BO: [second, first], ANA: [first]}, LOOKED)
    assert [one.person for one in found] == ([BO] if tired else [])
    if tired:
        assert found[0].span == Span(first.start, second.end)
        assert found[0].key == "overload:bo:2026-10-13T00:00:00+00:00"


def test_what_lies_within_another_does_not_end_a_stretch():
    long = Span(BEGINS, BEGINS + LONGEST_STRETCH + DAY)
    within = Span(BEGINS + DAY, BEGINS + 2 * DAY)
    (found,) = overloads({ANA: [long, within]}, LOOKED)
    assert (found.span, found.key) == (long, "overload:ana:before")
    assert overloads({ANA: []}, LOOKED) == ()
