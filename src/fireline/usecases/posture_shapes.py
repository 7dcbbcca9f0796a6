"""The shapes in which people read posture: findings, what changed, signatures, the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fireline.core.detection.posture import State, Turn
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.ids import DrillId
from fireline.core.values.priority import Level
from fireline.store.posture_views import UnknownRow


@dataclass(frozen=True, slots=True)
class AssetView:
    """The asset a finding is about; `id` is the inventory's own."""

    id: UUID
    kind: str
    account: str
    region: str
    name: str
    known_as: str
    arn: str
    service: str | None


@dataclass(frozen=True, slots=True)
class ExceptedView:
    """The exception a finding is under: whose, why, until when."""

    number: int
    owner: str
    reason: str
    ticket: str
    until: datetime


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as people see it. `verdict` is the last word on the asset.

    While that is unknown an open finding stays open, and `unsure` says why nobody can tell.
    """

    number: int
    drill: DrillId | None
    signature: str
    title: str
    severity: Level
    state: State
    verdict: Verdict | None
    unsure: str
    reason: str
    evidence: Mapping[str, Any]
    asset: AssetView
    first_failed_at: datetime
    opened_at: datetime
    judged_at: datetime | None
    resolved_at: datetime | None
    resolution: str
    reopened: int
    baseline: bool
    alerting: bool
    excepted: ExceptedView | None


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Findings, the worst first; `next` leads on."""

    items: tuple[FindingView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class TurnView:
    """Something that changed: what was said before and is now, by whose call where it is known."""

    id: int
    at: datetime
    turn: Turn
    was: Verdict | None
    became: Verdict
    reason: str
    baseline: bool
    actor: str
    call: str
    signature: str
    title: str
    severity: Level | None
    finding: int | None
    asset: str
    account: str
    service: str | None


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A signature, and what it says of the assets of this world."""

    id: str
    title: str
    severity: Level
    kind: str
    why: str
    fix: str
    runbook: str | None
    automatic: str
    alert: bool
    cis: tuple[str, ...]
    attack: tuple[str, ...]
    prowler: tuple[str, ...]
    needs: tuple[str, ...]
    applies: str
    fails: str
    failing: int = 0
    passing: int = 0
    unknown: int = 0
    not_applicable: int = 0
    excepted: int = 0


@dataclass(frozen=True, slots=True)
class FindingStory:
    """A finding with its signature (why, the fix, the runbook) and everything that became of it.

    The signature is `None` when the plan has it no longer.
    """

    finding: FindingView
    signature: SignatureView | None
    history: tuple[TurnView, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Open findings by severity, and how many more are excepted."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    informational: int = 0
    excepted: int = 0

    @property
    def total(self) -> int:
        """All that are open and not excepted."""
        return self.critical + self.high + self.medium + self.low + self.informational


@dataclass(frozen=True, slots=True)
class AccountView:
    """How an account stands, and how much of it is known."""

    account: str
    counts: Counts
    assets: int
    judged: int
    failing: int
    passing: int
    unknown: int
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceView:
    """How a service stands; without a name, what is nobody's."""

    service: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Summary:
    """How everything stands: by severity, account and service, and why something is not known."""

    counts: Counts
    accounts: tuple[AccountView, ...]
    services: tuple[ServiceView, ...]
    unknowns: tuple[UnknownRow, ...]


@dataclass(frozen=True, slots=True)
class DriftOf:
    """How much got worse, better, or is not known any more somewhere."""

    account: str
    service: str | None
    opened: int
    reopened: int
    resolved: int
    unsure: int


@dataclass(frozen=True, slots=True)
class DriftPage:
    """What changed since a moment, the latest first, and how much of it where."""

    since: datetime
    counts: tuple[DriftOf, ...]
    items: tuple[TurnView, ...]
    next: int | None
