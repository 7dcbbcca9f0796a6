"""How fast AWS may be asked: a bucket of tokens for each account, region and service.

An account's quotas are shared with what runs in it: looking takes a part, never all, so that an
autoscaling group need not wait for us. Being throttled slows every call of the bucket, and it
recovers slowly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic

_SLOWEST = 0.5
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 8.0
# So many answers in a row bring a slowed bucket back to its own rate.
_RECOVERS_IN = 50
MAX_BUCKETS = 4096


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls a second, and so many at once after a rest."""

    a_second: float
    burst: int


# A quarter of what AWS gives, where it says; else what peers run with unharmed.
# EC2 refills each Describe call's bucket of 100 at 20 a second (EC2 API throttling); Lambda's
# control plane takes 15 a second in all (Lambda quotas); KMS, DynamoDB and SQS take hundreds
# (KMS request quotas); Organizations, Config and CloudWatch Logs take 5 to 10.
DEFAULT = Rate(5, 20)
RATES: Mapping[str, Rate] = {
    "ec2": Rate(10, 50),
    "s3": Rate(50, 200),
    "s3control": Rate(10, 20),
    "iam": Rate(5, 30),
    "lambda": Rate(4, 15),
    "kms": Rate(25, 50),
    "dynamodb": Rate(20, 50),
    "sqs": Rate(50, 100),
    "sns": Rate(10, 30),
    "secretsmanager": Rate(10, 25),
    "ecr": Rate(5, 25),
    "rds": Rate(5, 25),
    "elbv2": Rate(3, 10),
    "autoscaling": Rate(3, 10),
    "cloudwatch": Rate(2, 8),
    "logs": Rate(2, 8),
    "cloudtrail": Rate(2, 8),
    "organizations": Rate(1, 5),
    "ce": Rate(1, 2),
}


class Stopped(Exception):  # noqa: N818 - it is not a fault
    """Fireline ends; nothing more is asked."""


class Bucket:
    """The tokens of one service in one place. Shared by threads."""

    def __init__(
        self,
        rate: Rate,
        clock: Callable[[], float] = monotonic,
        first_pause: float = _FIRST_PAUSE_SECONDS,
    ) -> None:
        self._nominal, self._clock, self._first_pause = rate, clock, first_pause
        self._lock = Lock()
        self._tokens = float(rate.burst)
        self._at = clock()
        self._closed_until = 0.0
        self._pause = 0.0
        self.a_second = rate.a_second

    def reserve(self) -> float:
        """Take a token, and say how many seconds from now it is good."""
        with self._lock:
            now = self._clock()
            grown = self._tokens + (now - self._at) * self.a_second
            self._tokens, self._at = min(float(self._nominal.burst), grown) - 1, now
            short = max(0.0, -self._tokens / self.a_second)
            return max(short, self._closed_until - now)

    def throttled(self) -> None:
        """Slow down by half and let nothing through for a while: AWS said it was too much."""
        with self._lock:
            now = self._clock()
            if now < self._closed_until:
                return  # of many calls in flight, the first to hear of it speaks for all
            self.a_second = max(self.a_second / 2, min(_SLOWEST, self._nominal.a_second))
            self._tokens = min(self._tokens, 0.0)
            self._pause = min(_LONGEST_PAUSE_SECONDS, self._pause * 2 or self._first_pause)
            self._closed_until = now + self._pause

    def answered(self) -> None:
        """Come back towards the bucket's own rate, a little with each answer."""
        if self.a_second >= self._nominal.a_second:
            return
        with self._lock:
            grown = self.a_second + self._nominal.a_second / _RECOVERS_IN
            self.a_second = min(self._nominal.a_second, grown)
            if self.a_second >= self._nominal.a_second:
                self._pause = 0.0


class Pace:
    """The buckets of all accounts. A lab has no quotas; there, only being throttled slows."""

    def __init__(
        self, rates: Mapping[str, Rate] | None, first_pause: float = _FIRST_PAUSE_SECONDS
    ) -> None:
        self._rates, self._first_pause = rates, first_pause
        self._lock = Lock()
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._stopped = Event()

    def bucket(self, account: str, region: str, service: str) -> Bucket:
        """Return the one bucket of a service in a place."""
        key = (account, region, service)
        with self._lock:
            if key not in self._buckets:
                if len(self._buckets) >= MAX_BUCKETS:
                    self._buckets.clear()
                self._buckets[key] = Bucket(self._rate(service), first_pause=self._first_pause)
            return self._buckets[key]

    def wait(self, bucket: Bucket) -> None:
        """Wait for a token, in the thread that asks. Raises `Stopped` when fireline ends."""
        seconds = bucket.reserve()
        if self._stopped.wait(seconds) if seconds > 0 else self._stopped.is_set():
            raise Stopped

    def rest(self, seconds: float) -> None:
        """Wait so long, or until fireline ends."""
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End every waiting."""
        self._stopped.set()

    def _rate(self, service: str) -> Rate:
        if self._rates is None:
            return Rate(10_000, 10_000)
        return self._rates.get(service, DEFAULT)
