"""Drills: start one, follow its story, read its score."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.values.ids import DrillId, ScenarioId
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import drill_views, drills, plans
from fireline.usecases.drill_views import DrillLine, DrillView

router = APIRouter(prefix="/drills", tags=["drills"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]


class WantedDrill(BaseModel, extra="forbid"):
    """A drill to run. Without a pace, it runs at its scenario's."""

    scenario: str
    pace: Annotated[int, Field(ge=1, le=600)] | None = None


class Lesson(BaseModel, extra="forbid"):
    """What the drill changed in the plan, or why nothing had to."""

    lesson: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("")
async def list_drills(
    visit: Seeing, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> tuple[DrillLine, ...]:
    """List drills, the newest first."""
    async with visit.transaction() as tx:
        found = await drill_views.list_drills(tx, limit=limit)
    own = visit.principal.drill
    return tuple(line for line in found if own is None or line.id == own)


@router.post("", status_code=201)
async def start(wanted: WantedDrill, visit: Configuring) -> DrillView:
    """Start a drill. Its world is built in the background; the story tells when it stands."""
    visit.reach(None)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        drill = await drills.start(
            tx, plan, ScenarioId(wanted.scenario), pace=wanted.pace, by=visit.by
        )
        return await drill_views.look(tx, drill)


@router.get("/{number}")
async def find(number: int, visit: Seeing) -> DrillView:
    """Return a drill: the story so far, and the score if it is over."""
    async with visit.transaction() as tx:
        found = await drill_views.find_drill(tx, number)
    visit.reach(DrillId(found.id))
    return found


@router.post("/{number}/abort")
async def abort(number: int, visit: Configuring) -> DrillView:
    """End a drill now, without a score."""
    async with visit.transaction() as tx:
        found = await drill_views.find_drill(tx, number)
        visit.reach(DrillId(found.id))
        why = f"{visit.principal.person} said the abort word"
        await drills.abort(tx, DrillId(found.id), by=visit.by, why=why)
        return await drill_views.find_drill(tx, number)


@router.put("/{number}/lesson")
async def note_lesson(number: int, told: Lesson, visit: Configuring) -> DrillView:
    """Write down what the drill taught."""
    async with visit.transaction() as tx:
        found = await drill_views.find_drill(tx, number)
        visit.reach(DrillId(found.id))
        await drills.note_lesson(tx, DrillId(found.id), told.lesson, by=visit.by)
        return await drill_views.find_drill(tx, number)
