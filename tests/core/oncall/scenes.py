"""Schedules, overrides and leave to draw from, and short ways of writing them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from fireline.core.oncall.duty import on_call
from fireline.core.oncall.schedule import (
    Absence,
    Every,
    Hours,
    Layer,
    OnHolidays,
    Override,
    OverrideKind,
    Rotation,
    Schedule,
    WeekSpan,
)
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span

ANA, BO, CY = (PersonId(name) for name in ("ana", "bo", "cy"))
PEOPLE = (ANA, BO, CY)
RIGA = ZoneInfo("Europe/Riga")
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
WEEKLY = Rotation(((ANA,), (BO,), (CY,)), date(2026, 1, 5), time(9), Every.WEEK, 1, RIGA)
DAILY = replace(WEEKLY, every=Every.DAY)
WORKDAYS = Hours(frozenset(range(5)), time(9), time(17))
NIGHTS = Hours(frozenset(range(7)), time(22), time(6))
START = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)

moments = st.integers(0, 2 * 365 * 24 * 4).map(lambda n: START + n * QUARTER)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
zones = st.sampled_from(
    [RIGA, NEW_YORK, *map(ZoneInfo, ("UTC", "Australia/Lord_Howe", "Antarctica/Troll"))]
)
people = st.sampled_from(PEOPLE)
rings = st.lists(st.lists(people, max_size=2, unique=True).map(tuple), max_size=3).map(tuple)
rotations = st.builds(
    Rotation,
    turns=rings,
    first_day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    handover=clock_times,
    every=st.sampled_from(Every),
    length=st.integers(1, 14),
    zone=zones,
)
days = st.integers(0, 6)
hours = st.builds(Hours, st.frozensets(days, min_size=1, max_size=7), clock_times, clock_times)
week_spans = st.builds(WeekSpan, days, clock_times, days, clock_times)
layers = st.builds(
    Layer,
    st.sampled_from("abc"),
    rotations,
    st.lists(hours | week_spans, max_size=2).map(tuple),
    level=st.integers(0, 2),
    shadow=st.sampled_from([False, False, False, True]),
    begins=st.none() | moments,
    ends=st.none() | moments,
    holidays=st.sampled_from(OnHolidays),
)
schedules = st.builds(
    Schedule,
    id=st.just(ScheduleId("s")),
    name=st.just("S"),
    zone=zones,
    layers=st.lists(layers, max_size=3).map(tuple),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=20),
)
lengths = st.integers(1, 30 * 96).map(lambda quarters: quarters * QUARTER)
spans = st.builds(lambda start, length: Span(start, start + length), moments, lengths)


@st.composite
def scenes(
    draw: st.DrawFn,
) -> tuple[Schedule, tuple[Override, ...], Span, tuple[Absence, ...]]:
    """Draw a schedule, a span, and overrides and leave near it."""
    span = draw(spans)
    near = st.builds(
        lambda n, length: Span(span.start + n * QUARTER, span.start + n * QUARTER + length),
        st.integers(-96, 32 * 96),
        lengths,
    )
    made = st.builds(
        Override,
        near,
        st.sampled_from(OverrideKind),
        st.none() | people,
        st.none() | people,
        st.frozensets(st.sampled_from("abc"), max_size=2),
    )
    overrides = tuple(draw(st.lists(made, max_size=4)))
    absences = tuple(draw(st.lists(st.builds(Absence, people, near), max_size=3)))
    return draw(schedules), overrides, span, absences


def ring(*turns: PersonId | tuple[PersonId, ...]) -> tuple[tuple[PersonId, ...], ...]:
    """Write a ring; who stands alone carries a turn alone."""
    return tuple(turn if isinstance(turn, tuple) else (turn,) for turn in turns)


def schedule(*layers: Layer) -> Schedule:
    """Write a schedule whose layers cover one another in the order given."""
    placed = (replace(layer, level=place) for place, layer in enumerate(layers))
    return Schedule(ScheduleId("s"), "S", RIGA, tuple(placed))


def together(*layers: Layer) -> Schedule:
    """Write a schedule whose layers are on call at once."""
    return Schedule(ScheduleId("s"), "S", RIGA, layers)


def always(*turns: PersonId | tuple[PersonId, ...], name: str = "base") -> Layer:
    """Write a layer that always covers."""
    return Layer(name, replace(WEEKLY, turns=ring(*turns)))


def who(
    told: Schedule, now: datetime, *overrides: Override, away: tuple[Absence, ...] = ()
) -> list[PersonId]:
    """Say who is on call."""
    return [duty.person for duty in on_call(told, overrides, now, away)]


def local(text: str, zone: ZoneInfo = RIGA) -> datetime:
    """Read a moment on the clocks of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def between(start: str, end: str, zone: ZoneInfo = RIGA) -> Span:
    """Read a span on the clocks of a zone."""
    return Span(local(start, zone), local(end, zone))
