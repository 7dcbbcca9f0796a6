"""Would a page reach everybody who may be paged: what is said of each, and who cannot be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.core.escalation.policy import Policy, Step, ToPerson, ToTeam
from fireline.core.escalation.readiness import (
    Lack,
    Told,
    is_reachable,
    troubles_of,
    ways,
)
from fireline.core.escalation.rules import Urgency
from fireline.core.oncall.people import Contact, NotifyRule
from fireline.core.values.ids import PersonId, PolicyId
from fireline.ports.channel import Delivered, Refused
from fireline.usecases import contact_checks, contacts, own_rules
from fireline.usecases.notifications import look
from fireline.usecases.readiness import PersonReadiness, readiness
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import ANA, BO, CY, WEB, send
from tests.usecases.contacts_world import (
    BY,
    CHANNELS,
    PHONE,
    PLAIN,
    add,
    person,
    plan_of,
    verified,
)

SMS, VOICE, MAIL = (NotifyRule(name, timedelta()) for name in ("sms", "voice", "email"))
NUMBER = Contact("phone", PHONE)


def lacks(one: PersonReadiness) -> list[Lack]:
    return [trouble.lack for trouble in one.troubles]


async def test_everybody_on_a_schedule_or_named_is_listed_with_the_reason(tx: Tx):
    steps = (Step((ToTeam(WEB, leads_only=True), ToPerson(CY)), timedelta(minutes=5)),)
    policy = Policy(PolicyId("web"), steps, 1)
    view = await readiness(tx, replace(PLAIN, policies={policy.id: policy}))
    assert {one.person: one.because for one in view.people} == {
        ANA: ("on call on Primary",),
        BO: ("on call on Secondary", "escalation web"),
        CY: ("escalation web", "catch-all"),
    }
    assert view.unreachable == 0


async def test_who_has_nothing_that_is_set_up_cannot_be_reached_and_comes_first(tx: Tx):
    bare = person(BO, contacts=(NUMBER,), urgent=(SMS,), calm=(SMS,))
    await contacts.say_channels(tx, {"email": ""})
    view = await readiness(tx, plan_of(bare))
    first, second, _ = view.people
    assert (first.person, first.reachable, first.channels) == (BO, False, ())
    assert lacks(first) == [Lack.NO_CHANNEL, Lack.NOT_SET_UP]
    assert (second.reachable, view.unreachable) == (True, 1)


async def test_somebody_the_plan_dropped_is_unreachable(tx: Tx):
    plan = replace(PLAIN, people={ANA: PLAIN.people[ANA], BO: PLAIN.people[BO]})
    (first, *_) = (await readiness(tx, plan)).people
    assert (first.person, lacks(first)) == (CY, [Lack.NOT_IN_PLAN])


async def test_a_test_that_arrives_confirms_for_thirty_days(house: House, clock: HandClock):
    async def of_ana() -> list[Lack]:
        async with house.transaction() as tx:
            view = await readiness(tx, PLAIN)
        return next(lacks(one) for one in view.people if one.person == ANA)

    async def tests(outcome: Delivered | Refused) -> None:
        async with house.transaction() as tx:
            (mail,) = (await look(tx, PLAIN, ANA)).contacts
            await contact_checks.send_test(tx, PLAIN, ANA, mail.id, by=BY)
        await send(house, outcome)

    assert await of_ana() == [Lack.ONE_CHANNEL, Lack.UNCONFIRMED]
    await tests(Delivered("ok"))
    assert await of_ana() == [Lack.ONE_CHANNEL]
    clock.wait(days=31)
    assert await of_ana() == [Lack.ONE_CHANNEL, Lack.UNCONFIRMED]
    await tests(Refused("no such mailbox"))
    async with house.transaction() as tx:
        troubles = (await look(tx, PLAIN, ANA)).troubles
    assert troubles[-1].lack is Lack.FAILING
    assert "no such mailbox" in troubles[-1].says
    clock.wait(minutes=1)
    await tests(Delivered("ok"))
    assert await of_ana() == [Lack.ONE_CHANNEL]


async def test_a_verified_phone_beside_mail_makes_somebody_ready(house: House):
    await verified(house)
    async with house.transaction() as tx:
        await contacts.say_channels(tx, CHANNELS)
        wanted = (Urgency.URGENT, [SMS, MAIL])
        await own_rules.set_rules(tx, PLAIN, ANA, wanted, by=BY)
        view = await readiness(tx, PLAIN)
    ana = next(one for one in view.people if one.person == ANA)
    assert ana.channels == ("email", "sms", "voice")
    assert lacks(ana) == [Lack.UNCONFIRMED]  # the mail


async def test_what_is_not_verified_is_said(tx: Tx):
    await add(tx, label="new phone")
    view = await look(tx, PLAIN, ANA)
    said = [one.says for one in view.troubles if one.lack is Lack.UNVERIFIED]
    assert said == ["the phone (new phone) is not verified and is not used"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"contacts": ()}, [Lack.NO_CHANNEL, Lack.NO_ADDRESS]),
        ({"contacts": (NUMBER,), "urgent": (SMS, VOICE), "calm": (SMS,)}, [Lack.ONE_CHANNEL]),
        ({"contacts": (NUMBER, Contact("email", "a@b.c")), "urgent": (SMS, MAIL)}, []),
        (
            {"contacts": (replace(NUMBER, verified=False),), "urgent": (SMS,), "calm": (SMS,)},
            [Lack.ONE_CHANNEL, Lack.UNVERIFIED],
        ),
    ],
)
def test_a_plan_is_judged_by_its_own_words(words: dict[str, object], expected: list[Lack]):
    one = person(ANA, **words)
    found = troubles_of(one)
    assert [trouble.lack for trouble in found] == expected
    assert is_reachable(found) == bool(ways(one, None))


def test_a_place_that_was_never_told_is_not_confirmed(clock: HandClock):
    places = {("email", "ana@example.com"): Told()}
    found = troubles_of(PLAIN.people[ANA], places=places, now=clock.moment)
    assert [one.lack for one in found] == [Lack.ONE_CHANNEL, Lack.UNCONFIRMED]
    assert "ever" in found[-1].says


async def test_nobody_in_the_plan_is_nobody_to_look_after(tx: Tx):
    empty = replace(PLAIN, people={}, schedules={}, policies={}, catch_all=(PersonId("x"),))
    view = await readiness(tx, empty)
    assert [one.person for one in view.people] == ["x"]
