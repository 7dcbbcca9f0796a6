"""Many messages that wait for one address: which go alone, and which another one speaks for.

A message that is spoken for stays a wish and stays due, a little later: whatever becomes of the one
that speaks, somebody is told.
"""

from collections.abc import Sequence
from uuid import UUID

from fireline.core.escalation.backlog import (
    APART,
    MANY,
    SPOKEN_FOR,
    Gathering,
    Waits,
    gather,
    is_crowd,
)
from fireline.core.escalation.channels import Form, form_of
from fireline.core.escalation.together import Line, Text, together
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Machine
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.store import due, facts, outbox, pokes
from fireline.store.outbox import Address, CarriedRow, CrowdRow, OutboxRow
from fireline.usecases.facts import alert_stream
from fireline.usecases.transaction import Tx

_BY = Machine("sender")
_BRIEF = {Form.SHORT, Form.SPOKEN}


async def part_crowd(tx: Tx, where: Address) -> bool:
    """Decide about what waits for an address, when that is too much to be sent one by one.

    Call it before anything is held: it holds the alerts it decides about, as far as nobody else is
    busy with them. `False`: somebody else decides about them right now, so look again soon.
    """
    brief = form_of(where.channel) in _BRIEF
    size = await outbox.crowd_size(tx.db, where, now=tx.now, limit=MANY + 1)
    if not is_crowd(size.waiting, size.oldest or tx.now, tx.now, brief=brief):
        return True
    rows = await outbox.hold_crowd(tx.db, where, now=tx.now)
    if rows is None:
        return False
    told = await outbox.told_lately(tx.db, where, since=tx.now - APART)
    waits = [_waits(row) for row in rows]
    gathering = gather(waits, tx.now, brief=brief, told=told)
    if gathering.carrier is not None and gathering.carried:
        await _carry(tx, gathering, gathering.carrier, rows)
    return True


async def speak_for(tx: Tx, wish: OutboxRow, text: Text, first: Line, *, home: str) -> Text:
    """Return what a message says, with all that it speaks for; note that those are on their way."""
    carried = [one for one in await outbox.carried(tx.db, wish.id) if _is_open(one)]
    if not carried:
        return text
    await outbox.spoken(tx.db, [one.id for one in carried], carrier=wish.id, now=tx.now)
    others = {one.alert_id: _line(one) for one in carried if one.number != first.number}
    if not others:
        return text
    return together(form_of(wish.channel), text, [first, *others.values()], home=home)


async def alerts_spoken_for(tx: Tx, wish: UUID) -> list[UUID]:
    """Name the alerts a message speaks for."""
    carried = await outbox.carried(tx.db, wish)
    return [one.alert_id for one in carried if one.carried_at is not None]


async def arrived_together(tx: Tx, wish: OutboxRow) -> None:
    """Write down that what a message spoke for arrived with it. Their alerts are held already."""
    carried = [
        one
        for one in await outbox.carried(tx.db, wish.id)
        if one.carried_at is not None and one.state == "waiting"
    ]
    if not carried:
        return
    text = f"in one message with {len(carried)} {_others(len(carried))}"
    await outbox.told_together(tx.db, [one.id for one in carried], now=tx.now, detail=text)
    told = [
        _fact(one, "page.sent", f"{one.person} was told by {one.channel}, {text}")
        for one in carried
    ]
    await _record(tx, told)


async def speak_alone(tx: Tx, wish: UUID) -> None:
    """Let what a message spoke for be sent by itself, at once: that one will not arrive."""
    left = [one.id for one in await outbox.carried(tx.db, wish) if one.state == "waiting"]
    for one in left:
        await due.plan(tx.db, outbox.SEND, one, tx.now)


async def _carry(tx: Tx, gathering: Gathering, carrier: UUID, rows: Sequence[CrowdRow]) -> None:
    carried = set(gathering.carried)
    fresh = [row for row in rows if row.id in carried and row.carried_by is None]
    await outbox.carry(tx.db, gathering.carried, carrier=carrier)
    await due.put_off(tx.db, outbox.SEND, gathering.carried, until=tx.now + SPOKEN_FOR)
    count = len(gathering.carried)
    text = f"Told in one message with {count} {_others(count)}: {len(rows)} waited at once"
    body: JsonObject = {"waited": len(rows), "text": text}
    await _record(
        tx,
        [
            facts.NewFact(alert_stream(row.alert_id), "page.gathered", _BY.name, body)
            for row in fresh
        ],
    )


async def _record(tx: Tx, new: Sequence[facts.NewFact]) -> None:
    """Write many facts; an alert whose page is told of twice over keeps both, in order."""
    if not new:
        return
    await facts.append_many(tx.db, new, at=tx.now)
    for stream in {str(one.stream) for one in new}:
        await pokes.poke(tx.db, stream)


def _fact(one: CarriedRow, kind: str, text: str) -> facts.NewFact:
    body: JsonObject = {
        "person": one.person,
        "channel": one.channel,
        "page": str(one.page_id),
        "step": one.step,
        "text": text,
    }
    return facts.NewFact(Stream("alert", one.alert_id), kind, _BY.name, body)


def _others(count: int) -> str:
    return "other" if count == 1 else "others"


def _is_open(one: CarriedRow) -> bool:
    return one.state == "waiting" and one.alert_state != "resolved"


def _waits(row: CrowdRow) -> Waits:
    return Waits(row.id, row.alert_id, Priority(row.priority), row.about, row.due_at)


def _line(one: CarriedRow) -> Line:
    return Line(one.number, Priority(one.priority), one.title, one.service)
