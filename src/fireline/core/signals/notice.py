"""What sources say in one shape: a problem, a change, or that they are still there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.entity import Entity
from fireline.core.values.priority import Priority

MAX_KEY = 512
MAX_TITLE = 1024
MAX_DESCRIPTION = 25_000
MAX_LABELS = 256
MAX_ENTITIES = 64


class Status(StrEnum):
    """What a source says has become of a problem."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Weblink:
    """Where a person can read more; https or http only, checked when it is shown."""

    href: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A source says that something is wrong, that somebody has it, or that it is over.

    `key` is the source's own name for the problem: the same key while it fires is the same symptom.
    An empty key makes every notice a symptom of its own. `at` is when the source says it happened;
    `None` means when it was received. `kind` is what happened in the source's words (an alert name,
    a finding type). `service` and `team` are hints in the source's words; routes decide. `ends_at`
    is when the problem counts as over although nobody says so (Alertmanager's `endsAt`). `by` names
    who acknowledged or closed it there, `note` what they said. `confidence` is 0 to 100 where the
    source gives one.
    """

    key: str
    status: Status
    title: str
    priority: Priority = Priority.P3
    at: datetime | None = None
    kind: str = ""
    description: str = ""
    service: str = ""
    team: str = ""
    runbook: str = ""
    group: str = ""
    entities: tuple[Entity, ...] = ()
    assets: tuple[AssetRef, ...] = ()
    tactics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    links: tuple[Weblink, ...] = ()
    ends_at: datetime | None = None
    confidence: int | None = None
    by: str = ""
    note: str = ""


class Kind(StrEnum):
    """What sort of change altered production."""

    DEPLOY = "deploy"
    CONFIGURATION = "configuration"
    FLAG = "flag"
    MIGRATION = "migration"
    SCALE = "scale"
    CALL = "call"  # a mutating call to a cloud's API
    PLAN = "plan"  # a push of the incident response plan
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """A source says that production was changed.

    `key` is the source's own name for the change (a deployment's id), empty when it has none: the
    same key again is the same change, told anew. `planned` is `None` when nobody can tell.
    """

    key: str
    title: str
    kind: Kind = Kind.DEPLOY
    at: datetime | None = None
    service: str = ""
    actor: str = ""
    description: str = ""
    revision: str = ""
    planned: bool | None = None
    entities: tuple[Entity, ...] = ()
    assets: tuple[AssetRef, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    links: tuple[Weblink, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """A source says that something is still running; `name` is the heartbeat's."""

    name: str


Said = Notice | ChangeNotice | Beat
