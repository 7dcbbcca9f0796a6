"""Many pages for one person at once: the worst as always, the rest in one message, none in none."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from fireline.app.house import House
from fireline.core.detection.finding import RuleCard
from fireline.core.escalation.backlog import MANY, SPOKEN_FOR
from fireline.core.oncall.people import Contact, NotifyRule
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, RuleId
from fireline.core.values.priority import Priority
from fireline.ports.channel import Delivered, Message, Outcome, Refused, TryAgain
from fireline.store import due, outbox
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import AlertFilter, acknowledge_alert, find_alert, list_alerts
from fireline.usecases.raising import raise_alerts
from fireline.usecases.sending import prepare, settle, undelivered
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import (
    ANA,
    BASE_URL,
    BO,
    LEASE,
    RULE,
    climb,
    found,
    person,
    send,
    told,
    who,
    with_people,
)

OK = Delivered("kept")
SEVERAL = MANY + 3


def by(channel: str):
    """Make a plan in which Ana is told in one way alone."""
    contact = Contact(
        {"sms": "phone"}.get(channel, channel),
        {"sms": "+491701234567"}.get(channel, "https://phones.example.com/ana"),
    )
    if channel == "email":
        contact = Contact("email", "ana@example.com")
    rule = (NotifyRule(channel, person(ANA).urgent[0].after),)
    return with_people(replace(person(ANA), contacts=(contact,), urgent=rule, calm=rule))


async def raised(house: House, count: int, *, plan, priority: Priority = Priority.P2) -> list[int]:
    """Raise alerts that have nothing in common, and take their first step; return their numbers."""
    for number in range(count):
        async with house.transaction() as tx:
            rule = rule_named(f"rule-{priority.value}-{number}", priority)
            name = f"shop-{priority.value}-{number}"
            finding = await found(tx, who(name, f"AKIA{priority.value}{number}"), rule=rule)
            await raise_alerts(tx, plan, [finding], drill=None, pace=1)
            await tx.db.execute("update alert set told_by = null, suppressed_by = null")
    for _ in range(3):
        await climb(house, plan=plan)
    async with house.transaction() as tx:
        lines = await list_alerts(tx, AlertFilter(states=("firing",)))
    return sorted(line.number for line in lines)


def rule_named(name: str, priority: Priority) -> RuleCard:
    return replace(RULE, id=RuleId(name), title=name, priority=priority, dedup=name)


async def view(house: House, number: int) -> AlertView:
    async with house.transaction() as tx:
        return await find_alert(tx, number)


async def facts_of(house: House, number: int) -> list[str]:
    return [fact.kind for fact in (await view(house, number)).timeline]


def numbers_in(message: Message) -> set[int]:
    return {int(word.strip("#:,")) for word in message.body.split() if word.startswith("#")}


def is_together(message: Message) -> bool:
    return "more open" in message.subject


async def send_by(house: House, outcome: Callable[[Message], Outcome]) -> list[Message]:
    """Send what is due; what becomes of each is decided by what it says."""
    async with house.transaction() as tx:
        claims = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=50)
    sent: list[Message] = []
    for claim in claims:
        async with house.transaction() as tx:
            message = await prepare(tx, claim.id, base_url=BASE_URL, fence=claim.fence)
        if message is not None:
            sent.append(message)
            async with house.transaction() as tx:
                await settle(tx, claim, outcome(message))
    return sent


async def states(house: House) -> set[str]:
    async with house.transaction() as tx:
        rows = await (await tx.db.execute("select distinct state from page")).fetchall()
    return {row[0] for row in rows}


async def test_the_worst_is_told_as_always_and_the_rest_in_one_message(house: House):
    plan = by("email")
    numbers = await raised(house, SEVERAL, plan=plan)
    first, second = sorted(await send(house, OK), key=is_together)
    assert first.subject.startswith("P2 #")
    assert second.subject.startswith(f"{SEVERAL - 1} more open on shop: P2 #")
    assert numbers_in(first) | numbers_in(second) == set(numbers)
    assert await send(house, OK) == []
    assert await states(house) == {"sent"}


async def test_the_story_of_each_page_says_how_it_was_told(house: House):
    numbers = await raised(house, SEVERAL, plan=by("email"))
    await send(house, OK)
    stories = [await facts_of(house, number) for number in numbers]
    gathered = [story for story in stories if "page.gathered" in story]
    assert len(gathered) == SEVERAL - 2
    assert all(story[-1] == "page.sent" for story in stories)


async def test_what_another_message_spoke_for_is_sent_after_all_when_that_did_not_arrive(
    house: House, clock: HandClock
):
    numbers = await raised(house, SEVERAL, plan=by("email"))
    sent = await send_by(house, lambda one: TryAgain("busy") if is_together(one) else OK)
    told_of = {number for one in sent if not is_together(one) for number in numbers_in(one)}
    clock.wait(seconds=SPOKEN_FOR.total_seconds())
    for message in await send(house, OK):
        told_of |= numbers_in(message)
    assert told_of == set(numbers)
    assert await states(house) == {"sent"}


async def test_what_a_refused_message_spoke_for_does_not_wait_to_be_told(house: House):
    numbers = await raised(house, SEVERAL, plan=by("email"))
    sent = await send_by(house, lambda one: Refused("too long") if is_together(one) else OK)
    (first,) = [numbers_in(one) for one in sent if not is_together(one)]
    after = [numbers_in(one) for one in await send(house, OK)]
    assert len(set(numbers) - first - set().union(*after)) == 1
    assert await states(house) == {"sent", "failed"}


async def test_an_answer_takes_an_alert_out_of_the_message(house: House):
    numbers = await raised(house, SEVERAL, plan=by("email"))
    async with house.transaction() as tx:
        line = (await list_alerts(tx, AlertFilter(states=("firing",))))[-1]
        await acknowledge_alert(tx, AlertId(line.id), by=Human(BO))
    sent = await send(house, OK)
    assert len(sent) == 2
    said = numbers_in(sent[0]) | numbers_in(sent[1])
    assert said == set(numbers) - {line.number}


async def test_each_p1_of_another_incident_is_told_by_itself(house: House):
    plan = by("email")
    await raised(house, MANY, plan=plan)
    async with house.transaction() as tx:
        await tx.db.execute("update alert set service = 's' || number, priority = 1")
        await tx.db.execute("update due set urgency = 1")
    await raised(house, 3, plan=plan, priority=Priority.P3)
    sent = await send(house, OK)
    alone = [one for one in sent if not is_together(one)]
    assert len(alone) == MANY
    assert len(sent) == MANY + 1


async def test_two_texts_to_one_phone_are_one(house: House):
    numbers = await raised(house, 4, plan=by("sms"))
    (message,) = await send(house, OK)
    assert message.channel == "sms"
    assert "4 open on shop" in message.body
    assert len(message.body) <= 160
    assert await states(house) == {"sent"}
    assert len(numbers) == 4


async def test_a_machine_is_told_of_all_of_them_in_one_notice(house: House):
    numbers = await raised(house, SEVERAL, plan=by("webhook"))
    sent = await send(house, OK)
    bodies = [json.loads(message.body) for message in sent]
    listed = next(set(body["alerts"]) for body in bodies if "alerts" in body)
    assert listed | {body["alert"] for body in bodies} == set(numbers)
    assert all(body["link"].startswith(BASE_URL) for body in bodies)


async def test_after_an_outage_two_are_many(house: House, clock: HandClock):
    await raised(house, 3, plan=by("email"))
    clock.wait(hours=1)
    subjects = [message.subject for message in await send(house, OK)]
    assert sum("2 more open" in one for one in subjects) == 1
    assert len(subjects) == 2


async def test_what_arrived_together_never_arrived_together(house: House, clock: HandClock):
    await raised(house, 3, plan=by("sms"))
    await send(house, OK)
    async with house.transaction() as tx:
        row = await (
            await tx.db.execute("select carried_by from outbox where carried_by is not null")
        ).fetchone()
        assert row is not None
        await undelivered(tx, row[0], "unknown number")
    assert await states(house) == {"failed"}


async def test_a_message_that_waits_for_its_turn_is_not_sent_by_whoever_claimed_it(house: House):
    await raised(house, SEVERAL, plan=by("email"))
    async with house.transaction() as tx:
        claims = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=50)
        ready = [await prepare(tx, claim.id, base_url=BASE_URL) for claim in claims]
    assert sum(one is not None for one in ready) == 2


async def test_old_news_waits_until_what_was_said_meanwhile_is_sorted(
    house: House, clock: HandClock
):
    await raised(house, 1, plan=by("email"))
    clock.wait(minutes=30)
    async with house.transaction() as tx:
        await tx.db.execute(
            "insert into source (id, name, registered_at, format) values (%s, 'x', %s, 'json')",
            (fresh := tx.ids.fresh(), tx.now),
        )
        await tx.db.execute(
            "insert into payload (id, source_id, format, call, meta, body, received_at)"
            " values (%s, %s, 'json', '', '{}', '{}', %s)",
            (tx.ids.fresh(), fresh, tx.now),
        )
    assert await send(house, OK) == []
    clock.wait(seconds=3)
    assert await send(house, OK) == []
    clock.wait(seconds=30)
    assert told(await send(house, OK)) == [("ana", "email")]


@pytest.mark.parametrize("sorted_first", [True, False])
async def test_what_was_said_meanwhile_may_end_it(
    house: House, clock: HandClock, sorted_first: bool
):
    (number,) = await raised(house, 1, plan=by("email"))
    clock.wait(minutes=30)
    if sorted_first:
        async with house.transaction() as tx:
            await acknowledge_alert(tx, (await find_alert(tx, number)).id, by=Human(BO))
    assert len(await send(house, OK)) == (0 if sorted_first else 1)
