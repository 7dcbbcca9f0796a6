"""Who is on call, and people standing in, as the house remembers them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.schedule import Override
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.store import facts
from fireline.usecases.facts import house_stream
from fireline.usecases.oncall import (
    LONGEST_SPAN,
    OverrideNotFound,
    OverridePast,
    PersonNotFound,
    ScheduleNotFound,
    SpanTooLong,
    duties,
    override,
    shifts,
    who,
    withdraw_override,
)
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO, CY, PLAN, PRIMARY, SECONDARY, schedule

HOUR = timedelta(hours=1)
NOBODY = ScheduleId("nobody")


def standing_in(tx: Tx, person: PersonId = CY, start: float = 1, hours: float = 2) -> Override:
    begins = tx.now + start * HOUR
    return Override(Span(begins, begins + hours * HOUR), person)


async def test_who_says_until_when_and_who_is_next(tx: Tx):
    await override(tx, PLAN, PRIMARY, standing_in(tx), by=Human(CY))
    told = await who(tx, PLAN, PRIMARY)
    assert told.now is not None
    assert told.next is not None
    assert (told.now.duty.person, told.now.span.end) == (ANA, tx.now + HOUR)
    assert told.next.duty == Duty(CY, Because.OVERRIDE)
    later = await who(tx, PLAN, PRIMARY, tx.now + 2 * HOUR)
    assert later.now is not None
    assert later.now.duty.person == CY


async def test_nobody_is_said_as_nobody(tx: Tx):
    plan = replace(PLAN, schedules={NOBODY: schedule(NOBODY)})
    told = await who(tx, plan, NOBODY)
    assert (told.now, told.next) == (None, None)


async def test_duties_answers_for_several_schedules_and_for_one_the_plan_lacks(tx: Tx):
    await override(tx, PLAN, PRIMARY, standing_in(tx, start=-1), by=Human(CY))
    answer = await duties(tx, PLAN, [PRIMARY, SECONDARY, NOBODY], tx.now)
    assert answer == {
        PRIMARY: Duty(CY, Because.OVERRIDE),
        SECONDARY: Duty(BO, Because.ROTATION, "base"),
        NOBODY: None,
    }


async def test_a_schedule_is_laid_out_by_layer_with_what_comes_of_it(tx: Tx):
    which = await override(tx, PLAN, PRIMARY, standing_in(tx), by=Human(CY))
    view = await shifts(tx, PLAN, PRIMARY, Span(tx.now, tx.now + timedelta(days=1)))
    assert [shift.duty.person for shift in view.result] == [ANA, CY, ANA]
    assert {shift.duty.person for layer in view.layers for shift in layer.shifts} == {ANA}
    assert [one.id for one in view.overrides] == [which]
    assert view.gaps == ()


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


async def test_what_cannot_be_is_refused(tx: Tx):
    with pytest.raises(ScheduleNotFound):
        await who(tx, PLAN, NOBODY)
    with pytest.raises(PersonNotFound):
        await override(tx, PLAN, PRIMARY, standing_in(tx, PersonId("zed")), by=Human(CY))
    with pytest.raises(OverridePast):
        await override(tx, PLAN, PRIMARY, standing_in(tx, start=-3), by=Human(CY))
    with pytest.raises(SpanTooLong):
        await shifts(tx, PLAN, PRIMARY, Span(tx.now, tx.now + LONGEST_SPAN + HOUR))
