"""Write down what happened, and wake the pages that show it."""

from uuid import UUID

from fireline.core.timeline.fact import Fact, Stream
from fireline.core.values.actor import Actor
from fireline.core.values.json import JsonObject
from fireline.store import facts, pokes
from fireline.usecases.transaction import Tx


async def record(tx: Tx, stream: Stream, kind: str, *, by: Actor, body: JsonObject) -> Fact:
    """Append a fact to a stream as of this transaction, and poke whoever watches the stream."""
    fact = await facts.append(tx.db, stream, at=tx.now, by=by.name, kind=kind, body=body)
    await pokes.poke(tx.db, str(stream))
    return fact


def alert_stream(alert: UUID) -> Stream:
    """Name the timeline of an alert."""
    return Stream("alert", alert)


def incident_stream(incident: UUID) -> Stream:
    """Name the timeline of an incident."""
    return Stream("incident", incident)


def drill_stream(drill: UUID) -> Stream:
    """Name the timeline of a drill."""
    return Stream("drill", drill)


def house_stream() -> Stream:
    """Name the timeline of the house itself: plan changes, accounts, sources."""
    return Stream("house", UUID(int=0))
