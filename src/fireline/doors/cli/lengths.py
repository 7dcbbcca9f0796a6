"""Lengths of time as people type them: 90s, 10m, 6h, 2d."""

import re
from datetime import UTC, datetime

from fireline.core.signals.guesses import moment_of
from fireline.doors.cli.client import USAGE
from fireline.doors.cli.terminal import give_up

_LENGTH = re.compile(r"(\d{1,9})\s*(s|m|min|h|d)?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, None: 1}


def seconds_of(text: str) -> int:
    """Return a length in seconds, or end with what a length looks like."""
    found = _LENGTH.fullmatch(text.strip().casefold())
    if found is None:
        give_up(
            f"“{text}” is not a length of time.", "One looks like 90s, 10m, 6h or 2d.", code=USAGE
        )
    return int(found[1]) * _SECONDS[found[2]]


def moment_of_option(text: str) -> str:
    """Return a moment as the API takes it, or end with what one looks like."""
    moment = moment_of(text)
    if moment is None:
        hint = "One looks like 2026-11-21T15:00, in UTC unless it says otherwise."
        give_up(f"“{text}” is not a moment.", hint, code=USAGE)
    return datetime.isoformat(moment.astimezone(UTC))
