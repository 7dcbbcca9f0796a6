"""What sources post becomes symptoms, and symptoms become alerts, each problem one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ServiceId
from fireline.core.values.priority import Priority
from fireline.store import due, ladders, payloads, sources
from fireline.usecases.alerts import acknowledge_alert, resolve_alert
from fireline.usecases.escalations import take_step
from fireline.usecases.sorting import sort_payloads
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import LEASE, PLAN, SHOP
from tests.usecases.sorting_world import (
    CALM,
    URGENT,
    ended,
    everything,
    firing,
    groupings,
    heard,
    later,
    over,
    posted,
    posted_raw,
    taken,
)

ANA = Human(PersonId("ana"))


async def test_a_post_becomes_an_alert_with_its_owner_and_a_ladder(tx: Tx):
    (alert,) = await heard(tx, firing("disk:web-1", priority=URGENT))
    assert (alert.title, alert.state, alert.priority) == ("Disk full", "firing", URGENT)
    assert (alert.service, alert.team, alert.policy) == ("shop", "web", "web")
    (claim,) = await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=5)
    assert claim.id == alert.id
    assert [fact.kind for fact in alert.timeline] == ["alert.raised"]


async def test_the_same_key_while_it_fires_is_a_count(tx: Tx):
    await heard(tx, *[firing("disk:web-1") for _ in range(3)])
    (alert,) = await heard(later(tx, minutes=2), firing("disk:web-1"))
    assert alert.finding_count == 4
    assert alert.last_at - alert.first_at == timedelta(minutes=2)
    assert [fact.kind for fact in alert.timeline] == ["alert.raised"]


async def test_its_end_resolves_the_alert_and_the_next_trigger_is_a_new_one(tx: Tx):
    await heard(tx, firing("disk:web-1"))
    (gone,) = await heard(later(tx, minutes=1), over("disk:web-1"))
    assert (gone.state, gone.resolved_by, gone.ladder) == (
        "resolved",
        "source monitor",
        "withdrawn",
    )
    old, new = await heard(later(tx, minutes=2), firing("disk:web-1"))
    assert (old.state, new.state) == ("resolved", "firing")


async def test_a_key_that_comes_and_goes_is_shown_as_flapping_and_told_only_if_it_stays(tx: Tx):
    for minute in range(0, 8, 2):
        await heard(later(tx, minutes=minute), firing("disk:web-1"))
        await heard(later(tx, minutes=minute + 1), over("disk:web-1"))
    *_, last = await heard(later(tx, minutes=9), firing("disk:web-1"))
    now = tx.now + timedelta(minutes=9)
    assert last.state == "firing"
    assert last.next_step_at is not None
    assert last.next_step_at >= now + timedelta(minutes=10)


async def test_both_ends_of_a_storm_in_one_batch_leave_nothing_firing(tx: Tx):
    said = [firing("a"), over("a"), firing("a"), over("a"), firing("a")]
    alerts = await heard(tx, *said)
    assert [alert.state for alert in alerts].count("firing") == 1


async def test_an_acknowledgement_there_is_one_here(tx: Tx):
    await heard(tx, firing("disk:web-1"))
    (alert,) = await heard(later(tx, minutes=1), taken("disk:web-1", by="bo", note="on it"))
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", "bo (monitor)")
    assert alert.ladder == "answered"


@pytest.mark.parametrize("said", [over("never"), taken("never")])
async def test_an_end_or_answer_of_nothing_is_dropped(tx: Tx, said: Notice):
    assert await heard(tx, said) == []


async def test_a_symptom_without_a_service_of_another_source_joins_what_it_shares(tx: Tx):
    thief = (Entity("principal", "arn:aws:iam::111122223333:user/x"), Entity("access_key", "AKIA7"))
    await heard(tx, firing("one", "Key made", entities=thief, tactics=("persistence",)))
    (alert,) = await heard(
        later(tx, minutes=3),
        firing("two", "Bucket read", entities=thief, tactics=("exfiltration",), service=""),
        source="another",
    )
    assert alert.finding_count == 2
    assert [fact.kind for fact in alert.timeline] == ["alert.raised", "alert.symptom_joined"]
    assert "AKIA7" in alert.timeline[1].body["text"]


async def test_an_alert_ends_with_its_last_symptom(tx: Tx):
    thief = (Entity("access_key", "AKIA7"), Entity("principal", "p"))
    await heard(tx, firing("one", "A", entities=thief, tactics=("persistence",)))
    (alert,) = await heard(
        later(tx, minutes=1), firing("two", "B", entities=thief, tactics=("impact",))
    )
    (alert,) = await heard(later(tx, minutes=2), over("one"))
    assert alert.state == "firing"
    (alert,) = await heard(later(tx, minutes=3), over("two"))
    assert alert.state == "resolved"


async def test_what_nobody_ended_ends_when_its_time_is_up(tx: Tx):
    ends_at = tx.now + timedelta(minutes=5)
    await heard(tx, replace(firing("prom"), ends_at=ends_at))
    assert await ended(later(tx, minutes=4)) == 0
    await heard(
        later(tx, minutes=4), replace(firing("prom"), ends_at=ends_at + timedelta(minutes=4))
    )
    assert await ended(later(tx, minutes=6)) == 0
    assert await ended(later(tx, minutes=10)) == 1
    (alert,) = await everything(tx)
    assert (alert.state, alert.resolved_by) == ("resolved", "its own end time")


async def test_a_person_ends_an_alert_with_everything_in_it(tx: Tx):
    kept = groupings(tx)
    await posted(tx, firing("disk:web-1"))
    await sort_payloads(tx, PLAN, kept)
    (alert,) = await everything(tx)
    await resolve_alert(tx, alert.id, by=ANA)
    await posted(later(tx, minutes=1), firing("disk:web-1"))
    await sort_payloads(later(tx, minutes=1), PLAN, kept)
    old, new = await everything(tx)
    assert (old.state, old.resolved_by, new.state) == ("resolved", "ana", "firing")


async def test_a_rise_to_what_cannot_wait_is_told_although_somebody_had_it(tx: Tx):
    (alert,) = await heard(tx, firing("disk:web-1", priority=CALM))
    await acknowledge_alert(tx, alert.id, by=ANA)
    (alert,) = await heard(later(tx, minutes=5), firing("disk:web-1", priority=URGENT))
    assert (alert.state, alert.priority, alert.ladder) == ("firing", URGENT, "waiting")
    kinds = [fact.kind for fact in alert.timeline]
    assert kinds[-2:] == ["alert.priority_raised", "alert.unacknowledged"]


async def test_one_unreadable_post_is_told_and_costs_its_neighbours_nothing(tx: Tx):
    known = await sources.register(
        tx.db, tx.ids.fresh(), "monitor", drill=None, now=tx.now, format="fireline"
    )
    await posted(tx, firing("before"))
    await posted_raw(tx, known, b"\xff\x00 not json", b'{"key": 1}')
    await posted(tx, firing("after", "Other", service=""))
    await sort_payloads(tx, PLAN, groupings(tx))
    alerts = await everything(tx)
    titles = {alert.title for alert in alerts}
    assert {"Disk full", "Other", "Something monitor sent could not be read"} <= titles
    assert (await payloads.backlog(tx.db)).waiting == 0


async def test_more_alerts_of_one_service_than_people_can_read_are_told_by_one(tx: Tx):
    plan = replace(
        PLAN,
        services={
            **PLAN.services,
            ServiceId("other"): replace(SHOP, id=ServiceId("other"), claims=()),
        },
    )
    storm = [
        firing(f"k{n}", f"Trouble {n}", entities=(Entity("host", f"h{n}"),), tactics=("impact",))
        for n in range(40)
    ]
    alerts = await heard(tx, *storm, plan=plan)
    told = [alert for alert in alerts if alert.ladder == "waiting"]
    summaries = [alert for alert in alerts if alert.title.startswith("Storm: ")]
    if len(alerts) > 11:
        assert len(summaries) == 1
        assert len(told) <= 12
    urgent = await heard(
        later(tx, seconds=5), firing("x", "Down", service="other", priority=URGENT), plan=plan
    )
    down = next(alert for alert in urgent if alert.title == "Down")
    assert down.ladder == "waiting"


async def test_a_restart_changes_nothing(tx: Tx):
    kept = groupings(tx)
    for minute in range(4):
        await posted(later(tx, minutes=minute), firing(f"k{minute % 2}"), firing("z", "Zoo"))
        await sort_payloads(later(tx, minutes=minute), PLAN, kept)
    with_memory = [(a.title, a.finding_count, a.state) for a in await everything(tx)]
    assert sum(count for _, count, _ in with_memory) == 8
    await posted(later(tx, minutes=5), firing("k1"))
    await sort_payloads(later(tx, minutes=5), PLAN, groupings(tx))
    alerts = await everything(tx)
    assert sum(alert.finding_count for alert in alerts) == 9
    assert len(alerts) == len(with_memory)


async def test_every_status_is_sorted():
    assert {status.value for status in Status} == {"firing", "acknowledged", "resolved"}


async def test_what_two_sources_send_in_vain_are_two_alerts(tx: Tx):
    for name in ("one", "two", "three"):
        known = await sources.register(
            tx.db, tx.ids.fresh(), name, drill=None, now=tx.now, format="fireline"
        )
        await posted_raw(tx, known, b"not json")
    await sort_payloads(tx, PLAN, groupings(tx))
    titles = sorted(alert.title for alert in await everything(tx))
    assert titles == [
        f"Something {name} sent could not be read" for name in ("one", "three", "two")
    ]


async def test_a_rise_of_what_nobody_answered_is_told_louder_to_the_same_people(tx: Tx):
    (alert,) = await heard(tx, firing("disk:web-1", priority=Priority.P3))
    await take_step(tx, PLAN, alert.id)
    (calm,) = (await everything(tx))[0].pages
    assert [send.channel for send in calm.sends] == ["email"]
    await heard(later(tx, minutes=1), firing("disk:web-1", priority=Priority.P2))
    (loud,) = (await everything(tx))[0].pages
    assert loud.id == calm.id
    assert {send.channel for send in loud.sends} == {"email", "webhook"}
