"""Keep what sources say: each signal once, and what cannot be one apart, with the reason."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from fireline.core.signals.cloudtrail import normalise
from fireline.core.signals.envelope import Record, unwrap
from fireline.core.signals.event import Event
from fireline.core.signals.fields import Wrong, decode_object, text
from fireline.core.signals.formats import eventbridge, kubernetes_audit, sns
from fireline.core.signals.kubernetes_audit import is_audit_event
from fireline.core.signals.kubernetes_audit import normalise as normalise_audit
from fireline.core.signals.mending import mended
from fireline.core.values.ids import DrillId
from fireline.core.values.json import JsonObject
from fireline.ports.ids import Ids
from fireline.ports.source import Parcel
from fireline.store import pokes, signals, sources
from fireline.store.signals import NewSignal, SetApart, Sighting
from fireline.usecases.once import Message, keep_once
from fireline.usecases.transaction import Tx

SIGNALS_TOPIC = "signals"
MAX_QUARANTINED_BYTES = 64 * 1024
MAX_KEPT_AT_ONCE = 1000
MAX_PAGE = 200
MAX_ID_CHARACTERS = 500
# Audit events do not say of which cluster they are: their source is named as it.
_FROM_A_CLUSTER = kubernetes_audit.FORMAT
_OTHER_EVENT = "envelope.unknown_detail_type"
_MAY_BE_POSTS = frozenset({_OTHER_EVENT, "envelope.unknown_shape"})
# Reading a delivery is work for the processor; a large one must not hold up everybody else.
_READ_IN_THREAD_BYTES = 256 * 1024

Source = sources.Registered
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of parcels: new signals, ones known already, what was set apart, and posts.

    A post is no record but says that something is wrong, or changed: it is sorted as if somebody
    had posted it.
    """

    fresh: int
    repeated: int
    quarantined: int
    posts: int = 0


@dataclass(frozen=True, slots=True)
class SignalView:
    """A signal as people see it."""

    id: UUID
    drill: UUID | None
    external_id: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    via: str
    lag_seconds: float
    account: str
    region: str
    who: str
    arn: str
    access_key: str
    address: str
    user_agent: str
    outcome: str
    error_code: str
    read_only: bool
    assets: tuple[str, ...]
    judged_at: datetime | None
    seen: int
    record: JsonObject


@dataclass(frozen=True, slots=True)
class QuarantinedView:
    """Something set apart, as people see it. `body` shows its beginning, made printable."""

    id: UUID
    drill: UUID | None
    source: str
    code: str
    why: str
    via: str
    origin: str
    body: str
    size: int
    signal: UUID | None
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class SignalPage:
    """Signals, the newest first; `next` leads to older ones."""

    items: tuple[SignalView, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """What was set apart, the newest first; `next` leads to older ones."""

    items: tuple[QuarantinedView, ...]
    next: UUID | None


@dataclass(slots=True)
class _Reading:
    """What parcels hold, while they are read: each signal once, each way counted."""

    ids: Ids
    source: str
    new: dict[str, NewSignal] = field(default_factory=dict[str, NewSignal])
    ways: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    apart: dict[str, SetApart] = field(default_factory=dict[str, SetApart])
    posts: list[Message] = field(default_factory=list[Message])

    def set_apart(
        self, code: str, why: str, *, via: str, origin: str, body: bytes, size: int | None = None
    ) -> None:
        """Note something that cannot become a signal."""
        digest = _digest(code, origin, body)
        self.apart[digest] = SetApart(
            id=self.ids.fresh(),
            code=code,
            why=_storable(why),
            via=_storable(via),
            origin=_storable(origin),
            body=body[:MAX_QUARANTINED_BYTES],
            size=len(body) if size is None else size,
            digest=digest,
        )


async def register_source(tx: Tx, name: str, *, drill: DrillId | None = None) -> Source:
    """Make a source known by name in its world, or find the one that is."""
    return await sources.register(tx.db, tx.ids.fresh(), name, drill=drill, now=tx.now)


async def keep(tx: Tx, source: Source, parcels: Sequence[Parcel]) -> Kept:
    """Keep every record of some parcels exactly once; set apart, with the reason, what is none.

    Findings, alarms and what else AWS tells by the same queue are kept as posts, in the same
    transaction.
    """
    reading = _Reading(tx.ids, source.name)
    if sum(len(parcel.body) for parcel in parcels) > _READ_IN_THREAD_BYTES:
        await asyncio.to_thread(_read, parcels, reading)
    else:
        _read(parcels, reading)
    fresh: set[UUID] = set()
    for batch in _batches(list(reading.new.values())):
        fresh |= await _keep_batch(tx, source, batch, reading)
    told = [
        Sighting(external_id, via, times)
        for (external_id, via), times in reading.ways.items()
        if external_id in reading.new
    ]
    for sightings in _batches(told):
        await signals.sight(tx.db, sightings, drill=source.drill_id, now=tx.now)
    for things in _batches(list(reading.apart.values())):
        await signals.quarantine(tx.db, things, source=source.id, drill=source.drill_id, now=tx.now)
    posted = await keep_once(tx, source, reading.posts) if reading.posts else ()
    repeated = sum(each.times for each in told) - len(fresh) + len(reading.posts) - len(posted)
    kept = Kept(len(fresh), repeated, len(reading.apart), len(posted))
    await _count(tx, source, kept)
    return kept


async def list_signals(
    tx: Tx,
    *,
    drill: DrillId | None = None,
    kind: str | None = None,
    text: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> SignalPage:
    """List signals of one world, the newest first: of a kind, or holding a text."""
    found = await signals.listed(
        tx.db,
        drill=drill,
        kind=kind or None,
        pattern=_containing(text) if text else None,
        before=before,
        limit=_page_size(limit) + 1,
    )
    shown = found[: _page_size(limit)]
    after = shown[-1].id if len(found) > len(shown) else None
    return SignalPage(tuple(_signal_view(row) for row in shown), after)


async def list_quarantined(
    tx: Tx, *, drill: DrillId | None = None, before: UUID | None = None, limit: int = 50
) -> QuarantinePage:
    """List what was set apart, the newest first: of one drill, or of every world."""
    size = _page_size(limit)
    found = await signals.quarantined(tx.db, drill=drill, before=before, limit=size + 1)
    shown = found[:size]
    after = shown[-1].id if len(found) > len(shown) else None
    return QuarantinePage(tuple(_quarantined_view(row) for row in shown), after)


async def lag(tx: Tx, drill: DrillId | None = None) -> tuple[signals.LagRow, ...]:
    """Measure how late each way delivered in one world: least, median and most, in seconds."""
    return tuple(await signals.lag(tx.db, drill=drill))


def _read(parcels: Sequence[Parcel], reading: _Reading) -> None:
    for parcel in parcels:
        if parcel.problem is not None:
            why = parcel.why or "The transport could not unwrap it."
            reading.set_apart(
                parcel.problem,
                why,
                via=parcel.via,
                origin=parcel.origin,
                body=parcel.body,
                size=parcel.size,
            )
            continue
        unwrapped = unwrap(mended(parcel.body))
        for part in unwrapped.rejected:
            post = _post(parcel, part.rejected.code)
            if post is not None:
                reading.posts.append(post)
                continue
            origin = f"{parcel.origin}#{part.position}"
            code, why = part.rejected.code, part.rejected.why
            reading.set_apart(code, why, via=parcel.via, origin=origin, body=part.raw)
        for record in unwrapped.records:
            _read_record(parcel, record, reading)


def _post(parcel: Parcel, code: str) -> Message | None:
    """Return what is no record but has a reader: an EventBridge event, a message of a topic."""
    if code not in _MAY_BE_POSTS:
        return None
    try:
        said = decode_object(parcel.body)
    except Wrong:
        return None
    carried = sns.message_of(said)
    if code == _OTHER_EVENT:
        format_ = sns.FORMAT if sns.is_letter(said) else eventbridge.FORMAT
        return Message(text(carried, "id")[:MAX_ID_CHARACTERS], parcel.body, format_)
    if not sns.is_message(carried):
        return None
    # Without an envelope the queue's own id of the message, which is in the origin, must do.
    id_ = text(said, "MessageId") if sns.is_letter(said) else parcel.origin
    return Message(_storable(id_)[:MAX_ID_CHARACTERS], parcel.body, sns.FORMAT)


def _read_record(parcel: Parcel, record: Record, reading: _Reading) -> None:
    origin = f"{parcel.origin}#{record.position}"
    if is_audit_event(record.content):
        cluster = reading.source if parcel.via == _FROM_A_CLUSTER else ""
        event = normalise_audit(record.content, cluster)
    else:
        event = normalise(record.content)
    if not isinstance(event, Event):
        reading.set_apart(event.code, event.why, via=parcel.via, origin=origin, body=record.raw)
        return
    reading.ways[event.external_id, parcel.via] += 1
    if event.external_id in reading.new:
        return
    try:
        signal = _new_signal(event, record, via=parcel.via, fresh_id=reading.ids.fresh())
    except (ValueError, RecursionError):
        why = "the record holds a number that JSON cannot write"
        reading.set_apart("record.unstorable", why, via=parcel.via, origin=origin, body=record.raw)
        return
    reading.new[event.external_id] = signal


def _new_signal(event: Event, record: Record, *, via: str, fresh_id: UUID) -> NewSignal:
    who = event.who
    return NewSignal(
        id=fresh_id,
        external_id=event.external_id,
        kind=event.kind,
        occurred_at=event.time,
        via=via,
        account=event.account,
        region=event.region,
        who_kind=who.kind,
        who_name=who.name,
        who_arn=who.arn,
        who_account=who.account,
        who_key=who.access_key,
        who_address=who.address,
        who_agent=who.user_agent,
        outcome=event.outcome,
        error_code=event.error_code,
        read_only=event.read_only,
        assets=json.dumps(signals.assets_written(event.assets)),
        record=json.dumps(event.record, allow_nan=False),
        # The normaliser replaces what no database stores; what was said is then kept beside it.
        raw=None if event.record == record.content else record.raw,
    )


async def _keep_batch(
    tx: Tx, source: Source, batch: Sequence[NewSignal], reading: _Reading
) -> frozenset[UUID]:
    """Keep a batch; when the database refuses it, find the ones to blame and set those apart."""
    try:
        async with tx.db.transaction():
            return await signals.keep(
                tx.db, batch, source=source.id, drill=source.drill_id, now=tx.now
            )
    except signals.REFUSED_BY_DATABASE as refused:
        if len(batch) == 1:
            _blame(batch[0], str(refused), reading)
            return frozenset()
    middle = len(batch) // 2
    first = await _keep_batch(tx, source, batch[:middle], reading)
    return first | await _keep_batch(tx, source, batch[middle:], reading)


def _blame(signal: NewSignal, why: str, reading: _Reading) -> None:
    del reading.new[signal.external_id]
    reading.set_apart(
        "record.unstorable",
        f"the database refuses it: {why}",
        via=signal.via,
        origin=f"event:{signal.external_id!a}",
        body=signal.raw or signal.record.encode(),
    )


async def _count(tx: Tx, source: Source, kept: Kept) -> None:
    await sources.seen(
        tx.db,
        source.id,
        kept=kept.fresh,
        repeated=kept.repeated,
        quarantined=kept.quarantined,
        now=tx.now,
    )
    if kept.fresh or kept.quarantined:
        await pokes.poke(tx.db, SIGNALS_TOPIC)


def _batches(things: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(things), MAX_KEPT_AT_ONCE):
        yield things[start : start + MAX_KEPT_AT_ONCE]


def _digest(code: str, origin: str, body: bytes) -> str:
    said = hashlib.sha256(f"{code}\n{len(origin)}\n{origin}\n".encode("utf-8", "replace"))
    said.update(body)
    return said.hexdigest()


def _storable(text: str) -> str:
    """Replace what no database stores in a text of unknown origin."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _containing(text: str) -> str:
    escaped = _storable(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _page_size(limit: int) -> int:
    return min(max(limit, 1), MAX_PAGE)


def _signal_view(row: signals.SignalRow) -> SignalView:
    return SignalView(
        id=row.id,
        drill=row.drill_id,
        external_id=row.external_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        via=row.via,
        lag_seconds=row.lag_seconds,
        account=row.account,
        region=row.region,
        who=row.who_name,
        arn=row.who_arn,
        access_key=row.who_key,
        address=row.who_address,
        user_agent=row.who_agent,
        outcome=row.outcome,
        error_code=row.error_code,
        read_only=row.read_only,
        assets=tuple(str(asset) for asset in signals.assets_from(row.assets)),
        judged_at=row.judged_at,
        seen=row.seen,
        record=row.record,
    )


def _quarantined_view(row: signals.QuarantinedRow) -> QuarantinedView:
    return QuarantinedView(
        id=row.id,
        drill=row.drill_id,
        source=row.source,
        code=row.code,
        why=row.why,
        via=row.via,
        origin=row.origin,
        body=row.body.decode("utf-8", "backslashreplace"),
        size=row.size,
        signal=row.signal_id,
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
    )
