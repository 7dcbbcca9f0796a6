"""Save what was seen of assets: what changed since, who changed it, and whose it is.

A reading older than what is known changes nothing. A detail that could not be read is no change
either: what it said last is kept beside, and compared when it can be read again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from uuid import UUID

import orjson

from fireline.core.assets import changes
from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.ownership import why_owner
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import DrillId
from fireline.core.values.json import JsonObject, JsonValue, canonical, digest
from fireline.store import asset_lists, assets
from fireline.store.assets import NO_CAUSE, Cause, KnownRow, LinkRow, Owned, Reading, Saved, Version
from fireline.usecases.listings import volatile_of
from fireline.usecases.transaction import Tx

# The database's indexes take no longer names.
MAX_NAME_BYTES = 2000
MAX_WORDS = 200
MAX_WORD = 100
MAX_LINKS = 1000
_MOST = 2**63 - 1
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an asset is, and the reason in a sentence."""

    service: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What saving changed: assets that are not as they were, and those that are gone."""

    changed: tuple[AssetRef, ...] = ()
    gone: tuple[AssetRef, ...] = ()

    @property
    def refs(self) -> tuple[AssetRef, ...]:
        """Everything of which another verdict may hold now."""
        return (*self.changed, *self.gone)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An asset as the database takes it, and the digest of all of it."""

    asset: Asset
    config: str
    tags: str
    unread: str
    links: str
    digest: str
    words: str


@dataclass(frozen=True, slots=True)
class Seen:
    """When a reading began, in which world, and the call that it was made for."""

    drill: DrillId | None
    read_at: datetime
    cause: Cause = NO_CAUSE


def prepare(found: Sequence[Asset]) -> list[Prepared]:
    """Make assets ready to be saved; pure and, for many, slow: a thread may do it.

    Each is taken once, and none that has a name longer than any cloud gives.
    """
    once = {asset.ref: asset for asset in found if _is_nameable(asset.ref)}
    # Always in one order, so that two nodes that save the same assets wait and do not deadlock.
    return [_prepared(once[ref]) for ref in sorted(once)]


async def save(tx: Tx, plan: Plan | None, prepared: Sequence[Prepared], seen: Seen) -> Outcome:
    """Save assets that were seen; return those that are not as they were."""
    reading = Reading(seen.drill, seen.read_at, tx.now)
    changed: list[AssetRef] = []
    for start in range(0, len(prepared), assets.MAX_AT_ONCE):
        batch = prepared[start : start + assets.MAX_AT_ONCE]
        changed += await _save(tx, plan, batch, reading, cause=seen.cause)
    return Outcome(tuple(changed))


def owner_of(plan: Plan | None, ref: AssetRef, tags: Mapping[str, str]) -> Owner:
    """Say whose an asset is under a plan, and why."""
    if plan is None:
        return Owner(None, "there is no plan yet")
    found = why_owner(ref, tags, plan.services.values())
    if found is None:
        return Owner(None, "no tag, service or account of the plan says whose it is")
    return Owner(found.service.id, found.reason)


def words_of(*texts: str) -> list[str]:
    """Return the words of texts by which a thing is found: small letters and digits, each once."""
    found = (word[:MAX_WORD] for text in texts for word in _WORD.findall(text.casefold()))
    return list(dict.fromkeys(found))[:MAX_WORDS]


def holdable(value: JsonValue) -> str:
    """Write JSON that the database can hold: no NULs, no halves of characters."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return canonical(mended(value))
    return canonical(mended(value)) if "\\u0000" in text else text


def mended(value: JsonValue) -> JsonValue:
    """Return JSON with what no database holds replaced: whatever a tag says is shown."""
    match value:
        case str():
            whole = value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
            return whole.encode("utf-8", "replace").decode()
        case Mapping():
            return {_text(name): mended(inner) for name, inner in value.items()}
        case Sequence():
            return [mended(inner) for inner in value]
        case int() if abs(value) > _MOST:
            return str(value)
        case _:
            return value


def _text(value: str) -> str:
    return cast("str", mended(value))


def _is_nameable(ref: AssetRef) -> bool:
    return 0 < len(ref.id.encode("utf-8", "replace")) <= MAX_NAME_BYTES and "\x00" not in ref.id


def linkable(asset: Asset) -> list[Link]:
    """Return the links of an asset that can be kept, each once."""
    return [link for link in dict.fromkeys(asset.links) if _is_nameable(link.to)][:MAX_LINKS]


def _prepared(asset: Asset) -> Prepared:
    written = asset_lists.links_written(linkable(asset))
    config = holdable(asset.config)
    tags, unread = holdable(dict(asset.tags)), holdable(dict(asset.unread))
    linked = holdable(cast("JsonValue", written))
    plain = cast("JsonObject", orjson.loads(config))
    words = words_of(asset.ref.id, asset.name, asset.arn, *asset.tags, *asset.tags.values())
    # Lists come in any order, and policies with any spaces.
    said = changes.digest(plain)
    whole = (said, tags, unread, linked, asset.name, asset.arn)
    return Prepared(
        asset=replace(asset, config=plain),
        config=config,
        tags=tags,
        unread=unread,
        links=linked,
        digest=digest([_text(one) for one in whole]),
        words=" ".join(words),
    )


@dataclass(slots=True)
class _Work:
    """What is to be written of a batch of assets, sorted by what happened to them."""

    new: list[Saved] = field(default_factory=list[Saved])
    other: list[Saved] = field(default_factory=list[Saved])
    same: list[UUID] = field(default_factory=list[UUID])
    owned: list[Owned] = field(default_factory=list[Owned])
    versions: list[Version] = field(default_factory=list[Version])
    changed: dict[UUID, Asset] = field(default_factory=dict[UUID, Asset])


async def _save(
    tx: Tx, plan: Plan | None, batch: Sequence[Prepared], reading: Reading, *, cause: Cause
) -> list[AssetRef]:
    refs = [one.asset.ref for one in batch]
    digests = [one.digest for one in batch]
    rows = await assets.known(tx.db, refs, digests, drill=reading.drill)
    known, work = {row.ref: row for row in rows}, _Work()
    for one in batch:
        before, owner = known.get(one.asset.ref), owner_of(plan, one.asset.ref, one.asset.tags)
        if before is None:
            _first(work, one, owner, tx.ids.fresh())
        elif before.read_at <= reading.read_at:
            _again(work, one, before, owner)
    return await _write(tx, work, reading, cause)


def _first(work: _Work, one: Prepared, owner: Owner, fresh: UUID) -> None:
    work.new.append(_saved(one, fresh, 1, owner, kept={}))
    work.versions.append(Version(fresh, 1, "seen", one.config, "[]"))
    work.changed[fresh] = one.asset


def _again(work: _Work, one: Prepared, before: KnownRow, owner: Owner) -> None:
    if before.same and before.gone_at is None:
        work.same.append(before.id)
        if (before.service, before.owner_reason) != (owner.service, owner.reason):
            work.owned.append(Owned(before.id, owner.service, owner.reason))
        return
    kept = _kept(one.asset, before)
    diff = _diff(one, before, kept)
    back = before.gone_at is not None
    version = before.version + (1 if diff or back else 0)
    work.other.append(_saved(one, before.id, version, owner, kept=kept))
    work.changed[before.id] = one.asset
    if version > before.version:
        happened = "back" if back else "changed"
        work.versions.append(Version(before.id, version, happened, one.config, holdable(diff)))


def _kept(asset: Asset, before: KnownRow) -> dict[str, JsonValue]:
    """Return what details that cannot be read now said when they last could be."""
    said = {**before.kept, **before.config}
    return {name: said[name] for name in asset.unread if name in said}


def _diff(one: Prepared, before: KnownRow, kept: Mapping[str, JsonValue]) -> list[JsonValue]:
    """List what is different. What could not be read before, or cannot now, is no difference."""
    never = before.unread.keys() - before.kept.keys()
    now = {name: value for name, value in one.asset.config.items() if name not in never}
    was = {**before.kept, **before.config}
    found = changes.changed(was, {**kept, **now}, volatile_of(one.asset.ref.kind))
    tags = cast("JsonObject", orjson.loads(one.tags))
    found = found or changes.changed({"Tags": before.tags}, {"Tags": tags})
    return [_written(change) for change in found]


def _written(change: changes.Change) -> JsonValue:
    before, after = cast("JsonValue", change.before), cast("JsonValue", change.after)
    return {"path": change.path, "became": change.became.value, "before": before, "after": after}


def _saved(
    one: Prepared, asset: UUID, version: int, owner: Owner, *, kept: Mapping[str, JsonValue]
) -> Saved:
    ref = one.asset.ref
    return Saved(
        id=asset,
        account=ref.account,
        region=ref.region,
        kind=ref.kind,
        asset_id=ref.id,
        arn=_text(one.asset.arn)[:MAX_NAME_BYTES],
        name=_text(one.asset.name)[:MAX_NAME_BYTES],
        tags=one.tags,
        config=one.config,
        unread=one.unread,
        kept=holdable(dict(kept)),
        links=one.links,
        digest=one.digest,
        words=one.words,
        version=version,
        service=owner.service,
        owner_reason=owner.reason,
    )


async def _write(tx: Tx, work: _Work, reading: Reading, cause: Cause) -> list[AssetRef]:
    taken = {one.id for one in work.new}
    if work.new:
        # Somebody else may have added one meanwhile; theirs it is.
        taken -= await assets.add(tx.db, work.new, reading)
    if work.other:
        await assets.change(tx.db, work.other, reading)
    if work.same:
        await assets.touch(tx.db, work.same, reading)
    if work.owned:
        await assets.own(tx.db, work.owned)
    changed = {one: asset for one, asset in work.changed.items() if one not in taken}
    if versions := [one for one in work.versions if one.asset in changed]:
        await assets.add_versions(tx.db, versions, cause, now=tx.now)
    if changed:
        await assets.relink(tx.db, list(changed), _links(changed))
    return [asset.ref for asset in changed.values()]


def _links(changed: Mapping[UUID, Asset]) -> list[LinkRow]:
    return [
        LinkRow(one, link.relation, link.to.kind, link.to.account, link.to.region, link.to.id)
        for one, asset in changed.items()
        for link in linkable(asset)
    ]
