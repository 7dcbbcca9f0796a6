"""Keep changes to production: each once under its source's key, with the service it altered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.assets.ownership import Service, owner_of
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import ASSET, Entity
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_ENTITIES,
    MAX_KEY,
    MAX_LABELS,
    MAX_TITLE,
    ChangeNotice,
)
from fireline.core.values.ids import DrillId, ServiceId
from fireline.store import changes, pokes, sources
from fireline.store.signals import assets_written
from fireline.usecases.intake import HOUSE_SOURCE
from fireline.usecases.transaction import Tx

CHANGES = "changes"  # poked when something changed
MAX_WORD = 512
MAX_LINKS = 20


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells of changes: a source in its world. `service` is whose they are if nothing says."""

    id: UUID
    drill: DrillId | None = None
    service: str | None = None


async def house(tx: Tx, drill: DrillId | None = None) -> Teller:
    """Return fireline itself as a teller: of what people record, of calls, of pushes."""
    known = await sources.register(
        tx.db, tx.ids.fresh(), HOUSE_SOURCE, drill=drill, now=tx.now, format="fireline"
    )
    return Teller(known.id, drill)


async def keep(
    tx: Tx,
    plan: Plan | None,
    teller: Teller,
    said: Sequence[ChangeNotice],
    *,
    payload: UUID | None = None,
) -> list[changes.KeptRow]:
    """Keep changes. Told anew under the same key, one is the same change."""
    named = names_of(plan.services.values() if plan else ())
    new = [_new(tx, plan, teller, one, named=named, payload=payload) for one in said]
    return await keep_rows(tx, new)


async def keep_rows(tx: Tx, new: Sequence[changes.New]) -> list[changes.KeptRow]:
    """Keep changes that are ready, and wake the pages that show them."""
    kept: list[changes.KeptRow] = []
    for batch in _each_key_once(new):
        kept += await changes.keep(tx.db, batch, now=tx.now)
    if kept:
        await pokes.poke(tx.db, CHANGES)
    return kept


def service_of(
    plan: Plan, hint: str, assets: Iterable[AssetRef], *, named: Mapping[str, ServiceId]
) -> ServiceId | None:
    """Say whose a change is: as its source names it, else who claims what it altered."""
    known = named.get(hint.strip().casefold())
    if known is not None:
        return known
    owner = owner_of(assets, plan.services.values())
    return owner.id if owner else None


def names_of(services: Iterable[Service]) -> Mapping[str, ServiceId]:
    """Return services by every name a source may use; an id wins over another's name."""
    known = tuple(services)
    by_name = {service.name.casefold(): service.id for service in known}
    return by_name | {service.id.casefold(): service.id for service in known}


def _new(
    tx: Tx,
    plan: Plan | None,
    teller: Teller,
    said: ChangeNotice,
    *,
    named: Mapping[str, ServiceId],
    payload: UUID | None,
) -> changes.New:
    fresh = tx.ids.fresh()
    service = service_of(plan, said.service, said.assets, named=named) if plan else None
    return changes.New(
        id=fresh,
        source_id=teller.id,
        drill_id=teller.drill,
        key=clean(said.key, MAX_KEY) or str(fresh),
        kind=said.kind.value,
        title=clean(said.title, MAX_TITLE) or "A change",
        description=clean(said.description, MAX_DESCRIPTION),
        service=service or teller.service,
        hint=clean(said.service, MAX_WORD),
        actor=clean(said.actor, MAX_WORD),
        planned=said.planned,
        at=_begun(said.at, tx.now),
        revision=clean(said.revision, MAX_WORD),
        entities=[[clean(one.kind, MAX_WORD), clean(one.value, MAX_WORD)] for one in _things(said)],
        assets=[_clean_asset(one) for one in assets_written(said.assets[:MAX_ENTITIES])],
        labels={
            clean(name, MAX_WORD): clean(value, MAX_WORD)
            for name, value in list(said.labels.items())[:MAX_LABELS]
        },
        links=[
            {"href": clean(one.href, 2_000), "text": clean(one.text, MAX_WORD)}
            for one in said.links[:MAX_LINKS]
        ],
        payload_id=payload,
    )


def _things(said: ChangeNotice) -> Iterator[Entity]:
    """Yield what a change is about: alerts name assets among other things, as text."""
    yield from said.entities[:MAX_ENTITIES]
    yield from (Entity(ASSET, str(asset)) for asset in said.assets[:MAX_ENTITIES])


def clean(text: str, limit: int) -> str:
    """Replace what no database stores, and cut what is longer than people read."""
    storable = text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace")
    return storable.decode()[:limit]


def _clean_asset(asset: dict[str, str]) -> dict[str, str]:
    return {name: clean(value, MAX_WORD) for name, value in asset.items()}


def _begun(at: datetime | None, now: datetime) -> datetime:
    """Return when it began; nothing that is told of lies in the future, whatever a clock says."""
    return now if at is None else min(at, now)


def _each_key_once(new: Sequence[changes.New]) -> Iterator[Sequence[changes.New]]:
    """Cut into batches, in order, in which no key comes twice."""
    batch: dict[tuple[UUID, str], changes.New] = {}
    for one in new:
        if (one.source_id, one.key) in batch:
            yield tuple(batch.values())
            batch = {}
        batch[one.source_id, one.key] = one
    if batch:
        yield tuple(batch.values())
