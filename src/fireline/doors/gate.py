"""The gate every request passes: where it comes from, how big it is, and who sends it.

Deny by default: a path that is not on the short public list needs a known principal before any
route is looked at. What that principal may do, each route says for itself.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fireline.core.access.principal import Principal
from fireline.core.values.secret import Secret
from fireline.doors.problems import PROBLEM_JSON

# A plan of a thousand files fits; nothing else comes near.
MAX_BODY_BYTES = 4_000_000
SESSION_COOKIE = "fireline_session"

# Reviewed: what the world may ask without saying who it is. Adding to it is a decision.
PUBLIC = (
    ("GET", re.compile(r"/healthz")),
    ("GET", re.compile(r"/static/.+")),
    ("GET|POST", re.compile(r"/sign-in")),
    ("GET|POST", re.compile(r"/sign-in/once/[^/]+")),
    ("GET|POST", re.compile(r"/first-run/[^/]+")),
    ("GET|POST", re.compile(r"/acknowledge/[^/]+")),
    ("GET", re.compile(r"/calendar/[^/]+\.ics")),
)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows to say who it is."""

    bearer: Secret | None
    session: Secret | None


Recognise = Callable[[Shown], Awaitable[Principal | None]]


class Gate:
    """ASGI middleware around the whole house."""

    def __init__(self, app: ASGIApp, recognise: Recognise) -> None:
        self._app = app
        self._recognise = recognise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = _refused(scope["method"], headers)
        principal = None if refused else await self._recognise(_shown(headers))
        if refused is None and principal is None and not is_public(scope["method"], scope["path"]):
            refused = _unknown(scope)
        scope.setdefault("state", {})["principal"] = principal
        await (refused or self._app)(scope, _at_most(receive), _with_headers(send))


def is_public(method: str, path: str) -> bool:
    """Tell whether a request needs no principal."""
    asked = "GET" if method == "HEAD" else method
    return any(asked in methods.split("|") and path_.fullmatch(path) for methods, path_ in PUBLIC)


def _shown(headers: Mapping[str, str]) -> Shown:
    kind, _, token = headers.get("authorization", "").partition(" ")
    session = cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE)
    return Shown(
        bearer=Secret(token) if kind.lower() == "bearer" and token else None,
        session=Secret(session) if session else None,
    )


def _refused(method: str, headers: Mapping[str, str]) -> Response | None:
    if _cross_site(method, headers):
        return _problem(HTTPStatus.FORBIDDEN, "request.cross_site", "Sent by another site.")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        why = f"A request holds at most {MAX_BODY_BYTES} bytes."
        return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request.too_large", why)
    return None


def _cross_site(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a browser sent an unsafe request on behalf of another origin."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return False
    if site := headers.get("sec-fetch-site"):
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    # Neither header: not a browser, so there is no session of a person to ride on.
    return bool(origin) and urlsplit(origin).netloc != headers.get("host", "")


def _unknown(scope: Scope) -> Response:
    if scope["path"].startswith("/api/"):
        why = "Send an API token as `Authorization: Bearer …`."
        return _problem(HTTPStatus.UNAUTHORIZED, "access.unknown", why)
    return RedirectResponse(f"/sign-in?next={quote(scope['path'])}", HTTPStatus.SEE_OTHER)


def _problem(status: HTTPStatus, code: str, detail: str) -> Response:
    content = {"title": status.phrase, "code": code, "detail": detail, "hint": ""}
    return JSONResponse(content, status, media_type=PROBLEM_JSON)


def _at_most(receive: Receive) -> Receive:
    """Stop reading a body that grows past the limit, whatever length it claimed."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > MAX_BODY_BYTES else message

    return counted


def _with_headers(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed
