"""Lengths of time as plans write them: `5m`, `1h30m`, `3d`."""

import re
from datetime import timedelta

_WRITTEN = re.compile(
    r"(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?", re.ASCII
)
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def length_from(text: str) -> timedelta:
    """Read a length such as `1h30m`; raise `ValueError` for anything else."""
    found = _WRITTEN.fullmatch(text)
    if not text or found is None:
        msg = f"{text!r} is not a length of time: write 30s, 5m, 1h30m, 3d or 2w"
        raise ValueError(msg)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def length_text(length: timedelta) -> str:
    """Write a length the way plans do, without weeks: `1h30m`, `0s`. Parts of a second are lost."""
    rest = int(length.total_seconds())
    parts: list[str] = []
    for unit, seconds in _UNITS[1:]:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
