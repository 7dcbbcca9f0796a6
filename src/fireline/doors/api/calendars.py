"""Private addresses under which calendar programs read shifts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fireline.core.access.roles import Permission
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import calendars, plans
from fireline.usecases.calendars import FeedView

router = APIRouter(prefix="/calendars", tags=["on call"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]


class WantedCalendar(BaseModel, extra="forbid"):
    """The shifts of a person or of a schedule."""

    person: str | None = None
    schedule: str | None = None


class MadeCalendar(BaseModel):
    """A new address. Whoever has its path can read the calendar; it is shown this once."""

    id: UUID
    path: str


@router.get("")
async def list_calendars(visit: Seeing) -> tuple[FeedView, ...]:
    """List your addresses in force, without what makes them work."""
    async with visit.transaction() as tx:
        return await calendars.feeds(tx, visit.principal.person)


@router.post("", status_code=201)
async def create_calendar(wanted: WantedCalendar, visit: Responding) -> MadeCalendar:
    """Make an address for the shifts of a person or of a schedule."""
    visit.reach(None)
    async with visit.transaction() as tx:
        made = await calendars.create_feed(
            tx,
            await plans.current(tx),
            person=PersonId(wanted.person) if wanted.person else None,
            schedule=ScheduleId(wanted.schedule) if wanted.schedule else None,
            by=visit.by,
        )
    return MadeCalendar(id=made.id, path=f"/calendar/{made.token.reveal()}.ics")


@router.delete("/{calendar_id}", status_code=204)
async def revoke_calendar(calendar_id: UUID, visit: Responding) -> None:
    """Withdraw one of your addresses: the next program to ask is refused."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await calendars.revoke_feed(tx, calendar_id, by=visit.by)
