"""How a page reaches one person: their own rules, as messages with a time and a channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.oncall.people import NotifyRule, Person
from fireline.core.values.priority import Priority
from fireline.core.values.time import at_pace

LEAST_URGENT = Priority.P2
# What is tried, in this order, for a person none of whose rules can be followed.
FALL_BACK = (
    "email",
    "push",
    "sms",
    "voice",
    "slack",
    "matrix",
    "teams",
    "ntfy",
    "webhook",
    "pagerduty",
    "splunk",
    "apprise",
)
NO_RULE = -1


class Urgency(StrEnum):
    """Which of a person's two sets of rules a page follows."""

    URGENT = "urgent"
    CALM = "calm"


def urgency_of(priority: Priority) -> Urgency:
    """Return which rules serve a priority: P1 and P2 are urgent."""
    return Urgency.URGENT if priority <= LEAST_URGENT else Urgency.CALM


def rules_of(person: Person, urgency: Urgency) -> tuple[NotifyRule, ...]:
    """Return how a person wants to be told of what is so urgent."""
    return person.urgent if urgency is Urgency.URGENT else person.calm


@dataclass(frozen=True, slots=True)
class Telling:
    """Tell a person at `address` on `channel`, so long `after` the page begins.

    `rule` is the place of their rule that says so, or -1 where they have none and fireline chose.
    `place` counts the addresses one rule leads to.
    """

    rule: int
    channel: str
    address: str
    after: timedelta
    place: int = 0

    @property
    def key(self) -> str:
        """What tells this telling from the others of one page: `0:email`, `1:sms:2`."""
        return f"{self.rule}:{self.channel}" + (f":{self.place}" if self.place else "")


def tellings(
    person: Person, priority: Priority, *, now: datetime | None = None, pace: int = 1
) -> tuple[Telling, ...]:
    """Return the messages one page becomes, soonest first: one for each address.

    Rules that lead nowhere are passed over, and the first that does lead somewhere is followed when
    the person's first rule says. A person without any is told by e-mail at once, or by whatever
    else reaches them; nothing at all means they cannot be reached, which callers must face. What is
    calm waits for the end of quiet hours, if `now` is told; a drill's pages are for people who
    play, and do not wait.
    """
    urgency = urgency_of(priority)
    rules = rules_of(person, urgency)
    found = [*_by_rule(person, rules, pace)] or [*_at_once(person)]
    if now is not None and urgency is Urgency.CALM and pace == 1:
        found = [_after_quiet(person, telling, now) for telling in found]
    return tuple(sorted(found, key=lambda telling: telling.after))


def _by_rule(person: Person, rules: tuple[NotifyRule, ...], pace: int) -> Iterator[Telling]:
    followed = [rule for rule in rules if person.addresses(rule.channel)]
    begins = min((rule.after for rule in rules), default=timedelta())
    first = min((rule.after for rule in followed), default=timedelta())
    for number, rule in enumerate(rules):
        # Nobody asked to be told later because an earlier rule leads nowhere.
        after = begins if rule.after == first else rule.after
        for place, address in enumerate(person.addresses(rule.channel)):
            yield Telling(number, rule.channel, address, at_pace(after, pace), place)


def _at_once(person: Person) -> Iterator[Telling]:
    for channel in FALL_BACK:
        if addresses := person.addresses(channel):
            for place, address in enumerate(addresses):
                yield Telling(NO_RULE, channel, address, timedelta(), place)
            return


def _after_quiet(person: Person, telling: Telling, now: datetime) -> Telling:
    """Move a telling that would ring in the quiet hours to their end.

    A page that begins in them keeps the distances between its messages; they count from the end.
    """
    if person.quiet is None:
        return telling
    begun = person.quiet.over_at(now) or now
    at = begun + telling.after
    at = person.quiet.over_at(at) or at
    return Telling(telling.rule, telling.channel, telling.address, at - now, telling.place)
