"""A changed plan lives through what was recorded, and says who would have been told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fireline.app.house import House
from fireline.core.alerting.route import Decides, Route
from fireline.core.assets.asset import Asset
from fireline.core.assets.ref import AssetRef
from fireline.core.escalation.policy import Policy
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import Notice
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, PolicyId, RevisionId, RouteId
from fireline.usecases.alerts import resolve_alert
from fireline.usecases.asset_saving import Seen, prepare, save
from fireline.usecases.raising import raise_alerts
from fireline.usecases.sorting import sort_payloads
from fireline.usecases.what_if import BadWindow, Progress, WhatIf, replay
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import PLAN, SECONDARY, found, step
from tests.usecases.sorting_world import everything, firing, groupings, over, posted

MONTH = timedelta(days=30)
NIGHT = PolicyId("night")


BUCKET = AssetRef("aws.s3.bucket", "111122223333", "invoices")


def changed(*routes: Route) -> Plan:
    night = Policy(NIGHT, (step(SECONDARY, 5),), rounds=1)
    return replace(
        PLAN,
        revision=RevisionId("3" * 64),
        routes=routes,
        policies={**PLAN.policies, NIGHT: night},
    )


def route(when: str, **decides: Any) -> Route:
    return Route(RouteId("try"), when, (), Decides(**decides))


async def said(house: House, clock: HandClock, *notices: Notice) -> None:
    """Let a source say things, a minute apart, and the running plan hear them."""
    for notice in notices:
        async with house.transaction() as tx:
            await posted(tx, notice)
            await sort_payloads(tx, PLAN, groupings(tx))
        clock.wait(minutes=1)


async def answer(house: House, after: Plan, *, back: timedelta = MONTH) -> WhatIf:
    last = [one async for one in replay(house.transaction, PLAN, after, back=back)][-1]
    assert isinstance(last, WhatIf)
    return last


async def test_the_same_plan_changes_nothing(house: House, clock: HandClock):
    await said(house, clock, firing("a"), firing("a"), over("a"), firing("b", "Other"))
    result = await answer(house, PLAN)
    assert (result.signals, result.before) == (4, result.after)
    assert result.before.alerts == 2
    assert (result.difference.more, result.difference.fewer) == ((), ())
    async with house.transaction() as tx:
        assert len(await everything(tx)) == result.before.alerts


async def test_another_escalation_pages_another_person(house: House, clock: HandClock):
    await said(house, clock, firing("a"))
    result = await answer(house, changed(route("alert.title == 'Disk full'", policy=NIGHT)))
    (more,), (fewer,) = result.difference.more, result.difference.fewer
    assert (more.title, more.people, fewer.people) == ("Disk full", ("bo",), ("ana",))
    assert result.difference.pages == {"ana": (1, 0), "bo": (0, 1)}


async def test_a_route_that_tells_nobody_shows_what_would_be_missed(house: House, clock: HandClock):
    await said(house, clock, firing("a"))
    result = await answer(house, changed(route("alert.title == 'Disk full'", suppress="noise")))
    assert result.after.told == ()
    assert [one.title for one in result.difference.fewer] == ["Disk full"]
    assert sum(result.after.untold.values()) == 1


async def test_what_a_person_ended_ends_here_too(house: House, clock: HandClock):
    await said(house, clock, firing("a"))
    async with house.transaction() as tx:
        (alert,) = await everything(tx)
        await resolve_alert(tx, alert.id, by=Human(PersonId("ana")))
    clock.wait(minutes=1)
    await said(house, clock, firing("a"))
    assert (await answer(house, PLAN)).before.alerts == 2


async def test_only_the_time_asked_for_is_replayed(house: House, clock: HandClock):
    await said(house, clock, firing("a"))
    clock.wait(minutes=60)
    await said(house, clock, firing("b", "Other"))
    result = await answer(house, PLAN, back=timedelta(minutes=30))
    assert [one.title for one in result.before.told] == ["Other"]
    with pytest.raises(BadWindow):
        await answer(house, PLAN, back=timedelta())


async def test_log_records_are_judged_by_each_plans_own_rules(house: House, clock: HandClock):
    async with house.transaction() as tx:
        await raise_alerts(tx, PLAN, [await found(tx)], drill=None, pace=1)
    clock.wait(minutes=1)
    result = await answer(house, PLAN)
    assert result.signals == 1
    assert result.before.alerts == 0  # the team's plan has no rule of its own that fits


async def test_replay_is_deterministic_and_says_how_far_it_is(house: House, clock: HandClock):
    await said(house, clock, *[firing(f"k{n % 3}", f"T{n % 3}") for n in range(9)])
    after = changed(route("alert.priority <= 2", policy=NIGHT))
    first, second = await answer(house, after), await answer(house, after)
    assert (first.before, first.after) == (second.before, second.after)
    steps = [one async for one in replay(house.transaction, PLAN, after, back=MONTH)]
    assert isinstance(steps[0], Progress)
    assert steps[0].done == steps[0].total == 9


async def test_whose_an_asset_is_counts_as_the_inventory_knows_it_now(
    house: House, clock: HandClock
):
    await said(house, clock, firing("a", service="", assets=(BUCKET,)))
    async with house.transaction() as tx:
        (alert,) = await everything(tx)
        assert alert.service is None
        tagged = Asset(BUCKET, {}, tags={"service": "shop"})
        await save(tx, PLAN, prepare([tagged]), Seen(None, tx.now))
    result = await answer(house, changed())
    (before,), (after,) = result.before.told, result.after.told
    assert before.service == after.service == "shop"
    assert after.why == "the inventory says invoices is Shop's: its tag service says Shop"
