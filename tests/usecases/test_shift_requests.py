"""Swaps and covers: asked, told, answered once, and never at a third person's expense."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.store import outbox, shift_requests
from fireline.store.shift_requests import SHIFT_REQUEST
from fireline.usecases import plans
from fireline.usecases.oncall import PersonNotFound, override, shifts, who
from fireline.usecases.shift_requests import (
    NotTheirShift,
    NotYours,
    RequestNotFound,
    RequestSettled,
    RequestUnclear,
    RequestView,
    Wanted,
    accept,
    ask,
    decline,
    requests,
    shift_at,
    withdraw,
)
from fireline.usecases.transaction import Tx
from fireline.workers.handoffs import expire_requests
from tests.hand_clock import BEGINS, HandClock

ANA, BO, CY, DEE = (PersonId(name) for name in ("ana", "bo", "cy", "dee"))
PLATFORM = ScheduleId("platform")
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the starter plan: this week dee has the pager of platform, and next week ana."""
    compiled = compile_plan(starter_files(), now=BEGINS)
    assert isinstance(compiled, Plan)
    return compiled


async def swap(tx: Tx, plan: Plan, note: str = "a wedding") -> RequestView:
    given = await shift_at(tx, plan, PLATFORM, DEE, tx.now)
    taken = await shift_at(tx, plan, PLATFORM, ANA, tx.now + WEEK)
    wanted = Wanted(PLATFORM, DEE, given, ANA, taken, note)
    return await ask(tx, plan, wanted, by=Human(DEE))


async def cover(
    tx: Tx, plan: Plan, *, asked: PersonId | None = None, hours: int = 3
) -> RequestView:
    span = Span(tx.now + HOUR, tx.now + HOUR * (1 + hours))
    return await ask(tx, plan, Wanted(PLATFORM, DEE, span, asked), by=Human(DEE))


async def carried(tx: Tx, plan: Plan, *, weeks: int = 2) -> list[tuple[str, Span]]:
    view = await shifts(tx, plan, PLATFORM, Span(tx.now, tx.now + WEEK * weeks))
    return [(shift.duty.person, shift.span) for shift in view.result]


async def told(tx: Tx, number: int) -> Sequence[outbox.OutboxRow]:
    row = await shift_requests.lock(tx.db, number)
    assert row is not None
    return await outbox.about(tx.db, SHIFT_REQUEST, [row.id])


async def test_a_swap_that_is_accepted_exchanges_both_shifts(tx: Tx, plan: Plan):
    asked = await swap(tx, plan)
    assert asked.taken is not None
    (before,) = await told(tx, asked.number)
    assert (before.person, "a wedding" in before.body) == (ANA, True)
    assert f"fireline oncall accept {asked.number}" in before.body
    settled = await accept(tx, plan, asked.number, ANA, by=Human(ANA))
    assert (settled.state, settled.settled_by) == ("accepted", ANA)
    assert [person for person, _ in await carried(tx, plan)] == [ANA, DEE, DEE]
    first, second, _ = await carried(tx, plan)
    assert (first[1], second[1]) == (asked.given, asked.taken)
    view = await shifts(tx, plan, PLATFORM, Span(tx.now, tx.now + WEEK * 2))
    assert len({one.request for one in view.overrides}) == 1
    assert {one.person for one in await told(tx, asked.number)} == {ANA, DEE}


async def test_a_cover_goes_to_whoever_of_the_team_is_first(tx: Tx, plan: Plan):
    asked = await cover(tx, plan)
    assert {one.person for one in await told(tx, asked.number)} == {ANA, BO, CY}
    await accept(tx, plan, asked.number, BO, by=Human(BO))
    with pytest.raises(RequestSettled, match="accepted already, by bo"):
        await accept(tx, plan, asked.number, CY, by=Human(CY))
    assert [person for person, _ in await carried(tx, plan, weeks=1)][:3] == [DEE, BO, DEE]


async def test_two_who_accept_at_once_are_not_both_given_the_shift(house: House, plan: Plan):
    async with house.transaction() as tx:
        asked = await cover(tx, plan)

    async def try_it(person: PersonId) -> str:
        try:
            async with house.transaction() as tx:
                await accept(tx, plan, asked.number, person, by=Human(person))
        except RequestSettled:
            return "late"
        return person

    answers = await asyncio.gather(*(try_it(person) for person in (ANA, BO, CY)))
    assert sorted(answers).count("late") == 2
    async with house.transaction() as tx:
        view = await shifts(tx, plan, PLATFORM, asked.given)
    assert len(view.overrides) == 1


async def test_only_who_was_asked_may_answer_and_only_who_asked_may_take_it_back(
    tx: Tx, plan: Plan
):
    asked = await swap(tx, plan)
    with pytest.raises(NotYours, match="Bo Lindqvist was not asked"):
        await accept(tx, plan, asked.number, BO, by=Human(BO))
    with pytest.raises(NotYours):
        await decline(tx, plan, asked.number, BO, by=Human(BO))
    with pytest.raises(NotYours):
        await withdraw(tx, plan, asked.number, ANA, by=Human(ANA))
    taken_back = await withdraw(tx, plan, asked.number, DEE, by=Human(DEE))
    assert taken_back.state == "withdrawn"
    with pytest.raises(RequestSettled):
        await accept(tx, plan, asked.number, ANA, by=Human(ANA))
    with pytest.raises(RequestNotFound):
        await accept(tx, plan, 999_999, ANA, by=Human(ANA))
    cover_of_all = await cover(tx, plan)
    with pytest.raises(NotYours, match="Only the one who was asked"):
        await decline(tx, plan, cover_of_all.number, BO, by=Human(BO))


async def test_who_asked_hears_that_it_was_declined(tx: Tx, plan: Plan):
    asked = await swap(tx, plan)
    settled = await decline(tx, plan, asked.number, ANA, by=Human(ANA))
    assert settled.state == "declined"
    last = (await told(tx, asked.number))[-1]
    assert (last.person, "Ana Duarte declined" in last.subject) == (DEE, True)
    assert [person for person, _ in await carried(tx, plan)] == [DEE, ANA, DEE]
    assert await requests(tx) == ()
    (kept,) = await requests(tx, settled=True)
    assert kept.number == asked.number


async def test_a_shift_that_was_given_away_meanwhile_is_not_given_twice(tx: Tx, plan: Plan):
    asked = await cover(tx, plan)
    await override(tx, plan, PLATFORM, replace_by(tx, CY), by=Human(CY))
    with pytest.raises(NotTheirShift, match="Dee Novak does not have the pager"):
        await accept(tx, plan, asked.number, BO, by=Human(BO))
    assert (await requests(tx))[0].state == "open"


async def test_only_what_is_still_the_givers_changes_hands(tx: Tx, plan: Plan):
    asked = await cover(tx, plan)
    one_hour = Span(asked.given.start + HOUR, asked.given.start + 2 * HOUR)
    wanted = replace(replace_by(tx, CY), span=one_hour)
    await override(tx, plan, PLATFORM, wanted, by=Human(CY))
    await accept(tx, plan, asked.number, BO, by=Human(BO))
    assert [person for person, _ in await carried(tx, plan, weeks=1)][:5] == [DEE, BO, CY, BO, DEE]


async def test_a_shift_somebody_has_by_standing_in_can_be_covered_too(tx: Tx, plan: Plan):
    await override(tx, plan, PLATFORM, replace_by(tx, CY), by=Human(CY))
    span = Span(tx.now + 2 * HOUR, tx.now + 3 * HOUR)
    asked = await ask(tx, plan, Wanted(PLATFORM, CY, span), by=Human(CY))
    await accept(tx, plan, asked.number, BO, by=Human(BO))
    at = await who(tx, plan, PLATFORM, span.start)
    assert [shift.duty.person for shift in at.now] == [BO]


async def test_a_request_nobody_answers_runs_out_and_says_so(house: House, clock: HandClock):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=Human(DEE), note="begin")
        plan = await plans.current(tx)
        asked = await cover(tx, plan)
    assert asked.expires_at == asked.given.start
    clock.wait(minutes=59)
    assert not await expire_requests(house.transaction)
    clock.wait(minutes=1)
    async with house.transaction() as tx:
        with pytest.raises(RequestSettled, match="ran out"):
            await accept(tx, plan, asked.number, BO, by=Human(BO))
    assert await expire_requests(house.transaction)
    assert not await expire_requests(house.transaction)
    async with house.transaction() as tx:
        (kept,) = await requests(tx, settled=True)
        last = (await told(tx, asked.number))[-1]
    assert (kept.state, kept.settled_by) == ("expired", "fireline:schedules")
    assert (last.person, "nobody answered in time" in last.subject) == (DEE, True)


async def test_a_running_shift_can_be_covered_until_it_ends(tx: Tx, plan: Plan):
    running = await shift_at(tx, plan, PLATFORM, DEE, tx.now)
    asked = await ask(tx, plan, Wanted(PLATFORM, DEE, running), by=Human(DEE))
    assert asked.expires_at == running.end
    later = replace(tx, now=tx.now + HOUR)
    await accept(later, plan, asked.number, BO, by=Human(BO))
    assert (await carried(later, plan))[0] == (BO, Span(later.now, running.end))


async def test_what_does_not_fit_together_is_refused_with_the_field(tx: Tx, plan: Plan):
    week = Span(tx.now, tx.now + HOUR)
    for wanted, field in (
        (Wanted(PLATFORM, DEE, week, DEE), "asked"),
        (Wanted(PLATFORM, DEE, week, None, Span(tx.now + WEEK, tx.now + 2 * WEEK)), "asked"),
        (Wanted(PLATFORM, DEE, Span(tx.now - HOUR, tx.now)), "given"),
        (Wanted(PLATFORM, DEE, week, ANA, week), "taken"),
    ):
        with pytest.raises(RequestUnclear, match=f"^{field}: "):
            await ask(tx, plan, wanted, by=Human(DEE))
    with pytest.raises(PersonNotFound, match="asked: "):
        await ask(tx, plan, Wanted(PLATFORM, DEE, week, PersonId("zed")), by=Human(DEE))
    with pytest.raises(NotTheirShift) as refused:
        await ask(tx, plan, Wanted(PLATFORM, ANA, week), by=Human(ANA))
    assert "Their next shift begins Mon 2026-11-23 08:00 UTC" in refused.value.hint
    with pytest.raises(NotTheirShift, match="Bo Lindqvist") as refused:
        await shift_at(tx, plan, PLATFORM, BO, tx.now)
    assert refused.value.hint == "They have no shift on it."


def replace_by(tx: Tx, person: PersonId) -> Override:
    span = Span(tx.now + HOUR, tx.now + 4 * HOUR)
    return Override(span, OverrideKind.REPLACE, person)
