"""How a lab is to run: what a launcher says, and what the command line means."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fireline.lab.aws.timetable import Timetable

# The secret travels by environment: command lines can be listed by every user of the machine.
SECRET_VARIABLE = "FIRELINE_LAB_WEBHOOK_SECRET"  # noqa: S105 - the name of one, not one


class Part(StrEnum):
    """A part of the lab that can be left out, to see the story fail without it."""

    RECORDER = "recorder"
    DELIVERY = "delivery"
    ATTACKER = "attacker"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class LabOptions:
    """Everything but the world. `webhook_secret` signs what fireline sends to phones."""

    webhook_secret: str = ""
    # With one, every id is the same in every run; without, nobody had them before.
    seed: int | None = None
    timetable: Timetable = field(default_factory=Timetable)
    idle_limit_seconds: float = 600.0
    without: frozenset[Part] = frozenset()
    # Whether there is a user for guests who may do everything, whose keys the state tells.
    admin: bool = False
    # Where every record is written down, if anywhere; the lab itself remembers the latest alone.
    records: Path | None = None

    def has(self, part: Part) -> bool:
        """Tell whether a part takes part."""
        return part not in self.without
