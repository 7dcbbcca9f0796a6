"""What people did to groups, as sorting goes on from there: in memory and after a restart."""

from fireline.core.signals.entity import HOST, Entity
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId
from fireline.core.values.priority import Priority
from fireline.store import due, ladders
from fireline.usecases.alert_groups import merge_alerts, split_alert
from fireline.usecases.alert_hands import snooze_alert
from fireline.usecases.alerts import AlertFilter, find_alert, list_alerts
from fireline.usecases.groupings import Groupings
from fireline.usecases.learned_links import learn_link
from fireline.usecases.sorting import sort_payloads
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import BO, LEASE, PLAN
from tests.usecases.sorting_world import firing, heard, later, over, posted

BO_HUMAN = Human(BO)
HOST_1 = (Entity(HOST, "web-1"),)
FULL = firing("disk", "Disk full", entities=HOST_1)
SLOW = firing("slow", "Answers slowly", entities=HOST_1)
COLD = firing("cold", "Cache is cold", entities=HOST_1)


async def firing_numbers(tx: Tx, *kept: Groupings) -> dict[int, list[str]]:
    """Sort what waits with groups that are kept in memory; return the live alerts' symptoms."""
    for one in kept:
        await sort_payloads(tx, PLAN, one)
    found = [await find_alert(tx, line.number) for line in await list_alerts(tx, AlertFilter())]
    return {view.number: sorted(one.title for one in view.symptoms) for view in found}


async def test_what_was_split_off_never_rejoins_by_itself(tx: Tx):
    memory = Groupings(tx.ids.fresh())
    await posted(tx, FULL, SLOW)
    ((number, titles),) = (await firing_numbers(tx, memory)).items()
    assert titles == ["Answers slowly", "Disk full"]
    view = await find_alert(tx, number)
    slow = next(one for one in view.symptoms if one.title == "Answers slowly")
    fresh = await split_alert(tx, view.id, [slow.id], by=BO_HUMAN)
    await posted(later(tx, seconds=30), COLD)
    for groups in (memory, Groupings(tx.ids.fresh())):
        alerts_now = await firing_numbers(tx, groups)
        assert len(alerts_now) == 2
        assert sorted(title for titles in alerts_now.values() for title in titles) == [
            "Answers slowly",
            "Cache is cold",
            "Disk full",
        ]
    assert fresh != view.id


async def test_what_people_learned_apart_is_two_alerts_the_next_time(tx: Tx):
    (view,) = await heard(tx, FULL, SLOW)
    slow = next(one for one in view.symptoms if one.title == "Answers slowly")
    await split_alert(tx, view.id, [slow.id], by=BO_HUMAN)
    await learn_link(tx, view.id, slow.id, together=False, by=BO_HUMAN)
    await heard(tx, over("disk"), over("slow"))
    tomorrow = later(tx, hours=30)
    await heard(tomorrow, FULL, SLOW)
    assert sorted((await firing_numbers(tomorrow)).values()) == [["Answers slowly"], ["Disk full"]]


async def test_what_people_learned_together_is_one_alert_the_next_time(tx: Tx):
    lonely = firing("lonely", "Backup failed", service="", entities=(Entity(HOST, "db-9"),))
    one, other = await heard(tx, FULL, lonely)
    await merge_alerts(tx, one.id, [other.id], by=BO_HUMAN)
    (merged, _) = await heard(tx)
    backup = next(each for each in merged.symptoms if each.title == "Backup failed")
    await learn_link(tx, merged.id, backup.id, together=True, by=BO_HUMAN)
    await heard(tx, over("disk"), over("lonely"))
    tomorrow = later(tx, hours=30)
    await heard(tomorrow, FULL, lonely)
    assert list((await firing_numbers(tomorrow)).values()) == [["Backup failed", "Disk full"]]


async def test_a_merged_alert_is_over_with_the_last_of_its_symptoms(tx: Tx):
    memory = Groupings(tx.ids.fresh())
    lonely = firing("lonely", "Backup failed", service="", entities=(Entity(HOST, "db-9"),))
    await posted(tx, FULL, lonely)
    one, other = await firing_numbers(tx, memory)
    into, gone = [(await find_alert(tx, number)).id for number in (one, other)]
    await merge_alerts(tx, into, [gone], by=BO_HUMAN)
    await posted(tx, over("disk"))
    assert list(await firing_numbers(tx, memory)) == [one]
    await posted(tx, over("lonely"))
    assert await firing_numbers(tx, memory) == {}


async def test_what_joins_a_snoozed_alert_wakes_nobody(tx: Tx):
    (view,) = await heard(tx, FULL)
    await snooze_alert(tx, view.id, until=later(tx, hours=1).now, by=BO_HUMAN)
    (view,) = await heard(tx, SLOW)
    assert view.symptom_count == 2
    assert view.told == "Nobody until 10:00 UTC: it is snoozed."
    assert await _ladders_due(tx) == []


async def test_what_becomes_critical_is_told_in_spite_of_its_snooze(tx: Tx):
    (view,) = await heard(tx, firing("disk", "Disk full", priority=Priority.P4, entities=HOST_1))
    await snooze_alert(tx, view.id, until=later(tx, hours=1).now, by=BO_HUMAN)
    urgent = firing("down", "Down", priority=Priority.P1, entities=HOST_1)
    (view,) = await heard(tx, urgent)
    assert (view.priority, view.told) == (Priority.P1, "Nobody yet; the next step is due now.")
    assert await _ladders_due(tx) == [view.id]


async def _ladders_due(tx: Tx) -> list[AlertId]:
    found = await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=5)
    return [AlertId(claim.id) for claim in found]


async def test_what_sorting_merges_by_itself_takes_its_links_along(tx: Tx):
    shop, desk = (Entity(HOST, "web-1"),), (Entity(HOST, "web-2"),)
    one, other = await heard(
        tx,
        firing("a", "Disk full", service="", entities=shop),
        firing("b", "Fans loud", service="", entities=desk),
    )
    page, link = tx.ids.fresh(), tx.ids.fresh()
    await tx.db.execute(
        "insert into page (id, alert_id, person, step, reason, wished_at)"
        " values (%s, %s, 'bo', 1, '', %s)",
        (page, other.id, tx.now),
    )
    await tx.db.execute(
        "insert into link (id, token_hash, alert_id, page_id, person, made_at, expires_at)"
        " values (%s, '\\x01', %s, %s, 'bo', %s, %s)",
        (link, other.id, page, tx.now, later(tx, hours=1).now),
    )
    both = firing("c", "Rack hot", service="", entities=(*shop, *desk))
    views = await heard(later(tx, seconds=5), both)
    assert [view.merged_into for view in views] == [None, one.number]
    found = await tx.db.execute("select alert_id from link where id = %s", (link,))
    assert await found.fetchone() == (one.id,)
    assert ("host", "web-2") in views[0].entities
