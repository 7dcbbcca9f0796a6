"""Reports: a person says that something is wrong."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import MAX_ENTITIES
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import plans, reports
from fireline.usecases.reports import Report

router = APIRouter(prefix="/reports", tags=["reports"])
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]


class What(BaseModel, extra="forbid"):
    """Something it happened on, such as a host or an address."""

    kind: Annotated[str, Field(min_length=1, max_length=50)]
    value: Annotated[str, Field(min_length=1, max_length=reports.MAX_ENTITY)]


class Told(BaseModel, extra="forbid"):
    """What is wrong, with what, how bad, and since when."""

    what: Annotated[str, Field(min_length=1, max_length=reports.MAX_WHAT)]
    service: str = ""
    priority: Literal["P1", "P2", "P3", "P4", "P5"] = "P3"
    since: AwareDatetime | None = None
    details: Annotated[str, Field(max_length=20_000)] = ""
    entities: Annotated[list[What], Field(max_length=MAX_ENTITIES)] = []


class Reported(BaseModel):
    """The report was taken. Its alert's number, unless it takes longer than two seconds."""

    key: str
    alert: int | None


@router.post("", status_code=202)
async def report(told: Told, visit: Responding) -> Reported:
    """Report that something is wrong. It becomes an alert, or joins the one it belongs to."""
    visit.reach(None)
    wanted = Report(
        what=told.what,
        service=told.service,
        priority=Priority[told.priority],
        since=told.since,
        details=told.details,
        entities=[Entity(one.kind, one.value) for one in told.entities],
    )
    async with visit.transaction() as tx:
        key = await reports.report(tx, await plans.current(tx), wanted, by=visit.by)
    return Reported(key=key, alert=await reports.alert_of_report(visit.transaction, key))
