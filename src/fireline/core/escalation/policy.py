"""The shape of an escalation policy."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from fireline.core.alerting.windows import Weekly
from fireline.core.values.ids import PersonId, PolicyId, ScheduleId, TeamId
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class ToSchedule:
    """Whoever is on call."""

    schedule: ScheduleId


@dataclass(frozen=True, slots=True)
class ToNext:
    """Whoever has the next turn on a schedule, after those who are on call."""

    schedule: ScheduleId


@dataclass(frozen=True, slots=True)
class ToPrevious:
    """Whoever had the turn before those who are on call."""

    schedule: ScheduleId


@dataclass(frozen=True, slots=True)
class ToTeam:
    """Every member, or the leads only."""

    team: TeamId
    leads_only: bool = False


@dataclass(frozen=True, slots=True)
class ToAnyOf:
    """One member of a team, drawn for each alert and step."""

    team: TeamId


@dataclass(frozen=True, slots=True)
class ToPerson:
    """This person, on call or not."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class ToCatchAll:
    """The people of last resort, named in plan.yaml, so that a page is never silent."""


@dataclass(frozen=True, slots=True)
class ToWebhook:
    """Another system, told by a signed post. It counts as nobody told."""

    name: str
    address: str


Target = ToSchedule | ToNext | ToPrevious | ToTeam | ToAnyOf | ToPerson | ToCatchAll | ToWebhook


class Unless(StrEnum):
    """What keeps a step from being taken: an acknowledgement, or only the end of the alert."""

    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Step:
    """Tell these, then wait this long for an answer.

    Outside `hours` (none: always), and for a priority that is not in `only` (none: all), it is
    passed over at once. `round_robin` tells one of the people it comes to, another for each alert.
    """

    targets: tuple[Target, ...]
    wait: timedelta
    unless: Unless = Unless.ACKNOWLEDGED
    hours: tuple[Weekly, ...] = ()
    only: frozenset[Priority] = frozenset()
    round_robin: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps taken in order, the whole ladder climbed `rounds` times (1 to 10).

    `pause` lies between two rounds. An alert is acknowledged when `acknowledgers` different people
    did. Acknowledged and then left alone for `acknowledge_timeout`, it fires again.
    """

    id: PolicyId
    steps: tuple[Step, ...]
    rounds: int
    pause: timedelta = timedelta()
    acknowledge_timeout: timedelta | None = None
    acknowledgers: int = 1

    @property
    def goes_on_after_an_answer(self) -> bool:
        """Whether an acknowledgement leaves something to wait for."""
        climbs = any(step.unless is Unless.RESOLVED for step in self.steps)
        return climbs or self.acknowledge_timeout is not None or self.acknowledgers > 1
