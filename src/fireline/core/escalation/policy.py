"""The shape of an escalation policy."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.core.values.ids import PersonId, PolicyId, ScheduleId, TeamId


@dataclass(frozen=True, slots=True)
class ToSchedule:
    """Whoever is on call."""

    schedule: ScheduleId


@dataclass(frozen=True, slots=True)
class ToTeam:
    """Every member, or the leads only."""

    team: TeamId
    leads_only: bool = False


@dataclass(frozen=True, slots=True)
class ToPerson:
    """This person, on call or not."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class ToCatchAll:
    """The people of last resort, named in plan.yaml, so that a page is never silent."""


Target = ToSchedule | ToTeam | ToPerson | ToCatchAll


@dataclass(frozen=True, slots=True)
class Step:
    """Tell these, then wait this long for an answer."""

    targets: tuple[Target, ...]
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps taken in order, the whole ladder climbed `rounds` times (1 to 10)."""

    id: PolicyId
    steps: tuple[Step, ...]
    rounds: int
