"""When a message that did not arrive is tried again."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
# Half an hour of trying; by then the person's other channels and the next steps have been used.
MAX_ATTEMPTS = 36
# Paging repeats itself rather than stay silent, but only once where it may well have arrived.
MAX_UNKNOWN = 2
# The promise: another channel speaks at most this long after one failed.
NEXT_CHANNEL_WITHIN = timedelta(seconds=60)


def wait_before_retry(attempt: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after attempt number `attempt` (from 1) failed.

    Doubles up to a cap. What the other side asks for is respected up to the same cap: a page must
    not be put off for an hour because somebody's server says so.
    """
    # The exponent is capped too: two to a large power is a large number for nothing.
    own: timedelta = min(FIRST_WAIT * 2 ** min(attempt - 1, 10), LONGEST_WAIT)
    if asked is None:
        return own
    return min(max(asked, own), LONGEST_WAIT)
