"""Who did something: a person, or a part of fireline itself."""

from dataclasses import dataclass

from fireline.core.values.ids import PersonId


@dataclass(frozen=True, slots=True)
class Human:
    """A person of the plan, however they came in."""

    person: PersonId

    @property
    def name(self) -> str:
        """The name facts are written under."""
        return self.person


@dataclass(frozen=True, slots=True)
class Machine:
    """A part of fireline, such as `intake` or `ladder`. It never approves anything."""

    part: str

    @property
    def name(self) -> str:
        """The name facts are written under; people never have a colon in theirs."""
        return f"fireline:{self.part}"


Actor = Human | Machine
