"""On call: who has the pager, the shifts to come, and people standing in."""

from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, model_validator

from fireline.core.access.roles import Permission
from fireline.core.oncall.schedule import Override
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import oncall, plans
from fireline.usecases.oncall import OnCallView, ScheduleView

router = APIRouter(prefix="/schedules", tags=["on call"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]


class WantedOverride(BaseModel, extra="forbid"):
    """Somebody standing in for a while."""

    person: str
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.end <= self.start:
            msg = "an override ends after it starts"
            raise ValueError(msg)
        return self


class MadeOverride(BaseModel):
    """The override that was made."""

    id: UUID


@router.get("")
async def who(visit: Seeing) -> tuple[OnCallView, ...]:
    """Say who is on call now on every schedule, until when, and who comes next."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return tuple([await oncall.who(tx, plan, name) for name in sorted(plan.schedules)])


@router.get("/{schedule}")
async def shifts(
    schedule: str, visit: Seeing, days: Annotated[int, Query(ge=1, le=90)] = 14
) -> ScheduleView:
    """Lay out a schedule for some days from now, with its gaps."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now, tx.now + timedelta(days=days))
        return await oncall.shifts(tx, plan, ScheduleId(schedule), span)


@router.post("/{schedule}/overrides", status_code=201)
async def override(schedule: str, wanted: WantedOverride, visit: Responding) -> MadeOverride:
    """Let somebody stand in."""
    visit.reach(None)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        standing_in = Override(Span(wanted.start, wanted.end), PersonId(wanted.person))
        made = await oncall.override(tx, plan, ScheduleId(schedule), standing_in, by=visit.by)
        return MadeOverride(id=made)


@router.delete("/overrides/{override_id}", status_code=204)
async def withdraw(override_id: UUID, visit: Responding) -> None:
    """Take an override back."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await oncall.withdraw_override(tx, override_id, by=visit.by)
