"""People and teams, and how each person wants to be told."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from fireline.core.values.ids import PersonId, TeamId


@dataclass(frozen=True, slots=True)
class NotifyRule:
    """Tell me on this channel (`email`, `webhook`) so long after a page begins."""

    channel: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be paged. `urgent` rules serve P1 and P2, `calm` rules the rest."""

    id: PersonId
    name: str
    zone: ZoneInfo
    email: str
    webhook: str | None
    urgent: tuple[NotifyRule, ...]
    calm: tuple[NotifyRule, ...]

    def address(self, channel: str) -> str | None:
        """Return where this person is reached on a channel; `None` when they are not."""
        match channel:
            case "email":
                return self.email or None
            case "webhook":
                return self.webhook
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Team:
    """People who own services together."""

    id: TeamId
    name: str
    members: tuple[PersonId, ...]
    leads: tuple[PersonId, ...]
