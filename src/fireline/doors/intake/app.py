"""Every intake route in one application, outside the gate.

Deny by default: a handler admits the source by its token, or proves the signature of a phone
company or of Slack, before it looks at anything else. What a handler turns
away it says in the manners of the API it imitates; what it forgets is answered here.
"""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from fireline.core.values.refusals import Refusal, Unavailable
from fireline.doors.intake import (
    alertmanager,
    generic,
    hooks,
    mail,
    opsgenie,
    pagerduty,
    slack,
    telephone,
    victorops,
)
from fireline.doors.intake.desk import RETRY_AFTER_SECONDS, IntakeDesk, Turned
from fireline.doors.intake.short_way import Answers, ShortWay

# The hot paths first: routes are tried in order.
ROOMS: Sequence[Sequence[BaseRoute]] = (
    pagerduty.ROUTES,
    alertmanager.ROUTES,
    victorops.ROUTES,
    generic.ROUTES,
    mail.ROUTES,
    hooks.ROUTES,
    telephone.ROUTES,
    slack.ROUTES,
    opsgenie.ROUTES,  # the last: it answers for the rest of /v1/ and /v2/
)
# What of the address space belongs to intake; everything else is the gate's.
PREFIXES = (
    "/v2/",
    "/v1/",
    "/api/v2/",
    "/generic/",
    "/integrations/",
    "/hooks/",
    "/telephone/",
    "/chat/",
    "/-/",
)


def build_intake(desk: IntakeDesk) -> ASGIApp:
    """Return the application that takes in what sources post."""
    routes = [route for room in ROOMS for route in room]
    answers: Answers = {Turned: _turned, Refusal: _refused}
    app = Starlette(routes=routes, exception_handlers=answers)
    app.state.intake = desk
    return ShortWay(app, routes, answers)


def is_intake(path: str) -> bool:
    """Say whether a path is intake's."""
    return path.startswith(PREFIXES)


async def _turned(_: Request, error: Exception) -> Response:
    if not isinstance(error, Turned):
        raise error
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return JSONResponse({"status": "refused", "error": error.why}, error.status, headers)


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    if isinstance(error, Unavailable):
        headers = {"Retry-After": RETRY_AFTER_SECONDS}
        said = {"status": "unavailable", "error": str(error)}
        return JSONResponse(said, HTTPStatus.SERVICE_UNAVAILABLE, headers)
    return JSONResponse({"status": "refused", "error": str(error)}, HTTPStatus.BAD_REQUEST)
