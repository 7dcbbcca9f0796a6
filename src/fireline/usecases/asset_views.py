"""The inventory as people see it: what doors show, and nothing they must work out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import DrillId, SignalId
from fireline.core.values.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class CostView:
    """What an asset cost since the month began."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class AssetLine:
    """An asset in short. Without a `cost` nobody said one; that is not nothing.

    `unread` are details that could not be read, with the reason; `doubt` says why what is known may
    be old. One that is `gone_at` was not there when it was last looked for.
    """

    id: UUID
    ref: AssetRef
    name: str
    arn: str
    tags: Mapping[str, str]
    service: str | None
    owner_reason: str
    cost: CostView | None
    unread: Mapping[str, str]
    doubt: str
    version: int
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime
    gone_at: datetime | None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.ref.id


@dataclass(frozen=True, slots=True)
class AssetPage:
    """Assets by kind and name; `next` leads on, `None` at the end."""

    items: tuple[AssetLine, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class AssetView:
    """Everything that is known of one asset.

    `kept` is what details said, that cannot be read now, when they last could be.
    """

    line: AssetLine
    drill: DrillId | None
    config: JsonObject
    kept: JsonObject
    cost_since: datetime | None
    team: str | None
    related: tuple["RelatedLine", ...]
    history: tuple["VersionView", ...]


@dataclass(frozen=True, slots=True)
class RelatedLine:
    """Something an asset is linked with: it points at it (`outward`), or is pointed at.

    `id` is `None` for what nobody has seen.
    """

    relation: str
    outward: bool
    ref: AssetRef
    id: UUID | None
    name: str
    service: str | None
    gone: bool

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.ref.id


@dataclass(frozen=True, slots=True)
class Node:
    """An asset in a picture of relations; `depth` is how many links away it is."""

    key: str
    ref: AssetRef
    id: UUID | None
    name: str
    service: str | None
    gone: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in a picture of relations, from the key of one node to another's."""

    start: str
    end: str
    relation: str


@dataclass(frozen=True, slots=True)
class RelationView:
    """What an asset is linked with, link by link; `cut` when there is more than is shown."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One difference between two versions. It `became` added, removed or set."""

    path: str
    became: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True, slots=True)
class VersionView:
    """What an asset was from a moment on. `who` is `None` where no log says who made it so.

    `happened` is seen, changed, gone or back.
    """

    version: int
    happened: str
    config: JsonObject
    differences: tuple[DifferenceView, ...]
    seen_at: datetime
    who: str | None
    call: str | None
    called_at: datetime | None
    signal: SignalId | None


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Versions of an asset, the newest first; `next` leads to earlier ones."""

    asset: AssetLine
    items: tuple[VersionView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class RecentChange:
    """A change of an asset, among all that changed lately."""

    asset: UUID
    ref: AssetRef
    name: str
    service: str | None
    version: int
    happened: str
    differences: tuple[DifferenceView, ...]
    seen_at: datetime
    who: str | None
    call: str | None


@dataclass(frozen=True, slots=True)
class OwnerView:
    """Whose an asset is, and why that is so."""

    asset: AssetLine
    service: str | None
    service_name: str | None
    team: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CountView:
    """How many assets of a kind there are in a place, and how many of them are nobody's."""

    kind: str
    account: str
    region: str
    assets: int
    unowned: int


@dataclass(frozen=True, slots=True)
class CoverageView:
    """How the last look at a listing ended. Where it could not be made, `why` and `said` say it.

    `looked_at` is the last that could be made: what is known there is as old as that.
    """

    account: str
    region: str
    listing: str
    looked: bool
    why: str
    said: str
    at: datetime
    looked_at: datetime | None
    assets: int
    dirty_at: datetime | None


@dataclass(frozen=True, slots=True)
class TroubleView:
    """How many parts could not be looked at for one reason; `waiting` will be tried again."""

    why: str
    parts: int
    waiting: int
    said: str


@dataclass(frozen=True, slots=True)
class LookAccountView:
    """How far a look at one account is. With a `why`, nothing of it could be looked at.

    `state` is asking (what there is to look at), looking, judging or ended.
    """

    account: str
    state: str
    why: str
    said: str
    parts: int
    done: int
    could_not: int
    calls: int
    assets: int
    changed: int
    gone: int
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookView:
    """A look and how far it is; the counts are those of its accounts together."""

    number: int
    reason: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    accounts: tuple[LookAccountView, ...]
    troubles: tuple[TroubleView, ...]
    parts: int
    done: int
    could_not: int
    calls: int
    assets: int
    changed: int
    gone: int
