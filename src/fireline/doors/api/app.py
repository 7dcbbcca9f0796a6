"""Build the API. This folder alone knows FastAPI."""

import importlib.metadata
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.api import (
    access,
    alerts,
    assets,
    audits,
    calendars,
    changes,
    clouds,
    contacts,
    drills,
    escalations,
    heartbeats,
    incidents,
    oncall,
    plans,
    posture,
    posture_exceptions,
    replays,
    reports,
    reviews,
    routes,
    runs,
    shifts,
    signals,
    silences,
    sources,
    ways_out,
)
from fireline.doors.problems import PROBLEM_JSON, STATUS, problem
from fireline.usecases.channels import Switchboard
from fireline.usecases.transaction import Transactions

RETRY_AFTER_SECONDS = "5"
ROOMS = {
    "access": access,
    "alerts": alerts,
    "assets": assets,
    "audits": audits,
    "calendars": calendars,
    "changes": changes,
    "channels": ways_out,
    "clouds": clouds,
    "contacts": contacts,
    "drills": drills,
    "escalations": escalations,
    "heartbeats": heartbeats,
    "incidents": incidents,
    "oncall": oncall,
    "plans": plans,
    "posture_exceptions": posture_exceptions,
    "posture": posture,
    "replays": replays,
    "reports": reports,
    "reviews": reviews,
    "routes": routes,
    "runs": runs,
    "shifts": shifts,
    "signals": signals,
    "silences": silences,
    "sources": sources,
}


def build_api(
    transactions: Transactions,
    *,
    channels: Switchboard | None = None,
    without: frozenset[str] = frozenset(),
) -> FastAPI:
    """Return the API as an app of its own, to be mounted under `/api/v1`.

    `without` leaves rooms out, so that a test can see what depends on them.
    """
    api = FastAPI(
        title="fireline",
        version=importlib.metadata.version("fireline"),
        docs_url=None,
        redoc_url=None,
    )
    api.state.transactions = transactions
    api.state.channels = channels or Switchboard()
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(RequestValidationError, _invalid)
    for name, room in ROOMS.items():
        if name not in without:
            api.include_router(room.router)
    return api


async def _refused(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Refusal):
        raise error
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if error.kind is Kind.UNAVAILABLE else None
    return JSONResponse(problem(error), STATUS[error.kind], headers, media_type=PROBLEM_JSON)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    wrong = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "why": str(one["msg"])}
        for one in error.errors()
    ]
    said = "; ".join(f"{one['field'] or 'body'}: {one['why']}" for one in wrong)
    content = {
        "title": HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        "code": "request.invalid",
        "detail": said,
        "hint": "The fields are described in /api/v1/openapi.json.",
        "errors": wrong,
    }
    return JSONResponse(content, HTTPStatus.UNPROCESSABLE_ENTITY, media_type=PROBLEM_JSON)
