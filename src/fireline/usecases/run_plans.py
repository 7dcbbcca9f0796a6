"""Plan an action: a dry run, its blast radius, and the question put to other people."""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks import approval as rules
from fireline.core.runbooks.action import (
    ActionKind,
    ActionPlan,
    CannotPlan,
    Context,
    NothingToDo,
    plan_action,
)
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.runbooks.blast import Allowed, BlastFacts, Forbidden, judge_blast
from fireline.core.runbooks.cloud import Present, Reading, Unreadable
from fireline.core.runbooks.conditions import Unevaluable, holds
from fireline.core.runbooks.journal import StepState
from fireline.core.runbooks.runbook import Act
from fireline.core.values.ids import ActionId, ApprovalId, PersonId
from fireline.core.values.json import JsonObject
from fireline.core.values.time import at_pace
from fireline.store import actions, approvals, due, runs, trail
from fireline.store.actions import Place
from fireline.store.approvals import NewApproval
from fireline.store.runs import StepChange, StepRow
from fireline.usecases.approval_calls import call_approvers
from fireline.usecases.run_hold import Hold, Stand, move, say, try_later
from fireline.usecases.transaction import Tx

APPROVAL = "approval"
# How far back other users of an identity are looked for.
_RECENT = timedelta(days=30)


async def plan_step(hold: Hold, step: StepRow, act: Act) -> None:
    """Read the asset, plan the change, and ask for approval; or say why there is nothing to ask."""
    kind, asset = REGISTERED.get(act.action), step.asset
    if kind is None or asset is None:
        async with hold.transaction() as (tx, stand):
            await _give_up(tx, stand, step, f"{act.action} is not a registered action")
        return
    reading = await hold.cloud.read(asset)
    own = await hold.cloud.identities()
    async with hold.transaction() as (tx, stand):
        step = stand.step_at(step.position)
        if isinstance(own, Unreadable):
            why = f"fireline could not tell who it is, so it will not act: {own.why}"
            await try_later(tx, stand.run, step, why)
            return
        await _decide(tx, stand, step, _Wish(act, kind, asset, reading, own))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one planning has to go on."""

    act: Act
    kind: ActionKind
    asset: AssetRef
    reading: Reading
    own: frozenset[str]


async def _decide(tx: Tx, stand: Stand, step: StepRow, wish: _Wish) -> None:
    expires_at = tx.now + at_pace(rules.LASTS, stand.run.pace)
    # The deny reaches to where the approval ends: a session minted while it waits is denied too.
    context = Context(stand.run.incident_name, cutoff=expires_at)
    planned = plan_action(wish.kind, wish.asset, wish.reading, context)
    match planned:
        case NothingToDo(why):
            await move(tx, step, StepState.DONE, why)
            text = f"{wish.kind.title}: nothing to do, {why}"
            await say(tx, stand.run, "action.not_needed", text, asset=wish.asset)
        case CannotPlan(why, passing=True):
            await try_later(tx, stand.run, step, why)
        case CannotPlan(why):
            await _give_up(tx, stand, step, why)
        case ActionPlan():
            await _on_condition(tx, stand, step, wish, planned)
        case _:
            assert_never(planned)


async def _on_condition(tx: Tx, stand: Stand, step: StepRow, wish: _Wish, plan: ActionPlan) -> None:
    """Go on only where the runbook's condition holds; one without an answer holds nowhere."""
    condition = wish.act.when
    held = True if condition is None else holds(condition, plan)
    if isinstance(held, Unevaluable):
        await _give_up(tx, stand, step, f"`when` has no answer here: {held.why}")
    elif held:
        await _ask(tx, stand, step, wish, plan)
    else:
        await move(tx, step, StepState.SKIPPED, f"not so: {condition}")


async def _ask(tx: Tx, stand: Stand, step: StepRow, wish: _Wish, plan: ActionPlan) -> None:
    """Judge the blast radius; put the question to people, or refuse to."""
    run = stand.run
    callers = await trail.other_callers(
        tx.db, wish.asset, run.drill_id, incident=run.incident_id, since=tx.now - _RECENT
    )
    facts = BlastFacts(tuple(row.name for row in callers), wish.own, stand.plan.protected)
    state: JsonObject = wish.reading.state if isinstance(wish.reading, Present) else {}
    needed = max(1, wish.act.approvals)
    blast = judge_blast(plan, state, facts, most=stand.runbook.max_blast, approvals=needed)
    match blast:
        case Forbidden(why):
            await _give_up(tx, stand, step, why)
        case Allowed():
            await _put(tx, stand, step, plan, blast)
        case _:
            assert_never(blast)


async def _put(tx: Tx, stand: Stand, step: StepRow, plan: ActionPlan, blast: Allowed) -> None:
    run, turn = stand.run, step.rounds + 1
    action, fresh = ActionId(tx.ids.fresh()), ApprovalId(tx.ids.fresh())
    place = Place(run.id, step.position, turn)
    shown = {"touches": blast.touches, "approvals": blast.approvals, "text": list(blast.text)}
    await actions.add(tx.db, action, plan, place=place, blast=shown, now=tx.now)
    requester = PersonId(run.requested_by)
    content = rules.content_of(
        plan, revision=run.plan_revision, requester=requester, run=run.id, needed=blast.approvals
    )
    expires_at = tx.now + at_pace(rules.LASTS, run.pace)
    new = NewApproval(fresh, action, content, requester, blast.approvals, expires_at)
    await approvals.add(tx.db, new, now=tx.now)
    await due.plan(tx.db, APPROVAL, fresh, expires_at)
    await call_approvers(tx, stand, turn)
    why = "waits for another person's approval"
    change = StepChange(StepState.WAITING, why, rounds=turn)
    await runs.set_step(tx.db, run.id, step.position, change, now=tx.now)
    text = f"{plan.summary}: planned, {why}. {' '.join(blast.text)}"
    await say(
        tx,
        run,
        "action.planned",
        text,
        action=action,
        action_kind=plan.kind,
        asset=plan.asset,
        approval=fresh,
    )


async def _give_up(tx: Tx, stand: Stand, step: StepRow, why: str) -> None:
    await move(tx, step, StepState.FAILED, why)
    await say(tx, stand.run, "action.refused_by_guard", f"{step.step_id}: {why}", asset=step.asset)
