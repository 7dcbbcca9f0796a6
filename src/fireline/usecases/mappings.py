"""Try a mapping on what came already, and read again what was kept through a better one.

A preview changes nothing. A replay says only what is new: a problem that is known under its key,
or that came and went, is not raised again, and nobody is paged for what is over.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from fireline.core.signals.formats import fireline
from fireline.core.signals.mapping import Mistake, compile_mapping
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Unread
from fireline.core.values.actor import Actor
from fireline.core.values.json import JsonObject
from fireline.store import payloads
from fireline.store import source_views as store
from fireline.store.payloads import PayloadRow
from fireline.store.source_views import KnownRow
from fireline.store.sources import SourceRow
from fireline.usecases.facts import house_stream, record
from fireline.usecases.intake import REPLAY
from fireline.usecases.source_views import (
    PayloadView,
    ReadingView,
    first_id,
    payload_view,
    read_row,
    reading_view,
)
from fireline.usecases.sources import connected, find_source
from fireline.usecases.transaction import Tx

MAX_PREVIEWED = 50
MAX_REPLAYED = 2_000  # payloads of one replay, the oldest first; `next_since` goes on from there
MAX_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Previewed:
    """One payload as it is read now, and as the new mapping would read it."""

    payload: PayloadView
    now: ReadingView
    then: ReadingView
    differs: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping would say of the last payloads; with mistakes, it says nothing."""

    mistakes: tuple[Mistake, ...]
    items: tuple[Previewed, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a replay says that was not known: a problem, or its end. `payload` says so last."""

    key: str
    status: str
    title: str
    payload: UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """A problem that is open under an older name; a replay leaves it as it is."""

    key: str
    known_as: str
    alert: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay changes, or with a dry run would change.

    `read` payloads were read, `known` notices of them changed nothing. What could not be read is
    counted in `unread`. `next_since` is set when there are more payloads than one replay reads.
    """

    dry_run: bool
    read: int
    known: int
    unread: int
    changes: tuple[Change, ...]
    kept: tuple[Kept, ...]
    next_since: datetime | None


@dataclass(slots=True)
class _Key:
    """What the payloads of a replay say of one key, in the order they came."""

    first: datetime
    notice: Notice
    payload: PayloadRow
    payloads: list[UUID] = field(default_factory=list[UUID])
    alone: bool = True  # its payloads say nothing else


async def preview(tx: Tx, name: str, mapping: str, *, limit: int = 10) -> Preview:
    """Say what the last payloads of a source would say under a mapping. Nothing is changed."""
    source = await find_source(tx, name)
    compiled = compile_mapping(mapping)
    if isinstance(compiled, tuple):
        return Preview(compiled, ())
    rows = await payloads.of_source(tx.db, source.id, limit=min(limit, MAX_PREVIEWED))
    shown = tuple(_previewed(row, source.mapping, mapping) for row in rows if row.call != REPLAY)
    return Preview((), shown)


async def replay(tx: Tx, name: str, *, since: datetime, dry_run: bool, by: Actor) -> Replay:
    """Read again what a source sent since a moment, and say what that changes."""
    source = await connected(tx, name)
    rows = await store.payloads_since(
        tx.db, source.id, after=first_id(since), limit=MAX_REPLAYED + 1
    )
    keys, read, unread = _by_key(rows[:MAX_REPLAYED], source.mapping)
    known = await store.symptoms_of_keys(tx.db, source.id, list(keys))
    raised = await store.symptoms_of_payloads(
        tx.db, source.id, [payload for one in keys.values() for payload in one.payloads]
    )
    kept = {one.key: one for one in _open_elsewhere(keys, raised)}
    news = [one for one in _news(keys, known) if one.notice.key not in kept][:MAX_CHANGES]
    if not dry_run and news:
        await _say_anew(tx, source, news, by=by)
    changes = tuple(
        Change(one.notice.key, one.notice.status.value, one.notice.title, one.payload.id)
        for one in news
    )
    more = rows[MAX_REPLAYED - 1].received_at if len(rows) > MAX_REPLAYED else None
    return Replay(
        dry_run,
        min(len(rows), MAX_REPLAYED),
        read - len(changes),
        len(unread),
        changes,
        tuple(kept.values()),
        more,
    )


def _previewed(row: PayloadRow, now: str, then: str) -> Previewed:
    before, after = read_row(row, now), read_row(row, then)
    return Previewed(
        payload_view(row, before), reading_view(before), reading_view(after), before != after
    )


def _by_key(rows: Sequence[PayloadRow], mapping: str) -> tuple[dict[str, _Key], int, list[Unread]]:
    """Gather what payloads say, by key; the last word on a key counts."""
    keys: dict[str, _Key] = {}
    unread: list[Unread] = []
    read = 0
    for row in rows:
        reading = read_row(row, mapping)
        unread += reading.unread
        for said in reading.said:
            read += 1
            if isinstance(said, Notice) and said.key:
                _hear(keys, row, said)
                keys[said.key].alone &= len(reading.said) == 1
    return keys, read, unread


def _hear(keys: dict[str, _Key], row: PayloadRow, notice: Notice) -> None:
    heard = keys.get(notice.key)
    if heard is None:
        keys[notice.key] = _Key(row.received_at, notice, row, [row.id])
        return
    if heard.notice.status is Status.RESOLVED and notice.status is not Status.RESOLVED:
        heard.first = row.received_at
    heard.notice, heard.payload = notice, row
    heard.payloads.append(row.id)


def _news(keys: dict[str, _Key], known: Sequence[KnownRow]) -> Iterator[_Key]:
    """Give the keys whose last word is news: a problem nobody knew, or the end of a live one."""
    latest: dict[str, KnownRow] = {}
    for row in known:
        latest.setdefault(row.key, row)
    for key, heard in keys.items():
        row = latest.get(key)
        live = row is not None and row.resolved_at is None
        if heard.notice.status is Status.RESOLVED:
            if live and row is not None and row.last_at <= heard.payload.received_at:
                yield heard
        elif not live and (row is None or _ended_before(row, heard.first)):
            yield heard


def _ended_before(row: KnownRow, moment: datetime) -> bool:
    return row.resolved_at is not None and row.resolved_at < moment


def _open_elsewhere(keys: dict[str, _Key], raised: Sequence[KnownRow]) -> Iterator[Kept]:
    """Give the keys that are open already under another name their payload had before."""
    renamed: dict[UUID | None, list[KnownRow]] = {}
    for row in raised:
        if row.state == "firing" and row.key not in keys:
            renamed.setdefault(row.payload_id, []).append(row)
    for key, heard in keys.items():
        open_there = [row for payload in heard.payloads for row in renamed.get(payload, ())]
        # In a batch, only a title tells which of its members was raised under another name.
        same = (row for row in open_there if heard.alone or row.title == heard.notice.title)
        if (row := next(same, None)) is not None:
            yield Kept(key, row.key, row.alert)


async def _say_anew(tx: Tx, source: SourceRow, news: Sequence[_Key], *, by: Actor) -> None:
    """Keep what is news as payloads of the same source, in fireline's own format."""
    new = [
        payloads.New(
            id=tx.ids.fresh(),
            source_id=source.id,
            drill_id=source.drill_id,
            format="fireline",
            call=REPLAY,
            meta=json.dumps({"of": str(one.payload.id), "by": by.name}),
            body=fireline.write(replace(one.notice, at=one.notice.at or one.first)),
        )
        for one in news
    ]
    await payloads.keep(tx.db, new, now=tx.now)
    text = f"{by.name} replayed the source {source.name}: {len(news)} changes"
    body: JsonObject = {"source": source.name, "text": text}
    await record(tx, house_stream(), "source.replayed", by=by, body=body)
