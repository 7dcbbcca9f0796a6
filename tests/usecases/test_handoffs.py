"""Pagers changing hands, told once; leads warned of what their schedules lack, once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.store import facts, handoffs, outbox
from fireline.usecases import oncall, oncall_warnings, plans
from fireline.usecases.facts import house_stream
from fireline.usecases.oncall_warnings import warn
from fireline.workers.handoffs import hand_over, look_ahead, look_at_schedules
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import alert

ANA, DEE = PersonId("ana"), PersonId("dee")
CY = PersonId("cy")
PLATFORM = ScheduleId("platform")
# From the Tuesday morning all tests begin in to Monday, nine o'clock in Berlin.
TO_MONDAY = timedelta(days=5, hours=23)
OFFICE = """
name: Platform, first on call
zone: Europe/Berlin
gaps: the shop is closed at night
layers:
  - name: office
    rotation: {people: [ana, dee], first_day: 2026-01-05, handover: "09:00", days: 7}
    hours: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
"""


async def begin(house: House, **files: str) -> None:
    changed = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    async with house.transaction() as tx:
        await plans.push(tx, {**starter_files(), **changed}, by=Human(DEE), note="begin")


@pytest.fixture
async def begun(house: House) -> House:
    """Push the starter plan: dee has the pager of platform this week, ana the next; and look."""
    await begin(house)
    await look_at_schedules(house.transaction)
    return house


async def told(house: House) -> Sequence[outbox.OutboxRow]:
    async with house.transaction() as tx:
        row = await handoffs.lock(tx.db, PLATFORM)
        assert row is not None
        return await outbox.about(tx.db, handoffs.HANDOFF, [row.id])


async def warned(house: House) -> Sequence[outbox.OutboxRow]:
    async with house.transaction() as tx:
        found = await outbox.about(tx.db, "house", [house_stream().id])
    return [one for one in found if one.key.startswith("oncall_warning")]


async def test_a_schedule_seen_for_the_first_time_tells_nobody(begun: House):
    assert await told(begun) == []


async def test_both_are_told_at_the_moment_of_the_hand_over(begun: House, clock: HandClock):
    async with begun.transaction() as tx:
        plan = await plans.current(tx)
        await alert(tx, plan=plan)
        await tx.db.execute("update alert set policy = 'platform'")
    clock.moment += TO_MONDAY - timedelta(seconds=1)
    assert not await hand_over(begun.transaction)
    clock.wait(seconds=1)
    assert await hand_over(begun.transaction)
    coming, leaving = sorted(await told(begun), key=lambda one: one.person)
    assert (coming.person, coming.subject) == (ANA, "You have the pager: Platform, first on call")
    assert "until Mon 2026-11-30 08:00 WET" in coming.body
    assert "Before you: Dee Novak. Next: Dee Novak." in coming.body
    assert "P2 #" in coming.body
    assert "Key made for another user" in coming.body
    assert leaving.person == DEE
    assert "Ana Duarte has the pager now" in leaving.body
    assert not await hand_over(begun.transaction)
    await look_at_schedules(begun.transaction)
    assert len(await told(begun)) == 2


async def test_a_hand_over_missed_while_fireline_was_down_is_told_once_when_it_is_back(
    begun: House, clock: HandClock
):
    clock.moment += TO_MONDAY + timedelta(hours=5)
    await look_at_schedules(begun.transaction)
    await hand_over(begun.transaction)
    assert sorted(one.person for one in await told(begun)) == [ANA, DEE]


async def test_somebody_who_takes_the_pager_hears_so_and_the_other_too(begun: House):
    async with begun.transaction() as tx:
        plan = await plans.current(tx)
        await oncall.take(tx, plan, PLATFORM, CY, until=tx.now + timedelta(hours=1), by=Human(CY))
    await look_at_schedules(begun.transaction)
    assert sorted(one.person for one in await told(begun)) == [CY, DEE]
    async with begun.transaction() as tx:
        kinds = [fact.kind for fact in await facts.timeline(tx.db, [house_stream().id])]
    assert kinds.count("oncall.changed_hands") == 1


async def test_the_same_person_going_on_is_not_told(begun: House, clock: HandClock):
    async with begun.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now + timedelta(hours=1), tx.now + timedelta(hours=2))
        wanted = Override(span, OverrideKind.REPLACE, DEE)
        await oncall.override(tx, plan, PLATFORM, wanted, by=Human(DEE))
    await look_at_schedules(begun.transaction)
    clock.wait(hours=1)
    await hand_over(begun.transaction)
    await look_at_schedules(begun.transaction)
    assert await told(begun) == []


async def test_a_pushed_plan_moves_the_hand_over(begun: House, clock: HandClock):
    files = starter_files()
    later = files["schedules/platform.yaml"].replace('handover: "09:00"', 'handover: "11:00"')
    await begin(begun, schedules__platform=later)
    await look_at_schedules(begun.transaction)
    clock.moment += TO_MONDAY
    await hand_over(begun.transaction)
    assert await told(begun) == []
    clock.wait(hours=2)
    assert await hand_over(begun.transaction)
    assert len(await told(begun)) == 2


async def test_a_schedule_the_plan_no_longer_has_is_forgotten(begun: House, clock: HandClock):
    files = starter_files()
    del files["schedules/platform-secondary.yaml"]
    text = files["escalation/platform.yaml"].replace("platform-secondary", "platform")
    async with begun.transaction() as tx:
        changed = {**files, "escalation/platform.yaml": text}
        await plans.push(tx, changed, by=Human(DEE), note="one fewer")
    await look_at_schedules(begun.transaction)
    async with begun.transaction() as tx:
        assert [row.schedule for row in await handoffs.known(tx.db)] == [PLATFORM]
    clock.moment += TO_MONDAY
    assert await hand_over(begun.transaction)


async def test_nobody_coming_is_told_as_nobody(house: House, clock: HandClock):
    await begin(house, schedules__platform=OFFICE)
    await look_at_schedules(house.transaction)
    clock.wait(hours=8)
    assert await hand_over(house.transaction)
    (leaving,) = await told(house)
    assert leaving.person == DEE
    assert "Nobody has the pager now until Wed 2026-11-18 09:00 CET (08:00 UTC)" in leaving.body


async def test_without_a_plan_there_is_nothing_to_watch(house: House):
    assert not await look_at_schedules(house.transaction)
    assert not await look_ahead(house.transaction)
    async with house.transaction() as tx:
        assert await warn(tx) == 0


async def test_leads_are_told_once_of_hours_nobody_ever_covers(house: House, clock: HandClock):
    await begin(house, schedules__platform=OFFICE)
    await look_ahead(house.transaction)
    (first,) = await warned(house)
    assert first.person == DEE, "dee leads the team whose service asks this schedule"
    assert first.body.count("and every week") == 5
    assert "Fri 2026-11-20 18:00 to Mon 2026-11-23 09:00, and every week" in first.body
    for _ in range(9):
        clock.wait(days=1, hours=2, minutes=20)
        await look_ahead(house.transaction)
    assert len(await warned(house)) == 1


async def test_a_new_gap_is_told_as_soon_as_it_is_there_and_again_when_it_comes_back(
    begun: House, clock: HandClock
):
    await look_ahead(begun.transaction)
    assert await warned(begun) == []
    async with begun.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now + timedelta(days=2), tx.now + timedelta(days=3))
        off = Override(span, OverrideKind.REMOVE, None)
        which = await oncall.override(tx, plan, PLATFORM, off, by=Human(ANA))
    await look_ahead(begun.transaction)
    await look_ahead(begun.transaction)
    (only,) = await warned(begun)
    assert "nobody is on call from Thu 2026-11-19 10:00 to Fri 2026-11-20 10:00" in only.subject
    async with begun.transaction() as tx:
        await oncall.withdraw_override(tx, which, by=Human(ANA))
    await look_ahead(begun.transaction)
    async with begun.transaction() as tx:
        await oncall.override(tx, plan, PLATFORM, off, by=Human(ANA))
    clock.wait(minutes=1)
    await look_ahead(begun.transaction)
    assert len(await warned(begun)) == 2


async def test_somebody_who_never_rests_is_a_worry(house: House):
    alone = starter_files()["schedules/platform.yaml"].replace("[ana, dee]", "[ana]")
    await begin(house, schedules__platform=alone)
    async with house.transaction() as tx:
        found = await oncall_warnings.warnings(tx, await plans.current(tx))
    assert [(one.kind, one.person) for one in found] == [("overload", ANA)]
    assert "Ana Duarte has a pager for 28 days without a day's rest" in found[0].text
