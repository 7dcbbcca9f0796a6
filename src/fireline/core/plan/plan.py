"""The plan, compiled: what every decision cites."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fireline.core.alerting.route import Decides, Route
from fireline.core.alerting.unplanned import NOTHING_WATCHED, Watch
from fireline.core.assets.ownership import Service
from fireline.core.detection.finding import RuleCard
from fireline.core.detection.signatures.choice import NOTHING_CHOSEN, Choice
from fireline.core.detection.signatures.signature import Signature
from fireline.core.drills.scenario import Scenario
from fireline.core.escalation.policy import Policy
from fireline.core.incidents.terms import Definitions
from fireline.core.oncall.people import Person, Team
from fireline.core.oncall.schedule import Schedule
from fireline.core.runbooks.runbook import Runbook
from fireline.core.values.ids import (
    PersonId,
    PolicyId,
    RevisionId,
    RuleId,
    RunbookId,
    ScenarioId,
    ScheduleId,
    ServiceId,
    TeamId,
)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A Sigma rule: what people need of it, and its text for the matcher."""

    card: RuleCard
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One immutable revision. `revision` is the SHA-256 of its files, so equal plans are equal.

    `catch_all` are the people told when nobody else can be. `protected` are asset ids and ARNs no
    action may touch: break-glass users, fireline's own roles. The first of `routes` that fits an
    alert decides; `default_route` is for those that nothing else says an owner of. `signatures` are
    those that run, shipped ones and the plan's own, after what it chose of them.
    """

    revision: RevisionId
    organisation: str
    catch_all: tuple[PersonId, ...]
    protected: tuple[str, ...]
    definitions: Definitions
    people: Mapping[PersonId, Person]
    teams: Mapping[TeamId, Team]
    services: Mapping[ServiceId, Service]
    schedules: Mapping[ScheduleId, Schedule]
    policies: Mapping[PolicyId, Policy]
    rules: Mapping[RuleId, RuleText]
    runbooks: Mapping[RunbookId, Runbook]
    scenarios: Mapping[ScenarioId, Scenario]
    update_templates: Mapping[str, str]
    routes: tuple[Route, ...] = ()
    default_route: Decides | None = None
    changes: Watch = NOTHING_WATCHED
    signatures: Mapping[str, Signature] = field(default_factory=dict[str, Signature])
    posture: Choice = NOTHING_CHOSEN
