"""The Opsgenie API, for clients that speak it: alerts, heartbeats, incidents, and reading the plan.

Everything under /v1/ and /v2/ that no other API has an address for is answered here, so that a
client always gets the envelope it can read.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fireline.doors.intake import (
    opsgenie_actions,
    opsgenie_alerts,
    opsgenie_config,
    opsgenie_heartbeats,
    opsgenie_incidents,
    opsgenie_lists,
    opsgenie_overrides,
    opsgenie_schedules,
)
from fireline.doors.intake.opsgenie_wire import speak

# The hot paths first: ways are tried in order.
WAYS = (
    *opsgenie_alerts.WAYS,
    *opsgenie_heartbeats.WAYS,
    *opsgenie_lists.WAYS,
    *opsgenie_alerts.LAST,
    *opsgenie_actions.WAYS,
    *opsgenie_incidents.WAYS,
    *opsgenie_config.WAYS,
    *opsgenie_schedules.WAYS,
    *opsgenie_overrides.WAYS,
)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def answer(request: Request) -> Response:
    """Answer one request of a client."""
    return await speak(request, WAYS)


ROUTES = tuple(
    Route(f"/{version}/{{rest:path}}", answer, methods=_METHODS) for version in ("v1", "v2")
)
