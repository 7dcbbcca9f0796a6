"""How long a proof of identity lasts, and how often somebody may try to give one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
LINK_LASTS = timedelta(minutes=10)
# Seen again within this, a session is not written down again: reading a page stays reading.
SEEN_GRAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` tries in one `window`."""

    times: int
    window: timedelta


PER_ACCOUNT = Limit(10, timedelta(minutes=15))
# Wider, because an office shares an address.
PER_ADDRESS = Limit(50, timedelta(minutes=15))


def session_ends(began: datetime, seen: datetime) -> datetime:
    """Return when a session ends if nobody is seen on it again."""
    return min(began + SESSION_ABSOLUTE, seen + SESSION_IDLE)


def alive(began: datetime, seen: datetime, now: datetime) -> bool:
    """Say whether a session still stands."""
    return now < session_ends(began, seen)
