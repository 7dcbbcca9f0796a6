"""The engine of runs: one piece of work at a time, several transactions around each cloud effect.

It may be killed anywhere. What it was about to do is written down before it is done, and whoever
takes the run over looks at the cloud before doing anything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from fireline.core.runbooks.journal import StepState
from fireline.core.runbooks.next_step import Do, Finished, Stopped, Waiting, next_step
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Step, Watch
from fireline.core.runbooks.state import UNDOABLE, ActionState
from fireline.core.values.ids import RunId
from fireline.store import due, runs
from fireline.store.actions import ActionRow
from fireline.store.runs import StepRow
from fireline.usecases.evidence import collect_evidence
from fireline.usecases.run_effects import execute, settle_effect
from fireline.usecases.run_hold import LEASE, Engine, FencedError, Hold, Stand, move, say
from fireline.usecases.run_plans import plan_step
from fireline.usecases.run_watches import watch_calls
from fireline.usecases.transaction import Tx
from fireline.usecases.undo import begin_undo

RUN = "run"
# One turn of the engine; the rest is due at once, so that no run keeps a worker for ever.
MAX_BEATS = 200
_BUSY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Settle:
    action: ActionRow


@dataclass(frozen=True, slots=True)
class _Undo:
    action: ActionRow


@dataclass(frozen=True, slots=True)
class _Begin:
    """A step to work on. `action` is the planned one that people approved, if there is one."""

    step: Step
    row: StepRow
    action: ActionRow | None


_Work = _Settle | _Undo | _Begin


async def advance(engine: Engine, run: RunId) -> None:
    """Take a run as far as it goes now. When it must wait for time, that is a due row."""
    hold = await _take(engine, run)
    if hold is None:
        return
    try:
        for _ in range(MAX_BEATS):
            work = await _choose(hold)
            if work is None:
                return
            await _work_on(hold, work)
        async with hold.transaction() as (tx, stand):
            await _let_go(tx, stand, tx.now)
    except FencedError:
        return


async def _take(engine: Engine, run: RunId) -> Hold | None:
    async with engine.transactions() as tx:
        row = await runs.take(tx.db, run, now=tx.now, until=tx.now + LEASE)
        if row is not None:
            return Hold(engine, row)
        if await runs.get(tx.db, run) is not None:
            await due.plan(tx.db, RUN, run, tx.now + _BUSY)
        return None


async def _work_on(hold: Hold, work: _Work) -> None:
    match work:
        case _Settle(action):
            await settle_effect(hold, action)
        case _Undo(action):
            await begin_undo(hold, action)
        case _Begin():
            await _begin_step(hold, work)
        case _:
            assert_never(work)


async def _begin_step(hold: Hold, work: _Begin) -> None:
    row, action = work.row, work.action
    match work.step:
        case Evidence():
            await collect_evidence(hold, row)
        case Act() as act:
            await (plan_step(hold, row, act) if action is None else execute(hold, row, action))
        case Watch() as watch:
            await watch_calls(hold, row, watch)
        case Ask() as ask:
            await _put_question(hold, row, ask)
        case _:
            assert_never(work.step)


async def _choose(hold: Hold) -> _Work | None:
    """Pick the next piece of work; when there is none, let the run go in the same transaction."""
    async with hold.transaction() as (tx, stand):
        work = _loose_end(stand, tx.now)
        if work is not None:
            return work
        until: datetime | None = None
        if stand.run.state == "running":
            found = next_step(stand.runbook, [step.entry for step in stand.steps], tx.now)
            match found:
                case Do(entry):
                    return _begin(stand, entry.position)
                case Waiting(_, until):
                    pass
                case Finished():
                    await _end(tx, stand, "finished", "Every step is done.")
                case Stopped(why):
                    await _end(tx, stand, "stopped", f"The run stopped: {why}.")
                case _:
                    assert_never(found)
        await _let_go(tx, stand, until)
        return None


def _loose_end(stand: Stand, now: datetime) -> _Settle | _Undo | None:
    """Find a call whose outcome is to be looked at, or an undo somebody asked for."""
    for action in stand.actions:
        due_now = action.due_at is not None and action.due_at <= now
        if action.undo_asked_at is not None and action.stands in UNDOABLE:
            if due_now or action.due_at is None:
                return _Undo(action)
        elif due_now:
            return _Settle(action)
    return None


def _begin(stand: Stand, position: int) -> _Begin:
    row = stand.step_at(position)
    step = next(step for step in stand.runbook.steps if step.id == row.step_id)
    action = stand.action_at(position)
    planned = action is not None and action.stands is ActionState.PLANNED
    return _Begin(step, row, action if planned else None)


async def _let_go(tx: Tx, stand: Stand, until: datetime | None) -> None:
    """Give the run up, and say when it is to be taken again."""
    moments = [action.due_at for action in stand.actions if action.due_at is not None]
    if until is not None:
        moments.append(until)
    if moments:
        await due.plan(tx.db, RUN, stand.run.id, min(moments))
    await runs.release(tx.db, stand.run.id, stand.run.fence)


async def _end(tx: Tx, stand: Stand, state: str, text: str) -> None:
    await runs.end_run(tx.db, stand.run.id, state, text, now=tx.now)
    await say(tx, stand.run, f"run.{state}", text)


async def _put_question(hold: Hold, row: StepRow, ask: Ask) -> None:
    async with hold.transaction() as (tx, stand):
        await move(tx, row, StepState.WAITING, ask.question)
        await say(tx, stand.run, "run.asked", ask.question, step=row.step_id)
