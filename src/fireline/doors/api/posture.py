"""Posture: what is open and how much is known, findings, drift, signatures, exports, imports."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import StreamingResponse

from fireline.core.access.roles import Permission
from fireline.core.detection.posture import LEVELS, Turn
from fireline.core.values.ids import DrillId
from fireline.core.values.priority import Level
from fireline.doors.api.visit import Needs, Visit
from fireline.store.posture_views import UnknownRow
from fireline.usecases import (
    plans,
    posture_assessing,
    posture_export,
    posture_import,
    posture_views,
)
from fireline.usecases.posture_assessing import AssessmentView
from fireline.usecases.posture_export import Format
from fireline.usecases.posture_import import Imported
from fireline.usecases.posture_shapes import (
    DriftPage,
    FindingPage,
    FindingStory,
    SignatureView,
    Summary,
)
from fireline.usecases.posture_views import Since, Wanted

router = APIRouter(prefix="/posture", tags=["posture"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]
_A_WEEK = timedelta(days=7)


class NewImport(BaseModel, extra="forbid"):
    """Findings of another tool, as it wrote them; `begun` is what the first part was answered."""

    source: Annotated[str, Field(min_length=1, max_length=63)]
    findings: Annotated[list[Any], Field(max_length=posture_import.MAX_FINDINGS)]
    begun: UUID | None = None


class Assessment(BaseModel, extra="forbid"):
    """Which account to judge again; without one, all."""

    account: Annotated[str, Field(max_length=300)] | None = None


@router.get("")
async def summary(visit: Seeing, drill: UUID | None = None) -> Summary:
    """Say how everything stands: by severity, account and service, and what is not known."""
    async with visit.transaction() as tx:
        return await posture_views.summarise(tx, drill=_world(visit, drill))


@router.get("/findings")
async def list_findings(  # noqa: PLR0913 - each is one question to ask of the list
    visit: Seeing,
    *,
    state: Literal["open", "resolved", "any"] = "open",
    excepted: Annotated[bool | None, Query(description="only those that are, or are not")] = None,
    unknown: Annotated[
        bool | None, Query(description="open ones of which nobody can tell now, or the others")
    ] = None,
    severity: Level | None = None,
    at_least: Annotated[Level | None, Query(description="of this severity or worse")] = None,
    signature: str | None = None,
    account: str | None = None,
    region: str | None = None,
    service: str | None = None,
    kind: str | None = None,
    asset: UUID | None = None,
    q: Annotated[str | None, Query(description="words in the title or the asset's name")] = None,
    drill: UUID | None = None,
    after: Annotated[int | None, Query(description="the `next` of a list")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FindingPage:
    """List findings, the worst first and of those the newest."""
    wanted = Wanted(
        state=None if state == "any" else state,
        excepted=excepted,
        unsure=unknown,
        level=LEVELS.index(severity) + 1 if severity else None,
        worst_to=LEVELS.index(at_least) + 1 if at_least else len(LEVELS),
        signature=signature,
        account=account,
        region=region,
        service=service,
        kind=kind,
        asset=asset,
        words=q,
        after=after,
    )
    async with visit.transaction() as tx:
        world = _world(visit, drill)
        return await posture_views.list_findings(tx, wanted, drill=world, limit=limit)


@router.get("/findings/{number}")
async def find_finding(number: int, visit: Seeing) -> FindingStory:
    """Return a finding: its evidence, why it matters, the fix, and everything that became of it."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        story = await posture_views.tell_story(tx, plan.signatures, number)
    visit.reach(story.finding.drill)
    return story


@router.get("/drift")
async def drift(  # noqa: PLR0913 - each is one question to ask of the list
    visit: Seeing,
    *,
    since: Annotated[AwareDatetime | None, Query(description="7 days ago if not set")] = None,
    turn: Annotated[list[Turn] | None, Query(description="only these")] = None,
    account: str | None = None,
    service: str | None = None,
    drill: UUID | None = None,
    before: Annotated[int | None, Query(description="the `next` of a list")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DriftPage:
    """Say what got worse, better, or unknown since a moment; the latest first."""
    async with visit.transaction() as tx:
        wanted = Since(
            since=since or _ago(tx.now),
            turns=tuple(one.value for one in turn) if turn else None,
            account=account,
            service=service,
            before=before,
        )
        world = _world(visit, drill)
        return await posture_views.tell_drift(tx, wanted, drill=world, limit=limit)


@router.get("/unknowns")
async def unknowns(
    visit: Seeing,
    account: str | None = None,
    signature: str | None = None,
    drill: UUID | None = None,
) -> tuple[UnknownRow, ...]:
    """Say why nobody can tell, the most frequent reason first."""
    async with visit.transaction() as tx:
        return await posture_views.why_unknown(
            tx, drill=_world(visit, drill), account=account, signature=signature
        )


@router.get("/signatures")
async def list_signatures(visit: Seeing, drill: UUID | None = None) -> tuple[SignatureView, ...]:
    """List the signatures that run, the worst first, with what each says of the assets."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        world = _world(visit, drill)
        return await posture_views.list_signatures(tx, plan.signatures, drill=world)


@router.get("/signatures/{signature}")
async def find_signature(signature: str, visit: Seeing, drill: UUID | None = None) -> SignatureView:
    """Return one signature, with what it says of the assets."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        world = _world(visit, drill)
        return await posture_views.find_signature(tx, plan.signatures, signature, drill=world)


@router.post("/assess", status_code=202)
async def assess(wanted: Assessment, visit: Responding, response: Response) -> AssessmentView:
    """Begin to judge again what the inventory holds now; asks no cloud. `Location` says how far."""
    async with visit.transaction() as tx:
        world = visit.principal.drill
        found = await posture_assessing.ask_assessment(tx, wanted.account, drill=world, by=visit.by)
    response.headers["location"] = f"/api/v1/posture/assessments/{found.number}"
    return found


@router.get("/assessments/{number}")
async def find_assessment(number: int, visit: Seeing) -> AssessmentView:
    """Say how far an assessment is; it is over when `ended_at` is set."""
    async with visit.transaction() as tx:
        found = await posture_assessing.show_assessment(tx, number)
    visit.reach(found.drill)
    return found


@router.get("/export", response_class=StreamingResponse)
async def export(
    visit: Seeing,
    *,
    format: Format = Format.JSON,  # noqa: A002 - the word of the trade
    everything: Annotated[bool, Query(description="what passes, too")] = False,
    account: str | None = None,
    drill: UUID | None = None,
) -> StreamingResponse:
    """Export what signatures say: OCSF, ASFF (a batch on each line), CSV, or JSON."""
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
    text = posture_export.export(
        visit.transaction,
        plan.signatures,
        posture_export.Wanted(everything, account),
        drill=_world(visit, drill),
        format=format,
    )
    return StreamingResponse(text, media_type=posture_export.TYPES[format])


@router.post("/import")
async def import_findings(wanted: NewImport, visit: Configuring) -> Imported:
    """Take in findings of other tools (OCSF, ASFF, Prowler's JSON) as signals of a source."""
    async with visit.transaction() as tx:
        return await posture_import.import_findings(
            tx,
            wanted.source,
            wanted.findings,
            drill=visit.principal.drill,
            begun=wanted.begun,
        )


def _world(visit: Visit, drill: UUID | None) -> DrillId | None:
    return visit.principal.drill or (DrillId(drill) if drill else None)


def _ago(now: datetime) -> datetime:
    return now - _A_WEEK
