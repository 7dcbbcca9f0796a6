"""How an Alertmanager's API asks and answers: whose token it is, and what refusals look like."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus

import orjson
from starlette.requests import Request
from starlette.responses import Response

from fireline.core.values.refusals import Unavailable
from fireline.doors.intake.desk import RETRY_AFTER_SECONDS, Turned, desk_of, token_of
from fireline.usecases.sources import Card
from fireline.usecases.transaction import Tx

FORMAT = "alertmanager"
PREFIX = "/integrations/alertmanager/{token}"
RECEIVER = "fireline"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a source's, and a transaction to answer it in."""

    card: Card
    tx: Tx


async def admitted(request: Request) -> Card:
    """Return the source that asks. Raises Turned."""
    return await desk_of(request).admit(token_of(request), FORMAT)


@asynccontextmanager
async def asking(request: Request, *, settled: bool = False) -> AsyncGenerator[Asked]:
    """Open a transaction to answer a source in; `settled`: after what it posted took effect.

    Raises Turned.
    """
    desk = desk_of(request)
    card = await admitted(request)
    if settled and not await desk.inbox.settled(card, desk.ids.fresh()):
        why = "What was posted is not sorted yet."
        raise Turned(HTTPStatus.SERVICE_UNAVAILABLE, why, retry_after=1)
    async with desk.transaction() as tx:
        yield Asked(card, tx)


Answering = Callable[[Request], Awaitable[Response]]


def answered(answer: Answering) -> Callable[[Request], Coroutine[object, object, Response]]:
    """Say refusals of an endpoint as Alertmanager says its own."""

    @wraps(answer)
    async def answer_all(request: Request) -> Response:
        try:
            return await answer(request)
        except Turned as turned:
            response = refused(turned.status, turned.why)
            if turned.retry_after:
                response.headers["Retry-After"] = str(turned.retry_after)
            return response
        except Unavailable as weather:
            response = refused(HTTPStatus.SERVICE_UNAVAILABLE, str(weather))
            response.headers["Retry-After"] = RETRY_AFTER_SECONDS
            return response

    return answer_all


def in_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Answer in JSON, with the newline Go's encoder ends it with."""
    body = orjson.dumps(value) + b"\n"
    return Response(body, status, media_type="application/json")


def refused(status: HTTPStatus, why: str, *, code: int | None = None) -> Response:
    """Refuse as the API's framework does: a code and a message."""
    body = orjson.dumps({"code": code or int(status), "message": why})
    return Response(body, status, media_type="application/json")


def text_refused(why: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
    """Refuse as the API itself does: a bare JSON text."""
    return in_json(why, status)


def moment(at: datetime) -> str:
    """Write a moment as the API does, to the millisecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
