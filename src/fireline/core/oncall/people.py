"""People and teams, where each person is reached, and how they want to be told."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from fireline.core.oncall.quiet import QuietHours
from fireline.core.values.ids import PersonId, TeamId

PHONE = "phone"
# One phone carries two channels; every other channel has addresses of its own.
CARRIED_BY = {"sms": PHONE, "voice": PHONE}


@dataclass(frozen=True, slots=True)
class NotifyRule:
    """Tell me on this channel (`email`, `push`, `sms`, `voice` …) so long after a page begins."""

    channel: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Contact:
    """One place a person is reached at: a mailbox, a phone, a browser, an account elsewhere.

    `channel` is the channel it is for; a `phone` is for both `sms` and `voice`. `address` is a
    reference (`env:NAME`, `file:/path`) where the address itself is a secret. What the plan says
    was reviewed, and counts as verified.
    """

    channel: str
    address: str
    label: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be paged. `urgent` rules serve P1 and P2, `calm` rules the rest."""

    id: PersonId
    name: str
    zone: ZoneInfo
    contacts: tuple[Contact, ...]
    urgent: tuple[NotifyRule, ...]
    calm: tuple[NotifyRule, ...]
    quiet: QuietHours | None = None

    def addresses(self, channel: str) -> tuple[str, ...]:
        """Return where this person is reached on a channel, each address once, in their order.

        What was never verified may lead to somebody else, and is used only by a person who has
        nothing verified at all.
        """
        carriers = (channel, CARRIED_BY.get(channel))
        trusted = any(contact.verified for contact in self.contacts)
        return tuple(
            dict.fromkeys(
                contact.address
                for contact in self.contacts
                if contact.channel in carriers and (contact.verified or not trusted)
            )
        )

    def address(self, channel: str) -> str | None:
        """Return the first place this person is reached at on a channel; `None`: there is none."""
        return next(iter(self.addresses(channel)), None)

    @property
    def email(self) -> str:
        """The person's mail address; empty where there is none."""
        return self.address("email") or ""

    @property
    def webhook(self) -> str | None:
        """Where the person's notices are posted; `None` where they have no such place."""
        return self.address("webhook")


@dataclass(frozen=True, slots=True)
class Team:
    """People who own services together."""

    id: TeamId
    name: str
    members: tuple[PersonId, ...]
    leads: tuple[PersonId, ...]
