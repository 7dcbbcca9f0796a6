"""Keep the calls to a cloud that altered production as changes, and say which nobody planned.

Automation calls by the hundred: what one identity did to one service in one minute is one change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fireline.core.alerting.unplanned import (
    Told,
    is_change,
    is_planned,
    labels_of,
    role_of,
)
from fireline.core.assets.kinds import ACCOUNT
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import ASSET, CREDENTIAL, PRINCIPAL, Entity
from fireline.core.signals.event import Event
from fireline.core.signals.notice import Kind, Notice, Status
from fireline.core.values.ids import DrillId, ServiceId
from fireline.core.values.time import Span
from fireline.store import changes
from fireline.store.signals import UnjudgedRow, assets_from, assets_written
from fireline.usecases import intake
from fireline.usecases.change_keeping import (
    MAX_WORD,
    Teller,
    clean,
    house,
    keep_rows,
    names_of,
    service_of,
)
from fireline.usecases.transaction import Tx

_MOST_ASSETS = 20
_MOST_KINDS = 10
# A record may claim any time; none of a cloud is from before there was one.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Call:
    event: Event
    service: ServiceId | None
    planned: bool | None

    @property
    def actor(self) -> str:
        """Who did it; every session of a role is the role."""
        who = self.event.who
        return role_of(who) or who.arn or who.name or "somebody"


async def keep_calls(tx: Tx, plan: Plan, rows: Sequence[UnjudgedRow]) -> None:
    """Keep the signals among these that altered production; say which of them are unplanned."""
    worlds: defaultdict[UUID | None, list[Event]] = defaultdict(list)
    for row in rows:
        if row.read_only or not row.occurred_at > _EPOCH:
            continue
        if is_change(event := row.event):
            worlds[row.drill_id].append(event)
    for world, events in worlds.items():
        await _keep(tx, plan, events, drill=DrillId(world) if world else None)


async def _keep(tx: Tx, plan: Plan, events: Sequence[Event], *, drill: DrillId | None) -> None:
    told = await _told(tx, plan, events, drill=drill)
    named = names_of(plan.services.values())
    calls = [_call(plan, event, told, named=named) for event in events]
    teller = await house(tx, drill)
    together: defaultdict[str, list[_Call]] = defaultdict(list)
    for call in calls:
        together[_key(call)].append(call)
    new = [_change(tx, teller, key=key, calls=each) for key, each in together.items()]
    await keep_rows(tx, new)
    unplanned = {_finding_key(call): call for call in calls if call.planned is False}
    for key, call in unplanned.items():
        await intake.say(tx, _finding(key, call, watched=plan), drill=drill)


async def _told(
    tx: Tx, plan: Plan, events: Sequence[Event], *, drill: DrillId | None
) -> tuple[Told, ...]:
    if not plan.changes.is_on:
        return ()
    window = plan.changes.window
    # Clocks are wrong, and records may claim any time.
    times = [min(event.time, tx.now) for event in events]
    span = Span(min(times) - window, max(times) + window)
    return tuple(
        Told(
            None if row.service is None else ServiceId(row.service),
            row.at,
            frozenset(assets_from(row.assets)),
        )
        for row in await changes.recorded(tx.db, span, drill=drill)
    )


def _call(
    plan: Plan, event: Event, told: Iterable[Told], *, named: Mapping[str, ServiceId]
) -> _Call:
    where = (*event.assets, AssetRef(ACCOUNT, event.account, event.account))
    service = service_of(plan, "", where, named=named)
    return _Call(event, service, is_planned(event, service, told, plan.changes))


def _key(call: _Call) -> str:
    event = call.event
    on = call.service or (str(event.assets[0]) if event.assets else event.account)
    return clean(f"call:{event.time:%Y%m%dT%H%M}:{on}:{call.actor}", MAX_WORD)


def _change(tx: Tx, teller: Teller, *, key: str, calls: Sequence[_Call]) -> changes.New:
    first = calls[0]
    kinds = dict.fromkeys(call.event.kind for call in calls)
    assets = dict.fromkeys(asset for call in calls for asset in call.event.assets)
    entities = dict.fromkeys(entity for call in calls for entity in _entities(call.event))
    planned = [call.planned for call in calls]
    return changes.New(
        id=tx.ids.fresh(),
        source_id=teller.id,
        drill_id=teller.drill,
        key=key,
        kind=Kind.CALL.value,
        title=clean(f"{first.event.kind} by {_short(first.actor)}", MAX_WORD),
        description=clean(", ".join(list(kinds)[:_MOST_KINDS]), 2_000),
        service=first.service,
        hint="",
        actor=clean(first.actor, MAX_WORD),
        # One that nobody planned among many that somebody did is what people must see.
        planned=False if False in planned else first.planned,
        at=min(tx.now, *(call.event.time for call in calls)),
        revision="",
        entities=[
            [one.kind, clean(one.value, MAX_WORD)] for one in list(entities)[: 2 * _MOST_ASSETS]
        ],
        assets=[
            {name: clean(value, MAX_WORD) for name, value in one.items()}
            for one in assets_written(tuple(assets)[:_MOST_ASSETS])
        ],
        labels={name: clean(value, MAX_WORD) for name, value in labels_of(first.event).items()},
        links=[],
        times=len(calls),
    )


def _entities(event: Event) -> tuple[Entity, ...]:
    who = event.who
    pairs = [(PRINCIPAL, who.arn), (CREDENTIAL, who.access_key)]
    pairs += [(ASSET, str(asset)) for asset in event.assets]
    return tuple(Entity(kind, value) for kind, value in pairs if value)


def _short(actor: str) -> str:
    return actor.rpartition("/")[2] or actor


def _finding_key(call: _Call) -> str:
    on = call.event.assets[0] if call.event.assets else call.event.account
    return clean(f"unplanned:{call.actor}:{on}", MAX_WORD)


def _finding(key: str, call: _Call, *, watched: Plan) -> Notice:
    event = call.event
    on = event.assets[0].id if event.assets else f"account {event.account}"
    minutes = int(watched.changes.window.total_seconds() // 60)
    said = (
        f"{call.actor} called {event.kind}. It is no pipeline of the plan, and no change of "
        f"{call.service or 'a service'} was told of within {minutes} minutes."
    )
    return Notice(
        key=key,
        status=Status.FIRING,
        title=clean(f"Unplanned change: {event.kind} by {_short(call.actor)} on {on}", MAX_WORD),
        priority=watched.changes.priority,
        at=event.time,
        kind="unplanned change",
        description=clean(said, 2_000),
        service=call.service or "",
        entities=tuple(Entity(e.kind, clean(e.value, MAX_WORD)) for e in _entities(event)),
        labels={name: clean(value, MAX_WORD) for name, value in labels_of(event).items()},
    )
