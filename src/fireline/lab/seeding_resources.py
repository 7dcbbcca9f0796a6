"""Make the resources of a world, thousands of them in seconds and in the same order each time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from fireline.core.values.refusals import Kind, Refusal
from fireline.lab.aws.settings import AccountSettings
from fireline.lab.hand import Hand
from fireline.lab.resources.kinds import RANK
from fireline.lab.resources.resource import GLOBAL, Known, Resource, Spot
from fireline.lab.world_account import Account

# Hears how many resources are made, of how many.
Progress = Callable[[int, int], None]
_FAILURES_SHOWN = 10


class NotMade(Refusal):
    """The simulated AWS would not make something of the world; the message names the entries."""

    kind = Kind.INVALID
    code = "lab.not_made"


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the file in one region of its account."""

    path: str
    wish: Resource
    region: str


def count_of(account: Account) -> int:
    """Count the resources an account's entries stand for."""
    return sum(wish.count * len(account.places(wish)) for wish in account.resources)


def make_resources(
    account: Account,
    hand: Hand,
    settings: AccountSettings,
    now: datetime,
    *,
    made: Callable[[], None],
) -> None:
    """Make everything of one account. Raises NotMade, when all was tried, with what was refused."""
    known: Known = {}
    refused: list[str] = []
    for place in _in_order(account):
        wish, region = place.wish, place.region
        for n in range(1, wish.count + 1):
            age = wish.age_of_nth(n)
            spot = Spot(hand, account.id, region, now, age, known, settings)
            one = wish.nth(n, account.id, region)
            try:
                id_ = one.make(spot)
            except (ClientError, BotoCoreError, LookupError, ValueError) as failure:
                refused.append(f"{place.path} ({wish.kind} {one.name}): {failure}")
                break
            known[wish.kind, GLOBAL if wish.is_global else region, one.name] = id_
            made()
    if refused:
        more = len(refused) - _FAILURES_SHOWN
        said = [*refused[:_FAILURES_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise NotMade("\n".join(said), hint="Change these entries of the world.")


def _in_order(account: Account) -> Iterator[Place]:
    """List the entries, what others name first; within a kind as in the file."""
    order = sorted(enumerate(account.resources), key=lambda one: (RANK[one[1].kind], one[0]))
    for index, wish in order:
        for region in account.places(wish):
            yield Place(f"{account.id} resources.{index}", wish, region)
