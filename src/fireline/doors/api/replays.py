"""What-if: run what was recorded through a changed plan before it is pushed."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.plan.lengths import length_from
from fireline.core.plan.plan import Plan
from fireline.core.values.refusals import Refusal
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.problems import problem
from fireline.usecases import plans, what_if
from fireline.usecases.what_if import BadWindow, Progress, WhatIf

router = APIRouter(prefix="/plan", tags=["plan"])
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]
LINES = "application/x-ndjson"


class Replay(BaseModel, extra="forbid"):
    """A whole plan, by file, and how far to look back."""

    files: dict[str, str]
    since: str = Field(default="30d", description="how far back, such as 30d or 12h")


@router.post("/replay", response_class=StreamingResponse)
async def replay(wanted: Replay, visit: Configuring) -> StreamingResponse:
    """Answer in lines of JSON: `progress` again and again, and at last `result` or `problem`.

    Nothing is kept and nobody is told.
    """
    visit.reach(None)
    back = _back(wanted.since)
    async with visit.transaction() as tx:
        before = await plans.current(tx)
        after = await plans.check(tx, wanted.files)
    return StreamingResponse(_lines(visit, before, after, back), media_type=LINES)


async def _lines(visit: Visit, before: Plan, after: Plan, back: timedelta) -> AsyncGenerator[bytes]:
    try:
        async for one in what_if.replay(visit.transaction, before, after, back=back):
            match one:
                case Progress():
                    yield orjson.dumps({"progress": one}) + b"\n"
                case WhatIf():
                    yield orjson.dumps({"result": one}, default=dict) + b"\n"
    except Refusal as refusal:
        yield orjson.dumps({"problem": problem(refusal)}) + b"\n"


def _back(text: str) -> timedelta:
    try:
        return length_from(text)
    except ValueError as wrong:
        msg = f"since: {wrong}."
        raise BadWindow(msg, hint="Write it as 30d, 12h or 90m.") from wrong
