"""Which short number a page gets on one phone: 1 to 99, so that two keys and a letter answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

LARGEST = 99


@dataclass(frozen=True, slots=True)
class Given:
    """A short number in use on a phone, since when, and whether its alert is over."""

    code: int
    given_at: datetime
    over: bool


def choose(given: Sequence[Given]) -> int:
    """Return the number for a new page: one never used, or the one that is longest out of use.

    A number whose alert still wants an answer is taken last, so that an old text answers the alert
    it was about for as long as that can be.
    """
    used = {one.code for one in given}
    free = next((code for code in range(1, LARGEST + 1) if code not in used), None)
    if free is not None:
        return free
    return min(given, key=lambda one: (not one.over, one.given_at, one.code)).code
