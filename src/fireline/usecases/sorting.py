"""Sort what was kept: read it, place it, and let alerts and people know, in one transaction."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from fireline.core.alerting.sheets import Heard
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import Beat, ChangeNotice, Notice, Said
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.signals.readers import read
from fireline.core.values.ids import DrillId, ServiceId
from fireline.store import drills, payloads, pokes, sources, symptoms
from fireline.store.payloads import UnsortedRow
from fireline.usecases import changes, heartbeats
from fireline.usecases.groupings import Groupings
from fireline.usecases.hearing import BEFORE_OTHERS, hear_all
from fireline.usecases.intake import HOUSE_SOURCE, REPLAY, SORTED, say
from fireline.usecases.sorting_save import World
from fireline.usecases.sorting_unread import set_apart, unread_notice
from fireline.usecases.transaction import Tx

MAX_PAYLOADS = 512
MAX_NOTICES = 2_000


# Reading a long body is work for the processor; everybody else has their turn meanwhile.
READ_IN_THREAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Turn:
    """How many payloads were sorted, and whether more may wait."""

    done: int
    more: bool


@dataclass(slots=True)
class _Batch:
    """What a turn hears, source by source."""

    heard: list[Heard] = field(default_factory=list[Heard])
    changes: list[tuple[UUID, UUID, ChangeNotice]] = field(
        default_factory=list[tuple[UUID, UUID, ChangeNotice]]
    )
    beats: list[Beat] = field(default_factory=list[Beat])
    unread: list[tuple[UnsortedRow, Unread]] = field(
        default_factory=list[tuple[UnsortedRow, Unread]]
    )
    done: list[payloads.Sorted] = field(default_factory=list[payloads.Sorted])
    times: dict[UUID, int] = field(default_factory=dict[UUID, int])


async def sort_payloads(
    tx: Tx, plan: Plan, groupings: Groupings, *, limit: int = MAX_PAYLOADS
) -> Turn:
    """Sort what has waited longest, of one world."""
    world = await payloads.next_world(tx.db)
    if world is None:
        return Turn(0, more=False)
    grouping = await groupings.take(tx, plan, world.drill_id)
    waiting = await payloads.unsorted(tx.db, drill=world.drill_id, limit=limit)
    cards = {
        card.id: card for card in await sources.cards(tx.db, [row.source_id for row in waiting])
    }
    house = await _house(tx, world.drill_id)
    batch = await _read_all(waiting, cards, house)
    pace = await _pace(tx, world.drill_id)
    await hear_all(tx, plan, grouping, batch.heard, world=World(world.drill_id, pace, house.id))
    await _note_the_rest(tx, batch, cards, world.drill_id)
    await payloads.mark_sorted(tx.db, batch.done, now=tx.now)
    await payloads.heard(tx.db, batch.times, now=tx.now)
    await pokes.poke(tx.db, SORTED)
    size = sum(len(row.body) for row in waiting)
    full = len(waiting) >= limit or size >= payloads.MAX_UNSORTED_BYTES
    return Turn(len(batch.done), more=full or len(batch.done) < len(waiting))


async def give_up(tx: Tx) -> None:
    """Set the payload apart that has waited longest and cannot be sorted, and tell people of it."""
    world = await payloads.next_world(tx.db)
    waiting = await payloads.unsorted(tx.db, drill=world.drill_id, limit=1) if world else []
    for row in waiting:
        (card,) = await sources.cards(tx.db, [row.source_id])
        part = Unread("sorting.failed", "", "fireline failed while it sorted this")
        await set_apart(tx, [(row, part)], drill=row.drill_id)
        drill = DrillId(row.drill_id) if row.drill_id else None
        await say(tx, unread_notice(card, row, [part]), drill=drill)
        await payloads.mark_sorted(tx.db, [payloads.Sorted(row.id, 0, 1)], now=tx.now)


async def end_what_is_over(tx: Tx, plan: Plan, groupings: Groupings) -> int:
    """End symptoms whose time is up although nobody said so, of one world; return how many."""
    worlds = await symptoms.worlds_ending(tx.db, now=tx.now)
    if not worlds:
        return 0
    drill = worlds[0]
    grouping = await groupings.take(tx, plan, drill)
    over = await symptoms.ending(tx.db, drill=drill, now=tx.now)
    world = World(drill, await _pace(tx, drill), (await _house(tx, drill)).id)
    await hear_all(tx, plan, grouping, (), world=world, over=over)
    return len(over)


async def _read_all(
    waiting: Iterable[UnsortedRow], cards: dict[UUID, sources.CardRow], house: sources.Registered
) -> _Batch:
    batch = _Batch()
    for number, row in enumerate(waiting, 1):
        if number % BEFORE_OTHERS == 0:
            await asyncio.sleep(0)
        card = cards[row.source_id]
        reading = await _read(row, card)
        for said in reading.said:
            _hear(batch, row, card, said)
        for part in reading.unread:
            batch.unread.append((row, part))
        if reading.unread:
            notice = unread_notice(card, row, reading.unread)
            batch.heard.append(_heard(notice, row, card, source=house.id, name=house.name))
        batch.done.append(payloads.Sorted(row.id, len(reading.said), len(reading.unread)))
        # What is read again was heard of when it came.
        if row.call != REPLAY:
            batch.times[card.id] = batch.times.get(card.id, 0) + 1
        if len(batch.heard) >= MAX_NOTICES:
            break
    return batch


async def _read(row: UnsortedRow, card: sources.CardRow) -> Reading:
    payload = Payload(row.format, row.call, row.body, row.received_at, row.meta, card.mapping)
    if len(row.body) < READ_IN_THREAD_BYTES:
        return read(payload)
    return await asyncio.to_thread(read, payload)


def _hear(batch: _Batch, row: UnsortedRow, card: sources.CardRow, said: Said) -> None:
    match said:
        case Notice():
            batch.heard.append(_heard(said, row, card, source=card.id, name=card.name))
        case ChangeNotice():
            batch.changes.append((card.id, row.id, said))
        case Beat():
            batch.beats.append(said)


def _heard(
    notice: Notice, row: UnsortedRow, card: sources.CardRow, *, source: UUID, name: str
) -> Heard:
    return Heard(
        notice=notice,
        source=source,
        source_name=name,
        format=card.format,
        received_at=row.received_at,
        default_service=ServiceId(card.service) if card.service else None,
        payload=row.id,
    )


async def _note_the_rest(
    tx: Tx, batch: _Batch, cards: dict[UUID, sources.CardRow], drill: UUID | None
) -> None:
    for source, payload, said in batch.changes:
        await changes.keep_changes(tx, cards[source], [said], payload=payload)
    for beat in batch.beats:
        await heartbeats.ping(tx, beat.name)
    if batch.unread:
        await set_apart(tx, batch.unread, drill=drill)


async def _house(tx: Tx, drill: UUID | None) -> sources.Registered:
    return await sources.register(
        tx.db, tx.ids.fresh(), HOUSE_SOURCE, drill=drill, now=tx.now, format="fireline"
    )


async def _pace(tx: Tx, drill: UUID | None) -> int:
    if drill is None:
        return 1
    return (await drills.paces(tx.db, [drill])).get(drill, 1)
