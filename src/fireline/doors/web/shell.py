"""What every page shares: templates, the bar at the top, and how a route says what it needs."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Any, cast
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fireline.core.access.principal import Principal
from fireline.core.access.roles import Permission, grants
from fireline.core.values.refusals import Refusal
from fireline.doors.entry import admit, admit_to
from fireline.doors.problems import STATUS
from fireline.store.hub import Hub
from fireline.usecases.channels import Switchboard
from fireline.usecases.transaction import Transactions

PLACES = (
    ("inbox", "/", "Alerts"),
    ("incidents", "/incidents", "Incidents"),
    ("changes", "/changes", "Changes"),
    ("posture", "/posture", "Posture"),
    ("assets", "/assets", "Assets"),
    ("on-call", "/on-call", "On-call"),
    ("approvals", "/approvals", "Approvals"),
    ("drills", "/drills", "Drills"),
    ("sources", "/sources", "Sources"),
)
STATIC = resources.files("fireline.doors.web") / "static"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages work with: transactions, the pokes that keep them fresh, the ways out."""

    transaction: Transactions
    hub: Hub
    channels: Switchboard = field(default_factory=Switchboard)


@dataclass(frozen=True, slots=True)
class Caller:
    """One request to a page, let in."""

    request: Request
    desk: Desk
    principal: Principal
    permission: Permission

    async def field(self, name: str) -> str:
        """Return one field of the form that was sent, trimmed; empty when it is not there."""
        form = await self.request.form()
        value = form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    async def fields(self) -> dict[str, str]:
        """Return every field of the form that was sent, as it was typed."""
        form = await self.request.form()
        return {name: value for name, value in form.items() if isinstance(value, str)}

    def reach(self, drill: Any) -> None:
        """Refuse those confined to one drill on anything else."""
        admit_to(self.principal, self.permission, drill)


@dataclass(frozen=True, slots=True)
class Again:
    """A form that was refused and is shown again: what was typed stays, with the reason beside."""

    form: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    refusal: Refusal | None = None

    @property
    def status(self) -> HTTPStatus:
        """The status the page is answered with."""
        return STATUS[self.refusal.kind] if self.refusal else HTTPStatus.OK

    def kept(self, form: str, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field of a form."""
        return self.fields.get(name, otherwise) if form == self.form else otherwise

    def wrong(self, form: str) -> Refusal | None:
        """Return why a form was refused, if it was this one."""
        return self.refusal if form == self.form else None


FRESH = Again()
View = Callable[[Caller], Awaitable[Response]]


def page(path: str, view: View, needs: Permission, *, methods: Sequence[str] = ("GET",)) -> Route:
    """Make a route that lets in who has the permission, and tells refusals as a page.

    The permission stays on the endpoint, where a test finds it.
    """

    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        try:
            caller = Caller(request, desk, admit(request, needs), needs)
            return await view(caller)
        except Refusal as refusal:
            return _refused(request, refusal)

    endpoint.__fireline_needs__ = needs  # pyright: ignore[reportFunctionMemberAccess] - read by a test
    return Route(path, endpoint, methods=list(methods), name=view.__name__)


def render(
    caller: Caller,
    template: str,
    *,
    here: str,
    topics: Sequence[str] = (),
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> HTMLResponse:
    """Render a page. `topics` are the pokes it re-fetches itself on."""
    context: dict[str, Any] = {"me": caller.principal.person, "here": here, "topics": topics}
    context |= {"places": PLACES, "may": grants(caller.principal.role)}
    query = caller.request.query_params
    if said := query.get("said"):
        context["said"] = {"text": said, "hint": query.get("hint", ""), "bad": "bad" in query}
    return HTMLResponse(_render(template, {**context, **shown}), status)


def render_outside(template: str, *, status: int = HTTPStatus.OK, **shown: Any) -> HTMLResponse:
    """Render a page for somebody who has not signed in."""
    context = {"me": None, "here": "", "places": (), "topics": (), "may": frozenset[Permission]()}
    return HTMLResponse(_render(template, {**context, **shown}), status)


def back(path: str, *, said: str = "") -> RedirectResponse:
    """Go to a page after a form was sent, and say there what was done."""
    where = f"{path}?said={quote(said)}" if said else path
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


@cache
def static(name: str) -> str:
    """Return the address of one of our files, with a fingerprint of its content."""
    content = STATIC.joinpath(*name.split("/")).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _refused(request: Request, refusal: Refusal) -> Response:
    """Tell a refusal where the person was: on the page they sent the form from, else alone."""
    status = STATUS[refusal.kind]
    if request.method == "POST" and (sent_from := request.headers.get("referer")):
        said = f"said={quote(str(refusal))}&hint={quote(refusal.hint)}&bad"
        return RedirectResponse(f"{sent_from.split('?')[0]}?{said}", HTTPStatus.SEE_OTHER)
    shown = {"refusal": refusal, "status": status}
    return HTMLResponse(_render("refused.html", {**_outside(request), **shown}), status)


def _outside(request: Request) -> dict[str, Any]:
    principal = request.scope.get("state", {}).get("principal")
    known = principal if isinstance(principal, Principal) else None
    shared = {"here": "", "places": PLACES, "topics": (), "may": frozenset[Permission]()}
    return {**shared, "me": known.person if known else None}


def _render(template: str, context: Mapping[str, Any]) -> str:
    return _ENVIRONMENT.get_template(template).render(**{"said": None, **context})


def _ago(moment: datetime, now: datetime) -> str:
    """Say how long ago, as people do; the exact time stands beside it in the markup."""
    seconds = int((now - moment).total_seconds())
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{max(seconds, 0)} s"


def _exact(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _clock(seconds: float) -> str:
    whole = int(abs(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"\N{MINUS SIGN}{shown}" if seconds < 0 else shown


def _lasting(length: timedelta) -> str:
    return _clock(length.total_seconds())


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fireline.doors.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = cast("dict[str, Any]", environment.filters)  # its declared type knows only its own
    cast("dict[str, Any]", environment.globals).update(static=static)
    filters.update(ago=_ago, exact=_exact, clock=_clock, lasting=_lasting)
    return environment


_ENVIRONMENT = _environment()
