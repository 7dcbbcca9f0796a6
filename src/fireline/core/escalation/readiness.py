"""Would a page reach this person? What is wrong with how they are told, in sentences."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.escalation.channels import CHANNELS
from fireline.core.escalation.rules import Urgency, rules_of, tellings
from fireline.core.oncall.people import CARRIED_BY, Person
from fireline.core.values.priority import Priority

CONFIRMED_WITHIN = timedelta(days=30)


class Lack(StrEnum):
    """What kind of trouble it is; programs may rely on the words."""

    NOT_IN_PLAN = "not_in_plan"
    NO_CHANNEL = "no_channel"
    ONE_CHANNEL = "one_channel"
    UNVERIFIED = "unverified"
    UNCONFIRMED = "unconfirmed"
    FAILING = "failing"
    NO_ADDRESS = "no_address"
    NOT_SET_UP = "not_set_up"


UNREACHABLE = frozenset({Lack.NOT_IN_PLAN, Lack.NO_CHANNEL})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that may keep a page from a person, and what would mend it."""

    lack: Lack
    says: str
    fix: str


@dataclass(frozen=True, slots=True)
class Told:
    """How messages to one place went. `confirmed_at` is when one last got through."""

    confirmed_at: datetime | None = None
    failed: str | None = None


NEVER_TOLD = Told()
# What is known of each place, by channel and address.
Places = Mapping[tuple[str, str], Told]


def troubles_of(
    person: Person,
    *,
    set_up: Collection[str] | None = None,
    places: Places | None = None,
    now: datetime | None = None,
) -> tuple[Trouble, ...]:
    """Return what is wrong with how a person is told, the worst first.

    `set_up` are the channels there are, and `places` what became of messages; without them, and
    without `now`, only what the person's own words say is judged.
    """
    return (
        *_without_channel(person, set_up),
        *_in_rules(person, set_up),
        *_one_channel(person, set_up),
        *_unverified(person),
        *_by_experience(person, set_up, places, now),
    )


def is_reachable(troubles: Collection[Trouble]) -> bool:
    """Tell whether a page would reach somebody with these troubles."""
    return not any(trouble.lack in UNREACHABLE for trouble in troubles)


def ways(person: Person, set_up: Collection[str] | None) -> tuple[str, ...]:
    """Return the channels that would reach a person."""
    return tuple(
        channel
        for channel in CHANNELS
        if person.addresses(channel) and (set_up is None or channel in set_up)
    )


def _without_channel(person: Person, set_up: Collection[str] | None) -> Iterator[Trouble]:
    if not ways(person, set_up):
        says = f"nothing that is set up here reaches {person.name}"
        fix = "set up one of their channels, or give them an address on one that is"
        yield Trouble(Lack.NO_CHANNEL, says, fix)


def _in_rules(person: Person, set_up: Collection[str] | None) -> Iterator[Trouble]:
    said: set[str] = set()
    for urgency in Urgency:
        for rule in rules_of(person, urgency):
            if rule.channel in said:
                continue
            said.add(rule.channel)
            if not person.addresses(rule.channel):
                says = f"a rule tells {person.name} by {rule.channel}, and there is no address"
                fix = f"add one that is verified, or take {rule.channel} out of the rules"
                yield Trouble(Lack.NO_ADDRESS, says, fix)
            elif set_up is not None and rule.channel not in set_up:
                says = f"a rule tells {person.name} by {rule.channel}, which is not set up here"
                fix = f"set up {rule.channel} (docs: Notifications), or use another channel"
                yield Trouble(Lack.NOT_SET_UP, says, fix)


def _one_channel(person: Person, set_up: Collection[str] | None) -> Iterator[Trouble]:
    # A phone that is off is off for texts and calls alike, so both count as one.
    used = {
        CARRIED_BY.get(telling.channel, telling.channel)
        for telling in tellings(person, Priority.P1)
        if set_up is None or telling.channel in set_up
    }
    if len(used) == 1:
        (only,) = used
        says = f"urgent pages reach {person.name} by {only} alone"
        yield Trouble(Lack.ONE_CHANNEL, says, "add a second channel to the urgent rules")


def _unverified(person: Person) -> Iterator[Trouble]:
    trusted = any(contact.verified for contact in person.contacts)
    for contact in person.contacts:
        if not contact.verified:
            named = f" ({contact.label})" if contact.label else ""
            used = "is not used" if trusted else "is used only because there is nothing else"
            says = f"the {contact.channel}{named} is not verified and {used}"
            yield Trouble(Lack.UNVERIFIED, says, "type the code that is sent there")


def _by_experience(
    person: Person, set_up: Collection[str] | None, places: Places | None, now: datetime | None
) -> Iterator[Trouble]:
    if places is None or now is None:
        return
    used = {
        (telling.channel, telling.address)
        for priority in (Priority.P1, Priority.P3)
        for telling in tellings(person, priority)
        if set_up is None or telling.channel in set_up
    }
    for channel, address in sorted(used):
        told = places.get((channel, address), NEVER_TOLD)
        if told.failed is not None:
            says = f"the last message by {channel} failed: {told.failed or 'no reason given'}"
            yield Trouble(Lack.FAILING, says, "mend the address, then send a test")
        elif told.confirmed_at is None or now - told.confirmed_at > CONFIRMED_WITHIN:
            says = (
                f"nothing ever arrived by {channel}"
                if told.confirmed_at is None
                else f"nothing has arrived by {channel} since {told.confirmed_at:%d %b %Y}"
            )
            yield Trouble(Lack.UNCONFIRMED, says, "send a test")
