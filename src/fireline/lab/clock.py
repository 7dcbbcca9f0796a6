"""The lab's own clock and chance: an outside world has its own time, and does not ask fireline."""

import uuid
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Lock


def now() -> datetime:
    """Return the machine's moment, in UTC; the lab's machinery waits and polls by it."""
    return datetime.now(UTC)  # noqa: TID251 - the lab is an outside world with its own clock


def fresh_id() -> str:
    """Return an id nobody has seen before, in any run of any lab."""
    return str(uuid.uuid4())  # noqa: TID251 - two labs must never agree on an event's id


def stamp(moment: datetime) -> str:
    """Write a moment as CloudTrail and IAM do: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """The time of the simulated cloud: records, sessions and denies go by it.

    It runs with the machine's until somebody sets it, moves it on, or changes its rate.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._here = self._there = now()
        self._rate = 1.0

    def now(self) -> datetime:
        """Return the cloud's moment."""
        with self._lock:
            return self._read()

    @property
    def rate(self) -> float:
        """How many seconds pass in the cloud while one passes outside."""
        return self._rate

    def put(self, moment: datetime) -> datetime:
        """Set the clock; a moment without a zone is UTC. Return the cloud's moment."""
        with self._lock:
            self._here = now()
            self._there = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return self._there

    def advance(self, seconds: float) -> datetime:
        """Move the clock on, or back; return the cloud's moment."""
        with self._lock:
            self._there += timedelta(seconds=seconds)
            return self._read()

    def run_at(self, rate: float) -> datetime:
        """Let time pass faster or slower; 0 stops it. Return the cloud's moment."""
        with self._lock:
            self._there, self._here = self._read(), now()
            self._rate = rate
            return self._there

    def _read(self) -> datetime:
        return self._there + (now() - self._here) * self._rate


class Ids:
    """Ids of requests and events: nobody's before, or with a seed the same in every run."""

    def __init__(self, seed: int | None = None) -> None:
        self._chance = None if seed is None else Random(seed)  # noqa: S311 - ids, not secrets
        self._lock = Lock()

    def fresh(self) -> str:
        """Return the next id."""
        if self._chance is None:
            return fresh_id()
        with self._lock:
            bits = self._chance.getrandbits(128)
        return str(uuid.UUID(int=bits, version=4))
