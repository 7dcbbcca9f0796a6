"""Keys that fire, resolve and fire again: since when it is flapping, and how long to wait then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

# A key that fires so many times within this window is flapping.
FLAP_WINDOW = timedelta(hours=1)
FLAPS_AT = 3
# Firing again so soon after the end is the same trouble coming back. Later, it may be anything.
AGAIN_WITHIN = timedelta(minutes=10)
# A flapping key keeps its rhythm. A longer silence than this many of its own gaps breaks it.
GAPS_OF_ITS_OWN = 2.0
LONGEST_GAP = timedelta(minutes=20)
# Below the first, waiting saves nobody a call; above the second, a real failure waits too long.
SHORTEST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(minutes=30)
# The first time that a key comes back it may well be no flapping: the wait is short.
SHORTEST_SECOND_WAIT = timedelta(minutes=5)
LONGEST_SECOND_WAIT = timedelta(minutes=10)
# Only the last firings of a key count; older ones say little about today.
FIRINGS_KEPT = 32


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of a key, in seconds; `ended` is None while it lasts."""

    began: float
    ended: float | None


def comes_again(firings: Sequence[Firing], at: float) -> bool:
    """Say whether a firing now continues the trouble of the last, given the key's own rhythm."""
    last = firings[-1]
    if last.ended is None:
        return False
    gaps = [
        later.began - sooner.ended
        for sooner, later in pairwise(firings)
        if sooner.ended is not None
    ]
    longest = LONGEST_GAP.total_seconds()
    rhythm = GAPS_OF_ITS_OWN * max((gap for gap in gaps if gap <= longest), default=0.0)
    return at - last.ended <= max(AGAIN_WITHIN.total_seconds(), rhythm)


def flaps(firings: Sequence[Firing], at: float) -> int:
    """Count the firings of a key within the window that ends now, the one that begins included."""
    oldest = at - FLAP_WINDOW.total_seconds()
    return 1 + sum(1 for firing in firings if firing.began >= oldest)


def wait_for(firings: Sequence[Firing]) -> timedelta:
    """Choose how long a flapping key must stay before somebody is told: longer than it ever did.

    Half as long again as its longest firing: one that outlasts that is no longer the usual flap.
    """
    return min(max(_outlasting(firings), SHORTEST_WAIT), LONGEST_WAIT)


def second_wait(firings: Sequence[Firing]) -> timedelta:
    """Choose how long a key that came back at once must stay before somebody is told again."""
    return min(max(_outlasting(firings), SHORTEST_SECOND_WAIT), LONGEST_SECOND_WAIT)


def _outlasting(firings: Sequence[Firing]) -> timedelta:
    lasted = [one.ended - one.began for one in firings if one.ended is not None]
    return timedelta(seconds=1.5 * max(lasted, default=0.0))
