"""Exceptions to posture findings: make, list, end."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.detection.posture_exceptions import Scope
from fireline.core.values.ids import PersonId
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import plans, posture_exceptions
from fireline.usecases.posture_exceptions import ExceptionView, NewException, Wanted

router = APIRouter(prefix="/posture/exceptions", tags=["posture"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Line = Annotated[str, Field(max_length=posture_exceptions.MAX_TEXT)]


class WantedException(BaseModel, extra="forbid"):
    """What is excepted, who answers for it, why, and until when, or for how long.

    `asset` is a glob over the id or ARN, `tag` a tag's name or `name=value`. `broad` says why it
    may cover very much.
    """

    signature: Line
    owner: Line
    reason: Line
    until: AwareDatetime | None = None
    lasting_minutes: Annotated[int | None, Field(gt=0, le=1_000_000)] = None
    asset: Line = ""
    tag: Line = ""
    account: Line = ""
    ticket: Line = ""
    broad: Line = ""


@router.get("")
async def list_exceptions(
    visit: Seeing,
    signature: str | None = None,
    ended: Annotated[bool, Query(description="those that ended, too")] = False,  # noqa: FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> tuple[ExceptionView, ...]:
    """List exceptions: those that stand, the soonest to end first."""
    async with visit.transaction() as tx:
        return await posture_exceptions.list_exceptions(
            tx,
            Wanted(signature, ended),
            drill=visit.principal.drill,
            limit=limit,
            offset=offset,
        )


@router.post("", status_code=201)
async def except_findings(wanted: WantedException, visit: Responding) -> ExceptionView:
    """Make an exception. What it covers still fails, and is shown as excepted."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        asked = NewException(
            scope=Scope(wanted.signature, wanted.asset, wanted.tag, wanted.account),
            owner=PersonId(wanted.owner),
            reason=wanted.reason,
            expires_at=_end_of(wanted, tx.now),
            ticket=wanted.ticket,
            broad=wanted.broad,
        )
        return await posture_exceptions.except_findings(
            tx, plan, asked, drill=visit.principal.drill, by=visit.by
        )


@router.get("/{number}")
async def find_exception(number: int, visit: Seeing) -> ExceptionView:
    """Return one exception."""
    async with visit.transaction() as tx:
        found = await posture_exceptions.find_exception(tx, number)
    visit.reach(found.drill)
    return found


@router.post("/{number}/end")
async def end_exception(number: int, visit: Responding) -> ExceptionView:
    """End an exception now: what it covers is open again."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        found = await posture_exceptions.find_exception(tx, number)
        visit.reach(found.drill)
        return await posture_exceptions.end_exception(tx, plan, number, by=visit.by)


def _end_of(wanted: WantedException, now: datetime) -> datetime:
    if wanted.until is not None:
        return wanted.until
    # Without an end it ends now, which is refused with the reason.
    return now + timedelta(minutes=wanted.lasting_minutes or 0)
