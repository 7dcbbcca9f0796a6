"""What sorting writes on while it hears a batch: alerts and symptoms as they come to stand.

These change in place, because a storm changes one alert a thousand times; nothing outside a sort
holds one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.finding import Finding
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice
from fireline.core.values.ids import AlertId, ServiceId, SymptomId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

FIRING = "firing"
ACKNOWLEDGED = "acknowledged"
RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Heard:
    """One notice, from whom, and by which payload. A rule's finding comes with the finding."""

    notice: Notice
    source: UUID
    source_name: str
    format: str
    received_at: datetime
    default_service: ServiceId | None = None
    payload: UUID | None = None
    finding: Finding | None = None

    @property
    def at(self) -> datetime:
        """When it happened, as far as can be believed: never later than it was heard."""
        said = self.notice.at
        return self.received_at if said is None or said > self.received_at else said


@dataclass(slots=True)
class SymptomSheet:
    """A symptom, as it stands and as it was said last.

    `news` are the entities that repetitions named and its row does not know yet.
    """

    id: SymptomId
    alert: AlertId
    source: UUID
    key: str
    title: str
    priority: Priority
    service: ServiceId | None
    times: int
    first_at: datetime
    last_at: datetime
    ends_at: datetime | None
    entities: frozenset[Entity] = frozenset()
    news: tuple[Entity, ...] = ()
    state: str = FIRING
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    fresh: bool = False
    changed: bool = False
    said: Notice | None = None
    payload: UUID | None = None
    reason: str = ""
    because: str = ""
    linked_to: SymptomId | None = None
    confidence: float | None = None

    @property
    def live(self) -> bool:
        """Whether it fires."""
        return self.state == FIRING


@dataclass(slots=True)
class AlertSheet:
    """An alert, as it stands."""

    id: AlertId
    number: int
    key: str
    title: str
    description: str
    priority: Priority
    state: str
    service: str | None
    team: str | None
    policy: str | None
    owner_reason: str
    runbook: str | None
    route: str | None
    confidence: int | None
    findings: int
    symptoms: int
    live_symptoms: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    merged_into: AlertId | None = None
    again_of: AlertId | None = None
    flaps: int = 0
    untold_why: str | None = None
    told_by: AlertId | None = None
    suppressed_by: UUID | None = None
    suppressed_until: datetime | None = None
    snoozed_until: datetime | None = None
    fresh: bool = False

    @property
    def live(self) -> bool:
        """Whether it still asks for attention."""
        return self.state != RESOLVED


@dataclass(frozen=True, slots=True)
class NewFact:
    """What will be written on an alert's timeline."""

    alert: AlertId
    kind: str
    by: str
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Begin:
    """Let an alert's ladder begin at a moment, from the first step."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop telling people of an alert; `by` names who answered or ended it."""

    by: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Louder:
    """Tell those who were told already by the channels that what is urgent asks for."""


LadderWish = Begin | Louder | Stop


@dataclass(slots=True)
class Outcome:
    """Everything a batch changes, beside the sheets themselves."""

    facts: list[NewFact] = field(default_factory=list[NewFact])
    ladders: dict[AlertId, LadderWish] = field(default_factory=dict[AlertId, LadderWish])
    merged: dict[AlertId, AlertId] = field(default_factory=dict[AlertId, AlertId])
    findings: list[tuple[SymptomId, Finding]] = field(
        default_factory=list[tuple[SymptomId, Finding]]
    )
    assets: list[tuple[SymptomId, AssetRef]] = field(
        default_factory=list[tuple[SymptomId, AssetRef]]
    )
