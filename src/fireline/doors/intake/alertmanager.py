"""Fireline as an Alertmanager: Prometheus posts alerts here, and amtool asks how they are.

The API and its answers are those of Alertmanager 0.25, at the paths it has them and, for a
Prometheus with a `path_prefix` and amtool, below `/integrations/alertmanager/TOKEN`. See
https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fireline.core.signals.formats import alertmanager
from fireline.core.signals.payload import Unread
from fireline.core.values.refusals import Unavailable
from fireline.doors.intake import alertmanager_silences, alertmanager_views
from fireline.doors.intake.alertmanager_answers import (
    PREFIX,
    admitted,
    answered,
    asking,
    in_json,
    moment,
    refused,
    text_refused,
)
from fireline.doors.intake.desk import body_of, desk_of
from fireline.usecases.sources import Card

# Which Alertmanager this is one of; clients warn when theirs is another.
SPEAKS = "0.25.0"
_READ_IN_THREAD_BYTES = 128 * 1024
_STARTED = time.monotonic()
_UNPARSED = 'parsing alerts body from "" failed, because '
_CODES = {alertmanager.MISSING: 602, alertmanager.BAD_LINK: 601}
_CONFIG = """\
# Fireline answers here in an Alertmanager's stead. Its plan says who is told of what.
global:
  resolve_timeout: 5m
route:
  receiver: fireline
receivers:
- name: fireline
"""


@answered
async def post_alerts(request: Request) -> Response:
    """Take alerts. What is wrong with some is said, and the others are kept all the same."""
    card = await admitted(request)
    refusal = _media_type(request)
    if refusal is not None:
        return refusal
    wrong = await _take(request, card)
    return _answer(wrong) if wrong else Response(status_code=HTTPStatus.OK)


@answered
async def post_alerts_v1(request: Request) -> Response:
    """Take alerts as the first version of the API did."""
    card = await admitted(request)
    wrong = await _take(request, card)
    if not wrong:
        return in_json({"status": "success"})
    why = "; ".join(one.why for one in wrong)
    said = {"status": "error", "errorType": "bad_data", "error": why}
    return in_json(said, HTTPStatus.BAD_REQUEST)


async def _take(request: Request, card: Card) -> Sequence[Unread]:
    body = await body_of(request)
    posted, wrong = await _members(body)
    if posted:
        await desk_of(request).keep(card, body, call=alertmanager.API)
    return wrong


async def _members(body: bytes) -> tuple[Sequence[alertmanager.Posted], Sequence[Unread]]:
    # A long one is work for the processor; whoever else posts has their turn meanwhile.
    if len(body) < _READ_IN_THREAD_BYTES:
        return alertmanager.members(body)
    return await asyncio.to_thread(alertmanager.members, body)


def _media_type(request: Request) -> Response | None:
    sent = request.headers.get("content-type") or "application/octet-stream"
    if sent.partition(";")[0].strip().lower() == "application/json":
        return None
    why = f'unsupported media type "{sent}", only [application/json] are allowed'
    return refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why)


def _answer(wrong: Sequence[Unread]) -> Response:
    """Answer as Alertmanager does: what cannot be parsed first, then what must be there."""
    for one in wrong:
        if one.code == alertmanager.UNPARSABLE:
            return refused(HTTPStatus.BAD_REQUEST, _UNPARSED + one.why)
    for one in wrong:
        if one.code in _CODES:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return refused(status, one.why, code=_CODES[one.code])
    return text_refused("; ".join(one.why for one in wrong))


@answered
async def get_status(request: Request) -> Response:
    """Say what this is: one node, no peers, and which API it speaks."""
    async with asking(request) as found:
        started = found.tx.now - timedelta(seconds=time.monotonic() - _STARTED)
    version = {
        "branch": "fireline",
        "buildDate": "",
        "buildUser": "",
        "goVersion": "",
        "revision": "",
        "version": SPEAKS,
    }
    return in_json(
        {
            "cluster": {"peers": [], "status": "disabled"},
            "config": {"original": _CONFIG},
            "uptime": moment(started),
            "versionInfo": version,
        }
    )


async def healthy(_: Request) -> Response:
    """Say that this runs."""
    return PlainTextResponse("OK")


async def ready(request: Request) -> Response:
    """Say that posts can be kept: the database answers."""
    try:
        async with desk_of(request).transaction():
            return PlainTextResponse("OK")
    except Unavailable as weather:
        return PlainTextResponse(str(weather), HTTPStatus.SERVICE_UNAVAILABLE)


Endpoint = Callable[[Request], Coroutine[object, object, Response]]
_PATHS: Sequence[tuple[str, str, Endpoint]] = (
    ("POST", "/api/v2/alerts", post_alerts),
    ("GET", "/api/v2/alerts", alertmanager_views.get_alerts),
    ("GET", "/api/v2/alerts/groups", alertmanager_views.get_groups),
    ("GET", "/api/v2/receivers", alertmanager_views.get_receivers),
    ("GET", "/api/v2/status", get_status),
    ("GET", "/api/v2/silences", alertmanager_silences.get_silences),
    ("POST", "/api/v2/silences", alertmanager_silences.post_silence),
    ("GET", "/api/v2/silence/{silence}", alertmanager_silences.get_silence),
    ("DELETE", "/api/v2/silence/{silence}", alertmanager_silences.delete_silence),
    ("GET", "/-/healthy", healthy),
    ("GET", "/-/ready", ready),
)
ROUTES = (
    *(Route(path, endpoint, methods=[method]) for method, path, endpoint in _PATHS),
    *(Route(PREFIX + path, endpoint, methods=[method]) for method, path, endpoint in _PATHS),
    # Alone below the prefix: what begins with /api/v1 is fireline's own API.
    Route(f"{PREFIX}/api/v1/alerts", post_alerts_v1, methods=["POST"]),
)
