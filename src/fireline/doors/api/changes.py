"""Changes to production: record one, list them, and ask which may have caused a problem."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.signals.notice import ChangeNotice, Kind, Weblink
from fireline.core.values.ids import AlertId
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import alerts, changes, incidents, plans
from fireline.usecases.changes import ChangePage, ChangeView, SuspectView, Wanted

router = APIRouter(tags=["changes"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Line = Annotated[str, Field(max_length=300)]


class NewChange(BaseModel, extra="forbid"):
    """A change that was made. Posted again under the same key, it is the same change."""

    title: Annotated[str, Field(min_length=1, max_length=1000)]
    service: Line = ""
    kind: Literal["deploy", "configuration", "flag", "migration", "scale", "other"] = "deploy"
    at: AwareDatetime | None = None
    actor: Line = ""
    description: Annotated[str, Field(max_length=4000)] = ""
    revision: Line = ""
    planned: bool = True
    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://.+)?$")] = ""
    key: Annotated[str, Field(max_length=300)] = ""


@router.post("/changes", status_code=201)
async def record_change(wanted: NewChange, visit: Responding) -> ChangeView:
    """Record a change. It is yours unless `actor` says whose."""
    said = ChangeNotice(
        key=f"told:{wanted.key}" if wanted.key else "",
        title=wanted.title,
        kind=Kind(wanted.kind),
        at=wanted.at,
        service=wanted.service,
        actor=wanted.actor or visit.by.name,
        description=wanted.description,
        revision=wanted.revision,
        planned=wanted.planned,
        links=(Weblink(wanted.url),) if wanted.url else (),
    )
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return await changes.record_change(tx, plan, said, by=visit.by, drill=visit.principal.drill)


@router.get("/changes")
async def list_changes(  # noqa: PLR0913 - each is one question to ask of the list
    visit: Seeing,
    *,
    service: str | None = None,
    kind: Kind | None = None,
    unplanned: Annotated[bool, Query(description="only those known to be unplanned")] = False,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: Annotated[int | None, Query(description="the `next` of a list")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ChangePage:
    """List changes, the latest first."""
    wanted = Wanted(service, kind.value if kind else None, unplanned, since, until, before)
    async with visit.transaction() as tx:
        return await changes.list_changes(tx, wanted, drill=visit.principal.drill, limit=limit)


@router.get("/changes/{number}")
async def find_change(number: int, visit: Seeing) -> ChangeView:
    """Return one change."""
    async with visit.transaction() as tx:
        found = await changes.find_change(tx, number)
    visit.reach(found.drill)
    return found


@router.get("/alerts/{number}/changes")
async def suspects_of_alert(number: int, visit: Seeing) -> tuple[SuspectView, ...]:
    """Rank the changes that may have caused an alert, with the reasons."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        found = await alerts.find_alert(tx, number)
        visit.reach(found.drill)
        return await changes.suspects_of_alert(tx, plan, AlertId(found.id))


@router.get("/incidents/{number}/changes")
async def suspects_of_incident(number: int, visit: Seeing) -> tuple[SuspectView, ...]:
    """Rank the changes that may have caused an incident, with the reasons."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        found = await incidents.find_incident(tx, number)
        visit.reach(found.drill)
        return await changes.suspects_of_incident(tx, plan, found.id)
