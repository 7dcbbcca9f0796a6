"""Identifiers of a running house."""

import secrets
import threading
import time
from uuid import UUID

_RANDOM_BITS = 62
_COUNTER_BITS = 12
_TOKEN_BYTES = 32


class FreshIds:
    """Makes UUIDs of version 7: a millisecond, a counter within it, and 62 random bits.

    The counter keeps the order of ids made in the same millisecond, and when it is used up, or the
    clock goes back, time borrows from the future rather than turn.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def fresh(self) -> UUID:
        """Return an identifier nobody has, greater than any made here before."""
        with self._lock:
            now = (time.time_ns() // 1_000_000) << _COUNTER_BITS
            self._last = max(self._last + 1, now)
            moment = self._last
        millisecond, counter = moment >> _COUNTER_BITS, moment & ((1 << _COUNTER_BITS) - 1)
        high = (millisecond << 16) | (7 << 12) | counter
        low = (0b10 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        return UUID(int=(high << 64) | low)

    def token(self) -> str:
        """Return 256 random bits as URL-safe text."""
        return secrets.token_urlsafe(_TOKEN_BYTES)
