"""What an engine holds while it works on a run: the run itself, fenced, and how it stands."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.plan.plan import Plan
from fireline.core.runbooks.journal import StepState
from fireline.core.runbooks.runbook import Runbook
from fireline.core.values.actor import Machine
from fireline.core.values.ids import RevisionId
from fireline.core.values.json import JsonObject
from fireline.ports.cloud import Cloud, Clouds
from fireline.store import actions, runs
from fireline.store.actions import ActionRow
from fireline.store.runs import RunRow, StepChange, StepRow
from fireline.usecases.facts import incident_stream, record
from fireline.usecases.transaction import Transactions, Tx

ENGINE = Machine("runs")
# How long an engine keeps a run between two transactions before another may take over.
LEASE = timedelta(seconds=10)
# The same around a call that changes something. Longer than the slowest call may take, so that
# nobody judges what became of a call while it is still on its way.
PATIENCE = timedelta(seconds=15)
MAX_TRIES = 5
MAX_ROUNDS = 3

PlanOf = Callable[[Tx, RevisionId], Awaitable[Plan]]


class FencedError(Exception):
    """A later engine has the run; this one does nothing more."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What every engine works with. It opens its own transactions, one around each effect."""

    transactions: Transactions
    clouds: Clouds
    plan_of: PlanOf


@dataclass(frozen=True, slots=True)
class Stand:
    """A run as it stands in this transaction."""

    run: RunRow
    plan: Plan
    runbook: Runbook
    steps: tuple[StepRow, ...]
    actions: tuple[ActionRow, ...]

    def action_at(self, position: int) -> ActionRow | None:
        """Return the latest action planned for a step."""
        found = [action for action in self.actions if action.position == position]
        return max(found, key=lambda action: action.round, default=None)

    def step_at(self, position: int) -> StepRow:
        """Return one step."""
        return next(step for step in self.steps if step.position == position)


@dataclass(frozen=True, slots=True)
class Hold:
    """One engine's hold on one run."""

    engine: Engine
    run: RunRow

    @property
    def cloud(self) -> Cloud:
        """The one cloud this run may touch: a drill's run never the real one."""
        return self.engine.clouds.of(self.run.drill)

    @asynccontextmanager
    async def transaction(self, *, keep: timedelta = LEASE) -> AsyncGenerator[tuple[Tx, Stand]]:
        """Open a transaction with the run locked and read, or learn that it was lost."""
        async with self.engine.transactions() as tx:
            run = await runs.hold(tx.db, self.run.id, self.run.fence, until=tx.now + keep)
            if run is None:
                raise FencedError
            plan = await self.engine.plan_of(tx, run.plan_revision)
            yield tx, await stand_of(tx, plan, run)


async def stand_of(tx: Tx, plan: Plan, run: RunRow) -> Stand:
    """Read how a run stands."""
    steps = await runs.steps(tx.db, run.id)
    taken = await actions.of_runs(tx.db, [run.id])
    return Stand(run, plan, plan.runbooks[run.runbook_id], tuple(steps), tuple(taken))


async def say(tx: Tx, run: RunRow, kind: str, text: str, **more: object) -> None:
    """Write a fact about a run on its incident's timeline, in the engine's name."""
    await record(tx, incident_stream(run.incident_id), kind, by=ENGINE, body=body(run, text, more))


def about(action: ActionRow) -> dict[str, object]:
    """Return what every fact about an action carries."""
    return {
        "action": action.id,
        "number": action.number,
        "action_kind": action.kind,
        "asset": action.plan.asset,
    }


def body(run: RunRow, text: str, more: Mapping[str, object]) -> JsonObject:
    """Return what every fact about a run carries."""
    plain = {name: str(value) for name, value in more.items()}
    return {"text": text, "run": run.number, "run_id": str(run.id), **plain}


async def move(tx: Tx, step: StepRow, state: StepState, why: str = "") -> None:
    """Pass a step to another state; its tries begin anew."""
    ended = state in {StepState.DONE, StepState.SKIPPED, StepState.REFUSED, StepState.FAILED}
    change = StepChange(state, why, rounds=step.rounds, ended=ended)
    await runs.set_step(tx.db, step.run_id, step.position, change, now=tx.now)


async def try_later(tx: Tx, run: RunRow, step: StepRow, why: str) -> None:
    """Put a step off for what may pass: longer each time, and not for ever."""
    tries = step.tries + 1
    if tries >= MAX_TRIES:
        await move(tx, step, StepState.FAILED, why)
        await say(tx, run, "run.step_failed", f"{step.step_id}: {why}", step=step.step_id)
        return
    due_at = tx.now + timedelta(seconds=2**tries)
    change = StepChange(StepState.CHECKING, why, tries, step.rounds, due_at)
    await runs.set_step(tx.db, step.run_id, step.position, change, now=tx.now)


async def plan_anew(tx: Tx, run: RunRow, step: StepRow, why: str) -> None:
    """Let a step be planned again, with an approval of its own; a few times only."""
    if step.rounds < MAX_ROUNDS:
        await move(tx, step, StepState.PENDING, why)
        return
    await move(tx, step, StepState.FAILED, f"{why}; planned {step.rounds} times")
    text = f"{step.step_id} was given up after {step.rounds} rounds: {why}"
    await say(tx, run, "run.step_failed", text, step=step.step_id)
