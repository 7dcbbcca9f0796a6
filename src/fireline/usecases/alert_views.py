"""Alerts as people and programs see them: everything a page or an API answer shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.notice import Weblink
from fireline.core.timeline.fact import Fact
from fireline.core.values.ids import AlertId, DrillId, FindingId, PageId, PayloadId, SymptomId
from fireline.core.values.priority import Priority
from fireline.usecases.asset_views import AssetLine


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One line of the inbox. `paged` are the people being told of it.

    Alerts are named by number: `told_by` is the storm that speaks for it, `again_of` the same
    problem resolved before. `flaps` counts firings within an hour.
    """

    id: AlertId
    number: int
    title: str
    priority: Priority
    state: str
    service: str | None
    team: str | None
    runbook: str | None
    findings: int
    symptoms: int
    live_symptoms: int
    flaps: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_by: str | None
    assigned_to: str | None
    resolved_at: datetime | None
    snoozed_until: datetime | None
    suppressed: bool
    suppressed_until: datetime | None
    untold_why: str | None
    told_by: int | None
    again_of: int | None
    merged_into: int | None
    drill: DrillId | None
    paged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding of an alert: what its rule said, who did what, and why it is here."""

    id: FindingId
    rule: str
    title: str
    priority: Priority
    at: datetime
    event: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class SymptomLine:
    """One symptom of an alert: what its source keeps saying, and why it is in here.

    `linked_to` is the number of the symptom it was tied to, `confidence` how sure that is, from 0
    to 1. `payload` is what its source posted first.
    """

    id: SymptomId
    number: int
    source: str
    key: str
    kind: str
    title: str
    description: str
    priority: Priority
    state: str
    service: str | None
    times: int
    first_at: datetime
    last_at: datetime
    ends_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    reason: str
    because: str
    linked_to: int | None
    confidence: float | None
    labels: Mapping[str, str]
    links: tuple[Weblink, ...]
    payload: PayloadId | None


@dataclass(frozen=True, slots=True)
class PostedView:
    """What a source posted that first spoke of a symptom: its beginning, made printable."""

    symptom: int
    title: str
    source: str
    format: str
    received_at: datetime
    size: int
    body: str


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What to do first: the runbook and its first step, or how to say what that should be.

    `link` is there when the runbook is a page elsewhere; `known` is false when the plan has none of
    that name.
    """

    runbook: str | None
    text: str
    link: str | None
    known: bool


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt to deliver one message."""

    at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class SendView:
    """One message of a page: waiting until `due_at`, delivered, refused or cancelled."""

    id: UUID
    channel: str
    recipient: str
    state: str
    due_at: datetime | None
    settled_at: datetime | None
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """One person being told, by one step, for a reason; `climb` grows when telling begins anew.

    `story` says in a line what became of it, message by message, with clock times in UTC.
    """

    id: PageId
    person: str
    climb: int
    step: int
    reason: str
    state: str
    wished_at: datetime
    story: str
    sends: tuple[SendView, ...]


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert with everything there is to know about it.

    `entities` are pairs of kind and value: who did it, with what, from where. `next_step_at` is
    there while a step is to come; `answered_by` are those who acknowledged, of the `acknowledgers`
    it takes. `ladder` is waiting, answered, exhausted or withdrawn, after `steps_taken` steps.
    Other alerts and the incident are named by number. `told`, `sure`, `because` and `flapping` are
    sentences: who is told or why nobody is, how sure it is and why, how it flaps.
    """

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
    route: str | None
    runbook: str | None
    first_step: FirstStep
    plan_revision: str
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    assigned_to: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    pace: int
    drill: DrillId | None
    told: str
    sure: str
    because: str
    confidence: int | None
    flaps: int
    flapping: str
    finding_count: int
    findings: tuple[FindingView, ...]
    symptom_count: int
    live_symptoms: int
    symptoms: tuple[SymptomLine, ...]
    sources: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]
    assets: tuple[AssetRef, ...]
    untold_why: str | None
    snoozed_until: datetime | None
    suppressed: bool
    suppressed_until: datetime | None
    told_by: int | None
    speaks_for: tuple[int, ...]
    again_of: int | None
    merged_into: int | None
    swallowed: tuple[int, ...]
    incident: int | None
    answered_by: tuple[str, ...]
    acknowledgers: int
    ladder: str
    steps_taken: int
    next_step_at: datetime | None
    pages: tuple[PageView, ...]
    timeline: tuple[Fact, ...]
    # What the inventory knows of `assets`.
    known_assets: tuple[AssetLine, ...] = ()

    def known(self, asset: AssetRef) -> AssetLine | None:
        """Return what the inventory knows of one; the alert may not have said its region."""
        named = (asset.kind, asset.account, asset.id)
        fits = (
            line
            for line in self.known_assets
            if (line.ref.kind, line.ref.account, line.ref.id) == named
            and asset.region in ("", line.ref.region)
        )
        return next(fits, None)
