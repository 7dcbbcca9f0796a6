"""Contacts, the codes that verify them, own rules and quiet hours: on a real database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.core.access.codes import CODE_LASTS, MAX_TRIES
from fireline.core.escalation.rules import Urgency, tellings
from fireline.core.oncall.people import NotifyRule
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.ports.channel import Refused, TryAgain
from fireline.store import facts, outbox
from fireline.usecases import contact_checks, contacts, notifications, own_rules
from fireline.usecases.contacts import Wanted
from fireline.usecases.oncall import PersonNotFound
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import ANA, BO, send
from tests.usecases.contacts_world import (
    BY,
    CHANNELS,
    GO,
    NIGHT,
    OTHER_PHONE,
    PHONE,
    PLAIN,
    PUSH,
    add,
    ask,
    code_in,
    person,
    plan_of,
    verified,
)

NOW = timedelta()
SMS = NotifyRule("sms", NOW)
MAIL_LATER = NotifyRule("email", timedelta(minutes=5))


async def test_a_contact_of_one_s_own_is_used_once_the_code_that_was_sent_there_is_typed(
    house: House,
):
    async with house.transaction() as tx:
        contact = await add(tx, label="work phone")
    message = await ask(house, contact)
    assert (message.channel, message.to) == ("sms", PHONE)
    async with house.transaction() as tx:
        before = await contacts.reachable(tx, PLAIN, ANA)
        wrong = await contact_checks.verify_contact(tx, ANA, contact, code_in(message), by=BY)
        after = await contacts.reachable(tx, PLAIN, ANA)
    assert wrong is None
    assert before is not None
    assert after is not None
    assert (before.addresses("sms"), after.addresses("voice")) == ((), (PHONE,))


async def test_the_code_is_nowhere_but_in_the_message(house: House):
    async with house.transaction() as tx:
        contact = await add(tx)
    code = code_in(await ask(house, contact))
    async with house.transaction() as tx:
        stream = contacts.contacts_stream(ANA)
        (kept,) = await outbox.about(tx.db, contacts.CONTACT, [stream.id])
        said = str([fact.body for fact in await facts.timeline(tx.db, [stream.id])])
        cursor = await tx.db.execute("select fingerprint from contact_code")
        ((fingerprint,),) = await cursor.fetchall()
    assert code not in kept.body + kept.subject + said
    assert PHONE not in said
    assert code not in fingerprint
    assert len(fingerprint) == 64


async def test_a_code_that_is_sent_again_may_be_either(house: House, clock: HandClock):
    async with house.transaction() as tx:
        contact = await add(tx)
        await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY)
    (first,) = await send(house, TryAgain("busy"))
    clock.wait(minutes=2)
    (second,) = await send(house, GO)
    assert code_in(first) != code_in(second)
    async with house.transaction() as tx:
        typed = f" {code_in(first)[:3]} {code_in(first)[3:]} "
        assert await contact_checks.verify_contact(tx, ANA, contact, typed, by=BY) is None


async def test_five_wrong_tries_end_a_code_and_the_right_one_comes_too_late(house: House):
    async with house.transaction() as tx:
        contact = await add(tx)
    code = code_in(await ask(house, contact))
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in range(MAX_TRIES - 1, -1, -1):
        async with house.transaction() as tx:
            refused = await contact_checks.verify_contact(tx, ANA, contact, wrong, by=BY)
        assert refused is not None
        assert refused.hint == (f"{left} more tries." if left else "Have a new one sent.")
    async with house.transaction() as tx:
        refused = await contact_checks.verify_contact(tx, ANA, contact, code, by=BY)
    assert str(refused) == "That was tried too often; the code no longer works."
    async with house.transaction() as tx:
        assert not (await contacts.contact_of(tx, ANA, contact)).verified_at


async def test_a_code_expires_and_a_newer_one_replaces_it(house: House, clock: HandClock):
    async with house.transaction() as tx:
        contact = await add(tx)
    old = code_in(await ask(house, contact))
    clock.wait(seconds=CODE_LASTS.total_seconds())
    async with house.transaction() as tx:
        refused = await contact_checks.verify_contact(tx, ANA, contact, old, by=BY)
    assert str(refused) == "No code sent there works any more."
    first, second = code_in(await ask(house, contact)), code_in(await ask(house, contact))
    async with house.transaction() as tx:
        if first != second:
            assert await contact_checks.verify_contact(tx, ANA, contact, first, by=BY)
        assert await contact_checks.verify_contact(tx, ANA, contact, second, by=BY) is None
        used = await contact_checks.verify_contact(tx, ANA, contact, second, by=BY)
    assert str(used) == "No code is waiting to be typed."


async def test_nobody_touches_the_contacts_of_somebody_else(house: House):
    contact = await verified(house)
    by = Human(BO)
    async with house.transaction() as tx:
        for refused in (
            contact_checks.send_code(tx, PLAIN, BO, contact, by=by),
            contact_checks.verify_contact(tx, BO, contact, "123456", by=by),
            contact_checks.send_test(tx, PLAIN, BO, contact, by=by),
            contacts.rename_contact(tx, BO, contact, "mine", by=by),
            contacts.remove_contact(tx, PLAIN, BO, contact, by=by),
        ):
            with pytest.raises(contacts.ContactNotFound):
                await refused


async def test_one_phone_of_two_people_is_verified_by_each(house: House):
    await verified(house)
    async with house.transaction() as tx:
        hers = await add(tx, who=BO)
        assert not (await contacts.contact_of(tx, BO, hers)).verified_at


async def test_codes_and_tests_are_few_an_hour(house: House, clock: HandClock):
    async with house.transaction() as tx:
        contact = await add(tx)
        for _ in range(contact_checks.MAX_TO_ADDRESS):
            await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY)
        theirs = await add(tx, who=BO)
        with pytest.raises(contact_checks.TooManyMessages):
            await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY)
        # Somebody else's account does not reach that phone any more often.
        with pytest.raises(contact_checks.TooManyMessages):
            await contact_checks.send_code(tx, PLAIN, BO, theirs, by=Human(BO))
    clock.wait(hours=1)
    async with house.transaction() as tx:
        assert await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY) == "sms"


@pytest.mark.parametrize(
    ("channel", "address", "why"),
    [
        ("phone", "0151 12345678", "country and number"),
        ("email", "ana", "dana@example.com"),
        ("slack", "@ana", "U012AB3CD"),
        ("matrix", "ana", "@dana:example.com"),
        ("ntfy", "https://ntfy.sh/", "https://ntfy.sh/dana"),
        ("webhook", "http://example.com/x", "https://"),
        ("teams", "env:TEAMS", "https://"),
        ("push", "{}", "keys.p256dh"),
        ("push", "not json", "JSON"),
        ("webhook", "https://example.com/" + "x" * 2000, "at most 2000"),
        ("apprise", "env:SECRET", "nothing people add themselves"),
        ("", "x", "nothing people add themselves"),
    ],
)
async def test_what_is_no_address_is_refused_with_how_one_looks(
    tx: Tx, channel: str, address: str, why: str
):
    with pytest.raises(contacts.ContactUnclear, match=why):
        await contacts.add_contact(tx, PLAIN, ANA, Wanted(channel, address), by=BY)


async def test_a_phone_is_kept_in_one_form_and_added_once(tx: Tx):
    first = await add(tx, "phone", "0049 (151) 1234-5678", label="a\nphone")
    again = await add(tx, "phone", PHONE, label="work")
    row = await contacts.contact_of(tx, ANA, first)
    assert (again, row.address, row.label) == (first, PHONE, "work")


async def test_what_the_plan_says_is_not_added_again(tx: Tx):
    with pytest.raises(contacts.FromThePlan):
        await add(tx, "email", "ana@example.com")


async def test_there_is_a_limit_to_contacts(tx: Tx):
    for number in range(contacts.MAX_CONTACTS):
        await add(tx, "phone", f"+49151000000{number:02d}")
    with pytest.raises(contacts.TooManyContacts):
        await add(tx)


async def test_only_people_of_the_plan_have_contacts(tx: Tx):
    with pytest.raises(PersonNotFound):
        await contacts.add_contact(tx, PLAIN, PersonId("eve"), Wanted("phone", PHONE), by=BY)
    assert await contacts.reachable(tx, PLAIN, PersonId("eve")) is None


async def test_a_channel_that_is_not_set_up_takes_no_contact_and_no_message(tx: Tx):
    contact = await add(tx)
    await contacts.say_channels(tx, {"email": ""})
    with pytest.raises(contacts.ChannelNotSetUp, match="phone"):
        await add(tx, "phone", OTHER_PHONE)
    with pytest.raises(contacts.ChannelNotSetUp, match="sms and voice"):
        await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY)
    await contacts.say_channels(tx, {"email": "", "voice": ""})
    assert await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY) == "voice"
    with pytest.raises(contacts.ChannelNotSetUp, match="sms"):
        await contact_checks.send_code(tx, PLAIN, ANA, contact, channel="sms", by=BY)
    with pytest.raises(contact_checks.ChannelNotCarried):
        await contact_checks.send_code(tx, PLAIN, ANA, contact, channel="slack", by=BY)


async def test_own_rules_replace_the_plan_s_until_they_are_given_back(house: House):
    await verified(house)
    async with house.transaction() as tx:
        wanted = (Urgency.URGENT, [MAIL_LATER, SMS])
        await own_rules.set_rules(tx, PLAIN, ANA, wanted, by=BY)
        mine = await contacts.reachable(tx, PLAIN, ANA)
        await own_rules.set_rules(tx, PLAIN, ANA, (Urgency.URGENT, []), by=BY)
        plans = await contacts.reachable(tx, PLAIN, ANA)
    assert mine is not None
    assert (mine.urgent, mine.calm) == ((SMS, MAIL_LATER), PLAIN.people[ANA].calm)
    assert plans is not None
    assert plans.urgent == PLAIN.people[ANA].urgent


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (NotifyRule("pigeon", NOW), "no channel 'pigeon'"),
        (NotifyRule("email", timedelta(days=2)), "too late"),
        (NotifyRule("slack", NOW), "not among the contacts"),
        (NotifyRule("voice", NOW), "not verified yet"),
    ],
)
async def test_a_rule_that_leads_nowhere_is_refused_with_the_reason(
    tx: Tx, rule: NotifyRule, why: str
):
    await add(tx)
    with pytest.raises(own_rules.RuleUnclear, match=why):
        await own_rules.set_rules(tx, PLAIN, ANA, (Urgency.CALM, [rule]), by=BY)


async def test_rules_are_few_and_written_as_in_the_plan(tx: Tx):
    assert own_rules.rule_from(" sms ", "2m") == NotifyRule("sms", timedelta(minutes=2))
    assert own_rules.rule_from("sms", "") == SMS
    with pytest.raises(own_rules.RuleUnclear, match="not a length of time"):
        own_rules.rule_from("sms", "soon")
    many = [NotifyRule("email", NOW)] * 11
    with pytest.raises(own_rules.RuleUnclear, match="10 rules"):
        await own_rules.set_rules(tx, PLAIN, ANA, (Urgency.CALM, many), by=BY)


async def test_quiet_hours_of_one_s_own_or_none_replace_the_plan_s(tx: Tx):
    plan = plan_of(person(ANA, quiet=NIGHT))

    async def quiet() -> object:
        found = await contacts.reachable(tx, plan, ANA)
        assert found is not None
        return found.quiet

    assert await quiet() == NIGHT
    await own_rules.set_quiet(tx, plan, ANA, None, by=BY)
    assert await quiet() is None
    wanted = own_rules.WantedQuiet("23:30", "06:00")
    await own_rules.set_quiet(tx, plan, ANA, wanted, by=BY)
    found = await quiet()
    assert str(getattr(found, "start", "")) == "23:30:00"
    assert getattr(found, "zone", None) == PLAIN.people[ANA].zone
    await own_rules.quiet_of_the_plan(tx, plan, ANA, by=BY)
    assert await quiet() == NIGHT


@pytest.mark.parametrize(
    "wanted",
    [
        own_rules.WantedQuiet("late", "07:00"),
        own_rules.WantedQuiet("07:00", "07:00"),
        own_rules.WantedQuiet("22:00+01:00", "07:00"),
        own_rules.WantedQuiet("22:00", "07:00", "Mars/Olympus"),
        own_rules.WantedQuiet("22:00", "07:00", "localtime"),
    ],
)
async def test_quiet_hours_that_say_nothing_are_refused(tx: Tx, wanted: own_rules.WantedQuiet):
    with pytest.raises(own_rules.QuietUnclear):
        await own_rules.set_quiet(tx, PLAIN, ANA, wanted, by=BY)


async def test_the_last_contact_of_the_urgent_rules_goes_only_when_one_means_it(house: House):
    phone = await verified(house)
    push = await verified(house, "push", PUSH)
    async with house.transaction() as tx:
        wanted = (Urgency.URGENT, [SMS, NotifyRule("push", NOW)])
        await own_rules.set_rules(tx, PLAIN, ANA, wanted, by=BY)
        await contacts.remove_contact(tx, PLAIN, ANA, push, by=BY)
        with pytest.raises(contacts.LastForUrgent):
            await contacts.remove_contact(tx, PLAIN, ANA, phone, by=BY)
        await contacts.remove_contact(tx, PLAIN, ANA, phone, anyway=True, by=BY)
        left = await contacts.reachable(tx, PLAIN, ANA)
    assert left is not None
    assert [one.channel for one in tellings(left, Priority.P1)] == ["email"]


async def test_a_removed_contact_may_be_added_again_and_is_verified_again(house: House):
    first = await verified(house)
    async with house.transaction() as tx:
        await contacts.remove_contact(tx, PLAIN, ANA, first, by=BY)
        again = await add(tx)
        assert again != first
        assert (await contacts.contact_of(tx, ANA, again)).verified_at is None


async def test_rules_of_channels_that_are_not_set_up_make_nobody_wait(house: House):
    await verified(house)
    async with house.transaction() as tx:
        await own_rules.set_rules(tx, PLAIN, ANA, (Urgency.URGENT, [SMS, MAIL_LATER]), by=BY)
        await contacts.say_channels(tx, {"email": ""})
        found = await contacts.reachable(tx, PLAIN, ANA)
        in_drill = await contacts.reachable(tx, PLAIN, ANA, in_drill=True)
        await contacts.say_channels(tx, {"splunk": ""})
        nothing = await contacts.reachable(tx, PLAIN, ANA)
    assert found is not None
    (only,) = tellings(found, Priority.P1)
    assert (only.channel, only.after) == ("email", NOW)
    assert in_drill is not None
    assert [one.channel for one in tellings(in_drill, Priority.P1)] == ["email"]
    assert nothing is not None
    assert len(tellings(nothing, Priority.P1)) == 2


async def test_a_test_goes_to_one_contact_and_its_end_is_seen(house: House, clock: HandClock):
    phone = await verified(house)
    clock.wait(minutes=1)
    async with house.transaction() as tx:
        await contacts.say_channels(tx, CHANNELS)
        (mail, _) = (await notifications.look(tx, PLAIN, ANA)).contacts
        assert await contact_checks.send_test(tx, PLAIN, ANA, mail.id, by=BY) == "email"
        await contact_checks.send_test(tx, PLAIN, ANA, phone, channel="voice", by=BY)
        (mail, _) = (await notifications.look(tx, PLAIN, ANA)).contacts
    assert mail.last is not None
    assert (mail.last.state, mail.last.about) == ("waiting", "contact")
    sent = await send(house, GO, TryAgain("line busy"))
    assert {message.channel for message in sent} == {"email", "voice"}
    async with house.transaction() as tx:
        view = await notifications.look(tx, PLAIN, ANA)
    states = {one.channel: one.last.state for one in view.contacts if one.last}
    assert sorted(states.values()) == ["delivered", "try_again"]
    assert view.calls_from == CHANNELS["sms"]


async def test_a_test_of_an_unverified_contact_asks_for_the_code(tx: Tx):
    contact = await add(tx)
    with pytest.raises(contacts.ContactNotFound, match="not verified"):
        await contact_checks.send_test(tx, PLAIN, ANA, contact, by=BY)


async def test_a_verified_contact_needs_no_code(house: House):
    contact = await verified(house)
    async with house.transaction() as tx:
        with pytest.raises(contact_checks.AlreadyVerified):
            await contact_checks.send_code(tx, PLAIN, ANA, contact, by=BY)


async def test_codes_are_read_out_digit_by_digit(tx: Tx):
    contact = await add(tx)
    await contact_checks.send_code(tx, PLAIN, ANA, contact, channel="voice", by=BY)
    (wished,) = await outbox.about(tx.db, contacts.CONTACT, [contacts.contacts_stream(ANA).id])
    said = await contact_checks.with_code(tx, wished)
    digits = said.body.partition("code is ")[2].rstrip(".")
    assert [one.isdigit() for one in digits.split(", ")] == [True] * 6
    assert await contact_checks.with_code(tx, replace(wished, about_kind="page")) == replace(
        wished, about_kind="page"
    )


async def test_a_browser_that_unsubscribed_is_taken_away_even_if_it_was_the_last(house: House):
    push = await verified(house, "push", PUSH)
    async with house.transaction() as tx:
        wanted = (Urgency.URGENT, [NotifyRule("push", NOW)])
        await own_rules.set_rules(tx, PLAIN, ANA, wanted, by=BY)
        await contact_checks.send_test(tx, PLAIN, ANA, push, by=BY)
    await send(house, Refused("subscription gone", gone=True))
    async with house.transaction() as tx:
        left = await contacts.reachable(tx, PLAIN, ANA)
    assert left is not None
    assert [one.channel for one in tellings(left, Priority.P1)] == ["email"]


async def test_a_page_shows_only_what_its_owner_may_see_of_secret_places(tx: Tx):
    await add(tx, "webhook", "https://hooks.example.com/secret/token1234", label="pager")
    await add(tx, "push", PUSH)
    (_, hook, push) = (await notifications.look(tx, PLAIN, ANA)).contacts
    assert (hook.address, hook.label) == ("hooks.example.com/…1234", "pager")
    assert push.address == "a browser, by push.example.com"
    await contacts.rename_contact(tx, ANA, hook.id, "watch", by=BY)
    assert (await contacts.contact_of(tx, ANA, hook.id)).label == "watch"
