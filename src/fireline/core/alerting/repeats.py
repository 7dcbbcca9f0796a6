"""Which sources say each firing once: learned, since only then a repetition is news.

Alertmanager repeats what fires until it is over; CloudWatch speaks when a state changes. When one
of the second kind triggers a key that fires already, something new has happened under that key.
"""

from collections import Counter

# So many firings must have ended before anything is said of a source,
ENOUGH = 20
# and of so many, at most one may have been repeated.
ONE_IN = 20


class Repeats:
    """How many firings of each source have ended, and how many were repeated while they lasted."""

    def __init__(self) -> None:
        self._ended: Counter[str] = Counter()
        self._repeated: Counter[str] = Counter()

    def ended(self, source: str) -> None:
        """Note that a firing is over."""
        self._ended[source] += 1

    def repeated(self, source: str) -> None:
        """Note that a firing was repeated for the first time."""
        self._repeated[source] += 1

    def says_once(self, source: str) -> bool:
        """Say whether a source is known to hardly ever repeat a firing."""
        ended = self._ended[source]
        return ended >= ENOUGH and self._repeated[source] * ONE_IN <= ended

    def may_say_once(self, source: str) -> bool:
        """Say whether no more speaks against it than chance would."""
        return self._repeated[source] * ONE_IN <= max(self._ended[source], 2 * ONE_IN)
