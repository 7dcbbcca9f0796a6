"""What became of a page, in one line: "Ana: push 14:02:10, SMS delivered 14:02:14, call in 0:31".

Clock times are in UTC; whoever shows a story says so beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fireline.core.escalation.receipts import State, has_arrived, is_lost

# Channels as people call them; others by their own names.
_WORDS = {
    "email": "e-mail",
    "sms": "SMS",
    "voice": "call",
    "slack": "Slack",
    "matrix": "Matrix",
    "teams": "Teams",
    "pagerduty": "PagerDuty",
    "splunk": "Splunk",
    "apprise": "Apprise",
}
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: delivered, try_again, refused or unknown."""

    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a phone company said of a message, and when."""

    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a page, with everything that is known of it.

    `state` is waiting, delivered, refused or cancelled; `carried` says that another message speaks
    for it.
    """

    channel: str
    state: str
    due_at: datetime | None
    settled_at: datetime | None
    tried: tuple[Tried, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How a page stands: wished, sent, failed, answered or superseded, and since when it ended."""

    name: str
    state: str
    settled_at: datetime | None


def story(page: Told, sends: Sequence[Sent], now: datetime) -> str:
    """Tell what became of a page, message by message, in the order they happened or will."""
    parts = [_part(one, now) for one in sorted(sends, key=lambda one: _when(one, now))]
    said = ", ".join(parts) or "nothing: there is no way to reach them"
    if page.state == "answered" and page.settled_at is not None:
        said += f"; acknowledged {_clock(page.settled_at)}"
    return f"{page.name}: {said}"


def _when(sent: Sent, now: datetime) -> datetime:
    first = sent.tried[0].at if sent.tried else None
    return first or sent.due_at or sent.settled_at or now


def _part(sent: Sent, now: datetime) -> str:
    word = _WORDS.get(sent.channel, sent.channel)
    match sent.state:
        case "delivered":
            return f"{word} {_arrived(sent)}{' with others' if sent.carried else ''}"
        case "refused":
            return f"{word} failed {_clock(_last(sent, now))}"
        case "cancelled":
            return f"{word} withdrawn {_clock(sent.settled_at or now)}"
        case _:
            return f"{word} {_coming(sent, now)}"


def _arrived(sent: Sent) -> str:
    """Say what is known of a message that was taken: a receipt says more than we do."""
    if not sent.receipts:
        return _clock(sent.settled_at)
    last = sent.receipts[-1]
    at = _clock(last.at)
    if has_arrived(last.state):
        word = "answered" if last.state in {State.ANSWERED, State.COMPLETED} else "delivered"
        return f"{word} {at}"
    return f"{'lost' if is_lost(last.state) else last.state.value} {at}"


def _coming(sent: Sent, now: datetime) -> str:
    due = sent.due_at or now
    after = f"in {_length((due - now).total_seconds())}" if due > now else "now"
    if not sent.tried:
        return after
    return f"did not go through {_clock(sent.tried[-1].at)}, again {after}"


def _last(sent: Sent, now: datetime) -> datetime:
    if sent.receipts:
        return sent.receipts[-1].at
    return sent.tried[-1].at if sent.tried else sent.settled_at or now


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%H:%M:%S}" if moment else ""


def _length(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes, rest = whole // _HOUR, whole % _HOUR // _MINUTE, whole % _MINUTE
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
