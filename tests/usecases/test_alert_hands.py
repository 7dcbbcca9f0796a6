"""What people do to one alert, and who is told after it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.escalation.ladder import Exhausted, Waiting
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import AlertId, PersonId
from fireline.core.values.priority import Priority
from fireline.ports.channel import Delivered
from fireline.store import alerts, due, ladders, pages
from fireline.store.alert_hands import SNOOZE
from fireline.usecases import plans
from fireline.usecases.alert_desk import AlertUnwritten, reach_alert
from fireline.usecases.alert_hands import (
    LONGEST_SNOOZE,
    NobodyOfThatName,
    NotAcknowledged,
    SnoozeImpossible,
    add_note,
    assign_alert,
    escalate_alert,
    set_priority,
    snooze_alert,
    unacknowledge_alert,
    wake_alert,
)
from fireline.usecases.alerts import (
    AlertNotFound,
    AlertResolved,
    acknowledge_alert,
    resolve_alert,
)
from fireline.usecases.transaction import Tx
from fireline.workers.snoozes import end_snoozes
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import ANA, BO, DRILL, LEASE, climb, send, told
from tests.usecases.symptoms_world import Said, raised

HOUR = timedelta(hours=1)
BO_HUMAN, ANA_HUMAN = Human(BO), Human(ANA)
PAGED_BOTH = [("ana", "webhook"), ("bo", "webhook")]


async def standing(tx: Tx, alert: AlertId) -> alerts.AlertRow:
    row = await alerts.get(tx.db, alert)
    assert row is not None
    return row


async def due_kinds(tx: Tx, alert: AlertId) -> set[str]:
    found = await tx.db.execute("select kind from due where id = %s", (alert,))
    return {str(row[0]) for row in await found.fetchall()}


async def facts(tx: Tx, alert: AlertId) -> list[tuple[str, str]]:
    found = await tx.db.execute(
        "select kind, body ->> 'text' from fact where stream_id = %s order by seq", (alert,)
    )
    return [(str(row[0]), str(row[1])) for row in await found.fetchall()]


async def test_a_snoozed_alert_tells_nobody_until_its_time(tx: Tx):
    alert = (await raised(tx)).id
    await snooze_alert(tx, alert, until=tx.now + HOUR, by=BO_HUMAN)
    row = await standing(tx, alert)
    assert (row.state, row.snoozed_until) == ("firing", tx.now + HOUR)
    assert await due_kinds(tx, alert) == {SNOOZE}
    ladder = await ladders.read(tx.db, alert)
    assert ladder is not None
    assert ladder.state == "withdrawn"
    assert await facts(tx, alert) == [
        ("alert.snoozed", f"bo snoozed alert #{row.number} until 2026-11-17 10:00 UTC")
    ]


async def test_snoozing_again_moves_the_moment_and_the_old_one_wakes_nobody(tx: Tx):
    alert = (await raised(tx)).id
    await snooze_alert(tx, alert, until=tx.now + HOUR, by=BO_HUMAN)
    await snooze_alert(tx, alert, until=tx.now + 3 * HOUR, by=ANA_HUMAN)
    assert not await wake_alert(replace(tx, now=tx.now + HOUR), alert)
    assert (await standing(tx, alert)).snoozed_until == tx.now + 3 * HOUR
    assert await due_kinds(tx, alert) == {SNOOZE}
    assert await wake_alert(replace(tx, now=tx.now + 3 * HOUR), alert)


async def test_when_the_snooze_is_over_people_are_told_again_from_the_first_step(
    house: House, clock: HandClock
):
    async with house.transaction() as tx:
        alert = (await raised(tx, Said("Down", Priority.P1))).id
    assert await climb(house) == 1
    assert told(await send(house, Delivered("ok"))) == [("ana", "webhook")]
    async with house.transaction() as tx:
        await snooze_alert(tx, alert, until=tx.now + HOUR, by=BO_HUMAN)
    clock.wait(minutes=59)
    assert not await end_snoozes(house.transaction)
    assert await climb(house) == 0
    assert await send(house, Delivered("ok")) == []
    clock.wait(minutes=1)
    assert await end_snoozes(house.transaction)
    assert await climb(house) == 1
    assert told(await send(house, Delivered("ok"))) == [("ana", "webhook")]
    async with house.transaction() as tx:
        assert (await standing(tx, alert)).snoozed_until is None
        paged = await pages.of_alert(tx.db, alert)
        assert [(page.climb, page.step, page.person) for page in paged] == [
            (1, 1, "ana"),
            (2, 1, "ana"),
        ]
        assert [kind for kind, _ in await facts(tx, alert)][-3:] == [
            "alert.woke",
            "page.wished",
            "page.sent",
        ]


@pytest.mark.parametrize("state", ["acknowledged", "resolved"])
async def test_a_snooze_that_ends_when_it_was_answered_wakes_nobody(
    house: House, clock: HandClock, state: str
):
    async with house.transaction() as tx:
        alert = (await raised(tx)).id
        await snooze_alert(tx, alert, until=tx.now + HOUR, by=BO_HUMAN)
        if state == "acknowledged":
            await acknowledge_alert(tx, alert, by=ANA_HUMAN)
        else:
            await resolve_alert(tx, alert, by=ANA_HUMAN)
    clock.wait(hours=1)
    assert await end_snoozes(house.transaction)
    assert not await end_snoozes(house.transaction)
    async with house.transaction() as tx:
        assert (await standing(tx, alert)).state == state
        assert await due_kinds(tx, alert) == set()


async def test_a_person_may_wake_it_before_its_time(tx: Tx):
    alert = (await raised(tx)).id
    await snooze_alert(tx, alert, until=tx.now + HOUR, by=BO_HUMAN)
    assert await wake_alert(tx, alert, by=ANA_HUMAN)
    assert (await standing(tx, alert)).snoozed_until is None
    assert await due_kinds(tx, alert) == {ladders.LADDER}
    assert not await wake_alert(tx, alert, by=ANA_HUMAN)


async def test_what_a_silence_holds_stays_quiet_when_its_snooze_ends(tx: Tx):
    alert = (await raised(tx, suppressed_by=str(tx.ids.fresh()))).id
    await snooze_alert(tx, alert, until=tx.now + HOUR, by=BO_HUMAN)
    assert not await wake_alert(replace(tx, now=tx.now + HOUR), alert)
    assert await due_kinds(tx, alert) == set()


@pytest.mark.parametrize("wait", [timedelta(), -HOUR, LONGEST_SNOOZE + HOUR])
async def test_a_snooze_ends_in_the_future_and_not_never(tx: Tx, wait: timedelta):
    alert = (await raised(tx)).id
    with pytest.raises(SnoozeImpossible):
        await snooze_alert(tx, alert, until=tx.now + wait, by=BO_HUMAN)


async def test_an_answer_taken_back_tells_people_again(house: House):
    async with house.transaction() as tx:
        alert = (await raised(tx)).id
    await climb(house)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, alert, by=BO_HUMAN)
        await unacknowledge_alert(tx, alert, by=ANA_HUMAN)
        row = await standing(tx, alert)
        assert (row.state, row.acknowledged_by, row.acknowledged_at) == ("firing", None, None)
    assert await climb(house) == 1
    async with house.transaction() as tx:
        paged = await pages.of_alert(tx.db, alert)
        assert [(page.climb, page.step, page.state) for page in paged] == [
            (1, 1, "superseded"),
            (2, 1, "wished"),
        ]
        answer = await acknowledge_alert(tx, alert, by=ANA_HUMAN)
        assert answer.yours


async def test_only_an_answer_can_be_taken_back(tx: Tx):
    alert = (await raised(tx)).id
    with pytest.raises(NotAcknowledged):
        await unacknowledge_alert(tx, alert, by=BO_HUMAN)


async def test_escalating_takes_the_next_step_now_and_withdraws_nothing(house: House):
    async with house.transaction() as tx:
        alert = (await raised(tx, Said("Down", Priority.P1))).id
    await climb(house)
    assert await climb(house) == 0
    async with house.transaction() as tx:
        await escalate_alert(tx, alert, by=BO_HUMAN)
    assert await climb(house) == 1
    assert sorted(told(await send(house, Delivered("ok")))) == sorted(PAGED_BOTH)


async def test_escalating_what_somebody_has_takes_it_from_them(house: House):
    async with house.transaction() as tx:
        alert = (await raised(tx, Said("Down", Priority.P1))).id
    await climb(house)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, alert, by=ANA_HUMAN)
        await escalate_alert(tx, alert, by=ANA_HUMAN)
        assert (await standing(tx, alert)).state == "firing"
    await climb(house)
    assert told(await send(house, Delivered("ok"))) == [("bo", "webhook")]


async def test_escalating_a_ladder_at_its_end_or_at_rest_begins_it_again(tx: Tx):
    at_its_end, resting, never_told = [(await raised(tx)).id for _ in range(3)]
    await ladders.save(tx.db, at_its_end, Exhausted(3, tx.now))
    await snooze_alert(tx, resting, until=tx.now + HOUR, by=BO_HUMAN)
    await tx.db.execute("delete from ladder where alert_id = %s", (never_told,))
    for alert in (at_its_end, resting, never_told):
        await escalate_alert(tx, alert, by=BO_HUMAN)
        assert await ladders.get(tx.db, alert) == Waiting(0, tx.now)
        assert await due_kinds(tx, alert) == {ladders.LADDER}
        assert (await standing(tx, alert)).snoozed_until is None


async def test_a_note_is_a_fact_and_a_resolved_alert_takes_one_too(tx: Tx):
    alert = (await raised(tx)).id
    await resolve_alert(tx, alert, by=BO_HUMAN)
    await add_note(tx, alert, "  The disk was full.\n", by=Machine("importer"))
    assert (await facts(tx, alert))[-1] == ("alert.note", "The disk was full.")
    for wrong in ("", "  ", "x" * 25_001, "a\0b"):
        with pytest.raises(AlertUnwritten):
            await add_note(tx, alert, wrong, by=BO_HUMAN)


async def test_who_is_given_an_alert_is_told_unless_they_took_it(house: House):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=BO_HUMAN, note="")
        alert = (await raised(tx)).id
        await assign_alert(tx, alert, ANA, by=BO_HUMAN)
        await assign_alert(tx, alert, ANA, by=BO_HUMAN)
        assert (await standing(tx, alert)).assigned_to == "ana"
    (message,) = await send(house, Delivered("ok"))
    assert (message.person, message.subject.split(":")[0]) == ("ana", "P3 #1 is yours")
    async with house.transaction() as tx:
        await assign_alert(tx, alert, BO, by=BO_HUMAN)
        await assign_alert(tx, alert, None, by=BO_HUMAN)
        assert (await standing(tx, alert)).assigned_to is None
        with pytest.raises(NobodyOfThatName):
            await assign_alert(tx, alert, PersonId("mallory"), by=BO_HUMAN)
    assert await send(house, Delivered("ok")) == []


RISES = [
    # (from, to, told anew)
    (Priority.P4, Priority.P1, True),
    (Priority.P3, Priority.P2, True),
    (Priority.P2, Priority.P1, False),
    (Priority.P1, Priority.P3, False),
    (Priority.P3, Priority.P3, False),
]


@pytest.mark.parametrize(("before", "after", "anew"), RISES)
async def test_a_rise_tells_people_by_the_new_urgency(
    house: House, before: Priority, after: Priority, *, anew: bool
):
    async with house.transaction() as tx:
        alert = (await raised(tx, Said("Down", before))).id
    await climb(house)
    async with house.transaction() as tx:
        await set_priority(tx, alert, after, by=BO_HUMAN, why="Customers call.")
        assert (await standing(tx, alert)).priority == after
    assert await climb(house) == int(anew)


async def test_a_rise_wakes_nobody_when_somebody_has_it_or_it_rests(tx: Tx):
    answered, resting = [(await raised(tx, Said("Down", Priority.P4))).id for _ in range(2)]
    await acknowledge_alert(tx, answered, by=BO_HUMAN)
    await snooze_alert(tx, resting, until=tx.now + HOUR, by=BO_HUMAN)
    for alert in (answered, resting):
        await set_priority(tx, alert, Priority.P1, by=BO_HUMAN)
        assert ladders.LADDER not in await due_kinds(tx, alert)
    assert (await facts(tx, answered))[-1][1].endswith("from P4 to P1")


async def test_a_rise_tells_of_what_nobody_was_told(tx: Tx):
    alert = (await raised(tx, Said("Flaps", Priority.P2), ladder=False, untold_why="flapping")).id
    await set_priority(tx, alert, Priority.P1, by=BO_HUMAN)
    assert (await standing(tx, alert)).untold_why is None
    (claim,) = await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=5)
    assert claim.id == alert


async def test_nothing_is_done_to_what_is_over_or_not_there(tx: Tx):
    alert = (await raised(tx)).id
    await resolve_alert(tx, alert, by=BO_HUMAN)
    missing = AlertId(tx.ids.fresh())
    for wrong, refusal in ((alert, AlertResolved), (missing, AlertNotFound)):
        with pytest.raises(refusal):
            await snooze_alert(tx, wrong, until=tx.now + HOUR, by=BO_HUMAN)
        with pytest.raises(refusal):
            await unacknowledge_alert(tx, wrong, by=BO_HUMAN)
        with pytest.raises(refusal):
            await escalate_alert(tx, wrong, by=BO_HUMAN)
        with pytest.raises(refusal):
            await set_priority(tx, wrong, Priority.P1, by=BO_HUMAN)
    with pytest.raises(AlertNotFound):
        await add_note(tx, missing, "x", by=BO_HUMAN)
    assert not await wake_alert(tx, missing)


async def test_an_alert_is_reached_by_its_number(tx: Tx):
    made = await raised(tx, drill=DRILL)
    await snooze_alert(tx, made.id, until=tx.now + HOUR, by=BO_HUMAN)
    found = await reach_alert(tx, made.number)
    assert (found.id, found.drill, found.snoozed) == (made.id, DRILL, True)
    with pytest.raises(AlertNotFound):
        await reach_alert(tx, 10**9)
