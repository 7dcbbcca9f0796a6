"""Every page in one list: what the outer app serves beside the API."""

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from fireline.core.access.roles import Permission
from fireline.doors.web import (
    account,
    alert_forms,
    alert_page,
    approvals,
    assets,
    calendar,
    changes,
    channels,
    clouds,
    contacts,
    declare,
    drills,
    escalations,
    inbox,
    incident_forms,
    incidents,
    links,
    oncall,
    oncall_forms,
    oncall_shift,
    posture,
    report,
    reviews,
    routes,
    runs,
    schedule_templates,
    signin,
    silences,
    sources,
)
from fireline.doors.web.live import pokes_of
from fireline.doors.web.shell import Caller, Desk, page

# Files carry a fingerprint of their content in the address, so a browser may keep them for ever.
_KEPT = "public, max-age=31536000, immutable"
_ROOMS = (
    account,
    contacts,
    inbox,
    alert_page,
    alert_forms,
    changes,
    posture,
    channels,
    declare,  # before incidents: its path is not a number
    incidents,
    incident_forms,
    runs,
    approvals,
    reviews,
    oncall,
    oncall_forms,
    oncall_shift,
    schedule_templates,
    calendar,
    drills,
    escalations,
    sources,
    assets,
    clouds,
    report,
    routes,
    silences,
    links,
    signin,
)


def build_pages(desk: Desk) -> list[BaseRoute]:
    """Return the routes of all pages. The app that serves them has `desk` as its `state.desk`."""

    async def pokes(caller: Caller) -> Response:
        return pokes_of(desk.hub, caller.request)

    routes: list[BaseRoute] = [route for room in _ROOMS for route in room.ROUTES]
    return [*routes, page("/pokes", pokes, Permission.SEE), Mount("/static", app=_Files())]


class _Files(StaticFiles):
    """The browser's files from the package: style, script, icon, and htmx."""

    def __init__(self) -> None:
        super().__init__(packages=[("fireline.doors.web", "static")])

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        """Serve a file; one asked for by its fingerprint may be kept."""
        response = await super().get_response(path, scope)
        fingerprinted = scope.get("query_string", b"").startswith(b"v=")
        response.headers["cache-control"] = _KEPT if fingerprinted else "no-cache"
        return response
