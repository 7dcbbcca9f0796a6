"""Reviews: what was learned, and closing the loop."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.reviews.review import Draft, FollowUp, FollowUpKind
from fireline.core.values.ids import IncidentId, PersonId
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import incidents, plans, reviews
from fireline.usecases.reviews import ReviewView
from fireline.usecases.transaction import Tx

router = APIRouter(prefix="/incidents", tags=["reviews"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Line = Annotated[str, Field(max_length=4000)]
Lines = Annotated[list[Line], Field(max_length=50)]


class WantedFollowUp(BaseModel, extra="forbid"):
    """Something to do afterwards. Before the review closes it has an owner and a date."""

    kind: FollowUpKind
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    owner: str | None = None
    due: date | None = None


class Written(BaseModel, extra="forbid"):
    """A draft, saved over the version it was written from (0 for a review not begun)."""

    version: int = 0
    summary: Line = ""
    impact: Line = ""
    detection: Line = ""
    whys: Lines = []
    factors: Lines = []
    went_well: Lines = []
    surprises: Lines = []
    questions: Lines = []
    insights: Lines = []
    owner: str | None = None
    facilitator: str | None = None
    follow_ups: Annotated[list[WantedFollowUp], Field(max_length=50)] = []


@router.get("/{number}/review")
async def find(number: int, visit: Seeing) -> ReviewView:
    """Return the review of an incident, with what it lacks."""
    async with visit.transaction() as tx:
        await _incident(tx, visit, number)
        return await _view(tx, number)


@router.put("/{number}/review")
async def write(number: int, told: Written, visit: Responding) -> ReviewView:
    """Save a draft; refused when somebody saved another version meanwhile."""
    async with visit.transaction() as tx:
        incident = await _incident(tx, visit, number)
        await reviews.write_review(tx, incident, _draft(told), version=told.version, by=visit.by)
        return await _view(tx, number)


@router.post("/{number}/review/close")
async def close(number: int, visit: Responding) -> ReviewView:
    """Close a review that lacks nothing."""
    async with visit.transaction() as tx:
        incident = await _incident(tx, visit, number)
        await reviews.close_review(tx, incident, by=visit.by)
        return await _view(tx, number)


async def _incident(tx: Tx, visit: Visit, number: int) -> IncidentId:
    found = await incidents.find_incident(tx, number)
    visit.reach(found.drill)
    return found.id


async def _view(tx: Tx, number: int) -> ReviewView:
    found = await incidents.find_incident(tx, number)
    return await reviews.find_review(tx, await plans.of(tx, found.plan_revision), number)


def _draft(told: Written) -> Draft:
    return Draft(
        summary=told.summary,
        impact=told.impact,
        detection=told.detection,
        whys=tuple(told.whys),
        factors=tuple(told.factors),
        went_well=tuple(told.went_well),
        surprises=tuple(told.surprises),
        questions=tuple(told.questions),
        insights=tuple(told.insights),
        owner=PersonId(told.owner) if told.owner else None,
        facilitator=PersonId(told.facilitator) if told.facilitator else None,
        follow_ups=tuple(
            FollowUp(each.kind, each.text, PersonId(each.owner) if each.owner else None, each.due)
            for each in told.follow_ups
        ),
    )
