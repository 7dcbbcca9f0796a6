"""How rare a shared thing is: learned from who used it, never from its name.

An address behind which one identity was seen says who. One behind which many were seen is an
office, a VPN exit or a pipeline, and says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from heapq import heappop, heappush

from fireline.core.signals.entity import ADDRESS, ASSET, HOST, POD, PRINCIPAL, Entity

# As in `company`: what a storm shows is believed only once the storm is over, and in steps.
LAG_SECONDS = 900.0
STEP_SECONDS = 60.0
# So many different users make a thing everybody's. A person may hold two or three keys, and a host
# or a bucket has its service and its backup.
EVERYBODYS = {PRINCIPAL: 5, ADDRESS: 3, ASSET: 4, HOST: 64, POD: 4}
DEFAULT = 4


class Rarity:
    """Who used what."""

    def __init__(self) -> None:
        self._users: defaultdict[Entity, dict[str, float]] = defaultdict(dict)
        self._young: list[tuple[float, str, Entity]] = []

    def shared(self, thing: Entity) -> bool:
        """Say whether so many use a thing that sharing it means nothing."""
        users = self._users.get(thing)
        return users is not None and len(users) >= EVERYBODYS.get(thing.kind, DEFAULT)

    def note(self, things: Iterable[Entity], user: str, at: float) -> None:
        """Note that a user used things."""
        for thing in things:
            if thing.kind in EVERYBODYS:
                heappush(self._young, (at, user, thing))

    def learn_until(self, at: float) -> None:
        """Take in what has had its time by a moment."""
        ripe = (at - LAG_SECONDS) // STEP_SECONDS * STEP_SECONDS
        while self._young and self._young[0][0] < ripe:
            when, user, thing = heappop(self._young)
            users = self._users[thing]
            # Everybody's already: counting further would cost memory and change nothing.
            if user in users or len(users) < EVERYBODYS[thing.kind]:
                users[user] = max(when, users.get(user, when))

    def forget(self, before: float) -> None:
        """Drop users not seen since a moment."""
        for thing in list(self._users):
            kept = {user: at for user, at in self._users[thing].items() if at >= before}
            if kept:
                self._users[thing] = kept
            else:
                del self._users[thing]
