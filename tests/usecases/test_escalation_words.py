"""Everything an escalation may say, as stories in a real database on a clock moved by hand.

The plan is text, pushed like any other: what is proved here is what people write.
"""

import asyncio
from collections.abc import Sequence

from fireline.app.house import House
from fireline.core.alerting.one_line import one_line
from fireline.core.escalation.roster import Reason
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, PersonId
from fireline.ports.channel import Delivered, Message
from fireline.store import ladders
from fireline.usecases import plans
from fireline.usecases.alert_hands import add_note, escalate_alert, snooze_alert
from fireline.usecases.alert_lists import AlertFilter
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import acknowledge_alert, find_alert, list_alerts, resolve_alert
from fireline.usecases.escalations import take_step
from fireline.usecases.raising import raise_alerts
from tests.core.plan.breaking import STARTER
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import DRILL, climb, found, send, told, who
from tests.usecases.sorting_world import firing, heard, over, taken

ANA, BO, CY, DEE = (Human(PersonId(name)) for name in ("ana", "bo", "cy", "dee"))
OK = Delivered("kept")
ALL = ("firing", "acknowledged", "resolved")


async def push(house: House, *lines: str) -> Plan:
    """Push the starter plan with another escalation of its service."""
    files = {**STARTER, "escalation/platform.yaml": "\n".join(lines) + "\n"}
    async with house.transaction() as tx:
        revision = await plans.push(tx, files, by=ANA, note="")
        return await plans.of(tx, revision)


async def raised(
    house: House, plan: Plan, name: str = "shop-ci", *, drill: bool = False
) -> AlertId:
    async with house.transaction() as tx:
        finding = await found(tx, who(name, f"AKIA{name}"))
        inside = DRILL if drill else None
        (alert,) = await raise_alerts(tx, plan, [finding], drill=inside, pace=1)
        return alert


async def acknowledge(house: House, alert: AlertId, by: Human) -> tuple[int, int]:
    async with house.transaction() as tx:
        answer = await acknowledge_alert(tx, alert, by=by)
    return answer.answered, answer.needed


async def view(house: House) -> AlertView:
    async with house.transaction() as tx:
        (line,) = await list_alerts(tx, AlertFilter(states=ALL))
        return await find_alert(tx, line.number)


def paged(shown: AlertView) -> list[tuple[str, int]]:
    return [(page.person, page.step) for page in shown.pages]


def texts(shown: AlertView, kind: str) -> list[str]:
    return [str(fact.body["text"]) for fact in shown.timeline if fact.kind == kind]


def people(sent: Sequence[Message]) -> set[str]:
    return {person for person, _ in told(sent)}


async def test_nobody_has_it_until_two_people_acknowledged(house: House, clock: HandClock):
    plan = await push(
        house,
        "acknowledgers: 2",
        "steps:",
        "  - {notify: ['team:platform'], wait: 5m}",
        "  - {notify: ['team:platform'], wait: 5m}",
    )
    alert = await raised(house, plan)
    await climb(house, plan=plan)
    first = await send(house, OK)
    assert "0 of 2 people acknowledged so far" in next(one for one in first).body
    clock.wait(seconds=10)
    assert await acknowledge(house, alert, ANA) == (1, 2)
    assert await acknowledge(house, alert, ANA) == (1, 2)
    clock.wait(minutes=1)
    # Ana's own later messages are withdrawn; the others' go on.
    assert people(await send(house, OK)) == {"dee"}
    shown = await view(house)
    assert (shown.state, shown.ladder) == ("firing", "waiting")
    assert texts(shown, "alert.acknowledged_in_part")[0] == (
        f"ana acknowledged alert #{shown.number}: 1 of 2 people did"
    )
    clock.wait(minutes=4)
    await climb(house, plan=plan)
    again = await send(house, OK)
    assert people(again) == {"bo", "cy", "dee"}
    assert any("1 of 2 people acknowledged so far" in one.body for one in again)
    assert await acknowledge(house, alert, BO) == (2, 2)
    shown = await view(house)
    assert (shown.state, shown.acknowledged_by) == ("acknowledged", "bo")
    assert texts(shown, "alert.acknowledged") == [f"ana and bo acknowledged alert #{shown.number}"]
    clock.wait(days=1)
    assert (await climb(house, plan=plan), await send(house, OK)) == (0, [])


async def test_an_answer_nobody_follows_up_lets_the_alert_fire_again(
    house: House, clock: HandClock
):
    plan = await push(
        house,
        "acknowledge_timeout: 1h",
        "steps: [{notify: ['person:bo'], wait: 5m}]",
    )
    alert = await raised(house, plan)
    await climb(house, plan=plan)
    await send(house, OK)
    await acknowledge(house, alert, BO)
    clock.wait(minutes=40)
    async with house.transaction() as tx:
        await add_note(tx, alert, "looking at the logs", by=BO)
    clock.wait(minutes=20)
    # An hour has passed, and Bo moved twenty minutes ago.
    assert await climb(house, plan=plan) == 1
    assert (await view(house)).state == "acknowledged"
    clock.wait(minutes=40)
    assert await climb(house, plan=plan) == 1
    shown = await view(house)
    assert (shown.state, shown.acknowledged_by, shown.ladder) == ("firing", None, "waiting")
    (text,) = texts(shown, "alert.acknowledgement_lapsed")
    assert text == (
        f"Alert #{shown.number} fires again: bo acknowledged it 100 min ago and nobody moved"
    )
    (message,) = await send(house, OK)
    assert (message.person, message.subject.split(":")[0]) == (
        "bo",
        f"P2 #{shown.number} fires again",
    )
    await climb(house, plan=plan)
    shown = await view(house)
    assert [(page.climb, page.step) for page in shown.pages] == [(1, 1), (2, 1)]


async def test_an_alert_that_is_resolved_does_not_fire_again(house: House, clock: HandClock):
    plan = await push(
        house, "acknowledge_timeout: 1h", "steps: [{notify: ['person:bo'], wait: 5m}]"
    )
    alert = await raised(house, plan)
    await acknowledge(house, alert, BO)
    async with house.transaction() as tx:
        await resolve_alert(tx, alert, by=BO)
    clock.wait(days=1)
    assert await climb(house, plan=plan) == 0
    assert (await view(house)).state == "resolved"


async def test_a_step_that_waits_for_the_end_comes_after_an_acknowledgement(
    house: House, clock: HandClock
):
    plan = await push(
        house,
        "steps:",
        "  - {notify: ['person:ana'], wait: 5m}",
        "  - {notify: ['person:bo'], wait: 25m}",
        "  - {notify: ['leads:platform'], wait: 30m, unless: resolved}",
    )
    alert = await raised(house, plan)
    await climb(house, plan=plan)
    await send(house, OK)
    clock.wait(minutes=1)
    await acknowledge(house, alert, ANA)
    clock.wait(minutes=4)
    await climb(house, plan=plan)
    assert await send(house, OK) == []
    clock.wait(minutes=25)
    await climb(house, plan=plan)
    # The lead's page goes out although somebody has the alert.
    assert people(await send(house, OK)) == {"dee"}
    shown = await view(house)
    assert (shown.state, paged(shown)) == ("acknowledged", [("ana", 1), ("dee", 3)])
    assert shown.next_step_at is None
    async with house.transaction() as tx:
        await resolve_alert(tx, alert, by=ANA)
    clock.wait(minutes=1)
    assert await send(house, OK) == []  # the lead's mail, a minute later, is withdrawn
    assert await climb(house, plan=plan) == 0


async def test_resolving_stops_a_step_that_waits_for_the_end(house: House, clock: HandClock):
    plan = await push(
        house,
        "steps:",
        "  - {notify: ['person:ana'], wait: 5m}",
        "  - {notify: ['leads:platform'], wait: 30m, unless: resolved}",
    )
    alert = await raised(house, plan)
    await climb(house, plan=plan)
    await acknowledge(house, alert, ANA)
    async with house.transaction() as tx:
        await resolve_alert(tx, alert, by=ANA)
    clock.wait(days=1)
    assert await climb(house, plan=plan) == 0
    assert paged(await view(house)) == [("ana", 1)]


async def test_an_acknowledgement_leaves_the_pages_only_the_end_withdraws(
    house: House, clock: HandClock
):
    plan = await push(
        house,
        "steps: [{notify: ['person:ana', 'person:dee'], wait: 5m, unless: resolved}]",
    )
    alert = await raised(house, plan)
    await climb(house, plan=plan)
    assert people(await send(house, OK)) == {"ana", "dee"}
    await acknowledge(house, alert, ANA)
    clock.wait(minutes=1)
    # Dee's second message still comes; Ana's own does not.
    assert people(await send(house, OK)) == {"dee"}


async def test_concurrent_alerts_come_to_different_people(house: House):
    plan = await push(
        house,
        "steps: [{notify: ['team:platform'], wait: 5m, round_robin: true}]",
        "rounds: 2",
    )
    alerts = [await raised(house, plan, f"user-{number}") for number in range(4)]

    async def work(alert: AlertId) -> None:
        async with house.transaction() as tx:
            await take_step(tx, plan, alert)

    # Every alert twice, all at once: the counter and the lock say who is told, not luck.
    await asyncio.gather(*(work(alert) for alert in [*alerts, *alerts]))
    async with house.transaction() as tx:
        lines = await list_alerts(tx, AlertFilter())
        first = [
            page.person for line in lines for page in (await find_alert(tx, line.number)).pages
        ]
    assert sorted(first) == ["ana", "bo", "cy", "dee"]


async def test_an_alert_keeps_its_turn_and_goes_on_to_the_next_person(
    house: House, clock: HandClock
):
    plan = await push(
        house,
        "steps: [{notify: ['team:platform'], wait: 5m, round_robin: true}]",
        "rounds: 3",
    )
    await raised(house, plan)
    for _ in range(3):
        await climb(house, plan=plan)
        clock.wait(minutes=5)
    assert paged(await view(house)) == [("ana", 1), ("bo", 2), ("cy", 3)]


async def test_a_drill_leaves_the_turns_as_they_are(house: House):
    plan = await push(house, "steps: [{notify: ['team:platform'], wait: 5m, round_robin: true}]")
    drill = await raised(house, plan, drill=True)
    real = await raised(house, plan)
    for alert in (drill, real):
        async with house.transaction() as tx:
            await take_step(tx, plan, alert)
    async with house.transaction() as tx:
        assert await ladders.coming_turns(tx.db, "platform") == {0: 1}


async def test_hours_follow_the_wall_clock_over_the_night_it_changes(
    house: House, clock: HandClock
):
    plan = await push(
        house,
        "steps:",
        "  - notify: ['person:ana']",
        "    wait: 5m",
        "    hours: [{zone: Europe/Berlin, days: [mon], from: '08:00', to: '18:00'}]",
        "  - {notify: ['person:bo'], wait: 5m}",
    )
    # The clocks went back the night before: eight o'clock is seven UTC now, not six.
    clock.moment = clock.moment.replace(month=10, day=26, hour=6, minute=59)
    await raised(house, plan)
    await climb(house, plan=plan)
    shown = await view(house)
    assert paged(shown) == [("bo", 2)]
    assert texts(shown, "ladder.step_skipped") == ["Step 1 is passed over: it is outside its hours"]
    async with house.transaction() as tx:
        await resolve_alert(tx, shown.id, by=BO)
    clock.wait(minutes=1)
    await raised(house, plan, "another")
    await climb(house, plan=plan)
    async with house.transaction() as tx:
        (line,) = await list_alerts(tx, AlertFilter())
        assert paged(await find_alert(tx, line.number)) == [("ana", 1)]


async def test_a_step_for_other_priorities_is_passed_over_with_its_reason(house: House):
    plan = await push(
        house,
        "steps:",
        "  - {notify: ['person:ana'], wait: 5m, only: [P1]}",
        "  - {notify: ['person:bo'], wait: 5m}",
    )
    await raised(house, plan)
    await climb(house, plan=plan)
    shown = await view(house)
    assert paged(shown) == [("bo", 2)]
    assert texts(shown, "ladder.step_skipped") == [
        "Step 1 is passed over: it is not for alerts of this priority"
    ]


async def test_a_webhook_is_told_and_nobody_is_waited_for(house: House):
    plan = await push(
        house,
        "webhooks: {bot: 'https://bot.example.com/hook'}",
        "steps:",
        "  - {notify: ['webhook:bot'], wait: 60m}",
        "  - {notify: ['person:bo', 'webhook:bot'], wait: 5m}",
    )
    await raised(house, plan)
    await climb(house, plan=plan)
    shown = await view(house)
    assert paged(shown) == [("bo", 2)]
    sent = [one for one in await send(house, OK) if one.person == "webhook:bot"]
    assert [(one.channel, one.to) for one in sent] == [
        ("webhook", "https://bot.example.com/hook")
    ] * 2
    assert f'"alert":{shown.number}' in one_line(sent[0].body).replace(" ", "")
    assert texts(shown, "webhook.wished")[0] == (
        "Webhook bot is told (step 1); it counts as nobody told"
    )


async def test_personal_rules_go_on_when_the_next_step_begins(house: House, clock: HandClock):
    plan = await push(
        house,
        "steps:",
        "  - {notify: ['person:ana'], wait: 30s}",
        "  - {notify: ['person:bo'], wait: 5m}",
    )
    await raised(house, plan)
    await climb(house, plan=plan)
    await send(house, OK)
    clock.wait(seconds=30)
    await climb(house, plan=plan)
    await send(house, OK)
    clock.wait(seconds=30)
    assert told(await send(house, OK)) == [("ana", "email")]


async def test_the_one_who_has_the_next_turn_is_told(house: House):
    plan = await push(house, "steps: [{notify: ['next:platform', 'previous:platform'], wait: 5m}]")
    await raised(house, plan)
    await climb(house, plan=plan)
    shown = await view(house)
    # Two people take turns: whoever has not got it now is next, and was before.
    assert len(paged(shown)) == 1
    assert shown.pages[0].reason == Reason.NEXT


async def test_one_of_the_team_is_drawn(house: House):
    plan = await push(house, "steps: [{notify: ['random:platform'], wait: 5m}]")
    await raised(house, plan)
    await climb(house, plan=plan)
    (page,) = (await view(house)).pages
    assert page.person in plan.people
    assert page.reason == Reason.DRAWN


async def test_an_answer_at_the_source_counts_for_everybody(house: House, clock: HandClock):
    plan = await push(
        house,
        "acknowledgers: 2",
        "steps:",
        "  - {notify: ['person:ana'], wait: 5m}",
        "  - {notify: ['leads:platform'], wait: 5m, unless: resolved}",
    )
    async with house.transaction() as tx:
        await heard(tx, firing("disk"), plan=plan)
    await climb(house, plan=plan)
    async with house.transaction() as tx:
        (shown,) = await heard(tx, taken("disk", by="bo"), plan=plan)
    assert (shown.state, shown.acknowledged_by, shown.ladder) == (
        "acknowledged",
        "bo (monitor)",
        "answered",
    )
    assert await send(house, OK) == []
    clock.wait(minutes=5)
    assert await climb(house, plan=plan) == 1
    assert paged(await view(house)) == [("ana", 1), ("dee", 2)]
    async with house.transaction() as tx:
        (shown,) = await heard(tx, over("disk"), plan=plan)
    assert (shown.state, shown.next_step_at) == ("resolved", None)


async def test_a_snooze_and_an_escalation_leave_no_answer_behind(house: House, clock: HandClock):
    plan = await push(
        house,
        "acknowledgers: 2",
        "acknowledge_timeout: 1h",
        "steps: [{notify: ['team:platform'], wait: 5m}]",
    )
    alert = await raised(house, plan)
    await climb(house, plan=plan)
    await acknowledge(house, alert, ANA)
    await acknowledge(house, alert, BO)
    async with house.transaction() as tx:
        await escalate_alert(tx, alert, by=CY)
    assert await acknowledge(house, alert, DEE) == (1, 2)
    async with house.transaction() as tx:
        await snooze_alert(tx, alert, until=tx.now.replace(hour=23), by=CY)
    clock.wait(hours=3)
    assert await climb(house, plan=plan) == 0
