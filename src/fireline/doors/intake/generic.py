"""Any JSON, and the pings of jobs that only say that they are still there.

Nothing a known source posts is turned away for what is in it: what cannot be read is told to
somebody instead.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fireline.doors.intake.desk import IntakeDesk, body_of, desk_of, token_of
from fireline.usecases import heartbeats, idempotency
from fireline.usecases.sources import HEARTBEAT, JSON, Card

MAX_HEADERS = 40
MAX_HEADER = 500
MAX_IDEMPOTENCY_KEY = 1_000
# A header whose name has one of these in it may be a credential, and is not kept.
_PRIVATE = ("auth", "token", "secret", "key", "cookie", "signature", "password", "session")


async def receive(request: Request) -> JSONResponse:
    """Keep one JSON body; answer 202 once it is committed, and the same again to the same key."""
    desk = desk_of(request)
    card = await desk.admit(token_of(request), JSON)
    body = await body_of(request)
    key = request.headers.get("idempotency-key", "")[:MAX_IDEMPOTENCY_KEY]
    if not key:
        accepted = await desk.keep(card, body, meta=_headers(request))
        return _said(str(accepted.payload))
    return await _once(request, desk, card, body, key)


async def beat(request: Request) -> JSONResponse:
    """Note that a job was heard of."""
    desk = desk_of(request)
    card = await desk.admit(token_of(request), HEARTBEAT)
    async with desk.transaction() as tx:
        await heartbeats.beat_of_source(tx, card.id)
    return JSONResponse({"status": "heard", "source": card.name}, HTTPStatus.ACCEPTED)


async def _once(
    request: Request, desk: IntakeDesk, card: Card, body: bytes, key: str
) -> JSONResponse:
    async with desk.transaction() as tx:
        claimed = await idempotency.claim(tx, card.id, key)
    if not claimed.kept:
        await desk.keep(card, body, meta=_headers(request), fresh=claimed.payload)
    return _said(str(claimed.payload))


def _said(payload: str) -> JSONResponse:
    return JSONResponse({"status": "accepted", "payload": payload}, HTTPStatus.ACCEPTED)


def _headers(request: Request) -> dict[str, str]:
    kept = [
        (name[:MAX_HEADER], value[:MAX_HEADER].replace("\x00", ""))
        for name, value in request.headers.items()
        if not any(word in name for word in _PRIVATE)
    ]
    return dict(kept[:MAX_HEADERS])


ROUTES = (
    Route("/hooks/json/{token}", receive, methods=["POST"]),
    Route("/integrations/json/{token}", receive, methods=["POST"]),
    Route("/integrations/json", receive, methods=["POST"]),
    Route("/integrations/heartbeat/{token}", beat, methods=["GET", "POST"]),
    Route("/integrations/heartbeat", beat, methods=["GET", "POST"]),
)
