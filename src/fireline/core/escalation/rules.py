"""How a page reaches one person: their own rules, as messages with a time and a channel."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.core.oncall.people import Person
from fireline.core.values.priority import Priority
from fireline.core.values.time import at_pace

LEAST_URGENT = Priority.P2
CHANNELS = ("email", "webhook")


@dataclass(frozen=True, slots=True)
class Telling:
    """Tell a person at `address` on `channel`, so long `after` the page begins.

    `rule` is the place of their rule that says so, or -1 where they have none and fireline chose.
    """

    rule: int
    channel: str
    address: str
    after: timedelta


def tellings(person: Person, priority: Priority, *, pace: int = 1) -> tuple[Telling, ...]:
    """Return the messages one page becomes, soonest first.

    A person without a usable rule is told by e-mail at once, or by whatever else reaches them;
    nothing at all means they cannot be reached, which callers must face.
    """
    rules = person.urgent if priority <= LEAST_URGENT else person.calm
    found = [
        Telling(number, rule.channel, address, at_pace(rule.after, pace))
        for number, rule in enumerate(rules)
        if (address := person.address(rule.channel)) is not None
    ]
    return tuple(sorted(found, key=lambda telling: telling.after)) or _at_once(person)


def _at_once(person: Person) -> tuple[Telling, ...]:
    for channel in CHANNELS:
        address = person.address(channel)
        if address is not None:
            return (Telling(-1, channel, address, timedelta()),)
    return ()
