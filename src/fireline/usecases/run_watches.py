"""Watch steps: hold a run until something has stayed true for so long."""

from fireline.core.runbooks.journal import StepState
from fireline.core.runbooks.runbook import NO_CALLS_FROM, Watch
from fireline.core.values.time import at_pace
from fireline.store import runs, trail
from fireline.store.runs import StepChange, StepRow
from fireline.usecases.run_hold import Hold, move, say


async def watch_calls(hold: Hold, step: StepRow, watch: Watch) -> None:
    """Wait until nothing contained by this run has got through for as long as the step says.

    A call that got through starts the wait again.
    """
    async with hold.transaction() as (tx, stand):
        run, step = stand.run, stand.step_at(step.position)
        if watch.check != NO_CALLS_FROM:
            await move(tx, step, StepState.FAILED, f"there is no check named {watch.check}")
            return
        began = step.started_at or tx.now
        assets = [other.asset for other in stand.steps if other.asset is not None]
        last = await trail.last_success(tx.db, assets, run.drill_id, since=began)
        since = max(began, last) if last else began
        due_at = since + at_pace(watch.lasting, run.pace)
        if due_at <= tx.now:
            await move(tx, step, StepState.DONE)
            text = f"No call got through for {at_pace(watch.lasting, run.pace)} after containment"
            await say(tx, run, "run.watched", text, step=step.step_id)
            return
        why = f"quiet since {since:%H:%M:%S} UTC"
        change = StepChange(StepState.CHECKING, why, due_at=due_at)
        await runs.set_step(tx.db, run.id, step.position, change, now=tx.now)
        if last is not None and step.why != why:
            text = f"Contained credentials got through again at {last:%H:%M:%S} UTC"
            await say(tx, run, "run.not_quiet", text, step=step.step_id)
