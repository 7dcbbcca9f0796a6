"""Undo an action, if what it changed is still as it left it; or keep it for good."""

from datetime import timedelta
from typing import assert_never

from fireline.core.runbooks.action import AlreadyUndone, Conflict, UndoCall, undo
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.runbooks.cloud import Unreadable
from fireline.core.runbooks.state import UNDOABLE, ActionState, may_become
from fireline.core.values.actor import Human
from fireline.core.values.ids import ActionId
from fireline.core.values.json import canonical
from fireline.core.values.refusals import Kind, Refusal
from fireline.ports.cloud import Errand
from fireline.store import actions, due, runs
from fireline.store.actions import UNDO, ActionRow, Intent, Passing
from fireline.store.runs import RunRow
from fireline.usecases.facts import incident_stream, record
from fireline.usecases.run_effects import keep_outcome, pass_to, unstick
from fireline.usecases.run_hold import MAX_TRIES, PATIENCE, Hold, Stand, about, body, say
from fireline.usecases.transaction import Tx

_S = ActionState
_WAIT = timedelta(seconds=2)


class ActionNotFound(Refusal):
    """There is no such action."""

    kind = Kind.NOT_FOUND
    code = "action.not_found"


class NotUndoable(Refusal):
    """There is nothing of it to undo, or it was kept for good."""

    kind = Kind.CONFLICT
    code = "action.not_undoable"


async def undo_action(tx: Tx, action: ActionId, *, by: Human) -> None:
    """Ask for an action to be undone. The engine does it, if nobody changed the asset since."""
    run, row = await _locked(tx, action)
    if row.stands not in UNDOABLE:
        msg = f"Action {row.number} is {row.state}; there is nothing to undo."
        raise NotUndoable(msg)
    if row.undo_asked_at is not None:
        return
    await actions.ask_undo(tx.db, action, by=by.person, now=tx.now)
    await actions.set_due(tx.db, action, None)
    await due.plan(tx.db, "run", run.id, tx.now)
    text = f"{by.person} asked to undo: {row.summary}"
    await _note(tx, run, "action.undo_asked", text, by=by, action=row)


async def make_permanent(tx: Tx, action: ActionId, *, by: Human, reason: str) -> None:
    """Keep what an action changed for good; it cannot be undone from here afterwards."""
    run, row = await _locked(tx, action)
    if not may_become(row.stands, _S.MADE_PERMANENT) or row.undo_asked_at is not None:
        msg = f"Action {row.number} is {row.state}; it cannot be made permanent."
        raise NotUndoable(msg)
    await pass_to(tx, row, Passing(row.stands, _S.MADE_PERMANENT, reason))
    text = f"{by.person} keeps for good: {row.summary}. {reason}"
    await _note(tx, run, "action.made_permanent", text, by=by, action=row)


async def look_again(tx: Tx, action: ActionId, *, by: Human) -> None:
    """Have an action nobody is sure of read once more."""
    run, row = await _locked(tx, action)
    if row.stands not in {_S.UNVERIFIED, _S.UNKNOWN}:
        msg = f"Action {row.number} is {row.state}; there is nothing to find out."
        raise NotUndoable(msg)
    await actions.set_due(tx.db, action, tx.now)
    await due.plan(tx.db, "run", run.id, tx.now)
    text = f"{by.person} wants another look at: {row.summary}"
    await _note(tx, run, "action.looked_at", text, by=by, action=row)


async def action_called(tx: Tx, number: int) -> tuple[RunRow, ActionRow]:
    """Return the action people call by this number, with its run."""
    row = await actions.numbered(tx.db, number)
    run = None if row is None else await runs.get(tx.db, row.run_id)
    if row is None or run is None:
        msg = f"There is no action {number}."
        raise ActionNotFound(msg)
    return run, row


async def begin_undo(hold: Hold, action: ActionRow) -> None:
    """Read the asset, write the intent to undo, call once, write the outcome."""
    kind, plan = REGISTERED[action.kind], action.plan
    reading = await hold.cloud.read(plan.asset)
    errand: Errand | None = None
    async with hold.transaction(keep=PATIENCE) as (tx, stand):
        way = undo(kind, plan, reading)
        match way:
            case UndoCall():
                errand = await _intend(tx, stand, action)
            case AlreadyUndone(note):
                await _settled(tx, stand, action, Passing(action.stands, _S.UNDONE, note))
                await unstick(tx, stand, action, "undone")
            case Conflict():
                note = f"somebody changed it since: it now reads {canonical(way.present)}"
                await _torn(
                    tx, stand, action, Passing(action.stands, _S.UNDO_CONFLICT, note, conflict=way)
                )
            case Unreadable(why):
                await _put_off(tx, stand, action, why)
            case _:
                assert_never(way)
    if errand is not None:
        await keep_outcome(hold, action, await hold.cloud.call(plan.inverse, errand))


async def _intend(tx: Tx, stand: Stand, action: ActionRow) -> Errand:
    asker = action.undo_asked_by or ""
    due_at = tx.now + PATIENCE
    await pass_to(tx, action, Passing(action.stands, _S.EXECUTING, "undoing", due_at))
    inverse = action.plan.inverse
    intent = Intent(tx.ids.fresh(), action.id, UNDO, None, asker, inverse)
    await actions.intend(tx.db, intent, now=tx.now)
    await due.plan(tx.db, "run", stand.run.id, due_at)
    text = f"Undoing: {action.summary}, asked by {asker}"
    await say(tx, stand.run, "action.executing", text, **about(action))
    return Errand(stand.run.incident_name, f"undo-{action.number}", asker)


async def _settled(tx: Tx, stand: Stand, action: ActionRow, passing: Passing) -> None:
    await pass_to(tx, action, passing)
    await actions.undo_settled(tx.db, action.id)
    text = f"Undone: {action.summary}: {passing.note}"
    await say(tx, stand.run, f"action.{passing.state}", text, **about(action))


async def _torn(tx: Tx, stand: Stand, action: ActionRow, passing: Passing) -> None:
    # Asked again after a conflict and still torn: the newest reading replaces the older one.
    if action.stands is _S.UNDO_CONFLICT:
        await actions.set_state(tx.db, action.id, passing, now=tx.now)
    else:
        await pass_to(tx, action, passing)
    await actions.undo_settled(tx.db, action.id)
    text = f"Not undone: {action.summary}: {passing.note}"
    await say(tx, stand.run, "action.undo_conflict", text, **about(action))


async def _put_off(tx: Tx, stand: Stand, action: ActionRow, why: str) -> None:
    if action.tries < MAX_TRIES:
        await actions.read_again(tx.db, action.id, tx.now + _WAIT)
        return
    await actions.set_due(tx.db, action.id, None)
    await actions.undo_settled(tx.db, action.id)
    text = f"Not undone: {action.summary}: it could not be read, {why}"
    await say(tx, stand.run, "action.undo_failed", text, **about(action))


async def _locked(tx: Tx, action: ActionId) -> tuple[RunRow, ActionRow]:
    """Lock the run first, as the engine does, and read the action under that lock."""
    found = await actions.get(tx.db, action)
    run = await runs.lock(tx.db, found.run_id) if found else None
    row = await actions.get(tx.db, action)
    if run is None or row is None:
        msg = "There is no such action."
        raise ActionNotFound(msg)
    return run, row


async def _note(tx: Tx, run: RunRow, kind: str, text: str, *, by: Human, action: ActionRow) -> None:
    said = body(run, text, about(action))
    await record(tx, incident_stream(run.incident_id), kind, by=by, body=said)
