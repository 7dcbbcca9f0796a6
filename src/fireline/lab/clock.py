"""The lab's own clock and chance: an outside world has its own time, and does not ask fireline."""

import uuid
from datetime import UTC, datetime


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the lab is an outside world with its own clock


def fresh_id() -> str:
    """Return an id nobody has seen before, in any run of any lab."""
    return str(uuid.uuid4())  # noqa: TID251 - two labs must never agree on an event's id


def stamp(moment: datetime) -> str:
    """Write a moment as CloudTrail and IAM do: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
