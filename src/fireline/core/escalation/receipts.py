"""What a phone company says became of a text or a call, in the order in which that can happen.

Its messages come in any order and more than once. What is further along is never taken back by what
was only late: a `sent` after `delivered` changes nothing.
"""

from enum import StrEnum


class State(StrEnum):
    """How far a text or a call came."""

    QUEUED = "queued"
    SENT = "sent"
    RINGING = "ringing"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    COMPLETED = "completed"


# That it arrived is never untrue later, so it outranks a failure said of the same message.
_RANKS = {
    State.QUEUED: 0,
    State.SENT: 1,
    State.RINGING: 2,
    State.UNDELIVERED: 3,
    State.FAILED: 3,
    State.BUSY: 3,
    State.NO_ANSWER: 3,
    State.DELIVERED: 4,
    State.ANSWERED: 4,
    State.COMPLETED: 5,
}
_LOST = {
    State.UNDELIVERED: "the phone company could not deliver it",
    State.FAILED: "the phone company could not send it",
    State.BUSY: "the line was busy",
    State.NO_ANSWER: "nobody answered the call",
}


def follows(before: State | None, now: State) -> bool:
    """Say whether a receipt is news: further along than what was known."""
    return before is None or _RANKS[now] > _RANKS[before]


def is_lost(state: State) -> bool:
    """Say whether it never reached the person."""
    return state in _LOST


def has_arrived(state: State) -> bool:
    """Say whether it reached the person's phone, or whoever answers it."""
    return _RANKS[state] >= _RANKS[State.DELIVERED]


def why_lost(state: State, reason: str = "") -> str:
    """Say in words why it never arrived; `reason` is what the phone company gave."""
    words = _LOST[state]
    return f"{words}: {reason}" if reason else words
