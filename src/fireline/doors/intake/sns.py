"""SNS by HTTP and HTTPS: https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html.

SNS waits 15 seconds; certificates and confirmations are given five. What is refused is answered
with 4xx, which SNS does not send again; what could not be done now with 503, which it does.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fireline.core.signals.formats.sns import RAW, TOPIC
from fireline.core.signals.sns_message import SUBSCRIPTION
from fireline.core.values.refusals import Kind, Refusal, Unavailable
from fireline.doors.intake.desk import IntakeDesk, Turned, desk_of
from fireline.ports.sns import SnsPeer
from fireline.usecases import sns
from fireline.usecases.sns import Heard
from fireline.usecases.sources import Card

MESSAGE_ID = "x-amz-sns-message-id"
_STATUSES = {Kind.FORBIDDEN: HTTPStatus.FORBIDDEN, Kind.INVALID: HTTPStatus.BAD_REQUEST}


async def check_sns(request: Request, card: Card, body: bytes) -> Response:
    """Prove a message and keep it, or do what it asks; SNS wants 200."""
    desk = desk_of(request)
    try:
        if request.headers.get(RAW) == "true":
            heard = await _raw(request, desk, card, body)
        else:
            heard = await _proven(desk, card, body)
    except Unavailable:
        raise
    except Refusal as refusal:
        status = _STATUSES.get(refusal.kind, HTTPStatus.BAD_REQUEST)
        raise Turned(status, f"{refusal} {refusal.hint}".rstrip()) from refusal
    return JSONResponse({"status": heard.value})


async def _proven(desk: IntakeDesk, card: Card, body: bytes) -> Heard:
    peer = _peer(desk)
    message = sns.opened(card, body)
    pem = await peer.certificate(message.certificate_url)
    async with desk.transaction() as tx:
        sns.prove(tx, message, pem)
        if message.kind == SUBSCRIPTION:
            return await sns.subscribe(tx, card, message, peer.confirm)
        return await sns.hear(tx, card, message, body)


async def _raw(request: Request, desk: IntakeDesk, card: Card, body: bytes) -> Heard:
    # Nothing is signed: that the address holds the source's token is all the proof there is.
    id_, topic = request.headers.get(MESSAGE_ID, ""), request.headers.get(TOPIC, "")
    async with desk.transaction() as tx:
        return await sns.hear_raw(tx, card, id_, topic, body)


def _peer(desk: IntakeDesk) -> SnsPeer:
    if desk.sns is None:
        raise Turned(HTTPStatus.NOT_IMPLEMENTED, "This fireline cannot reach SNS.")
    return desk.sns
