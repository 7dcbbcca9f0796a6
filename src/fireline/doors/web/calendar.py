"""A calendar at its private address: what calendar programs read, without signing in."""

import hashlib

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fireline.core.values.refusals import Refusal
from fireline.doors.calendars import LOOK_AGAIN, written
from fireline.doors.problems import STATUS
from fireline.doors.web.shell import Desk
from fireline.usecases import calendars

_CACHE = f"private, max-age={int(LOOK_AGAIN.total_seconds())}, must-revalidate"


async def calendar(request: Request) -> Response:
    """Answer with the shifts as they are now, or say that nothing changed."""
    desk: Desk = request.app.state.desk
    try:
        async with desk.transaction() as tx:
            found = await calendars.read_feed(tx, request.path_params["token"])
    except Refusal as refusal:
        return PlainTextResponse(f"{refusal}\n", STATUS[refusal.kind])
    body = written(found)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": _CACHE}
    known = request.headers.get("if-none-match", "").replace("W/", "").split(",")
    if tag in {one.strip() for one in known}:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


ROUTES = (Route("/calendar/{token}.ics", calendar),)
