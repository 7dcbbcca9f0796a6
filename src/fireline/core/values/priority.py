"""How much something matters: P1 to P5, and the level of a rule that leads there."""

from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """P1 is the most urgent. Smaller is worse, so `min` picks the most urgent."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4
    P5 = 5

    @property
    def label(self) -> str:
        """The word people read beside the number."""
        return _LABELS[self]


_LABELS = {
    Priority.P1: "Critical",
    Priority.P2: "High",
    Priority.P3: "Moderate",
    Priority.P4: "Low",
    Priority.P5: "Info",
}


class Level(StrEnum):
    """How serious a rule says its finding is, in Sigma's words."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def priority(self) -> Priority:
        """The priority a finding of this level has when its rule names none."""
        return _PRIORITIES[self]


_PRIORITIES = {
    Level.CRITICAL: Priority.P1,
    Level.HIGH: Priority.P2,
    Level.MEDIUM: Priority.P3,
    Level.LOW: Priority.P4,
    Level.INFORMATIONAL: Priority.P5,
}
