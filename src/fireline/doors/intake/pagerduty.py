"""PagerDuty's Events API, v2 with change events and v1: its clients post here as they are.

Docs: https://developer.pagerduty.com/docs/events-api-v2-overview. The routing key is the source's
token, and travels in the body: nothing is kept before it was found there.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.core.signals.formats.pagerduty import (
    CHANGE,
    EVENT,
    EVENT_V1,
    MADE_KEY,
    Event,
    event_of,
)
from fireline.core.values.refusals import Unavailable
from fireline.doors.intake.desk import RETRY_AFTER_SECONDS, Turned, body_of, desk_of

FORMAT = "pagerduty"
MAX_BODY_BYTES = 512 * 1024


async def enqueue(request: Request) -> Response:
    """Take an event: trigger, acknowledge or resolve."""
    return await _take(request, EVENT)


async def enqueue_change(request: Request) -> Response:
    """Take a change event, which tells nobody."""
    return await _take(request, CHANGE)


async def create_event(request: Request) -> Response:
    """Take an event of the first version."""
    return await _take(request, EVENT_V1)


async def _take(request: Request, call: str) -> Response:
    # The token is in the body: strangers are read, too, but not at length.
    body = await body_of(request, MAX_BODY_BYTES)
    event = event_of(body, call)
    if event.unparsable:
        return _unparsable(event)
    if event.errors:
        return _invalid(*event.errors)
    desk = desk_of(request)
    try:
        card = await desk.admit(event.routing_key, FORMAT)
    except Turned as turned:
        return _turned(turned, call)
    fresh = desk.ids.fresh()
    key = event.key or fresh.hex
    meta = {} if event.key or call == CHANGE else {MADE_KEY: key}
    try:
        await desk.keep(card, body, call=call, meta=meta, fresh=fresh)
    except Unavailable as weather:
        return _later(str(weather))
    return _accepted(call, key)


def _accepted(call: str, key: str) -> Response:
    said = {"status": "success", "message": "Event processed"}
    match call:
        case "change":
            return JSONResponse({**said, "message": "Change event processed"}, HTTPStatus.ACCEPTED)
        case "event_v1":
            return JSONResponse({**said, "incident_key": key})
        case _:
            return JSONResponse({**said, "dedup_key": key}, HTTPStatus.ACCEPTED)


def _unparsable(event: Event) -> Response:
    said = {
        "status": "unrecognized object",
        "message": "Event object format is unrecognized",
        "errors": ["JSON parse error", event.unparsable],
    }
    return JSONResponse(said, HTTPStatus.BAD_REQUEST)


def _invalid(*errors: str) -> Response:
    said = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": list(errors),
    }
    return JSONResponse(said, HTTPStatus.BAD_REQUEST)


def _turned(turned: Turned, call: str) -> Response:
    """Answer as PagerDuty does: a key nobody has is a mistake in the event, never a 404."""
    if turned.status is not HTTPStatus.TOO_MANY_REQUESTS:
        return _invalid(f"'{'service_key' if call == EVENT_V1 else 'routing_key'}' is invalid")
    said = {"status": "throttle exceeded", "message": turned.why, "errors": [turned.why]}
    status = HTTPStatus.FORBIDDEN if call == EVENT_V1 else HTTPStatus.TOO_MANY_REQUESTS
    return JSONResponse(said, status, {"Retry-After": str(turned.retry_after or 1)})


def _later(why: str) -> Response:
    said = {"status": "unavailable", "message": why, "errors": [why]}
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    return JSONResponse(said, HTTPStatus.SERVICE_UNAVAILABLE, headers)


ROUTES = (
    Route("/v2/enqueue", enqueue, methods=["POST"]),
    Route("/v2/change/enqueue", enqueue_change, methods=["POST"]),
    Route("/generic/2010-04-15/create_event.json", create_event, methods=["POST"]),
)
