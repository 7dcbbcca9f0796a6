"""Findings become alerts, and alerts are answered."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from fireline.app.house import House
from fireline.core.assets.ref import AssetRef
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import AlertId, RuleId
from fireline.core.values.priority import Priority
from fireline.store import due, ladders
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import (
    AlertFilter,
    AlertNotFound,
    AlertResolved,
    acknowledge_alert,
    count_alerts,
    find_alert,
    list_alerts,
    resolve_alert,
)
from fireline.usecases.raising import raise_alerts
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import (
    ACCOUNT,
    ANA,
    BO,
    DRILL,
    LEASE,
    PLAN,
    RULE,
    alert,
    found,
    who,
)

MINTED = AssetRef("aws.iam.access_key", ACCOUNT, "AKIA2")


async def seen(tx: Tx) -> list[AlertView]:
    lines = await list_alerts(tx, AlertFilter(states=("firing", "acknowledged", "resolved")))
    return [await find_alert(tx, line.number) for line in lines]


async def test_a_finding_raises_an_alert_with_owner_priority_runbook_and_a_ladder(tx: Tx):
    raised = await alert(tx)
    (view,) = await seen(tx)
    assert (view.id, view.state, view.priority) == (raised, "firing", Priority.P2)
    assert (view.service, view.team, view.policy) == ("shop", "web", "web")
    assert view.runbook == "leaked-key"
    assert "shop-ci" in view.owner_reason
    assert (view.title, view.plan_revision) == ("Key made for another user: shop-ci", "1" * 64)
    assert view.assets == (
        AssetRef("aws.iam.user", ACCOUNT, "shop-ci"),
        AssetRef("aws.iam.access_key", ACCOUNT, "AKIA1"),
    )
    assert view.entities == (
        ("access_key", "AKIA1"),
        ("address", "198.51.100.7"),
        ("principal", f"arn:aws:iam::{ACCOUNT}:user/shop-ci"),
    )
    assert (view.ladder, view.next_step_at) == ("waiting", tx.now)
    (claim,) = await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=5)
    assert claim.id == raised
    (fact,) = view.timeline
    assert (fact.kind, fact.by, fact.body["number"]) == (
        "alert.raised",
        "fireline:alerting",
        view.number,
    )


async def test_the_whole_attack_is_one_alert(tx: Tx):
    minting = await found(tx, who(), MINTED, AssetRef("aws.iam.user", ACCOUNT, "svc-backup"))
    reading = await found(tx, who("svc-backup", "AKIA2"), rule=replace(RULE, id=RuleId("read")))
    alerts = await raise_alerts(tx, PLAN, [minting, reading], drill=None, pace=1)
    assert len(alerts) == 1
    (view,) = await seen(tx)
    assert "access key AKIA2" in view.findings[1].reason
    assert {asset.id for asset in view.assets} == {"shop-ci", "AKIA1", "AKIA2", "svc-backup"}
    assert [fact.kind for fact in view.timeline] == ["alert.raised", "alert.symptom_joined"]


async def test_the_decoy_is_a_problem_of_its_own(tx: Tx):
    bucket = AssetRef("aws.s3.bucket", ACCOUNT, "shop-customer-exports")
    attack, decoy = await found(tx, who(), bucket), await found(tx, who("shop-reports", "AKIA9"))
    assert len(await raise_alerts(tx, PLAN, [attack, decoy], drill=None, pace=1)) == 2


async def test_raising_twice_is_raising_once(tx: Tx):
    finding = await found(tx)
    once = await raise_alerts(tx, PLAN, [finding], drill=None, pace=1)
    assert await raise_alerts(tx, PLAN, [finding, finding], drill=None, pace=1) == once
    (view,) = await seen(tx)
    assert (view.finding_count, len(view.findings)) == (1, 1)
    assert await raise_alerts(tx, PLAN, [], drill=None, pace=1) == []


async def test_the_thousandth_read_is_a_count_not_news(tx: Tx):
    findings = [await found(tx) for _ in range(5)]
    await raise_alerts(tx, PLAN, findings, drill=None, pace=1)
    (view,) = await seen(tx)
    assert view.finding_count == 5
    assert [fact.kind for fact in view.timeline] == ["alert.raised"]


async def test_priority_rises_with_a_worse_finding_and_says_so(tx: Tx):
    await alert(tx)
    worse = replace(RULE, id=RuleId("worse"), title="Data read", priority=Priority.P1)
    calmer = replace(RULE, id=RuleId("calmer"), priority=Priority.P4)
    for rule in (worse, calmer):
        await raise_alerts(tx, PLAN, [await found(tx, rule=rule)], drill=None, pace=1)
    (view,) = await seen(tx)
    assert (view.priority, view.title) == (Priority.P1, "Data read: shop-ci")
    assert "alert.priority_raised" in {fact.kind for fact in view.timeline}


async def test_a_drill_never_joins_what_is_real(tx: Tx):
    real, drill = await alert(tx), await alert(tx, drill=DRILL, pace=20)
    assert real != drill
    lines = await list_alerts(tx, AlertFilter(drill=DRILL))
    assert [line.id for line in lines] == [drill]
    lines = await list_alerts(tx, AlertFilter(drills=False))
    assert [line.id for line in lines] == [real]


async def test_a_finding_nobody_owns_goes_to_the_last_resort(tx: Tx):
    await raise_alerts(tx, PLAN, [await found(tx, who("stray"))], drill=None, pace=1)
    (view,) = await seen(tx)
    assert (view.service, view.policy) == (None, None)


async def test_the_first_answer_counts_and_a_later_one_is_told_who_has_it(tx: Tx):
    raised = await alert(tx)
    first = await acknowledge_alert(tx, raised, by=Human(BO))
    assert (first.by, first.yours) == (BO, True)
    again = await acknowledge_alert(tx, raised, by=Human(BO))
    late = await acknowledge_alert(tx, raised, by=Human(ANA))
    assert (again, late.by, late.yours) == (first, BO, False)
    (view,) = await seen(tx)
    assert (view.state, view.acknowledged_by, view.ladder) == ("acknowledged", "bo", "answered")
    assert [fact.kind for fact in view.timeline] == ["alert.raised", "alert.acknowledged"]


async def test_a_resolved_alert_takes_no_answer_and_the_next_finding_is_a_new_alert(tx: Tx):
    raised = await alert(tx)
    await resolve_alert(tx, raised, by=Human(ANA))
    await resolve_alert(tx, raised, by=Machine("test"))
    with pytest.raises(AlertResolved):
        await acknowledge_alert(tx, raised, by=Human(BO))
    assert await alert(tx) != raised
    old = next(view for view in await seen(tx) if view.id == raised)
    assert (old.state, old.resolved_by, old.ladder) == ("resolved", "ana", "withdrawn")
    assert [fact.kind for fact in old.timeline] == ["alert.raised", "alert.resolved"]


async def test_a_finding_joins_an_acknowledged_alert_and_wakes_nobody(tx: Tx):
    raised = await alert(tx)
    await acknowledge_alert(tx, raised, by=Human(BO))
    assert await alert(tx) == raised
    assert await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=5) == []


async def test_the_inbox_is_most_urgent_first_then_newest(tx: Tx):
    names = [("a", Priority.P3), ("b", Priority.P1), ("c", Priority.P3)]
    for minute, (name, priority) in enumerate(names):
        later = replace(tx, now=tx.now + timedelta(minutes=minute))
        finding = await found(later, who(name, name), rule=replace(RULE, priority=priority))
        await raise_alerts(later, PLAN, [finding], drill=None, pace=1)
    lines = await list_alerts(tx, AlertFilter())
    assert [line.title[-1] for line in lines] == ["b", "c", "a"]
    urgent = AlertFilter(least=Priority.P2)
    assert [line.title[-1] for line in await list_alerts(tx, urgent)] == ["b"]
    assert await count_alerts(tx, AlertFilter(limit=1)) == 3
    second = await list_alerts(tx, AlertFilter(limit=1, offset=1))
    assert [line.title[-1] for line in second] == ["c"]
    assert await list_alerts(tx, AlertFilter(teams=("web",))) == ()


async def test_what_is_not_there_is_refused(tx: Tx):
    with pytest.raises(AlertNotFound):
        await find_alert(tx, 10**9)
    with pytest.raises(AlertNotFound):
        await acknowledge_alert(tx, AlertId(UUID(int=1)), by=Human(ANA))


async def test_eight_workers_at_once_raise_one_alert_for_one_problem(house: House):
    async def one() -> list[AlertId]:
        async with house.transaction() as tx:
            # Each by another key of the alert, but all by one access key.
            finding = await found(tx, who(), rule=replace(RULE, id=RuleId(str(tx.ids.fresh()))))
            return await raise_alerts(tx, PLAN, [finding], drill=None, pace=1)

    answers = await asyncio.gather(*(one() for _ in range(8)))
    assert len({alert for answer in answers for alert in answer}) == 1
    async with house.transaction() as tx:
        (view,) = await seen(tx)
    assert view.finding_count == 8
