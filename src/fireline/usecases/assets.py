"""Find assets, and show one: what it is, was, belongs to and is linked with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

from fireline.core.assets.ownership import Service
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import DrillId, ServiceId, SignalId
from fireline.core.values.json import JsonObject, JsonValue
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import asset_lists, coverage
from fireline.store.asset_lists import AssetRow, NeighbourRow, OneRow, VersionRow, Wanted
from fireline.usecases.asset_saving import words_of
from fireline.usecases.asset_views import (
    AssetLine,
    AssetPage,
    AssetView,
    CostView,
    CountView,
    CoverageView,
    DifferenceView,
    Edge,
    Node,
    OwnerView,
    RecentChange,
    RelatedLine,
    RelationView,
    VersionPage,
    VersionView,
)
from fireline.usecases.transaction import Tx

MAX_PAGE = 200
MAX_HISTORY = 50
MAX_DEPTH = 3
MAX_NODES = 200
MAX_WORDS = 8
_SHOWN_VERSIONS = 10


class AssetNotFound(Refusal):
    """Nobody has seen such an asset."""

    kind = Kind.NOT_FOUND
    code = "asset.not_found"


class AssetUnclear(Refusal):
    """Several assets go by that name."""

    kind = Kind.CONFLICT
    code = "asset.unclear"


def wanted(  # noqa: PLR0913 - the filters people have
    *,
    text: str = "",
    kind: str | None = None,
    account: str | None = None,
    region: str | None = None,
    service: str | None = None,
    tag: str | None = None,
    unowned: bool = False,
    gone: bool | None = False,
) -> Wanted:
    """Return which assets to list, of what people write.

    `text` is words, or their beginnings, of the name, id, ARN or tags. `kind` is one kind or all
    that begin so, without `aws.` if need be. `tag` is `name` or `name=value`.
    """
    name, given, value = (tag or "").partition("=")
    return Wanted(
        kind=_pattern(kind) if kind else None,
        account=account or None,
        region=region or None,
        service=service or None,
        unowned=unowned,
        tag=name.strip() or None,
        tag_value=value.strip() if given else None,
        words=_query(text),
        gone=gone,
    )


async def find_assets(
    tx: Tx,
    wanted: Wanted,
    *,
    drill: DrillId | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> AssetPage:
    """List assets that fit, by kind and name."""
    size = min(max(limit, 1), MAX_PAGE)
    rows = await asset_lists.listed(tx.db, wanted, drill=drill, after=after, limit=size + 1)
    shown = rows[:size]
    following = shown[-1].id if len(rows) > len(shown) else None
    return AssetPage(tuple(_line(row) for row in shown), following)


async def count_assets(tx: Tx, *, drill: DrillId | None = None) -> tuple[CountView, ...]:
    """Count assets by kind, account and region."""
    rows = await asset_lists.counted(tx.db, drill=drill)
    return tuple(
        CountView(row.kind, row.account, row.region, row.assets, row.unowned) for row in rows
    )


async def show_asset(tx: Tx, plan: Plan | None, asset: UUID) -> AssetView:
    """Return everything that is known of one asset. Raises AssetNotFound."""
    row = await _get(tx, asset)
    near = await asset_lists.neighbours(tx.db, [row.id], drill=row.drill_id)
    versions = await asset_lists.history(tx.db, row.id, limit=_SHOWN_VERSIONS)
    return AssetView(
        line=_line(row),
        drill=DrillId(row.drill_id) if row.drill_id else None,
        config=cast("JsonObject", row.config),
        kept=cast("JsonObject", row.kept),
        cost_since=row.cost_since,
        team=_team(plan, row.service),
        related=tuple(_related(one) for one in near),
        history=tuple(_version(one) for one in versions),
    )


async def name_asset(tx: Tx, name: str, *, drill: DrillId | None = None) -> AssetLine:
    """Return the asset that people mean by an id, ARN or name.

    Raises AssetNotFound, and AssetUnclear when it is several.
    """
    rows = await asset_lists.called(tx.db, name, _query(name) or "", drill=drill)
    there = [row for row in rows if row.gone_at is None] or rows
    if not there:
        msg = f'Nobody has seen an asset called "{name}".'
        raise AssetNotFound(msg, hint="`fireline assets find` takes the beginnings of words.")
    if len(there) > 1:
        several = ", ".join(f"{row.ref}" for row in there[:5])
        msg = f'Several assets are called "{name}": {several}.'
        raise AssetUnclear(msg, hint="Use the ARN, or the id from `fireline assets find`.")
    return _line(there[0])


async def world_of(tx: Tx, asset: UUID) -> DrillId | None:
    """Return the drill an asset is of; `None` is the real world. Raises AssetNotFound."""
    row = await _get(tx, asset)
    return DrillId(row.drill_id) if row.drill_id else None


async def show_history(
    tx: Tx, asset: UUID, *, before: int | None = None, limit: int = 20
) -> VersionPage:
    """List what an asset was, the newest first: when, what changed and who did it."""
    row = await _get(tx, asset)
    size = min(max(limit, 1), MAX_HISTORY)
    rows = await asset_lists.history(tx.db, asset, before=before, limit=size + 1)
    shown = rows[:size]
    following = shown[-1].version if len(rows) > len(shown) else None
    return VersionPage(_line(row), tuple(_version(one) for one in shown), following)


async def recent_changes(
    tx: Tx, *, account: str | None = None, drill: DrillId | None = None, limit: int = 50
) -> tuple[RecentChange, ...]:
    """List what changed lately, the newest first."""
    size = min(max(limit, 1), MAX_PAGE)
    rows = await asset_lists.recent(tx.db, drill=drill, account=account, limit=size)
    return tuple(
        RecentChange(
            asset=row.id,
            ref=AssetRef(row.kind, row.account, row.asset_id, row.region),
            name=row.name,
            service=row.service,
            version=row.version,
            happened=row.happened,
            differences=_differences(row.diff),
            seen_at=row.seen_at,
            who=row.who,
            call=row.call,
        )
        for row in rows
    )


async def show_owner(tx: Tx, plan: Plan | None, asset: UUID) -> OwnerView:
    """Say whose an asset is, and why. Raises AssetNotFound."""
    row = await _get(tx, asset)
    service = _service(plan, row.service)
    return OwnerView(
        asset=_line(row),
        service=row.service,
        service_name=service.name if service else None,
        team=service.owner if service else None,
        reason=row.owner_reason,
    )


async def show_relations(tx: Tx, asset: UUID, *, depth: int = 1) -> RelationView:
    """Return what an asset is linked with, either way, up to three links away."""
    row = await _get(tx, asset)
    picture = _Picture(row)
    ring = [row.id]
    for step in range(1, min(max(depth, 1), MAX_DEPTH) + 1):
        limit = asset_lists.MAX_NEIGHBOURS
        near = await asset_lists.neighbours(tx.db, ring, drill=row.drill_id, limit=limit)
        picture.cut = picture.cut or len(near) == limit
        ring = picture.add(near, depth=step)
        if not ring:
            break
    return picture.view


async def known_assets(
    tx: Tx, refs: Iterable[AssetRef], *, drill: DrillId | None
) -> Mapping[AssetRef, AssetLine]:
    """Return what is known of some assets that a signal or an alert names, by their names there.

    A region that the source left out is no matter.
    """
    named = list(dict.fromkeys(refs))
    if not named:
        return {}
    rows = await asset_lists.by_refs(tx.db, named, drill=drill)
    found: dict[AssetRef, AssetLine] = {}
    for row in rows:
        for ref in (row.ref, AssetRef(row.kind, row.account, row.asset_id)):
            if ref in named and (ref not in found or row.gone_at is None):
                found[ref] = _line(row)
    return found


async def list_coverage(
    tx: Tx, *, account: str | None = None, troubled: bool = False, drill: DrillId | None = None
) -> tuple[CoverageView, ...]:
    """List how the last look at each listing ended; `troubled`: those that could not be made."""
    rows = await coverage.listed(tx.db, drill=drill, account=account, troubled=troubled)
    return tuple(
        CoverageView(
            account=row.account,
            region=row.region,
            listing=row.listing,
            looked=row.outcome == "looked",
            why=row.why,
            said=row.said,
            at=row.at,
            looked_at=row.looked_at,
            assets=row.assets,
            dirty_at=row.dirty_at,
        )
        for row in rows
    )


class _Picture:
    """Nodes and edges as they are found, each once."""

    def __init__(self, row: OneRow) -> None:
        self.cut = False
        self._keys = {row.id: str(row.ref)}
        self._nodes = {
            str(row.ref): Node(
                str(row.ref), row.ref, row.id, row.name, row.service, row.gone_at is not None, 0
            )
        }
        self._edges: dict[tuple[str, str, str], Edge] = {}

    def add(self, near: Sequence[NeighbourRow], *, depth: int) -> list[UUID]:
        """Add what is linked; return the assets that were not there before."""
        ring: list[UUID] = []
        for one in near:
            ref = AssetRef(one.kind, one.account, one.asset_id, one.region)
            key = str(ref)
            if key not in self._nodes:
                if len(self._nodes) >= MAX_NODES:
                    self.cut = True
                    continue
                gone = one.gone_at is not None
                self._nodes[key] = Node(key, ref, one.far, one.name, one.service, gone, depth)
                if one.far is not None:
                    self._keys[one.far] = key
                    ring.append(one.far)
            ends = (self._keys[one.near], key) if one.outward else (key, self._keys[one.near])
            self._edges[*ends, one.relation] = Edge(*ends, one.relation)
        return ring

    @property
    def view(self) -> RelationView:
        """The picture as it is shown."""
        return RelationView(tuple(self._nodes.values()), tuple(self._edges.values()), self.cut)


def _pattern(kind: str) -> str:
    """Return a `like` pattern for a kind: itself, or all kinds that begin with it."""
    asked = kind.strip().casefold()
    whole = asked if asked.startswith(("aws.", "k8s.")) else f"aws.{asked}"
    safe = whole.replace("\\", "").replace("%", "").replace("_", "\\_")
    return safe if whole.count(".") > 1 or whole.startswith("k8s.") else f"{safe}%"


def _query(text: str) -> str | None:
    """Return what to look for in the words of assets; `None` when nothing is asked for."""
    words = words_of(text)[:MAX_WORDS]
    return " & ".join(f"'{word}':*" for word in words) or None


async def _get(tx: Tx, asset: UUID) -> OneRow:
    row = await asset_lists.get(tx.db, asset)
    if row is None:
        msg = "There is no such asset."
        raise AssetNotFound(msg, hint="`fireline assets find` shows them.")
    return row


def _line(row: AssetRow | OneRow) -> AssetLine:
    return AssetLine(
        id=row.id,
        ref=row.ref,
        name=row.name,
        arn=row.arn,
        tags={name: str(value) for name, value in row.tags.items()},
        service=row.service,
        owner_reason=row.owner_reason,
        cost=CostView(row.cost, row.currency or "") if row.cost is not None else None,
        unread=row.unread,
        doubt=row.doubt,
        version=row.version,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        changed_at=row.changed_at,
        gone_at=row.gone_at,
    )


def _related(row: NeighbourRow) -> RelatedLine:
    return RelatedLine(
        relation=row.relation,
        outward=row.outward,
        ref=AssetRef(row.kind, row.account, row.asset_id, row.region),
        id=row.far,
        name=row.name,
        service=row.service,
        gone=row.gone_at is not None,
    )


def _version(row: VersionRow) -> VersionView:
    return VersionView(
        version=row.version,
        happened=row.happened,
        config=cast("JsonObject", row.config),
        differences=_differences(row.diff),
        seen_at=row.seen_at,
        who=row.who,
        call=row.call,
        called_at=row.called_at,
        signal=SignalId(row.signal_id) if row.signal_id else None,
    )


def _differences(kept: Sequence[Mapping[str, object]]) -> tuple[DifferenceView, ...]:
    return tuple(
        DifferenceView(
            path=str(one.get("path", "")),
            became=str(one.get("became", "")),
            before=cast("JsonValue", one.get("before")),
            after=cast("JsonValue", one.get("after")),
        )
        for one in kept
    )


def _service(plan: Plan | None, service: str | None) -> Service | None:
    return plan.services.get(ServiceId(service)) if plan and service else None


def _team(plan: Plan | None, service: str | None) -> str | None:
    found = _service(plan, service)
    return found.owner if found else None
