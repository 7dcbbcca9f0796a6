"""What a plan chooses of signatures: which are off, and how urgent their findings are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fireline.core.values.priority import Level, Priority

# A setting is not yet an attack: one step calmer than a rule of the same level that has found one.
DEFAULT_PRIORITIES: Mapping[Level, Priority | None] = {
    Level.CRITICAL: Priority.P2,
    Level.HIGH: Priority.P3,
    Level.MEDIUM: Priority.P4,
    Level.LOW: Priority.P5,
    Level.INFORMATIONAL: None,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """`off` says of each signature that is not asked why; `priorities` what the plan says itself.

    A severity without a priority raises no alert, whatever its signature asks for.
    """

    off: Mapping[str, str] = field(default_factory=dict[str, str])
    priorities: Mapping[Level, Priority | None] = field(
        default_factory=dict[Level, Priority | None]
    )

    def priority_of(self, severity: Level) -> Priority | None:
        """Say how urgent a finding of a severity is; `None`: it raises no alert."""
        return {**DEFAULT_PRIORITIES, **self.priorities}[severity]


NOTHING_CHOSEN = Choice()
