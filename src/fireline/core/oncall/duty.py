"""Who is on call at one moment, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.core.oncall.rotation import covers, holder
from fireline.core.oncall.schedule import Override, Schedule
from fireline.core.values.ids import PersonId


class Because(StrEnum):
    """Why somebody has the pager. Stored with pages and shown to people."""

    OVERRIDE = "stands in"
    ROTATION = "has the turn"


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's answer to "who is on call?". `layer` names the layer; an override has none."""

    person: PersonId
    because: Because
    layer: str = ""


def on_call(schedule: Schedule, overrides: Sequence[Override], now: datetime) -> Duty | None:
    """Say who is on call at `now`; `None` means nobody, which callers must face.

    Of several overrides the one that started last wins, and of those that started together the one
    made last: each is the later decision. Below them the highest layer that covers the moment and
    has anybody in it.
    """
    standing_in = latest([override for override in overrides if now in override.span])
    if standing_in is not None:
        return Duty(standing_in.person, Because.OVERRIDE)
    for layer in reversed(schedule.layers):
        person = holder(layer.rotation, now) if covers(layer, now) else None
        if person is not None:
            return Duty(person, Because.ROTATION, layer.name)
    return None


def latest(overrides: Sequence[Override]) -> Override | None:
    """Return the override that counts, of some that hold at one moment, in the order made."""
    if not overrides:
        return None
    return max(enumerate(overrides), key=lambda made: (made[1].span.start, made[0]))[1]
