"""Splunk On-Call's REST endpoint (VictorOps): what `victorops_configs` and others post to.

Its clients put the token and a routing key behind their `api_url`, which is
`/integrations/victorops/` here; the routing key is the team's name.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.core.signals.decoding import key_of
from fireline.core.signals.formats.victorops import MADE_KEY, ROUTING_KEY, parsed
from fireline.doors.intake.desk import body_of, desk_of, token_of

FORMAT = "victorops"


async def post_alert(request: Request) -> Response:
    """Take an alert; the answer has the name it is known by from here on."""
    desk = desk_of(request)
    card = await desk.admit(token_of(request), FORMAT)
    body = await body_of(request)
    post, wrong = parsed(body)
    if wrong is not None:
        return JSONResponse({"result": "failure", "message": wrong.why}, HTTPStatus.BAD_REQUEST)
    fresh = desk.ids.fresh()
    key = key_of(post.get("entity_id")) or fresh.hex
    meta = {MADE_KEY: key} if not post.get("entity_id") else {}
    routing_key = request.path_params.get("routing_key")
    if routing_key:
        meta[ROUTING_KEY] = str(routing_key)[:200]
    await desk.keep(card, body, meta=meta, fresh=fresh)
    return JSONResponse({"result": "success", "entity_id": key})


ROUTES = (
    Route("/integrations/victorops/{token}/{routing_key}", post_alert, methods=["POST"]),
    Route("/integrations/victorops/{token}", post_alert, methods=["POST"]),
)
