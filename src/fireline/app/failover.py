"""One channel carried by several companies: when one cannot, the next does, in the same attempt.

What may have arrived is not sent again here; the next attempt, if there is one, goes by another
company. How each did lately is remembered in this process alone, because it only chooses an order.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from fireline.core.escalation.breaker import WELL, Health, after_attempt, in_order
from fireline.ports.channel import Channel, Delivered, Message, Outcome, Refused, TryAgain, Unknown
from fireline.ports.telephone import NotServed

MAX_REMEMBERED = 10_000


class Carrier(Channel, Protocol):
    """One company's channel."""

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


class FailOver:
    """A channel made of the same channel of several companies, in the operator's order."""

    def __init__(self, name: str, companies: Mapping[str, Carrier]) -> None:
        self.name = name
        self._companies = dict(companies)
        self._health: dict[str, Health] = {}
        # By the message's key: the company that may have delivered it.
        self._doubtful: OrderedDict[str, str] = OrderedDict()

    @property
    def companies(self) -> tuple[str, ...]:
        """The companies, in the operator's order."""
        return tuple(self._companies)

    async def aclose(self) -> None:
        """Let go of every company's connections."""
        for channel in self._companies.values():
            await channel.aclose()

    async def send(self, message: Message) -> Outcome:
        """Try once: by each company in turn, until one takes it or may have."""
        tried: list[tuple[str, Outcome]] = []
        for company in self._order(message):
            outcome = await self._companies[company].send(message)
            self._note(company, outcome, message.at)
            tried.append((company, outcome))
            if not _may_go_on(outcome):
                break
        company, last = tried[-1]
        if isinstance(last, Unknown):
            self._remember(message.key, company)
        return _joined(tried)

    def _order(self, message: Message) -> Sequence[str]:
        order = in_order(self.companies, self._health, message.at)
        doubted = self._doubtful.get(message.key)
        return sorted(order, key=lambda company: company == doubted)

    def _note(self, company: str, outcome: Outcome, now: datetime) -> None:
        # That a number is no good says nothing about the company.
        worked = isinstance(outcome, Delivered) or (
            isinstance(outcome, Refused) and not isinstance(outcome, NotServed)
        )
        asked = outcome.after if isinstance(outcome, TryAgain) else None
        before = self._health.get(company, WELL)
        self._health[company] = after_attempt(before, worked=worked, now=now, asked=asked)

    def _remember(self, key: str, company: str) -> None:
        self._doubtful[key] = company
        self._doubtful.move_to_end(key)
        while len(self._doubtful) > MAX_REMEMBERED:
            self._doubtful.popitem(last=False)


def _may_go_on(outcome: Outcome) -> bool:
    """Say whether another company may carry it: this one did not, and the number may be good."""
    return isinstance(outcome, TryAgain | NotServed)


def _joined(tried: Sequence[tuple[str, Outcome]]) -> Outcome:
    """Return what became of it: the last word, with what went wrong before."""
    last = tried[-1][1]
    if isinstance(last, Delivered):
        return last
    why = "; ".join(f"{name} {one.why}" for name, one in tried if not isinstance(one, Delivered))
    match last:
        case Unknown():
            return Unknown(why)
        case Refused() if not isinstance(last, NotServed):
            return Refused(why)
        case TryAgain() | Refused():
            # Whoever could do it later decides: a company that refuses us does not end the page.
            later = [one for _, one in tried if isinstance(one, TryAgain)]
            if not later:
                return Refused(why)
            waits = [one.after for one in later if one.after is not None]
            return TryAgain(why, min(waits) if len(waits) == len(later) else None)
