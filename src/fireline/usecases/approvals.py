"""Approvals: another person looks at exact content and says yes or no, once, in time."""

from dataclasses import dataclass

from fireline.core.runbooks import approval as rules
from fireline.core.runbooks.approval import ApprovalState, Decided, Decision, NotDecided
from fireline.core.runbooks.journal import StepState
from fireline.core.runbooks.state import ActionState
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import ApprovalId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import actions, approvals, due, runs
from fireline.store.actions import ActionRow, Passing
from fireline.store.approvals import ApprovalRow, VoteRow
from fireline.store.runs import RunRow, StepChange, StepRow
from fireline.usecases.facts import incident_stream, record
from fireline.usecases.run_effects import pass_to
from fireline.usecases.run_hold import about, body, plan_anew, say
from fireline.usecases.transaction import Tx


class ApprovalNotFound(Refusal):
    """There is no such approval."""

    kind = Kind.NOT_FOUND
    code = "approval.not_found"


class ReasonMissing(Refusal):
    """A no without a reason."""

    kind = Kind.INVALID
    code = "approval.reason_missing"


class NotCounted(Refusal):
    """The answer does not count; `code` says why."""

    kind = Kind.CONFLICT

    def __init__(self, why: NotDecided) -> None:
        text, hint = _SAID[why]
        super().__init__(text, hint=hint)
        self.code = why.value
        if why in {NotDecided.MACHINE, NotDecided.OWN_REQUEST}:
            self.kind = Kind.FORBIDDEN


_SAID = {
    NotDecided.MACHINE: ("Only people approve.", ""),
    NotDecided.OWN_REQUEST: (
        "Whoever asked for an action does not approve it.",
        "Ask another person.",
    ),
    NotDecided.EXPIRED: ("This approval has run out.", "Look at the run; it asks anew."),
    NotDecided.SETTLED: ("This approval is settled.", ""),
    NotDecided.OTHER_CONTENT: (
        "This is not what you were shown.",
        "Look at the approval again and send the content hash it shows.",
    ),
    NotDecided.TWICE: ("You have approved this already.", "It needs another person too."),
}


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One approval with everything its page shows: the exact change, its reach, the answers."""

    approval: ApprovalRow
    action: ActionRow
    run: RunRow
    votes: tuple[VoteRow, ...]


async def decide(
    tx: Tx,
    approval: ApprovalId,
    decision: Decision,
    content_hash: str,
    *,
    by: Actor,
    reason: str = "",
) -> ApprovalState:
    """Count a person's answer to what they saw. Enough yeses let the run go on at once."""
    if decision is Decision.REFUSE and not reason.strip():
        msg = "A refusal needs a reason: whoever asked must know what to change."
        raise ReasonMissing(msg)
    view = await _locked(tx, approval)
    asked = approvals.asked(view.approval, view.votes)
    verdict = rules.decide(asked, decision, by=by, content_hash=content_hash, now=tx.now)
    if isinstance(verdict, NotDecided) or not isinstance(by, Human):
        raise NotCounted(verdict if isinstance(verdict, NotDecided) else NotDecided.MACHINE)
    await approvals.vote(
        tx.db, view.approval, person=by.person, decision=decision, reason=reason, now=tx.now
    )
    await _apply(tx, view, verdict, by=by, reason=reason)
    return verdict.state


async def expire_approval(tx: Tx, approval: ApprovalId) -> None:
    """Let an approval nobody gave run out; the step is planned anew, a few times only."""
    view = await _locked(tx, approval)
    row = view.approval
    if row.state != ApprovalState.WAITING or tx.now < row.expires_at:
        return
    await _settle(tx, view, ApprovalState.EXPIRED)
    why = "nobody approved it in time"
    await pass_to(tx, view.action, Passing(ActionState.PLANNED, ActionState.FAILED, why))
    text = f"{view.action.summary}: not done, {why}"
    await say(tx, view.run, "action.failed", text, **about(view.action), approval=row.id)
    await plan_anew(tx, view.run, await _step(tx, view), why)
    await due.plan(tx.db, "run", view.run.id, tx.now)


async def find_approval(tx: Tx, number: int) -> ApprovalView:
    """Return an approval by its number, as its page shows it."""
    row = await approvals.numbered(tx.db, number)
    if row is None:
        raise _missing()
    return await _view(tx, row)


async def list_waiting(tx: Tx) -> list[ApprovalView]:
    """List what waits for somebody's answer, the soonest to run out first."""
    return [await _view(tx, row) for row in await approvals.waiting(tx.db)]


async def _apply(tx: Tx, view: ApprovalView, verdict: Decided, *, by: Human, reason: str) -> None:
    """Save what an answer means for the approval, its action and its step."""
    step, row = await _step(tx, view), view.approval
    said = f": {reason}" if reason else ""
    match verdict.state:
        case ApprovalState.WAITING:
            text = f"{by.person} approved, one more is needed: {view.action.summary}{said}"
        case ApprovalState.APPROVED:
            await _settle(tx, view, ApprovalState.APPROVED)
            await _set(tx, step, StepState.READY, f"approved by {by.person}")
            text = f"{by.person} approved: {view.action.summary}{said}"
        case ApprovalState.REFUSED:
            await _settle(tx, view, ApprovalState.REFUSED)
            why = f"refused by {by.person}{said}"
            await pass_to(tx, view.action, Passing(ActionState.PLANNED, ActionState.FAILED, why))
            await _set(tx, step, StepState.REFUSED, why)
            text = f"{by.person} refused: {view.action.summary}{said}"
        case _:
            msg = f"an answer cannot make an approval {verdict.state}"
            raise AssertionError(msg)
    kind = "action.refused" if verdict.state is ApprovalState.REFUSED else "action.approved"
    more = {**about(view.action), "approval": row.id, "content_hash": row.content_hash}
    stream = incident_stream(view.run.incident_id)
    await record(tx, stream, kind, by=by, body=body(view.run, text, more))
    await due.plan(tx.db, "run", view.run.id, tx.now)


async def _settle(tx: Tx, view: ApprovalView, state: ApprovalState) -> None:
    was = ApprovalState.WAITING
    await approvals.set_state(tx.db, view.approval.id, was=was, state=state, now=tx.now)
    await due.cancel(tx.db, "approval", view.approval.id)


async def _set(tx: Tx, step: StepRow, state: StepState, why: str) -> None:
    change = StepChange(state, why, rounds=step.rounds, ended=state is StepState.REFUSED)
    await runs.set_step(tx.db, step.run_id, step.position, change, now=tx.now)


async def _step(tx: Tx, view: ApprovalView) -> StepRow:
    found = await runs.steps(tx.db, view.run.id)
    return next(step for step in found if step.position == view.action.position)


async def _locked(tx: Tx, approval: ApprovalId) -> ApprovalView:
    """Lock the run first, as the engine does, and read the approval under that lock."""
    row = await approvals.get(tx.db, approval)
    if row is None:
        raise _missing()
    await runs.lock(tx.db, (await _view(tx, row)).run.id)
    return await _view(tx, await approvals.get(tx.db, approval) or row)


async def _view(tx: Tx, row: ApprovalRow) -> ApprovalView:
    action = await actions.get(tx.db, row.action_id)
    run = await runs.get(tx.db, action.run_id) if action else None
    if action is None or run is None:
        raise _missing()
    votes = await approvals.votes(tx.db, [row.id])
    return ApprovalView(row, action, run, tuple(votes))


def _missing() -> ApprovalNotFound:
    return ApprovalNotFound("There is no such approval.")
