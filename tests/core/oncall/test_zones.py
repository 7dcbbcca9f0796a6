"""The laws of schedules at every change of every zone's clocks from 2025 to 2030."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.core.oncall.clock_changes import odd_days
from fireline.core.oncall.coverage import gaps, shifts
from fireline.core.oncall.duty import on_call
from fireline.core.oncall.hours import covered
from fireline.core.oncall.rotation import turns
from fireline.core.oncall.schedule import Every, Hours, Layer, Rotation, WeekSpan
from fireline.core.values.time import Span
from tests.core.oncall.scenes import ANA, BO, CY, clock_times, ring, schedule, together

BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
RING = ring(ANA, BO, CY)
KINDS = (
    (Every.HOUR, 1),
    (Every.HOUR, 8),
    (Every.HOUR, 5),
    (Every.DAY, 1),
    (Every.WEEK, 1),
    (Every.MONTH, 1),
)
FIT_A_DAY = 8


@cache
def changes() -> tuple[tuple[ZoneInfo, datetime], ...]:
    """List every moment some zone's clocks are moved."""
    zones = map(ZoneInfo, sorted(zoneinfo.available_timezones() - {"localtime"}))
    return tuple((zone, at) for zone in zones for at in _moved(zone))


def _moved(zone: ZoneInfo) -> Iterator[datetime]:
    at = BEGIN
    while at < END:
        if (at + WEEK).astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            before, after = at, at + WEEK
            while after - before > timedelta(minutes=1):
                middle = before + (after - before) / 2
                middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            yield after
        at += WEEK


def rotation(every: Every, length: int, at: time, zone: ZoneInfo) -> Rotation:
    return Rotation(RING, date(2025, 1, 1), at, every, length, zone)


def moved_by(zone: ZoneInfo, at: datetime) -> timedelta:
    before, after = (at - timedelta(seconds=1)).astimezone(zone), at.astimezone(zone)
    assert before.utcoffset() is not None
    return (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())


def keeps_to_the_clock(told: Rotation) -> bool:
    return told.every is not Every.HOUR or told.length == FIT_A_DAY


def check_hand_overs(told: Rotation, span: Span, moved: timedelta) -> None:
    found = list(turns(told, span))
    assert found[0].start <= span.start < span.end <= found[-1].end
    assert all(one.end == next_.start for one, next_ in pairwise(found))
    assert [each.number for each in found] == list(range(found[0].number, found[-1].number + 1))
    if not keeps_to_the_clock(told):
        assert {each.end - each.start for each in found} == {told.length * HOUR}
        return
    step = FIT_A_DAY if told.every is Every.HOUR else 24
    for each in found:
        local = each.start.astimezone(told.zone).replace(tzinfo=None)
        late = (local - datetime.combine(local.date(), told.handover)) % (step * HOUR)
        # On the clock; or, where the clock skipped that time, as much later as it was moved.
        assert not late or (moved > timedelta() and late == moved)


def test_the_world_has_enough_changes_to_mean_something():
    zones = {zone.key for zone, _ in changes()}
    assert len(changes()) > 1_000
    assert {timedelta(minutes=30), HOUR, 2 * HOUR} <= {
        abs(moved_by(zone, at)) for zone, at in changes()
    }
    assert len(zones) > 100


def test_around_every_change_turns_follow_one_another_on_the_wall_clock():
    for zone, at in changes():
        local = at.astimezone(zone).replace(tzinfo=None)
        in_gap = (local - moved_by(zone, at) / 2).time()
        for every, length in KINDS:
            around = 40 * DAY if every is Every.MONTH else 9 * DAY if every is Every.WEEK else DAY
            span = Span(at - around, at + around)
            for handover in (time(9), in_gap):
                told = rotation(every, length, handover, zone)
                check_hand_overs(told, span, moved_by(zone, at))


def test_around_every_change_nobody_is_missing_and_nobody_is_doubled():
    day_and_night = (Hours(frozenset(range(7)), time(8), time(20)),)
    night = (Hours(frozenset(range(7)), time(20), time(8)),)
    week, weekend = WeekSpan(0, time(8), 4, time(20)), WeekSpan(4, time(20), 0, time(8))
    for zone, at in changes():
        span = Span(at - 2 * DAY, at + 2 * DAY)
        daily = rotation(Every.DAY, 1, time(9), zone)
        for some, others in ((day_and_night, night), ((week,), (weekend,))):
            told = together(Layer("some", daily, some), Layer("others", daily, others))
            assert gaps(told, span) == ()
            ends = [end for _, end in covered(told.layers[0], frozenset(), span)]
            starts = [start for start, _ in covered(told.layers[1], frozenset(), span)]
            assert set(ends) - {span.end} <= set(starts)
        whole = shifts(schedule(Layer("base", daily)), (), span)
        assert sum((each.span.length for each in whole), timedelta()) == span.length


def test_around_every_change_the_days_are_as_much_shorter_or_longer():
    for zone, at in changes():
        found = odd_days(Span(at - 2 * DAY, at + 2 * DAY), zone)
        assert sum((odd.length - DAY for odd in found), timedelta()) == -moved_by(zone, at)


def test_days_read_as_people_say_them():
    riga = ZoneInfo("Europe/Riga")
    year = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [str(odd) for odd in odd_days(year, riga)] == [
        "Sun 29 Mar has 23 hours",
        "Sun 25 Oct has 25 hours",
    ]
    howe = [str(odd) for odd in odd_days(year, ZoneInfo("Australia/Lord_Howe"))]
    assert howe == ["Sun 5 Apr has 24 hours 30 minutes", "Sun 4 Oct has 23 hours 30 minutes"]


# The first example waits while every zone is looked at.
@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(KINDS),
    clock_times,
    st.integers(-48, 48),
)
def test_near_any_change_the_shifts_say_the_same_as_on_call(
    which: int, kind: tuple[Every, int], handover: time, hours: int
):
    zone, at = changes()[which % len(changes())]
    told = schedule(
        Layer("base", rotation(*kind, handover, zone)),
        Layer(
            "night",
            rotation(Every.WEEK, 1, handover, zone),
            (Hours(frozenset({5, 6}), time(22), time(3, 30)),),
        ),
    )
    span = Span(at - 3 * DAY, at + 3 * DAY)
    now = at + hours * HOUR
    found = shifts(told, (), span)
    for moment in (now, at, at - timedelta(microseconds=1)):
        holding = tuple(shift.duty for shift in found if moment in shift.span)
        assert holding == on_call(told, (), moment)
        assert len(holding) == 1
