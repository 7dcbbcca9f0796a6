"""Symptoms and the groups they are in, as grouping keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fireline.core.alerting.occurrence import Occurrence
from fireline.core.values.ids import AlertId
from fireline.core.values.priority import Priority


@dataclass(slots=True, eq=False)
class Group:
    """One alert's symptoms. It lives while one of them fires and nobody closed it."""

    id: AlertId
    opened: float
    members: list["Symptom"] = field(default_factory=list)
    firing: int = 0
    closed: bool = False
    told: bool = False
    urgent: Priority = Priority.P5
    apart: set[AlertId] = field(default_factory=set)

    @property
    def live(self) -> bool:
        """Say whether it can still be joined."""
        return self.firing > 0 and not self.closed

    @property
    def age(self) -> tuple[float, AlertId]:
        """Order groups from the oldest on."""
        return (self.opened, self.id)

    def add(self, symptom: "Symptom") -> None:
        """Take in a symptom, which fires."""
        self.members.append(symptom)
        symptom.group = self
        self.firing += symptom.ended is None
        self.opened = min(self.opened, symptom.at)
        self.told |= not symptom.waits
        self.urgent = min(self.urgent, symptom.of.priority)

    def swallow(self, other: "Group") -> None:
        """Take in all of another group, which is empty afterwards."""
        for symptom in other.members:
            self.add(symptom)
        self.apart |= other.apart
        self.closed = self.closed and other.closed
        other.members = []
        other.firing = 0

    def refill(self, symptoms: Iterable["Symptom"]) -> None:
        """Have these symptoms and no others."""
        self.members, self.firing, self.told, self.urgent = [], 0, False, Priority.P5
        self.opened = float("inf")
        for symptom in symptoms:
            self.add(symptom)


@dataclass(slots=True, eq=False)
class Symptom:
    """One occurrence in its group. In trouble are those with another symptom on their service.

    One that waits is told only if it stays: its key flaps, or was over a moment ago. One that
    crosses fired while its key, which flaps, fired already.
    """

    of: Occurrence
    at: float
    seen: float
    group: Group
    ended: float | None = None
    flapping: bool = False
    waits: bool = False
    forgotten: bool = False
    trouble: bool = False
    crosses: bool = False
