"""Which of several providers of one channel is tried first.

A provider that fails again and again rests for a while: it is asked after the others, never not at
all, because a page that nobody carries is worse than one that is late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ENOUGH = 3
REST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Health:
    """How a provider did lately."""

    failed_in_row: int = 0
    rests_until: datetime | None = None


WELL = Health()


def after_attempt(
    health: Health, *, worked: bool, now: datetime, asked: timedelta | None = None
) -> Health:
    """Return a provider's health after an attempt; `asked`: how long it wants to be left alone."""
    if worked:
        return WELL
    failed = health.failed_in_row + 1
    wanted = [now + REST] if failed >= ENOUGH else []
    if asked is not None:
        wanted.append(now + min(asked, REST))
    if health.rests_until is not None and health.rests_until > now:
        wanted.append(health.rests_until)
    return Health(failed, max(wanted, default=None))


def in_order(names: Sequence[str], health: Mapping[str, Health], now: datetime) -> tuple[str, ...]:
    """Return all providers, those at rest after the others, each group in its own order."""
    return tuple(sorted(names, key=lambda name: rests(health.get(name, WELL), now)))


def rests(health: Health, now: datetime) -> bool:
    """Say whether a provider is resting."""
    return health.rests_until is not None and health.rests_until > now
