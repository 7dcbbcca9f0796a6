"""Who is on call, and people standing in, as the house remembers them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.schedule import Layer, Override, OverrideKind
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.store import facts
from fireline.usecases import leave
from fireline.usecases.facts import house_stream
from fireline.usecases.oncall import (
    LONGEST_SPAN,
    LayerNotFound,
    NobodyOnCall,
    OverrideNotFound,
    OverridePast,
    OverrideUnclear,
    PersonNotFound,
    ScheduleNotFound,
    SpanTooLong,
    YoursAlready,
    duties,
    gaps_in,
    next_shifts,
    override,
    shifts,
    shifts_of_person,
    take,
    who,
    withdraw_override,
)
from fireline.usecases.oncall_desk import NoteTooLong, SpanBackward, span_from
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO, CY, PLAN, PRIMARY, SECONDARY, schedule

HOUR = timedelta(hours=1)
NOBODY = ScheduleId("nobody")
PAIR = ScheduleId("pair")
ZED = PersonId("zed")


def standing_in(tx: Tx, person: PersonId = CY, start: float = 1, hours: float = 2) -> Override:
    begins = tx.now + start * HOUR
    return Override(Span(begins, begins + hours * HOUR), OverrideKind.REPLACE, person)


def beside(tx: Tx, kind: OverrideKind, person: PersonId | None = CY) -> Override:
    return Override(Span(tx.now, tx.now + HOUR), kind, person)


async def test_who_says_until_when_and_who_is_next(tx: Tx):
    await override(tx, PLAN, PRIMARY, standing_in(tx), by=Human(CY))
    told = await who(tx, PLAN, PRIMARY)
    assert [(shift.duty.person, shift.span.end) for shift in told.now] == [(ANA, tx.now + HOUR)]
    assert [shift.duty for shift in told.next] == [Duty(CY, Because.OVERRIDE)]
    later = await who(tx, PLAN, PRIMARY, tx.now + 2 * HOUR)
    assert [shift.duty.person for shift in later.now] == [CY]


async def test_several_people_are_on_call_together_and_a_shadow_comes_last(tx: Tx):
    ana, bo = schedule(PAIR, ANA), schedule(PAIR, BO, CY)
    layers = (
        replace(bo.layers[0], name="shadow", shadow=True),
        *ana.layers,
        replace(bo.layers[0], name="beside"),
    )
    plan = replace(PLAN, schedules={PAIR: replace(ana, layers=layers)})
    told = await who(tx, plan, PAIR)
    carrying = [shift.duty.person for shift in told.now]
    assert carrying[0] == ANA
    assert len(carrying) == 2, "the one who shadows carries the pager beside, and is told once"
    assert {shift.span.start for shift in told.next} == {told.next[0].span.start}
    assert {duty.person for duty in (await duties(tx, plan, [PAIR], tx.now))[PAIR]} == {*carrying}


async def test_nobody_is_said_as_nobody(tx: Tx):
    plan = replace(PLAN, schedules={NOBODY: schedule(NOBODY)})
    told = await who(tx, plan, NOBODY)
    assert (told.now, told.next) == ((), ())
    day = Span(tx.now, tx.now + 24 * HOUR)
    assert await gaps_in(tx, plan, [NOBODY], day) == {NOBODY: (day,)}


async def test_duties_answers_for_several_schedules_and_for_one_the_plan_lacks(tx: Tx):
    await override(tx, PLAN, PRIMARY, standing_in(tx, start=-1), by=Human(CY))
    answer = await duties(tx, PLAN, [PRIMARY, SECONDARY, NOBODY], tx.now)
    assert answer == {
        PRIMARY: (Duty(CY, Because.OVERRIDE),),
        SECONDARY: (Duty(BO, Because.ROTATION, "base"),),
        NOBODY: (),
    }


async def test_a_schedule_is_laid_out_by_layer_with_what_comes_of_it(tx: Tx):
    which = await override(tx, PLAN, PRIMARY, standing_in(tx), by=Human(CY))
    view = await shifts(tx, PLAN, PRIMARY, Span(tx.now, tx.now + timedelta(days=1)))
    assert [shift.duty.person for shift in view.result] == [ANA, CY, ANA]
    assert {shift.duty.person for layer in view.layers for shift in layer.shifts} == {ANA}
    assert [one.id for one in view.overrides] == [which]
    assert view.gaps == ()


async def test_somebody_joins_or_is_taken_off(tx: Tx):
    await override(tx, PLAN, PRIMARY, beside(tx, OverrideKind.ADD), by=Human(CY))
    assert {one.person for one in (await duties(tx, PLAN, [PRIMARY], tx.now))[PRIMARY]} == {
        ANA,
        CY,
    }
    off = replace(beside(tx, OverrideKind.REMOVE, None), instead_of=ANA)
    await override(tx, PLAN, PRIMARY, off, by=Human(CY))
    assert [one.person for one in (await duties(tx, PLAN, [PRIMARY], tx.now))[PRIMARY]] == [CY]
    view = await shifts(tx, PLAN, PRIMARY, Span(tx.now, tx.now + HOUR))
    assert [(one.kind, one.person, one.instead_of) for one in view.overrides] == [
        (OverrideKind.ADD, CY, None),
        (OverrideKind.REMOVE, None, ANA),
    ]


async def test_an_override_of_one_layer_or_one_person_leaves_the_others(tx: Tx):
    base = schedule(PAIR, ANA).layers[0]
    both = replace(
        schedule(PAIR, ANA), layers=(base, Layer("late", schedule(PAIR, BO).layers[0].rotation))
    )
    plan = replace(PLAN, schedules={PAIR: both})
    of_layer = replace(beside(tx, OverrideKind.REPLACE), layers=frozenset({"late"}))
    which = await override(tx, plan, PAIR, of_layer, by=Human(CY))
    assert {one.person for one in (await duties(tx, plan, [PAIR], tx.now))[PAIR]} == {ANA, CY}
    await withdraw_override(tx, which, by=Human(CY))
    of_person = replace(beside(tx, OverrideKind.REPLACE), instead_of=ANA)
    await override(tx, plan, PAIR, of_person, by=Human(CY))
    assert {one.person for one in (await duties(tx, plan, [PAIR], tx.now))[PAIR]} == {BO, CY}


async def test_an_override_taken_back_leaves_the_schedule_as_it_was(tx: Tx):
    day = Span(tx.now, tx.now + timedelta(days=1))
    before = await shifts(tx, PLAN, PRIMARY, day)
    which = await override(tx, PLAN, PRIMARY, standing_in(tx), by=Human(CY))
    await withdraw_override(tx, which, by=Human(ANA))
    assert await shifts(tx, PLAN, PRIMARY, day) == before
    with pytest.raises(OverrideNotFound):
        await withdraw_override(tx, which, by=Human(ANA))
    told = await facts.timeline(tx.db, [house_stream().id])
    assert [fact.kind for fact in told] == ["override.made", "override.withdrawn"]


async def test_the_running_shift_is_taken_to_its_end_or_as_long_as_said(tx: Tx):
    ring = schedule(PAIR, ANA, BO)
    plan = replace(PLAN, schedules={PAIR: ring})
    before = await who(tx, plan, PAIR)
    await take(tx, plan, PAIR, CY, by=Human(CY))
    after = await who(tx, plan, PAIR)
    assert [(one.duty.person, one.span.end) for one in after.now] == [(CY, before.now[0].span.end)]
    with pytest.raises(YoursAlready):
        await take(tx, plan, PAIR, CY, by=Human(CY))
    await take(tx, plan, PAIR, BO, until=tx.now + HOUR, by=Human(BO))
    short = await who(tx, plan, PAIR)
    assert [(one.duty.person, one.span.end) for one in short.now] == [(BO, tx.now + HOUR)]


async def test_a_shift_without_an_end_is_taken_only_until_a_moment(tx: Tx):
    with pytest.raises(NobodyOnCall, match="until"):
        await take(tx, PLAN, PRIMARY, CY, by=Human(CY))
    with pytest.raises(OverridePast, match="until"):
        await take(tx, PLAN, PRIMARY, CY, until=tx.now - HOUR, by=Human(CY))


async def test_somebody_away_has_their_turn_taken_by_the_next(tx: Tx):
    plan = replace(PLAN, schedules={PAIR: schedule(PAIR, ANA, BO)})
    (first,) = (await who(tx, plan, PAIR)).now
    other = BO if first.duty.person == ANA else ANA
    away = Span(tx.now, tx.now + 3 * HOUR)
    made = await leave.add_leave(tx, plan, first.duty.person, away, note="ill", by=Human(ANA))
    assert (await duties(tx, plan, [PAIR], tx.now))[PAIR] == (Duty(other, Because.COVER, "base"),)
    view = await shifts(tx, plan, PAIR, Span(tx.now, tx.now + 6 * HOUR))
    assert [one.duty.person for one in view.result] == [other, first.duty.person]
    assert [one.person for one in view.away] == [first.duty.person]
    assert [(one.note, one.person) for one in await leave.leaves(tx)] == [
        ("ill", first.duty.person)
    ]
    await leave.withdraw_leave(tx, made.id, by=Human(ANA))
    assert await leave.leaves(tx) == ()
    assert (await who(tx, plan, PAIR)).now == (first,)
    with pytest.raises(leave.LeaveNotFound):
        await leave.withdraw_leave(tx, made.id, by=Human(ANA))


async def test_each_person_sees_their_shifts_on_every_schedule(tx: Tx):
    plan = replace(
        PLAN, schedules={PAIR: schedule(PAIR, ANA, BO), SECONDARY: schedule(SECONDARY, BO)}
    )
    mine = await shifts_of_person(tx, plan, BO, Span(tx.now, tx.now + timedelta(days=14)))
    assert {one.schedule for one in mine} == {PAIR, SECONDARY}
    assert {one.shift.duty.person for one in mine} == {BO}
    (coming,) = [one for one in await next_shifts(tx, plan, ANA) if one.schedule == PAIR]
    assert coming.shift.span.start > tx.now
    assert coming.shift.duty.person == ANA


async def test_what_cannot_be_is_refused_with_the_field(tx: Tx):
    with pytest.raises(ScheduleNotFound):
        await who(tx, PLAN, NOBODY)
    with pytest.raises(PersonNotFound, match="person: the plan has no person zed"):
        await override(tx, PLAN, PRIMARY, standing_in(tx, ZED), by=Human(CY))
    with pytest.raises(OverridePast, match="end: "):
        await override(tx, PLAN, PRIMARY, standing_in(tx, start=-3), by=Human(CY))
    with pytest.raises(SpanTooLong):
        await shifts(tx, PLAN, PRIMARY, Span(tx.now, tx.now + LONGEST_SPAN + HOUR))
    with pytest.raises(SpanBackward, match="end: "):
        span_from(tx.now, tx.now)
    with pytest.raises(LayerNotFound, match="layers: primary has no layer nights") as refused:
        wanted = replace(standing_in(tx), layers=frozenset({"base", "nights"}))
        await override(tx, PLAN, PRIMARY, wanted, by=Human(CY))
    assert refused.value.hint == "Known: base"
    with pytest.raises(OverrideUnclear, match="person: nobody is named"):
        await override(tx, PLAN, PRIMARY, beside(tx, OverrideKind.ADD, None), by=Human(CY))
    with pytest.raises(OverrideUnclear, match="instead_of: "):
        odd = replace(beside(tx, OverrideKind.ADD), instead_of=ANA)
        await override(tx, PLAN, PRIMARY, odd, by=Human(CY))
    with pytest.raises(PersonNotFound, match="instead_of: "):
        odd = replace(standing_in(tx), instead_of=ZED)
        await override(tx, PLAN, PRIMARY, odd, by=Human(CY))
    with pytest.raises(leave.LeavePast, match="end: "):
        await leave.add_leave(tx, PLAN, ANA, Span(tx.now - HOUR, tx.now), by=Human(ANA))
    with pytest.raises(NoteTooLong, match="note: "):
        day = Span(tx.now, tx.now + 24 * HOUR)
        await leave.add_leave(tx, PLAN, ANA, day, note="x" * 501, by=Human(ANA))
