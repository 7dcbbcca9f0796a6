"""Make the one call an approval allows, and find out by reading whether it was done.

The intent and the undo are committed before the call. A call is never made twice: whoever finds an
intent without an outcome reads the cloud, and if that does not settle it, asks a person.
"""

from datetime import timedelta
from typing import assert_never

from fireline.core.runbooks import approval as rules
from fireline.core.runbooks.action import (
    Unverified,
    Verified,
    compared_state,
    same,
    verify,
    verify_undo,
)
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.runbooks.approval import ApprovalState, Unusable
from fireline.core.runbooks.cloud import Reading, Unreadable
from fireline.core.runbooks.journal import StepState
from fireline.core.runbooks.state import ActionState, may_become
from fireline.core.values.ids import PersonId
from fireline.core.values.json import canonical, digest
from fireline.ports.cloud import Artefact, CallOutcome, Declined, Errand, Made, Unsure
from fireline.store import actions, approvals, due
from fireline.store.actions import DO, ActionRow, EffectRow, Intent, Passing
from fireline.store.runs import StepRow
from fireline.usecases.evidence import keep_artefact
from fireline.usecases.run_hold import (
    MAX_TRIES,
    PATIENCE,
    Hold,
    Stand,
    about,
    move,
    plan_anew,
    say,
    try_later,
)
from fireline.usecases.transaction import Tx

# IAM shows a change after some seconds: read at once, then at growing distance.
_READ_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15))
_S = ActionState


async def execute(hold: Hold, step: StepRow, action: ActionRow) -> None:
    """Read again, write the intent, call once, write the outcome."""
    reading = await hold.cloud.read(action.plan.asset)
    async with hold.transaction(keep=PATIENCE) as (tx, stand):
        errand = await _intend(tx, stand, step, action, reading)
    if errand is None:
        return
    outcome = await hold.cloud.call(action.plan.call, errand)
    await keep_outcome(hold, action, outcome)


async def _intend(
    tx: Tx, stand: Stand, step: StepRow, action: ActionRow, reading: Reading
) -> Errand | None:
    """Use the approval and write the intent; `None` when nothing may be done."""
    run, step = stand.run, stand.step_at(step.position)
    (row,) = await approvals.of_actions(tx.db, [action.id])
    votes = await approvals.votes(tx.db, [row.id])
    asked = approvals.asked(row, votes)
    fresh = asked.state is ApprovalState.APPROVED and tx.now < asked.expires_at
    if isinstance(reading, Unreadable) and fresh and step.tries + 1 < MAX_TRIES:
        await try_later(tx, run, step, f"could not be read again: {reading.why}")
        return None
    plan = action.plan
    present = compared_state(REGISTERED[action.kind], plan.call, reading)
    content = rules.content_of(
        plan,
        revision=run.plan_revision,
        requester=PersonId(run.requested_by),
        run=run.id,
        needed=row.needed,
    )
    drifted = present is None or not same(present, plan.before)
    verdict = rules.usable(asked, content_hash=digest(content), drifted=drifted, now=tx.now)
    if isinstance(verdict, Unusable):
        await _void(tx, stand, step, action, verdict)
        return None
    approver = ", ".join(sorted(asked.approvers))
    name = f"{plan.asset.id}-before-action-{action.number}.json"
    body = canonical(present).encode()
    method = "read again just before the call"
    await keep_artefact(tx, run, step, Artefact(name, plan.asset, method, "fireline", body))
    await pass_to(tx, action, Passing(_S.PLANNED, _S.EVIDENCE))
    due_at = tx.now + PATIENCE
    await pass_to(tx, action, Passing(_S.EVIDENCE, _S.EXECUTING, due_at=due_at))
    intent = Intent(tx.ids.fresh(), action.id, DO, row.id, approver, plan.call)
    await actions.intend(tx.db, intent, now=tx.now)
    await move(tx, step, StepState.CHECKING, "on its way")
    await due.plan(tx.db, "run", run.id, due_at)
    text = f"{plan.summary}: executing, approved by {approver}"
    await say(tx, run, "action.executing", text, **about(action))
    return Errand(run.incident_name, str(row.number), approver)


async def _void(tx: Tx, stand: Stand, step: StepRow, action: ActionRow, verdict: Unusable) -> None:
    """Let an approval lapse unused, and plan the step anew with a fresh one."""
    (row,) = await approvals.of_actions(tx.db, [action.id])
    if row.state == ApprovalState.APPROVED:
        was = ApprovalState.APPROVED
        await approvals.set_state(tx.db, row.id, was=was, state=verdict.state, now=tx.now)
    await pass_to(tx, action, Passing(_S.PLANNED, _S.FAILED, verdict.why))
    text = f"{action.summary}: not done, {verdict.why}"
    await say(tx, stand.run, "action.failed", text, **about(action))
    await plan_anew(tx, stand.run, step, verdict.why)


async def keep_outcome(hold: Hold, action: ActionRow, outcome: CallOutcome) -> None:
    """Write down what the cloud answered. Only a reading tells whether it is so."""
    async with hold.transaction() as (tx, stand):
        match outcome:
            case Made(request_id):
                await actions.settle(
                    tx.db, action.id, outcome="made", detail=request_id, now=tx.now
                )
                await actions.read_again(tx.db, action.id, tx.now)
            case Unsure(why):
                await actions.settle(tx.db, action.id, outcome="unsure", detail=why, now=tx.now)
                await actions.read_again(tx.db, action.id, tx.now + PATIENCE)
            case Declined(code, why):
                detail = f"{code}: {why}"
                await actions.settle(
                    tx.db, action.id, outcome="declined", detail=detail, now=tx.now
                )
                await _declined(tx, stand, action, detail)
            case _:
                assert_never(outcome)


async def _declined(tx: Tx, stand: Stand, action: ActionRow, detail: str) -> None:
    run = stand.run
    if (await last_effect(tx, action)).way == DO:
        await pass_to(tx, action, Passing(_S.EXECUTING, _S.FAILED, detail))
        await move(tx, stand.step_at(action.position), StepState.FAILED, detail)
        text = f"{action.summary}: the cloud declined, {detail}"
        await say(tx, run, "action.failed", text, **about(action))
        return
    # The asset read as we left it a moment ago, and still does: the action stands.
    await pass_to(tx, action, Passing(_S.EXECUTING, _S.VERIFIED, f"undo declined: {detail}"))
    await actions.undo_settled(tx.db, action.id)
    text = f"Undo of: {action.summary}: the cloud declined, {detail}"
    await say(tx, run, "action.undo_failed", text, **about(action))


async def settle_effect(hold: Hold, action: ActionRow) -> None:
    """Read the asset and say what became of a call, or read again later."""
    kind, plan = REGISTERED[action.kind], action.plan
    reading = await hold.cloud.read(plan.asset)
    async with hold.transaction() as (tx, stand):
        effect = await last_effect(tx, action)
        done = effect.way == DO
        verdict = (verify if done else verify_undo)(kind, plan, reading)
        match verdict:
            case Verified():
                await _shown(tx, stand, action, effect)
            case Unverified(_, untouched=True) if effect.outcome in {None, "unsure"}:
                await _interrupted(tx, stand, action, effect)
            case Unverified(why):
                await _not_shown(tx, stand, action, effect, why)
            case _:
                assert_never(verdict)


async def _shown(tx: Tx, stand: Stand, action: ActionRow, effect: EffectRow) -> None:
    note = "" if effect.outcome == "made" else "found done after an interruption"
    await _close(tx, action, effect, note or "found done")
    if effect.way != DO:
        await pass_to(tx, action, Passing(action.stands, _S.UNDONE, note))
        await actions.undo_settled(tx.db, action.id)
        await unstick(tx, stand, action, "undone")
        text = f"Undone and verified: {action.summary}"
        await say(tx, stand.run, "action.undone", text, **about(action), asked_by=effect.asked_by)
        return
    await pass_to(tx, action, Passing(action.stands, _S.VERIFIED, note))
    await move(tx, stand.step_at(action.position), StepState.DONE, note)
    text = f"{action.summary}: verified by reading it again{', ' + note if note else ''}"
    await say(tx, stand.run, "action.verified", text, **about(action))


async def _interrupted(tx: Tx, stand: Stand, action: ActionRow, effect: EffectRow) -> None:
    """Close a call that certainly did nothing. What may be done next needs a fresh yes."""
    why = "interrupted before it took effect"
    await _close(tx, action, effect, why)
    run, step = stand.run, stand.step_at(action.position)
    if effect.way != DO:
        await pass_to(tx, action, Passing(_S.EXECUTING, _S.VERIFIED, f"undo {why}; ask again"))
        await actions.undo_settled(tx.db, action.id)
        text = f"Undo of: {action.summary}: {why}; it may be asked for again"
        await say(tx, run, "action.undo_failed", text, **about(action))
    elif may_become(action.stands, _S.FAILED):
        await pass_to(tx, action, Passing(action.stands, _S.FAILED, why))
        await say(tx, run, "action.failed", f"{action.summary}: {why}", **about(action))
        await plan_anew(tx, run, step, why)
    else:
        await actions.set_due(tx.db, action.id, None)


async def _not_shown(tx: Tx, stand: Stand, action: ActionRow, effect: EffectRow, why: str) -> None:
    """Read again a few times; then it is unverified, or nobody knows and a person must look."""
    if action.stands is not _S.EXECUTING:
        await actions.set_due(tx.db, action.id, None)
        return
    # The first reading follows the call at once, so it is not counted among the waits.
    if action.tries <= len(_READ_AGAIN):
        wait = _READ_AGAIN[max(action.tries - 1, 0)]
        await actions.read_again(tx.db, action.id, tx.now + wait)
        return
    state = _S.UNVERIFIED if effect.outcome == "made" else _S.UNKNOWN
    await _close(tx, action, effect, why)
    said = why if effect.way == DO else f"undo: {why}"
    await pass_to(tx, action, Passing(_S.EXECUTING, state, said))
    await actions.undo_settled(tx.db, action.id)
    step = stand.step_at(action.position)
    if effect.way == DO:
        await move(tx, step, StepState.STUCK, why)
    text = f"{action.summary}: {state}, {said}. A person must look at it."
    await say(tx, stand.run, f"action.{state}", text, **about(action))


async def last_effect(tx: Tx, action: ActionRow) -> EffectRow:
    """Return the last call made, or about to be made, for an action."""
    return (await actions.effects_of(tx.db, [action.id]))[-1]


async def _close(tx: Tx, action: ActionRow, effect: EffectRow, detail: str) -> None:
    if effect.settled_at is None:
        await actions.settle(tx.db, action.id, outcome="interrupted", detail=detail, now=tx.now)


async def unstick(tx: Tx, stand: Stand, action: ActionRow, why: str) -> None:
    """End a step that waited for somebody to look at its action."""
    step = stand.step_at(action.position)
    if step.state == StepState.STUCK:
        await move(tx, step, StepState.FAILED, why)


async def pass_to(tx: Tx, action: ActionRow, passing: Passing) -> None:
    """Pass an action to another state; an illegal way, or a lost race, is a bug."""
    legal = may_become(passing.was, passing.state)
    if not legal or not await actions.set_state(tx.db, action.id, passing, now=tx.now):
        msg = f"action {action.number} cannot pass from {passing.was} to {passing.state}"
        raise AssertionError(msg)
