"""The shapes in which an incident is shown: plain typed values that a door only translates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.containment import Vector
from fireline.core.incidents.deadlines import DeadlineKind, Standing
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Cia, Frame, Role
from fireline.core.incidents.updates import PublicWord
from fireline.core.timeline.fact import Fact
from fireline.core.values.ids import (
    AlertId,
    CategoryId,
    DrillId,
    IncidentId,
    PersonId,
    RevisionId,
    RunbookId,
    RunId,
    ServiceId,
    TaskId,
    UpdateId,
)
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class RoleView:
    """Somebody in a role; `until` is `None` while they have it."""

    role: Role
    person: PersonId
    since: datetime
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """A triage question. `ticked_by_detection`: a rule said yes before anybody asked."""

    item: str
    cia: Cia
    text: str
    answer: Answer | None
    reason: str
    answered_by: str | None
    answered_at: datetime | None
    ticked_by_detection: bool


@dataclass(frozen=True, slots=True)
class TaskView:
    """Something to do; `done_at` is `None` until it is done."""

    id: TaskId
    text: str
    person: PersonId | None
    due_at: datetime | None
    added_by: str
    done_at: datetime | None
    done_by: str | None


@dataclass(frozen=True, slots=True)
class UpdateView:
    """One update, and when it promised the next."""

    id: UpdateId
    at: datetime
    by: str
    word: PublicWord
    text: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline as it stands at the moment of asking."""

    kind: DeadlineKind
    anchor: datetime
    due_at: datetime
    standing: Standing
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert of the incident."""

    id: AlertId
    number: int
    title: str
    priority: Priority
    state: str
    service: ServiceId | None
    first_at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run of the incident."""

    id: RunId
    number: int
    runbook: RunbookId
    state: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The runbook to use, and the assets of the alerts that its inputs ask for.

    `lacking` are required inputs for which the alerts hold nothing.
    """

    runbook: RunbookId
    inputs: Mapping[str, tuple[AssetRef, ...]]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Everything an incident's page shows. `phase` is in fireline's words; others: `phase()`."""

    id: IncidentId
    number: int
    name: str
    title: str
    state: State
    phase: str
    episode: int
    priority: Priority
    category: CategoryId | None
    operational: bool
    frame: Frame | None
    plan_revision: RevisionId
    drill: DrillId | None
    pace: int
    first_at: datetime
    opened_at: datetime
    opened_by: str
    declared_at: datetime | None
    contained_at: datetime | None
    eradicated_at: datetime | None
    recovered_at: datetime | None
    in_review_at: datetime | None
    ended_at: datetime | None
    next_update_due: datetime | None
    dismissal_by: PersonId | None
    dismissal_why: str
    merged_into: int | None
    lead: PersonId | None
    roles: tuple[RoleView, ...]
    unassigned: tuple[Role, ...]
    checklist: tuple[ItemView, ...]
    offers_declare: bool
    tasks: tuple[TaskView, ...]
    updates: tuple[UpdateView, ...]
    deadlines: tuple[DeadlineView, ...]
    alerts: tuple[AlertView, ...]
    vectors: tuple[Vector, ...]
    runs: tuple[RunLine, ...]
    suggestion: Suggestion | None
    timeline: tuple[Fact, ...]
    next_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One line of the list of incidents."""

    id: IncidentId
    number: int
    name: str
    title: str
    state: State
    priority: Priority
    category: CategoryId | None
    lead: PersonId | None
    drill: DrillId | None
    opened_at: datetime
    ended_at: datetime | None
    next_update_due: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents to list. `drills` keeps only those of drills, or only the real ones."""

    states: frozenset[State] | None = None
    open_only: bool = False
    drills: bool | None = None
    limit: int = 100
