from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from fireline.core.oncall.coverage import gaps, shifts
from fireline.core.oncall.duty import Because, Duty, on_call
from fireline.core.oncall.schedule import (
    Absence,
    Layer,
    Override,
    OverrideKind,
    Schedule,
)
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span
from tests.core.oncall.scenes import (
    ANA,
    BO,
    CY,
    WEEKLY,
    WORKDAYS,
    always,
    between,
    local,
    ring,
    scenes,
    schedule,
    together,
    who,
)

DEE = PersonId("dee")
REPLACE, ADD, REMOVE = OverrideKind.REPLACE, OverrideKind.ADD, OverrideKind.REMOVE
DAY = between("2026-01-06T00:00", "2026-01-07T00:00")
NOON, EVENING = local("2026-01-06T12:00"), local("2026-01-06T20:00")
OFFICE = Layer("office", replace(WEEKLY, turns=ring(BO)), (WORKDAYS,))
BOTH = together(always(ANA), always(BO, name="second"))


def test_whoever_replaces_everybody_is_alone_and_fills_gaps():
    assert on_call(BOTH, (Override(DAY, REPLACE, CY),), NOON) == (Duty(CY, Because.OVERRIDE),)
    assert who(schedule(always()), NOON, Override(DAY, REPLACE, CY)) == [CY]
    morning = between("2026-01-06T00:00", "2026-01-06T12:00")
    rest = Span(morning.end, DAY.end)
    assert gaps(schedule(always()), DAY, (Override(morning, REPLACE, BO),)) == (rest,)


def test_the_override_that_started_last_wins():
    week = Override(between("2026-01-05T00:00", "2026-01-12T00:00"), REPLACE, BO)
    hours = Override(between("2026-01-06T11:00", "2026-01-06T17:00"), REPLACE, CY)
    assert who(schedule(always(ANA)), NOON, hours, week) == [CY]
    assert who(schedule(always(ANA)), EVENING, hours, week) == [BO]


def test_of_overrides_that_start_together_the_one_made_last_wins():
    told = schedule(always(ANA))
    bo, cy = Override(DAY, REPLACE, BO), Override(DAY, REPLACE, CY)
    assert who(told, NOON, bo, cy) == [CY]
    assert who(told, NOON, cy, bo) == [BO]


def test_who_replaces_one_person_takes_that_place_only():
    swap = Override(DAY, REPLACE, CY, instead_of=BO)
    assert on_call(BOTH, (swap,), NOON) == (
        Duty(ANA, Because.ROTATION, "base"),
        Duty(CY, Because.OVERRIDE, "second"),
    )
    assert who(schedule(always(ANA)), NOON, swap) == [ANA]


def test_who_took_over_can_be_replaced_in_turn():
    first = Override(DAY, REPLACE, BO)
    then = Override(between("2026-01-06T11:00", "2026-01-06T13:00"), REPLACE, CY, instead_of=BO)
    assert who(schedule(always(ANA)), NOON, first, then) == [CY]
    assert who(schedule(always(ANA)), EVENING, first, then) == [BO]


def test_who_joins_is_on_call_beside_the_others_even_if_there_are_none():
    join = Override(DAY, ADD, CY)
    assert on_call(schedule(always(ANA)), (join,), NOON) == (
        Duty(ANA, Because.ROTATION, "base"),
        Duty(CY, Because.ADDED),
    )
    assert who(schedule(always()), NOON, join) == [CY]
    assert who(schedule(always(CY)), NOON, join) == [CY]


def test_a_later_override_of_everybody_ends_who_joined_before():
    join, over = Override(DAY, ADD, CY), Override(DAY, REPLACE, BO)
    assert who(schedule(always(ANA)), NOON, join, over) == [BO]
    assert who(schedule(always(ANA)), NOON, over, join) == [BO, CY]


def test_who_is_taken_off_leaves_what_lies_below():
    told = schedule(always(ANA), OFFICE)
    off = Override(DAY, REMOVE, None, instead_of=BO)
    assert who(told, NOON) == [BO]
    assert who(told, NOON, off) == [ANA]
    assert who(told, NOON, Override(DAY, REMOVE, BO)) == [ANA]


def test_everybody_can_be_taken_off():
    assert who(BOTH, NOON, Override(DAY, REMOVE, None)) == []
    assert who(BOTH, NOON, Override(DAY, REMOVE, None, layers=frozenset({"base"}))) == [BO]


def test_in_one_layer_it_counts_for_that_layer_during_its_hours():
    told = schedule(always(ANA), OFFICE)
    office = Override(DAY, REPLACE, CY, layers=frozenset({"office"}))
    assert on_call(told, (office,), NOON) == (Duty(CY, Because.OVERRIDE, "office"),)
    assert who(told, EVENING, office) == [ANA]
    base = Override(DAY, REPLACE, CY, layers=frozenset({"base"}))
    assert who(told, NOON, base) == [BO]
    assert who(told, EVENING, base) == [CY]


def test_in_one_layer_somebody_can_join_or_fill_an_empty_ring():
    second = frozenset({"second"})
    assert who(BOTH, NOON, Override(DAY, ADD, CY, layers=second)) == [ANA, BO, CY]
    empty = together(always(ANA), always(name="second"))
    assert who(empty, NOON, Override(DAY, REPLACE, CY, layers=second)) == [ANA, CY]


def test_a_later_override_of_one_layer_shows_through_one_of_everybody():
    everybody = Override(DAY, REPLACE, CY)
    base = Override(
        between("2026-01-06T11:00", "2026-01-06T13:00"), REPLACE, BO, layers=frozenset({"base"})
    )
    assert who(schedule(always(ANA)), NOON, everybody, base) == [BO]
    assert who(schedule(always(ANA)), EVENING, everybody, base) == [CY]


def test_a_layer_nobody_knows_changes_nothing():
    strange = Override(DAY, REPLACE, CY, layers=frozenset({"gone"}))
    assert who(schedule(always(ANA)), NOON, strange) == [ANA]


def test_whoever_has_nobody_to_put_there_replaces_by_nobody():
    assert who(schedule(always(ANA)), NOON, Override(DAY, REPLACE, None)) == []
    assert who(schedule(always(ANA)), NOON, Override(DAY, ADD, None)) == [ANA]


def test_shadows_are_nobodys_to_replace():
    told = schedule(always(ANA), replace(always(DEE, name="learning"), shadow=True))
    assert who(told, NOON, Override(DAY, REPLACE, CY)) == [CY, DEE]
    assert who(told, NOON, Override(DAY, REMOVE, None)) == []


def test_who_stands_in_while_away_was_asked_and_counts():
    away = (Absence(CY, DAY),)
    assert who(schedule(always(ANA)), NOON, Override(DAY, REPLACE, CY), away=away) == [CY]


@settings(deadline=None)
@given(scenes())
def test_whoever_replaces_everybody_last_is_alone_but_for_shadows(
    scene: tuple[Schedule, tuple[Override, ...], Span, tuple[Absence, ...]],
):
    told, overrides, span, away = scene
    earlier = [each for each in overrides if each.span.start <= span.start]
    last = Override(Span(span.start, span.end + timedelta(hours=1)), REPLACE, DEE)
    found = shifts(told, (*earlier, last), span, away)
    real = [shift for shift in found if shift.duty.because is not Because.SHADOW]
    assert [(shift.span, shift.duty) for shift in real] == [(span, Duty(DEE, Because.OVERRIDE))]
