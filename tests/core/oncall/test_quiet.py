"""Quiet hours on the clocks of people, also on the nights those clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.oncall.quiet import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
DAY = datetime(2026, 11, 17, tzinfo=UTC)
SEVEN = DAY + timedelta(hours=30)  # the next morning's, in Berlin
# Autumn 2026: at 03:00 on 25 October the clocks of Berlin go back to 02:00.
TWICE = datetime(2026, 10, 25, tzinfo=UTC)
# Spring 2026: at 02:00 on 29 March they go on to 03:00.
NEVER = datetime(2026, 3, 29, tzinfo=UTC)


def over(start: str, end: str, now: datetime) -> datetime | None:
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end), BERLIN).over_at(now)


@pytest.mark.parametrize(
    ("start", "end", "now", "expected"),
    [
        ("22:00", "07:00", DAY + timedelta(hours=12), None),
        ("22:00", "07:00", DAY + timedelta(hours=21), SEVEN),
        ("22:00", "07:00", SEVEN - timedelta(hours=1), SEVEN),
        ("22:00", "07:00", SEVEN, None),
        ("12:00", "13:00", DAY + timedelta(hours=11.5), DAY + timedelta(hours=12)),
        # The hour from 02:00 comes twice: quiet begins with the first and ends before the second.
        ("02:00", "02:30", TWICE + timedelta(minutes=15), TWICE + timedelta(minutes=30)),
        ("02:00", "02:30", TWICE + timedelta(minutes=75), None),
        ("22:00", "02:30", TWICE + timedelta(minutes=75), None),
        # From 02:00 there is no such hour: 02:30 is 03:30.
        ("22:00", "02:30", NEVER + timedelta(minutes=75), NEVER + timedelta(minutes=90)),
    ],
)
def test_when_it_is_quiet_and_until_when(
    start: str, end: str, now: datetime, expected: datetime | None
):
    assert over(start, end, now) == expected


ZONES = sorted(name for name in available_timezones() if "/" in name)


@given(
    st.times(),
    st.times(),
    st.sampled_from(ZONES),
    st.datetimes(
        min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2031, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.just(UTC),
    ),
)
def test_quiet_hours_always_end_and_are_over_then(start: time, end: time, zone: str, now: datetime):
    hours = QuietHours(start, end, ZoneInfo(zone))
    found = hours.over_at(now)
    if found is None:
        return
    assert now < found <= now + timedelta(hours=25)
    # Where the clock skips the time they begin at, one night may follow the other at once.
    again = hours.over_at(found)
    assert again is None or again > found
