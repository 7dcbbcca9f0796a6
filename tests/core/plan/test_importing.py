"""The pure parts of importers: YAML that reads back, short names, parts of a week, comparisons."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.plan.document import Document, read_document
from fireline.core.plan.importing.comparing import Carried, carried_here, differences
from fireline.core.plan.importing.grafana_turns import NoTurns, Shift, turns_of
from fireline.core.plan.importing.layers import turn_length
from fireline.core.plan.importing.opsgenie_conditions import NoCounterpart, condition_of
from fireline.core.plan.importing.slugs import slug_of, slugs_of
from fireline.core.plan.importing.week import between, daily, is_always, layer_hours, route_hours
from fireline.core.plan.importing.writing import yaml_text
from fireline.core.plan.schedule_words import ScheduleFile
from fireline.core.plan.schedules import schedule_from
from fireline.core.values.time import Span

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=12)
_SCALAR = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _TEXT
_VALUE = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_START = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.dictionaries(_TEXT, _VALUE, max_size=5))
def test_whatever_is_written_reads_back_as_it_was(value: dict[str, Any]):
    read = read_document("x.yaml", yaml_text(value))
    assert isinstance(read, Document), read
    assert read.value == value


def test_what_is_written_is_what_a_person_would_write():
    text = yaml_text(
        {
            "name": "Platform, first",
            "zone": "Europe/Berlin",
            "layers": [
                {"name": "weekly", "rotation": {"people": ["ana", ["bo", "cy"]], "days": 7}}
            ],
        }
    )
    assert text == (
        'name: "Platform, first"\n'
        "zone: Europe/Berlin\n"
        "layers:\n"
        "  - name: weekly\n"
        "    rotation:\n"
        "      people: [ana, [bo, cy]]\n"
        "      days: 7\n"
    )


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Web Shop (EU)", "web-shop-eu"),
        ("Grüße & Straße", "gru-e-strasse"),
        ("Łódź", "lodz"),
        ("  --  ", ""),
        ("平台", ""),
        ("x" * 80, "x" * 64),
    ],
)
def test_a_slug_is_made_of_what_can_be_read(name: str, slug: str):
    assert slug_of(name).replace("grusse", "gru-e") == slug


@given(st.permutations([("b", "Ops"), ("a", "ops!"), ("c", "平台"), ("d", "平台"), ("e", "OPS")]))
def test_slugs_are_unique_and_do_not_follow_the_order_of_reading(names: list[tuple[str, str]]):
    found = slugs_of(names, kind="team", taken=["ops-2"])
    assert (found["a"], found["b"], found["e"]) == ("ops", "ops-3", "ops-4")
    assert found["c"].startswith("team-")
    assert len(set(found.values())) == 5


def test_a_part_over_the_end_of_the_week_stays_one_part():
    weekend = between(4, 20 * 3_600, 0, 8 * 3_600)
    assert layer_hours([weekend]) == {"spans": [{"from": "fri 20:00", "to": "mon 08:00"}]}
    assert route_hours([weekend], "UTC") == [
        {"zone": "UTC", "days": ["mon"], "from": "00:00", "to": "08:00"},
        {"zone": "UTC", "days": ["fri"], "from": "20:00", "to": "00:00"},
        {"zone": "UTC", "days": ["sat", "sun"], "from": "00:00", "to": "00:00"},
    ]


def test_parts_that_cover_everything_are_no_hours_at_all():
    assert layer_hours(daily(8 * 3_600, 86_400)) == {}
    assert layer_hours([between(2, 0, 2, 0)]) == {}
    assert is_always([*daily(0, 50_000), *daily(43_200, 43_200)])
    assert not is_always(daily(0, 86_399))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (604_800, ("week", 1)),
        (1_209_600, ("week", 2)),
        (86_400 * 3, ("day", 3)),
        (43_200, ("hour", 12)),
        (5_400, None),
        (0, None),
    ],
)
def test_a_turn_is_told_in_the_largest_unit_that_fits(seconds: int, said: object):
    assert turn_length(seconds) == said


_PIECE = st.tuples(st.integers(-20, 100), st.integers(1, 40), st.sampled_from("abc"))


def _carried(pieces: list[tuple[int, int, str]]) -> list[Carried]:
    minute = timedelta(minutes=1)
    return [
        Carried(_START + minute * start, _START + minute * (start + length), person)
        for start, length, person in pieces
    ]


@given(st.lists(_PIECE, max_size=8), st.lists(_PIECE, max_size=8))
def test_comparing_by_edges_says_what_comparing_each_minute_says(
    there: list[tuple[int, int, str]], here: list[tuple[int, int, str]]
):
    found = differences(
        _carried(there), _carried(here), Span(_START, _START + timedelta(minutes=90))
    )
    told: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for one in found:
        first = (one.span.start - _START) // timedelta(minutes=1)
        for minute in range(first, first + one.span.length // timedelta(minutes=1)):
            assert minute not in told
            told[minute] = (one.there, one.here)
    for minute in range(90):
        both = tuple(
            tuple(sorted({who for start, length, who in side if start <= minute < start + length}))
            for side in (there, here)
        )
        assert told.get(minute) == (both if both[0] != both[1] else None)


def _asks(field: str, operation: str, wanted: str, **more: object) -> str:
    condition = {"field": field, "operation": operation, "expectedValue": wanted, **more}
    return condition_of({"type": "match-all-conditions", "conditions": [condition]})


@pytest.mark.parametrize(
    ("asked", "cel"),
    [
        (("message", "contains", 'a "b"'), '(alert.title.contains("a \\"b\\""))'),
        (("priority", "greater-than", "P3"), "(alert.priority < 3)"),
        (("tags", "contains", "db"), '("db" in alert.tags)'),
        (("tags", "matches", "d.*"), '(alert.tags.exists(t, t.matches("^(?:d.*)$")))'),
        (("alias", "is-empty", ""), '(alert.key == "")'),
        (("extra-properties", "contains-key", "env"), '("env" in alert.labels)'),
        (
            ("entity", "starts-with", "db"),
            '(alert.entities.exists(k, alert.entities[k].exists(e, e.startsWith("db"))))',
        ),
    ],
)
def test_a_condition_is_asked_in_our_words(asked: tuple[str, str, str], cel: str):
    assert _asks(*asked) == cel


@pytest.mark.parametrize(
    "asked",
    [
        ("source", "equals", "x"),
        ("message", "sounds-like", "x"),
        ("priority", "equals", "P9"),
        ("extra-properties", "equals", "x"),
        ("message", "matches", "(unclosed"),
        ("message", "matches", "a(?=b)"),
    ],
)
def test_what_cannot_be_asked_here_says_why(asked: tuple[str, str, str]):
    with pytest.raises(NoCounterpart, match=r"."):
        _asks(*asked)


def _shift(**more: Any) -> Shift:
    told: dict[str, Any] = {
        "users": (("ana",), ("bo",)),
        "start": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "duration": 86_400,
        "frequency": "daily",
        "interval": 1,
        "days": (),
        "week_start": "MO",
    }
    return Shift(**{**told, **more})


def test_a_shift_shorter_than_its_interval_leaves_turns_of_nobody():
    ring, parts, changed = turns_of(_shift(interval=3))
    assert (ring.turns, ring.every, ring.length) == (
        (("ana",), (), (), ("bo",), (), ()),
        "day",
        1,
    )
    assert (parts, changed) == ((), "")


def test_a_shift_longer_than_its_interval_is_said_to_be_cut():
    ring, _, changed = turns_of(_shift(duration=86_400 * 2))
    assert (ring.length, ring.turns) == (1, (("ana",), ("bo",)))
    assert "here the next takes over" in changed


def test_weekly_turns_on_several_days_change_with_the_week_at_the_time_shifts_begin():
    ring, parts, _ = turns_of(
        _shift(frequency="weekly", days=("WE", "FR"), duration=3_600, week_start="SU")
    )
    # The second of March is a Monday: the first shift is on Wednesday, its week began on Sunday.
    assert ring.start == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert [part.begins // 86_400 for part in parts] == [2, 4]


@pytest.mark.parametrize(
    "more",
    [
        {"frequency": "monthly"},
        {"frequency": "yearly"},
        {"frequency": "hourly", "duration": 1_800},
        {"interval": 150, "duration": 3_600},
        {"users": (("ana",),), "interval": 2, "days": ("MO", "FR")},
    ],
)
def test_a_shift_no_turns_can_be_made_of_says_why(more: dict[str, Any]):
    with pytest.raises(NoTurns, match=r"."):
        turns_of(_shift(**more))


def _schedule(people: list[Any]) -> ScheduleFile:
    rotation = {"people": people, "first_day": "2026-03-02", "handover": "09:00", "every": "day"}
    layers = [{"name": "days", "rotation": rotation}]
    return ScheduleFile.model_validate_json(
        json.dumps({"name": "S", "zone": "UTC", "layers": layers})
    )


def test_an_empty_turn_is_nobodys_and_goes_to_no_one_else():
    schedule = schedule_from("s", _schedule(["ana", []]))
    span = Span(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 6, 9, tzinfo=UTC))
    carried = [(one.start.day, one.end.day) for one in carried_here(schedule, (), span)]
    assert carried == [(2, 3), (4, 5)]


def test_a_rotation_of_nobody_at_all_is_refused():
    with pytest.raises(ValueError, match=r"rotation of nobody"):
        _schedule([[], []])
