"""EventBridge's API destinations: each event once, and CloudTrail's records to the rules.

Docs: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html. EventBridge
waits 5 seconds, and tries again for a day after 409, 429 and 5xx.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fireline.core.signals.fields import Wrong, decode_object, text
from fireline.core.signals.formats import eventbridge
from fireline.doors.intake.desk import desk_of
from fireline.ports.source import Parcel
from fireline.store.sources import Registered
from fireline.usecases import signals
from fireline.usecases.once import Message, keep_once
from fireline.usecases.sns import alarm_meaning
from fireline.usecases.sources import Card

VIA = "eventbridge"


async def check_event(request: Request, card: Card, body: bytes) -> Response | None:
    """Keep an event nobody sent before; what is no JSON is kept by the usual way, and set apart."""
    try:
        said = decode_object(body)
    except Wrong:
        return None
    desk = desk_of(request)
    if eventbridge.is_log_record(said):
        return await keep_records(request, card, body)
    message = Message(text(said, "id")[:200], body, eventbridge.FORMAT, alarm_meaning(card))
    async with desk.transaction() as tx:
        kept = await keep_once(tx, card, [message])
    answer = {"status": "accepted", "payload": str(kept[0])} if kept else {"status": "repeated"}
    return JSONResponse(answer, HTTPStatus.ACCEPTED)


async def keep_records(request: Request, card: Card, body: bytes) -> Response:
    """Keep log records as signals, for the plan's rules to judge."""
    desk = desk_of(request)
    source = Registered(card.id, card.name, card.drill_id)
    parcel = Parcel("", VIA if card.format == VIA else card.format, f"post:{card.name}", body)
    async with desk.transaction() as tx:
        kept = await signals.keep(tx, source, [parcel])
    answer = {
        "status": "accepted",
        "signals": kept.fresh,
        "repeated": kept.repeated,
        "quarantined": kept.quarantined,
    }
    return JSONResponse(answer, HTTPStatus.ACCEPTED)
