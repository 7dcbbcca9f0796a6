"""Runs, approvals and actions: what is about to change a cloud, who lets it, and taking it back."""

import base64
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.runbooks.approval import ApprovalState, Decision
from fireline.core.values.ids import ApprovalId, DrillId, EvidenceId
from fireline.doors.api.visit import Needs, Visit
from fireline.store.actions import ActionRow
from fireline.store.evidence import CustodyRow
from fireline.usecases import approvals, evidence, plans, runs, undo
from fireline.usecases.approvals import ApprovalView
from fireline.usecases.runs import RunView
from fireline.usecases.transaction import Tx

router = APIRouter(tags=["runs"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Approving = Annotated[Visit, Depends(Needs(Permission.APPROVE))]


class Answered(BaseModel, extra="forbid"):
    """What people answer to a run's question."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Purpose(BaseModel, extra="forbid"):
    """Why somebody reads evidence."""

    why: Annotated[str, Field(min_length=1, max_length=1000)]


class EvidenceBody(BaseModel):
    """A piece of evidence, byte for byte."""

    name: str
    sha256: str
    size: int
    body_base64: str


class Decided(BaseModel, extra="forbid"):
    """A person's answer to an approval, with the hash of the content they were shown."""

    decision: Literal["approve", "refuse"]
    content_hash: str
    reason: Annotated[str, Field(max_length=1000)] = ""


class Settled(BaseModel):
    """How the approval stands after the answer."""

    state: ApprovalState


class Reason(BaseModel, extra="forbid"):
    """Why."""

    reason: Annotated[str, Field(max_length=1000)] = ""


@router.get("/runs/{number}")
async def find_run(number: int, visit: Seeing) -> RunView:
    """Return a run with its steps, actions, approvals and evidence."""
    async with visit.transaction() as tx:
        return await _run(tx, visit, number)


@router.post("/runs/{number}/answers/{position}")
async def answer(number: int, position: int, told: Answered, visit: Responding) -> RunView:
    """Answer the question a run waits on."""
    async with visit.transaction() as tx:
        found = await _run(tx, visit, number)
        await runs.answer(tx, found.run.id, position, told.text, by=visit.by)
        return await _run(tx, visit, number)


@router.post("/runs/{number}/evidence/{evidence_id}/read")
async def read_evidence(
    number: int, evidence_id: UUID, told: Purpose, visit: Responding
) -> EvidenceBody:
    """Hand out the bytes of a piece of evidence; who read it, and why, is written down."""
    async with visit.transaction() as tx:
        wanted = _evidence(await _run(tx, visit, number), evidence_id)
        found = await evidence.read_evidence(tx, wanted, by=visit.by, why=told.why)
    body = base64.b64encode(found.body).decode()
    return EvidenceBody(name=found.name, sha256=found.sha256, size=found.size, body_base64=body)


@router.get("/runs/{number}/evidence/{evidence_id}/custody")
async def custody(number: int, evidence_id: UUID, visit: Seeing) -> list[CustodyRow]:
    """List every hand a piece of evidence has passed through, from the first."""
    async with visit.transaction() as tx:
        wanted = _evidence(await _run(tx, visit, number), evidence_id)
        return await evidence.custody_of(tx, wanted)


@router.get("/approvals")
async def list_waiting(
    visit: Seeing, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> list[ApprovalView]:
    """List what waits for a second person, the soonest to run out first."""
    async with visit.transaction() as tx:
        waiting = await approvals.list_waiting(tx)
    own = visit.principal.drill
    return [view for view in waiting if own is None or view.run.drill == own][:limit]


@router.get("/approvals/{number}")
async def find_approval(number: int, visit: Seeing) -> ApprovalView:
    """Return an approval: the exact change, what else it would touch, and the answers so far."""
    async with visit.transaction() as tx:
        found = await approvals.find_approval(tx, number)
    visit.reach(found.run.drill)
    return found


@router.post("/approvals/{number}/decide")
async def decide(number: int, told: Decided, visit: Approving) -> Settled:
    """Approve or refuse exactly what was shown. Whoever asked for it may not."""
    decision = Decision.APPROVE if told.decision == "approve" else Decision.REFUSE
    async with visit.transaction() as tx:
        found = await approvals.find_approval(tx, number)
        visit.reach(found.run.drill)
        state = await approvals.decide(
            tx,
            ApprovalId(found.approval.id),
            decision,
            told.content_hash,
            by=visit.by,
            reason=told.reason,
        )
    return Settled(state=state)


@router.get("/actions/{number}")
async def find_action(number: int, visit: Seeing) -> ActionRow:
    """Return one action: its plan, its undo and how it stands."""
    async with visit.transaction() as tx:
        return await _action(tx, visit, number)


@router.post("/actions/{number}/undo", status_code=202)
async def undo_action(number: int, visit: Responding) -> ActionRow:
    """Ask for an action to be undone. Refused later as a conflict if somebody changed the asset."""
    async with visit.transaction() as tx:
        found = await _action(tx, visit, number)
        await undo.undo_action(tx, found.id, by=visit.by)
        return await _action(tx, visit, number)


@router.post("/actions/{number}/make-permanent")
async def make_permanent(number: int, told: Reason, visit: Responding) -> ActionRow:
    """Keep what an action changed for good."""
    async with visit.transaction() as tx:
        found = await _action(tx, visit, number)
        await undo.make_permanent(tx, found.id, by=visit.by, reason=told.reason)
        return await _action(tx, visit, number)


@router.post("/actions/{number}/look-again", status_code=202)
async def look_again(number: int, visit: Responding) -> ActionRow:
    """Have an action nobody is sure of read once more."""
    async with visit.transaction() as tx:
        found = await _action(tx, visit, number)
        await undo.look_again(tx, found.id, by=visit.by)
        return await _action(tx, visit, number)


async def _run(tx: Tx, visit: Visit, number: int) -> RunView:
    row = await runs.run_called(tx, number)
    visit.reach(row.drill)
    return await runs.run_view(tx, await plans.of(tx, row.plan_revision), row)


def _evidence(run: RunView, evidence_id: UUID) -> EvidenceId:
    """Return the piece of evidence this run collected, or refuse: another run's is not here."""
    found = next((row.id for row in run.evidence if row.id == evidence_id), None)
    if found is None:
        msg = f"Run {run.run.number} collected no such evidence."
        raise evidence.EvidenceNotFound(msg)
    return found


async def _action(tx: Tx, visit: Visit, number: int) -> ActionRow:
    run, action = await undo.action_called(tx, number)
    visit.reach(DrillId(run.drill_id) if run.drill_id else None)
    return action
