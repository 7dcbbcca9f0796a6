"""What becomes of a message after an attempt to send it, and what follows for its page.

State, outcome and a moment in; decision out. Nothing is sent or written from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from fireline.core.escalation.ladder import State, Waiting
from fireline.core.escalation.retry import (
    MAX_ATTEMPTS,
    MAX_UNKNOWN,
    NEXT_CHANNEL_WITHIN,
    wait_before_retry,
)


class Went(StrEnum):
    """How an attempt went, as the one who carried it says."""

    DELIVERED = "delivered"
    TRY_AGAIN = "try_again"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Wish(StrEnum):
    """How a message stands. Only one that waits is tried."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Said(StrEnum):
    """What is written down of an attempt, where something is."""

    SENT = "sent"
    DELAYED = "delayed"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: how it went, and which it was. `unsure` counts the unknown ones, this included.

    `asked` is how long the other side wants to be left alone.
    """

    went: Went
    why: str
    number: int
    unsure: int = 0
    asked: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another message of the same page. `due` is there while it waits."""

    id: UUID
    state: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Forward:
    """Let this message be due at a moment at the latest."""

    wish: UUID
    by: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a message stands now, and what follows.

    `due` is its next attempt while it waits. `forward` is the message of the same page that speaks
    next. `page` is what the page has become, if that changed: a page that failed may hurry its
    ladder, which `hurries` decides.
    """

    wish: Wish
    due: datetime | None = None
    said: Said | None = None
    why: str = ""
    forward: Forward | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class PageStands:
    """One page of an alert, as far as the ladder cares."""

    climb: int
    step: int
    state: str


def is_wanted(alert: str, unless: str) -> bool:
    """Tell whether a page is still wanted, as its alert stands: one that was answered wakes nobody.

    `unless` says what stops the page: that somebody acknowledged, or only the end of the alert.
    """
    return alert == "firing" or (alert == "acknowledged" and unless == "resolved")


def after(attempt: Attempt, siblings: Sequence[Sibling] | None, now: datetime) -> Verdict:
    """Decide what follows from an attempt. `siblings` is `None` for what belongs to no page.

    A message is tried until it arrives, is refused, may twice have arrived, or was tried
    `MAX_ATTEMPTS` times. While it does not arrive, the page's next channel speaks within a minute;
    when it never will, at once.
    """
    match attempt.went:
        case Went.DELIVERED:
            page = None if siblings is None else "sent"
            return Verdict(Wish.DELIVERED, said=Said.SENT, why=attempt.why, page=page)
        case Went.REFUSED:
            return refused(attempt.why, siblings, now)
        case Went.TRY_AGAIN if attempt.number >= MAX_ATTEMPTS:
            why = f"gave up after {attempt.number} attempts: {attempt.why}"
            return refused(why, siblings, now)
        case Went.UNKNOWN if attempt.unsure >= MAX_UNKNOWN:
            why = f"may have arrived, but could not be confirmed twice: {attempt.why}"
            return refused(why, siblings, now)
        case Went.TRY_AGAIN:
            said = Said.DELAYED if attempt.number == 1 else None
            return _put_off(attempt, said, siblings, now)
        case Went.UNKNOWN:
            return _put_off(attempt, Said.UNCONFIRMED, siblings, now)
        case _:
            assert_never(attempt.went)


def refused(
    why: str, siblings: Sequence[Sibling] | None, now: datetime, *, said: Said = Said.FAILED
) -> Verdict:
    """Decide what follows from a message that will never arrive, or that arrived nowhere."""
    coming = _next(siblings or ())
    if coming is not None:
        return Verdict(Wish.REFUSED, said=said, why=why, forward=Forward(coming.id, now))
    reached = siblings is None or any(one.state == Wish.DELIVERED for one in siblings)
    return Verdict(Wish.REFUSED, said=said, why=why, page=None if reached else "failed")


def hurries(
    ladder: State | None, page: PageStands, pages: Iterable[PageStands], now: datetime
) -> bool:
    """Tell whether the next step is due now, because the one taken last reached nobody at all.

    A ladder that was begun again does not wait for anybody of the climb before.
    """
    if not isinstance(ladder, Waiting) or ladder.taken != page.step or ladder.due <= now:
        return False
    known = list(pages)
    if page.climb != max(one.climb for one in known):
        return False
    step = [one.state for one in known if (one.climb, one.step) == (page.climb, page.step)]
    return all(state == "failed" for state in step)


def _put_off(
    attempt: Attempt, said: Said | None, siblings: Sequence[Sibling] | None, now: datetime
) -> Verdict:
    asked = attempt.asked if attempt.went is Went.TRY_AGAIN else None
    coming = _next(siblings or ())
    forward = Forward(coming.id, now + NEXT_CHANNEL_WITHIN) if coming else None
    due = now + wait_before_retry(attempt.number, asked)
    return Verdict(Wish.WAITING, due, said, attempt.why, forward)


def _next(siblings: Sequence[Sibling]) -> Sibling | None:
    """Return the message that would come next on this page: that one speaks, and only that one."""
    waiting = [one for one in siblings if one.state == Wish.WAITING]
    # One without a moment is a bug of ours, which must not keep it from being sent.
    return min(waiting, key=lambda one: (one.due is not None, one.due, one.id), default=None)
