"""Laws of personal rules: every address is told, nobody waits who did not choose to, in order."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.channels import CHANNELS
from fireline.core.escalation.rules import (
    FALL_BACK,
    NO_RULE,
    Urgency,
    rules_of,
    tellings,
    urgency_of,
)
from fireline.core.oncall.people import CARRIED_BY, PHONE, Contact, NotifyRule, Person
from fireline.core.oncall.quiet import QuietHours
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7), BERLIN)
CALM, URGENT = Priority.P3, Priority.P1
EVENING = datetime(2026, 11, 17, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
MORNING = datetime(2026, 11, 18, 6, tzinfo=UTC)
NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)

kinds = st.sampled_from([*(name for name in CHANNELS if name not in CARRIED_BY), PHONE])
contacts = st.builds(
    Contact,
    channel=kinds,
    address=st.sampled_from(["a", "b", "c"]),
    label=st.just(""),
    verified=st.booleans(),
)
rules = st.lists(
    st.builds(
        NotifyRule,
        channel=st.sampled_from([*CHANNELS, "pigeon"]),
        after=st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
    ),
    max_size=5,
).map(tuple)
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


def leaves_time(hours: QuietHours) -> bool:
    """Tell whether something of each day is not quiet, also of one that is an hour shorter."""
    start, end = (each.hour * 60 + each.minute for each in (hours.start, hours.end))
    return (end - start) % (24 * 60) <= 20 * 60


quiet = st.none() | st.builds(
    QuietHours, start=times, end=times, zone=st.sampled_from([BERLIN, ZoneInfo("Asia/Kolkata")])
).filter(leaves_time)
people = st.builds(
    Person,
    id=st.just(PersonId("ana")),
    name=st.just("Ana"),
    zone=st.just(BERLIN),
    contacts=st.lists(contacts, max_size=5).map(tuple),
    urgent=rules,
    calm=rules,
    quiet=quiet,
)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)
priorities = st.sampled_from(Priority)


@given(people, priorities, moments)
def test_whoever_has_an_address_is_told(person: Person, priority: Priority, now: datetime):
    assert bool(tellings(person, priority, now=now)) == bool(person.contacts)


@given(people, priorities, moments)
def test_tellings_come_in_order_and_each_to_one_address(
    person: Person, priority: Priority, now: datetime
):
    told = tellings(person, priority, now=now)
    assert [one.after for one in told] == sorted(one.after for one in told)
    assert len({one.key for one in told}) == len(told)
    for one in told:
        assert one.address in person.addresses(one.channel)


@given(people, priorities)
def test_nobody_waits_who_did_not_choose_to(person: Person, priority: Priority):
    told = tellings(person, priority)
    chosen = [rule.after for rule in rules_of(person, urgency_of(priority))]
    if told:
        followed = told[0].rule != NO_RULE
        assert told[0].after == (min(chosen) if followed else timedelta())


@given(people, priorities, moments)
def test_every_address_of_every_rule_that_leads_somewhere_is_told(
    person: Person, priority: Priority, now: datetime
):
    told = {(one.channel, one.address) for one in tellings(person, priority, now=now)}
    for rule in rules_of(person, urgency_of(priority)):
        assert told >= {(rule.channel, address) for address in person.addresses(rule.channel)}


@given(people, moments)
def test_what_is_urgent_never_waits_for_the_morning(person: Person, now: datetime):
    assert tellings(person, URGENT, now=now) == tellings(person, URGENT)


@given(people, moments)
def test_what_is_calm_never_rings_in_quiet_hours_and_never_waits_long(
    person: Person, now: datetime
):
    plain = tellings(person, CALM)
    told = tellings(person, CALM, now=now)
    assert {one.key for one in told} == {one.key for one in plain}
    for one in told:
        if person.quiet is not None:
            assert person.quiet.over_at(now + one.after) is None
        assert one.after <= timedelta(hours=50, minutes=10)


@given(people, priorities, moments)
def test_a_drill_does_not_wait(person: Person, priority: Priority, now: datetime):
    assert tellings(person, priority, now=now, pace=20) == tellings(person, priority, pace=20)


@given(people)
def test_what_is_not_verified_is_used_only_where_nothing_is(person: Person):
    trusted = {one.address for one in person.contacts if one.verified}
    used = {address for channel in CHANNELS for address in person.addresses(channel)}
    if trusted:
        assert used <= trusted
    else:
        assert used == {one.address for one in person.contacts}


def test_hours_that_end_when_they_begin_keep_nobody_waiting():
    assert QuietHours(time(22), time(22), BERLIN).over_at(EVENING) is None


def test_every_channel_is_fallen_back_on():
    assert sorted(FALL_BACK) == sorted(CHANNELS)


ANA = Person(
    PersonId("ana"),
    "Ana",
    BERLIN,
    (Contact(PHONE, "+49151"), Contact(PHONE, "+49152"), Contact("email", "a@example.com")),
    (NotifyRule("sms", timedelta()), NotifyRule("voice", timedelta(minutes=5))),
    (NotifyRule("email", timedelta()), NotifyRule("sms", timedelta(minutes=10))),
    NIGHT,
)


def test_one_rule_tells_each_phone_with_a_key_of_its_own():
    told = tellings(ANA, URGENT)
    assert [(one.key, one.address) for one in told] == [
        ("0:sms", "+49151"),
        ("0:sms:1", "+49152"),
        ("1:voice", "+49151"),
        ("1:voice:1", "+49152"),
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON, [NOON, NOON + timedelta(minutes=10)]),
        (EVENING, [MORNING, MORNING + timedelta(minutes=10)]),
        # Begun before the quiet hours: what would ring in them waits for their end.
        (NOON.replace(hour=20, minute=55), [NOON.replace(hour=20, minute=55), MORNING]),
    ],
)
def test_calm_messages_wait_for_the_end_of_quiet_hours(now: datetime, expected: list[datetime]):
    told = tellings(replace(ANA, contacts=ANA.contacts[1:]), CALM, now=now)
    assert [now + one.after for one in told] == expected


def test_the_urgency_of_each_priority_is_told():
    assert [urgency_of(priority) for priority in Priority] == [
        Urgency.URGENT, Urgency.URGENT, Urgency.CALM, Urgency.CALM, Urgency.CALM
    ]  # fmt: skip
