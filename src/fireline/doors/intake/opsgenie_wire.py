"""How the Opsgenie API is spoken: its paths, its envelope, its headers and its refusals.

The envelope and the codes follow https://docs.opsgenie.com/docs/response. Clients read every answer
as a JSON object, so there is no empty answer and no list.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fireline.core.signals.formats import opsgenie as reader
from fireline.core.signals.formats.opsgenie import UNPARSABLE, Wrong
from fireline.core.signals.payload import Unread
from fireline.core.values.actor import Machine
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.intake.desk import (
    RETRY_AFTER_SECONDS,
    IntakeDesk,
    Turned,
    body_of,
    desk_of,
    token_of,
)
from fireline.usecases.sources import Card

log = structlog.get_logger()

FORMAT = "opsgenie"
JSON = "application/json"
PROCESSED = "Request will be processed"
_SHORTEST = 0.001  # clients complain of requests that took no time
_CODES = {
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_FORBIDDEN_CODE = 40301
# What the API can change and fireline's plan decides.
DECIDED_IN_FILES = frozenset(
    (
        "account",
        "custom-user-roles",
        "escalations",
        "forwarding-rules",
        "integrations",
        "policies",
        "schedules",
        "services",
        "teams",
        "users",
    )
)
_IN_FILES = "Fireline's plan decides this: change its files, then run `fireline plan push`"


class NotDone(Exception):  # noqa: N818 - an answer, not a fault
    """An answer that is not what was asked for, with the fields to blame."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        *,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer holds besides its envelope; `raw` is sent as it is instead."""

    status: HTTPStatus = HTTPStatus.OK
    said: Mapping[str, Any] = made(default_factory=dict[str, Any])
    raw: Response | None = None


@dataclass(slots=True)
class Call:
    """One request of a client, and the source whose key it showed.

    `id` is the request's, in time order: what it posts is kept under it. `names` are the parts of
    the path that its route leaves open, decoded.
    """

    request: Request
    desk: IntakeDesk
    card: Card
    id: UUID
    names: Mapping[str, str]

    @property
    def query(self) -> Mapping[str, str]:
        """The query's values, the last of each name."""
        return self.request.query_params

    @property
    def origin(self) -> str:
        """Where the client reached this fireline: for addresses in answers."""
        return str(self.request.base_url).rstrip("/")

    def by(self, user: str = "") -> Machine:
        """Name who does it in facts: the source, and whom its client says it acts for."""
        shown = " ".join(user.split())
        return Machine(f"source:{self.card.name}" + (f" ({shown})" if shown else ""))

    async def body(self) -> bytes:
        """Read the body. Raises NotDone for one that says it is no JSON."""
        body = await body_of(self.request)
        named = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if body and named and named != JSON:
            msg = f"Content-Type must be {JSON}, not {named}"
            raise NotDone(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, msg)
        return body

    async def said(self) -> Mapping[str, object]:
        """Read the body as an object. Raises NotDone."""
        body = await self.body()
        try:
            return reader.body_of(body)
        except Wrong as wrong:
            raise refused(wrong.unread) from wrong

    async def settle(self) -> None:
        """Wait until everything the source posted before is done. Raises NotDone."""
        if not await self.desk.inbox.settled(self.card, self.id):
            headers = {"Retry-After": "1"}
            msg = "Earlier requests are still being processed"
            raise NotDone(HTTPStatus.SERVICE_UNAVAILABLE, msg, headers=headers)


Done = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Way:
    """A method and a path; parts in braces are left open."""

    method: str
    path: str
    done: Done

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.strip("/").split("/"))


def accepted(call: Call) -> Answer:
    """Answer that it will be done; what was posted is kept by then."""
    return Answer(HTTPStatus.ACCEPTED, {"result": PROCESSED, "requestId": str(call.id)})


def shown(data: object, **more: object) -> Answer:
    """Answer with what was asked for."""
    return Answer(HTTPStatus.OK, {"data": data, **more})


def not_found(what: str) -> NotDone:
    """Answer that there is no such thing."""
    return NotDone(HTTPStatus.NOT_FOUND, what)


def invalid(*, field: str, why: str) -> NotDone:
    """Answer that a field is wrong."""
    return NotDone(HTTPStatus.UNPROCESSABLE_ENTITY, why, errors={field: why})


def refused(unread: Unread) -> NotDone:
    """Answer what is wrong with a body: 400 for no JSON, 422 for JSON that says nothing useful."""
    syntax = unread.code == UNPARSABLE
    status = HTTPStatus.BAD_REQUEST if syntax else HTTPStatus.UNPROCESSABLE_ENTITY
    return NotDone(status, unread.why, errors={unread.field: unread.why})


async def speak(request: Request, ways: Sequence[Way]) -> Response:
    """Find a request's way, do it, and answer in the API's envelope. Never lets a trace out."""
    began = time.perf_counter()
    desk = desk_of(request)
    fresh = desk.ids.fresh()
    headers: Mapping[str, str] = {}
    try:
        answer = await _done(request, desk, fresh, ways)
        status, said = answer.status, answer.said
        if answer.raw is not None:
            return answer.raw
    except NotDone as wrong:
        status, headers = wrong.status, wrong.headers
        said = {"message": wrong.message, **({"errors": wrong.errors} if wrong.errors else {})}
    except Turned as turned:
        status, said, headers = _turned(turned)
    except Refusal as refusal:
        status = _CODES[refusal.kind]
        said = {"message": f"{refusal} {refusal.hint}".strip()}
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers = {"Retry-After": RETRY_AFTER_SECONDS}
    except Exception:
        log.exception("opsgenie.failed", path=request.url.path)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        said = {"message": "Fireline could not do this; its log says why"}
    if status is HTTPStatus.FORBIDDEN:
        said = {**said, "code": _FORBIDDEN_CODE}
    took = max(round(time.perf_counter() - began, 3), _SHORTEST)
    body = {"took": took, "requestId": str(fresh), **said}
    told = {
        "X-Request-Id": str(body["requestId"]),
        "X-Response-Time": str(took),
        "X-RateLimit-State": "OK",
        **headers,
    }
    return JSONResponse(body, status, told)


async def _done(request: Request, desk: IntakeDesk, fresh: UUID, ways: Sequence[Way]) -> Answer:
    card = await desk.admit(token_of(request), FORMAT)
    parts = _parts(request)
    others: list[str] = []
    for way in ways:
        names = _names(way.parts, parts)
        if names is None:
            continue
        if way.method == request.method:
            return await way.done(Call(request, desk, card, fresh, names))
        others.append(way.method)
    if request.method != "GET" and parts[1:2] and parts[1] in DECIDED_IN_FILES:
        raise NotDone(HTTPStatus.FORBIDDEN, _IN_FILES)
    if others:
        allowed = ", ".join(dict.fromkeys(others))
        msg = f"{request.method} is not allowed here; {allowed} is"
        raise NotDone(HTTPStatus.METHOD_NOT_ALLOWED, msg, headers={"Allow": allowed})
    msg = "There is nothing at this address: see fireline's how-to about moving from Opsgenie"
    raise not_found(msg)


def _parts(request: Request) -> tuple[str, ...]:
    """Divide the path before decoding it: an alias may hold what divides paths."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1").strip("/")
    return tuple(unquote(part, errors="replace") for part in path.split("/"))


def _names(pattern: Sequence[str], parts: Sequence[str]) -> Mapping[str, str] | None:
    """Return what a path has where a pattern is open, or `None` when it does not fit."""
    if len(pattern) != len(parts):
        return None
    names: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            names[wanted.strip("{}")] = part
        elif wanted != part:
            return None
    return names


def _turned(turned: Turned) -> tuple[HTTPStatus, Mapping[str, Any], Mapping[str, str]]:
    match turned.status:
        case HTTPStatus.UNAUTHORIZED:
            said = "Could not authenticate: no source of fireline has this API key"
            return turned.status, {"message": said}, {}
        case HTTPStatus.TOO_MANY_REQUESTS:
            wait = turned.retry_after or 1
            headers = {
                "X-RateLimit-State": "THROTTLED",
                "X-RateLimit-Reason": "API_KEY",
                "X-RateLimit-Period-In-Sec": str(wait),
                "Retry-After": str(wait),
            }
            said = f"You are making too many requests! {turned.why}"
            return turned.status, {"message": said}, headers
        case status:
            return status, {"message": turned.why}, {}
