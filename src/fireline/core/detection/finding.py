"""What a rule says once it is loaded, and its verdict on an event."""

from dataclasses import dataclass
from datetime import datetime

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Who
from fireline.core.values.ids import FindingId, RuleId, RunbookId, SignalId
from fireline.core.values.priority import Level, Priority


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What people and the later rooms need of a rule; the matcher holds its logic.

    `dedup` names the entity that makes two findings one problem: `principal`, `access_key`,
    `address` or `asset`. `tactics` are ATT&CK tactic and technique tags as the rule gives them.
    """

    id: RuleId
    title: str
    description: str
    level: Level
    priority: Priority
    dedup: str
    runbook: RunbookId | None
    tactics: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict on one event, with the evidence and who and what is involved."""

    id: FindingId
    rule: RuleCard
    signal: SignalId
    at: datetime
    account: str
    region: str
    kind: str
    who: Who
    assets: tuple[AssetRef, ...]
