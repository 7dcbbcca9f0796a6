"""Whether an arriving symptom is worth telling somebody: now, if it stays, or not at all."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class TellNow:
    """Tell at once."""

    why: str = "a new problem"


@dataclass(frozen=True, slots=True)
class TellIfStays:
    """Tell once it has kept firing for this long; its end takes the telling back."""

    wait: timedelta
    why: str


@dataclass(frozen=True, slots=True)
class TellNobody:
    """Nobody: they know already."""

    why: str


Telling = TellNow | TellIfStays | TellNobody


def tells_again(told: Priority, joining: Priority) -> bool:
    """Say whether a joining symptom makes its alert a different one to be woken for.

    Only the step from what may wait for the morning to what may not: a problem that was urgent
    already gains nothing from a second page.
    """
    return told >= Priority.P4 and joining == Priority.P1
