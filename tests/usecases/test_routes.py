"""Routes at work: a trial promises what sorting does, and what nothing routes is reported."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.alerting.route import Decides, Route
from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import Notice
from fireline.core.values.actor import Human
from fireline.core.values.ids import PolicyId, RevisionId, RouteId, ServiceId
from fireline.core.values.priority import Priority
from fireline.core.values.time import Span
from fireline.store import sources
from fireline.usecases.alert_views import AlertView
from fireline.usecases.escalations import take_step
from fireline.usecases.oncall import override
from fireline.usecases.routes import (
    Body,
    PayloadUnread,
    TooManyDays,
    list_routes,
    list_unrouted,
    router_for,
    try_notice,
    try_payload,
)
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO, PLAN, PRIMARY
from tests.usecases.sorting_world import firing, heard, later

LOUDER = Route(
    RouteId("louder"), 'alert.labels.severity == "page"', (), Decides(priority=Priority.P1)
)
QUIET = Route(RouteId("quiet"), 'alert.kind == "test"', (), Decides(suppress="only a test"))


def plan_with(*routes: Route, default: Decides | None = None) -> Plan:
    revision = RevisionId("-".join(route.id for route in routes) + str(default))
    return replace(PLAN, revision=revision, routes=routes, default_route=default)


def nobodys(key: str, title: str = "Disk full", **said: object) -> Notice:
    return firing(key, title, **{"service": "", **said})


async def sorted_by(tx: Tx, plan: Plan, notice: Notice) -> AlertView:
    return (await heard(tx, notice, plan=plan))[-1]


def test_a_router_is_compiled_once_for_a_revision():
    plan = plan_with(LOUDER)
    assert router_for(plan) is router_for(replace(plan))
    assert router_for(plan) is not router_for(plan_with(QUIET))


async def test_sorting_takes_the_route_the_trial_names(tx: Tx):
    plan = plan_with(QUIET, LOUDER)
    notice = firing("k", labels={"severity": "page"})
    trial = await try_notice(tx, plan, notice)
    alert = await sorted_by(tx, plan, notice)
    assert (trial.routed.route, trial.routed.priority) == ("louder", Priority.P1)
    assert (alert.priority, alert.team, alert.policy) == (
        trial.routed.priority,
        trial.routed.team,
        trial.routed.policy,
    )
    assert [one.fits for one in trial.tried] == [False, True]


async def test_the_people_a_trial_names_are_those_who_are_told_in_that_order(tx: Tx):
    trial = await try_notice(tx, PLAN, firing("k"))
    alert = await sorted_by(tx, PLAN, firing("k"))
    told: list[tuple[int, str]] = []
    for step in trial.steps:
        await take_step(replace(tx, now=step.at), PLAN, alert.id)
        told += [(step.number, one.person) for one in step.people]
    found = await tx.db.execute(
        "select step, person from page where alert_id = %s order by step, wished_at, id",
        (alert.id,),
    )
    assert [tuple(row) for row in await found.fetchall()] == told
    assert trial.steps[0].after_seconds == 0
    assert not trial.steps_left


async def test_a_trial_at_another_moment_names_who_is_on_call_then(tx: Tx):
    week = tx.now + timedelta(days=7)
    standing_in = Override(Span(week, week + timedelta(days=1)), OverrideKind.REPLACE, BO)
    await override(tx, PLAN, PRIMARY, standing_in, by=Human(ANA))
    trials = [await try_notice(tx, PLAN, firing("k"), at=at) for at in (tx.now, week)]
    assert [trial.steps[0].people[0].person for trial in trials] == [ANA, BO]


async def test_a_trial_keeps_nothing_and_tells_nobody(tx: Tx):
    await try_notice(tx, PLAN, firing("k"))
    for table in ("alert", "symptom", "payload", "outbox"):
        found = await tx.db.execute(f"select count(*) from {table}")  # noqa: S608 - our own names
        assert await found.fetchone() == (0,)


async def test_a_suppressed_alert_is_kept_and_told_to_nobody(tx: Tx):
    plan = plan_with(QUIET)
    notice = firing("k", kind="test")
    assert (await try_notice(tx, plan, notice)).untold == "only a test"
    alert = await sorted_by(tx, plan, notice)
    assert alert.state == "firing"
    assert alert.next_step_at is None


async def test_a_source_brings_its_format_and_its_service(tx: Tx):
    known = await sources.register(
        tx.db, tx.ids.fresh(), "shop-monitor", drill=None, now=tx.now, format="fireline"
    )
    await tx.db.execute("update source set service = 'shop' where id = %s", (known.id,))
    trial = await try_notice(tx, PLAN, nobodys("k"), source="shop-monitor")
    assert trial.routed.service == "shop"
    assert (await try_notice(tx, PLAN, nobodys("k"), source="another")).unrouted


async def test_a_body_is_tried_notice_by_notice(tx: Tx):
    body = b'{"key": "k", "status": "firing", "title": "T", "priority": "P2", "service": "shop"}'
    (trial,) = await try_payload(tx, PLAN, Body(body, "fireline"))
    assert (trial.title, trial.routed.service) == ("T", "shop")
    for wrong in (b"", b"[]", body.replace(b"firing", b"resolved")):
        with pytest.raises(PayloadUnread):
            await try_payload(tx, PLAN, Body(wrong, "fireline"))
    with pytest.raises(PayloadUnread, match="no reader"):
        await try_payload(tx, PLAN, Body(body, "nonsense"))


async def test_what_nothing_routes_is_gathered_by_source_and_kind(tx: Tx):
    plan = plan_with(LOUDER)
    for n in range(3):
        await sorted_by(later(tx, hours=n), plan, nobodys(f"d{n}", f"Disk {n}", kind="DiskFull"))
    await sorted_by(later(tx, hours=4), plan, firing("owned", "Owned"))
    report = await list_unrouted(later(tx, hours=5))
    assert [(one.source, one.kind, one.alerts, one.title) for one in report] == [
        ("monitor", "DiskFull", 3, "Disk 2")
    ]
    assert await list_unrouted(later(tx, days=9)) == ()
    with pytest.raises(TooManyDays):
        await list_unrouted(tx, days=91)


async def test_what_only_the_default_route_knew_is_reported_too(tx: Tx):
    plan = plan_with(LOUDER, default=Decides(service=ServiceId("shop"), policy=PolicyId("web")))
    alert = await sorted_by(tx, plan, nobodys("d", labels={"severity": "page"}))
    assert (alert.service, alert.priority) == ("shop", Priority.P1)
    (line,) = await list_unrouted(later(tx, hours=1))
    assert line.newest == alert.number


async def test_routes_are_listed_with_what_they_took(tx: Tx):
    plan = plan_with(LOUDER, QUIET, default=Decides(policy=PolicyId("web")))
    await sorted_by(tx, plan, firing("a", labels={"severity": "page"}))
    listed = await list_routes(later(tx, hours=1), plan)
    assert [(one.place, one.id, one.alerts) for one in listed] == [
        (1, "louder", 1), (2, "quiet", 0), (3, "default", 0),
    ]  # fmt: skip
