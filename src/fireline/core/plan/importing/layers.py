"""Rotations of other systems as layers of our schedules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from fireline.core.plan.importing.week import DAY, HOUR, WEEK, Part, clock, layer_hours
from fireline.core.values.json import JsonValue

Every = Literal["hour", "day", "week", "month"]
Turn = tuple[str, ...]
_SECONDS: Sequence[tuple[Every, int]] = (("week", WEEK), ("day", DAY), ("hour", HOUR))


@dataclass(frozen=True, slots=True)
class Ring:
    """Who takes turns: the first turn begins at `start`, each is `length` units long.

    A turn of several people is carried together; an empty one by nobody.
    """

    turns: tuple[Turn, ...]
    start: datetime
    every: Every
    length: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when and until when a layer is there; `None` where there is no end to it."""

    begins: datetime | None = None
    ends: datetime | None = None

    def since(self, moment: datetime) -> "Bounds":
        """Leave out a beginning so long ago that nobody asks about it."""
        return self if self.begins is None or self.begins > moment else Bounds(None, self.ends)


def turn_length(seconds: int) -> tuple[Every, int] | None:
    """Say a length in whole weeks, days or hours; `None` when it is none of them."""
    for every, unit in _SECONDS:
        if seconds > 0 and seconds % unit == 0:
            return every, seconds // unit
    return None


def layer_words(
    name: str,
    ring: Ring,
    zone: ZoneInfo,
    *,
    parts: Sequence[Part] = (),
    bounds: Bounds = Bounds(),
    level: int | None = None,
) -> dict[str, JsonValue]:
    """Write one layer."""
    local = ring.start.astimezone(zone)
    at = local.hour * HOUR + local.minute * 60 + local.second
    words: dict[str, JsonValue] = {"name": name[:200].strip() or "rotation"}
    if level is not None:
        words["level"] = level
    if bounds.begins is not None:
        words["begins"] = moment_text(bounds.begins)
    if bounds.ends is not None:
        words["ends"] = moment_text(bounds.ends)
    words["rotation"] = {
        "people": [turn[0] if len(turn) == 1 else list(turn) for turn in ring.turns],
        "first_day": local.date().isoformat(),
        "handover": clock(at),
        "every": ring.every,
        "length": ring.length,
    }
    return words | layer_hours(parts)


def moment_text(at: datetime) -> str:
    """Write a moment in UTC to the second."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def names_of(layers: Sequence[dict[str, JsonValue]]) -> None:
    """Give layers of one schedule names of their own, where two had the same."""
    seen: dict[str, int] = {}
    for layer in layers:
        name = str(layer["name"])
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            layer["name"] = f"{name[:190]} ({seen[name]})"
