"""The plan: its revisions, what runs now, and pushing another."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from fireline.core.access.roles import Permission
from fireline.core.plan.diff import Change
from fireline.core.values.ids import RevisionId
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import plans
from fireline.usecases.plans import PushView
from fireline.usecases.readiness import warnings_of

router = APIRouter(prefix="/plan", tags=["plan"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]


class Push(BaseModel, extra="forbid"):
    """A whole plan, by file, and why it changes."""

    files: dict[str, str]
    note: str = ""


class Pushed(BaseModel):
    """The revision that runs now, and what this fireline lacks of what it asks for."""

    revision: str
    warnings: tuple[str, ...] = ()


class Files(BaseModel):
    """A revision, by file."""

    revision: str
    files: dict[str, str]


@router.get("")
async def running(visit: Seeing) -> Files:
    """Return the running plan's files."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        return Files(revision=plan.revision, files=dict(await plans.files_of(tx, plan.revision)))


@router.get("/revisions")
async def history(visit: Seeing, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[PushView]:
    """List what was pushed, the newest first."""
    async with visit.transaction() as tx:
        return await plans.history(tx, limit=limit)


@router.get("/revisions/{revision}")
async def files(revision: str, visit: Seeing) -> Files:
    """Return one revision's files."""
    async with visit.transaction() as tx:
        found = await plans.files_of(tx, RevisionId(revision))
        return Files(revision=revision, files=dict(found))


@router.get("/diff")
async def diff(before: str, after: str, visit: Seeing) -> tuple[Change, ...]:
    """List what changes in behaviour from one revision to another."""
    async with visit.transaction() as tx:
        return await plans.diff(tx, RevisionId(before), RevisionId(after))


@router.post("/revisions", status_code=201)
async def push(wanted: Push, visit: Configuring) -> Pushed:
    """Check a plan and make it the running one; every mistake is told at once."""
    visit.reach(None)
    async with visit.transaction() as tx:
        revision = await plans.push(tx, wanted.files, by=visit.by, note=wanted.note)
        warnings = await warnings_of(tx, await plans.current(tx))
        return Pushed(revision=revision, warnings=warnings)
