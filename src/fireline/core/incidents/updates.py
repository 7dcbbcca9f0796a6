"""What is said about an incident while it is open, and when the next word is due."""

from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.incidents.terms import PriorityRule
from fireline.core.values.time import at_pace


class PublicWord(StrEnum):
    """Where things stand, in the words of a public status page."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


# An open incident is never silent for ever, even one whose priority promises no updates.
UPDATE_AT_LEAST_EVERY = timedelta(hours=24)
LONGEST_SILENCE = timedelta(days=7)


def update_every(rule: PriorityRule | None, pace: int) -> timedelta:
    """Return how often people are told, as this incident's time runs."""
    length = rule.update_every if rule and rule.update_every else UPDATE_AT_LEAST_EVERY
    return at_pace(length, pace)


def why_not_next(wanted: datetime, now: datetime) -> str | None:
    """Say why a chosen time for the next update will not do; `None` when it will."""
    if wanted <= now:
        return "the next update is in the past"
    if wanted > now + LONGEST_SILENCE:
        return f"the next update is more than {LONGEST_SILENCE.days} days away"
    return None
