"""Who is paged, when, and why: stories on a clock moved by hand."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

from fireline.app.house import House
from fireline.core.escalation.ladder import Exhausted
from fireline.core.escalation.roster import Reason
from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, RevisionId
from fireline.core.values.time import Span
from fireline.ports.channel import Delivered
from fireline.store import due, ladders, outbox
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import (
    AlertFilter,
    acknowledge_alert,
    find_alert,
    list_alerts,
    resolve_alert,
)
from fireline.usecases.escalations import take_step
from fireline.usecases.oncall import override
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import (
    ANA,
    BO,
    CY,
    DRILL,
    LEASE,
    PLAN,
    PRIMARY,
    alert,
    climb,
    person,
    schedule,
    send,
    told,
    with_people,
)

OK = Delivered("kept")


async def raised(house: House, *, plan: Plan = PLAN, pace: int = 1) -> AlertId:
    async with house.transaction() as tx:
        return await alert(tx, plan=plan, drill=DRILL if pace > 1 else None, pace=pace)


async def view_of(house: House) -> AlertView:
    async with house.transaction() as tx:
        (line,) = await list_alerts(tx, AlertFilter(states=("firing", "acknowledged", "resolved")))
        return await find_alert(tx, line.number)


async def test_bo_is_paged_when_ana_says_nothing_for_half_an_hour(house: House, clock: HandClock):
    await raised(house)
    await climb(house)
    assert told(await send(house, OK)) == [("ana", "webhook")]
    clock.wait(minutes=2)
    assert told(await send(house, OK)) == [("ana", "email")]
    clock.wait(minutes=27, seconds=59)
    assert await climb(house) == 0
    clock.wait(seconds=1)
    await climb(house)
    assert told(await send(house, OK)) == [("bo", "webhook")]
    clock.wait(minutes=60)
    await climb(house)
    sent = await send(house, OK)
    assert ("cy", "webhook") in told(sent)
    clock.wait(days=1)
    assert await climb(house) == 0
    view = await view_of(house)
    assert view.ladder == "exhausted"
    assert [(page.person, page.step, page.reason) for page in view.pages] == [
        ("ana", 1, Reason.ON_CALL),
        ("bo", 2, Reason.ON_CALL),
        ("cy", 3, Reason.NOBODY_ANSWERED),
    ]
    assert "ladder.exhausted" in {fact.kind for fact in view.timeline}


async def test_an_acknowledgement_withdraws_what_waits(house: House, clock: HandClock):
    which = await raised(house)
    await climb(house)
    await send(house, OK)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(ANA))
    clock.wait(days=1)
    assert await climb(house) == 0
    assert await send(house, OK) == []
    view = await view_of(house)
    (page,) = view.pages
    assert page.state == "answered"
    assert [(one.channel, one.state) for one in page.sends] == [
        ("webhook", "delivered"),
        ("email", "cancelled"),
    ]


async def test_resolving_withdraws_too_and_leaves_nobody_answering(house: House, clock: HandClock):
    which = await raised(house)
    await climb(house)
    async with house.transaction() as tx:
        await resolve_alert(tx, which, by=Human(BO))
    clock.wait(days=1)
    assert (await climb(house), await send(house, OK)) == (0, [])
    assert [page.state for page in (await view_of(house)).pages] == ["superseded"]


async def test_eight_workers_page_each_person_once(house: House):
    which = await raised(house)

    async def work() -> None:
        async with house.transaction() as tx:
            await take_step(tx, PLAN, which)

    await asyncio.gather(*(work() for _ in range(8)))
    view = await view_of(house)
    assert [(page.person, page.step) for page in view.pages] == [("ana", 1)]
    assert [one.channel for one in view.pages[0].sends] == ["webhook", "email"]
    assert [fact.kind for fact in view.timeline] == ["alert.raised", "page.wished"]


async def test_a_drill_runs_at_its_pace(house: House, clock: HandClock):
    await raised(house, pace=20)
    await climb(house)
    clock.wait(seconds=6)
    assert told(await send(house, OK)) == [("ana", "webhook"), ("ana", "email")]
    clock.wait(seconds=83)
    assert await climb(house) == 0
    clock.wait(seconds=1)
    assert await climb(house) == 1
    assert told(await send(house, OK)) == [("bo", "webhook")]


async def test_whoever_stands_in_is_paged_instead(house: House):
    async with house.transaction() as tx:
        day = Span(tx.now - timedelta(hours=1), tx.now + timedelta(hours=23))
        await override(tx, PLAN, PRIMARY, Override(day, OverrideKind.REPLACE, CY), by=Human(CY))
    await raised(house)
    await climb(house)
    (page,) = (await view_of(house)).pages
    assert (page.person, page.reason) == ("cy", Reason.STANDING_IN)


async def test_an_empty_roster_is_never_silent(house: House):
    plan = replace(PLAN, schedules={**PLAN.schedules, PRIMARY: schedule(PRIMARY)})
    await raised(house, plan=plan)
    await climb(house, plan=plan)
    (page,) = (await view_of(house)).pages
    assert (page.person, page.reason) == ("bo", Reason.LEAD_INSTEAD)


async def test_an_alert_nobody_owns_pages_the_last_resort(house: House):
    plan = replace(PLAN, revision=RevisionId("2" * 64), services={})
    await raised(house, plan=plan)
    await climb(house, plan=plan)
    (page,) = (await view_of(house)).pages
    assert (page.person, page.reason) == ("cy", Reason.CATCH_ALL)


async def test_somebody_without_an_address_does_not_keep_the_next_step_waiting(house: House):
    plan = with_people(replace(person(ANA), contacts=()))
    await raised(house)
    await climb(house, plan=plan)
    await climb(house, plan=plan)
    view = await view_of(house)
    assert [(page.person, page.state) for page in view.pages] == [
        ("ana", "failed"),
        ("bo", "wished"),
    ]
    kinds = [fact.kind for fact in view.timeline]
    assert kinds == ["alert.raised", "page.failed", "page.nobody", "page.wished"]


async def test_in_place_of_a_person_the_plan_no_longer_has_the_leads_are_paged(house: House):
    plan = replace(PLAN, people={BO: person(BO)})
    await raised(house)
    assert await climb(house, plan=plan) == 1
    view = await view_of(house)
    assert [(page.person, page.reason) for page in view.pages] == [("bo", Reason.LEAD_INSTEAD)]
    (failed,) = [fact for fact in view.timeline if fact.kind == "page.failed"]
    assert failed.body["text"] == "ana is not in the plan and cannot be told"


async def test_when_there_is_nobody_at_all_the_ladder_ends_and_says_so(tx: Tx):
    plan = replace(PLAN, revision=RevisionId("2" * 64), people={}, catch_all=(), services={})
    which = await alert(tx, plan=plan)
    decision = await take_step(tx, plan, which)
    assert decision is not None
    assert isinstance(decision.state, Exhausted)
    (line,) = await list_alerts(tx, AlertFilter())
    kinds = [fact.kind for fact in (await find_alert(tx, line.number)).timeline]
    assert kinds.count("ladder.step_skipped") == 3
    assert kinds[-2:] == ["ladder.exhausted", "page.nobody"]


async def test_a_step_of_nothing_is_forgotten(tx: Tx):
    stray = AlertId(tx.ids.fresh())
    await due.plan(tx.db, ladders.LADDER, stray, tx.now)
    assert await take_step(tx, PLAN, stray) is None
    assert await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=5) == []


async def test_the_same_step_asked_for_again_changes_nothing(tx: Tx):
    which = await alert(tx)
    first = await take_step(tx, PLAN, which)
    second = await take_step(tx, PLAN, which)
    assert first is not None
    assert second is not None
    assert (second.state, second.pages) == (first.state, ())


async def test_no_token_is_kept_with_the_wish(house: House):
    await raised(house)
    await climb(house)
    async with house.transaction() as tx:
        (line,) = await list_alerts(tx, AlertFilter())
        view = await find_alert(tx, line.number)
        wishes = await outbox.about(tx.db, "page", [page.id for page in view.pages])
    assert {wish.channel for wish in wishes} == {"webhook", "email"}
    assert not any("/acknowledge/" in wish.body for wish in wishes)
    said = json.loads(next(wish.body for wish in wishes if wish.channel == "webhook"))
    assert (said["alert"], said["priority"], said["drill"]) == (line.number, "P2", False)
    assert wishes[0].subject == f"P2 #{line.number} Key made for another user: shop-ci"
