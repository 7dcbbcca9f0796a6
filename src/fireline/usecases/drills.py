"""Run drills: start one, follow its story from stored facts alone, and score it at the end.

A drill has no script here. What happens in it, the attack and the people's answers, comes in
through the same doors as in earnest; this room only watches.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.core.drills.facts import DrillFacts
from fireline.core.drills.scenario import Scenario
from fireline.core.drills.score import Score, score
from fireline.core.drills.story import Reached, Step, failing_step, is_complete, story
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import DrillId, RevisionId, ScenarioId
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import drills, due
from fireline.store.drills import DrillRow, NewDrill
from fireline.usecases import access, plans
from fireline.usecases.drill_facts import gather_facts
from fireline.usecases.facts import drill_stream, record
from fireline.usecases.transaction import Tx

DUE = "drill"
LOOK_EVERY = timedelta(seconds=1)
MAX_PACE = 600
MAX_LESSON_CHARACTERS = 2000
# Trails deliver late: what was done just before the end must still count.
SETTLES_IN = timedelta(seconds=2)
_WATCH = Machine("drill")


class NoSuchDrill(Refusal):
    """There is no such drill."""

    kind = Kind.NOT_FOUND
    code = "drill.not_found"


class NoSuchScenario(Refusal):
    """The plan has no such scenario."""

    kind = Kind.NOT_FOUND
    code = "drill.no_such_scenario"


class PaceOutOfRange(Refusal):
    """A drill runs at most so fast, and never slower than the world."""

    kind = Kind.INVALID
    code = "drill.pace_out_of_range"


class DrillOver(Refusal):
    """The drill has ended."""

    kind = Kind.CONFLICT
    code = "drill.over"


class LessonTooLong(Refusal):
    """A lesson is a sentence or two."""

    kind = Kind.INVALID
    code = "drill.lesson_too_long"


@dataclass(frozen=True, slots=True)
class Watched:
    """How a drill stands after one look: over or not, and the steps told this time."""

    over: bool
    told: tuple[Step, ...]


async def start(
    tx: Tx, plan: Plan, scenario: ScenarioId, *, pace: int | None = None, by: Actor
) -> DrillId:
    """Start a drill of the plan. Its world is built elsewhere, and `world_ready` says it stands."""
    chosen = plan.scenarios.get(scenario)
    if chosen is None:
        message = f"The plan has no scenario {scenario}."
        known = ", ".join(sorted(plan.scenarios)) or "none"
        raise NoSuchScenario(message, hint=f"It has: {known}.")
    runs_at = chosen.pace if pace is None else pace
    if not 1 <= runs_at <= MAX_PACE:
        message = f"A pace is between 1 and {MAX_PACE}, not {runs_at}."
        raise PaceOutOfRange(message)
    new = NewDrill(
        tx.ids.fresh(), scenario, chosen.title, runs_at, plan.revision, started_by=by.name
    )
    number = await drills.add(tx.db, new, now=tx.now)
    text = f"Drill {number}, {chosen.title}, started at {runs_at} times the pace of the plan."
    body: JsonObject = {"number": number, "scenario": scenario, "pace": runs_at, "text": text}
    await record(tx, drill_stream(new.id), "drill.started", by=by, body=body)
    await due.plan(tx.db, DUE, new.id, tx.now + LOOK_EVERY)
    return DrillId(new.id)


async def world_ready(tx: Tx, drill: DrillId, world: JsonObject) -> None:
    """Write down that the drill's world stands, and who is who in it. Saying it again is fine.

    `world` is the lab's word: `endpoint` (where its cloud answers), `keys` (access keys by the
    names of their users, and `leaked`), `fireline` (the identities fireline acts under).
    """
    row = await _locked(tx, drill)
    if row.is_over:
        message = f"Drill {row.number} is over."
        raise DrillOver(message)
    await drills.set_ready(tx.db, drill, world, now=tx.now)
    if row.ready_at is None:
        body: JsonObject = {"number": row.number, "text": "The simulated AWS stands."}
        await record(tx, drill_stream(drill), "drill.ready", by=_WATCH, body=body)


async def watch(tx: Tx, drill: DrillId) -> Watched:
    """Look once: tell the steps that were reached since, and end the drill when it is time.

    It ends when the story is complete, or when a step has not come in twice its limit.
    """
    row = await _locked(tx, drill)
    if row.is_over:
        return Watched(over=True, told=())
    facts = await gather_facts(tx, row, await scenario_of(tx, row))
    told = await _tell(tx, row, facts)
    ended_at = max((each.at for each in story(facts) if each.at is not None), default=tx.now)
    if is_complete(facts):
        if tx.now < ended_at + SETTLES_IN:
            return Watched(over=False, told=told)
        await _finish(tx, row, facts, failed=None)
        return Watched(over=True, told=told)
    failed = failing_step(facts, tx.now)
    if failed is not None:
        await _finish(tx, row, facts, failed=failed)
    return Watched(over=failed is not None, told=told)


async def finish(tx: Tx, drill: DrillId, *, by: Actor) -> Score:
    """End a drill now, as it stands, with the score it has by now."""
    row = await _locked(tx, drill)
    if row.is_over:
        message = f"Drill {row.number} is over."
        raise DrillOver(message)
    facts = await gather_facts(tx, row, await scenario_of(tx, row))
    missing = next((each.step for each in story(facts) if each.at is None), None)
    return await _finish(tx, row, facts, failed=missing, by=by)


async def abort(tx: Tx, drill: DrillId, *, by: Actor, why: str) -> None:
    """End a drill without a score: the abort word was said, or its world fell."""
    row = await _locked(tx, drill)
    if row.is_over:
        return
    ended = await drills.set_finished(
        tx.db, drill, state="aborted", result=None, failed_step=None, now=tx.now
    )
    if ended:
        body: JsonObject = {"number": row.number, "why": why, "text": f"Drill aborted: {why}"}
        await record(tx, drill_stream(drill), "drill.aborted", by=by, body=body)
    await _close(tx, drill)


async def note_lesson(tx: Tx, drill: DrillId, lesson: str, *, by: Actor) -> None:
    """Write down what a drill changed in the plan, or why nothing had to."""
    if len(lesson) > MAX_LESSON_CHARACTERS:
        message = f"A lesson has at most {MAX_LESSON_CHARACTERS} characters."
        raise LessonTooLong(message)
    row = await _locked(tx, drill)
    await drills.set_lesson(tx.db, drill, lesson)
    body: JsonObject = {"number": row.number, "lesson": lesson, "text": f"Lesson: {lesson}"}
    await record(tx, drill_stream(drill), "drill.lesson", by=by, body=body)


async def scenario_of(tx: Tx, row: DrillRow) -> Scenario:
    """Return the scenario a drill runs, under the revision it was started with."""
    plan = await plans.of(tx, RevisionId(row.plan_revision))
    return plan.scenarios[ScenarioId(row.scenario)]


async def _tell(tx: Tx, row: DrillRow, facts: DrillFacts) -> tuple[Step, ...]:
    """Write a fact for each step that was reached since the last look, in the story's order."""
    reached = story(facts)
    new = [each for each in reached if each.at is not None and each.step not in row.steps]
    for each in new:
        body = _step_body(row, each.step, each.at)
        await record(tx, drill_stream(row.id), "drill.step_reached", by=_WATCH, body=body)
    if new or row.attack_at is None:
        steps = [*row.steps, *(each.step for each in new)]
        await drills.set_progress(tx.db, row.id, attack_at=facts.attack_at, steps=steps)
    return tuple(each.step for each in new)


def _step_body(row: DrillRow, step: Step, at: datetime | None) -> JsonObject:
    reached_at = at.isoformat() if at is not None else None
    return {"number": row.number, "step": step, "reached_at": reached_at, "text": step.sentence}


async def _finish(
    tx: Tx, row: DrillRow, facts: DrillFacts, *, failed: Step | None, by: Actor = _WATCH
) -> Score:
    scored = score(facts)
    result = _result(scored, story(facts), failed, row=row, now=tx.now)
    ended = await drills.set_finished(
        tx.db,
        row.id,
        state="finished",
        result=result,
        failed_step=failed,
        now=tx.now,
    )
    if ended:
        body: JsonObject = {
            "number": row.number,
            "score": scored.total,
            "passed": result["passed"],
            "contained": scored.contained,
            "failed_step": failed,
            "text": _verdict(scored, failed),
        }
        await record(tx, drill_stream(row.id), "drill.finished", by=by, body=body)
    await _close(tx, DrillId(row.id))
    return scored


async def _close(tx: Tx, drill: DrillId) -> None:
    """Look no more, and let nobody act in the drill's name."""
    await due.cancel(tx.db, DUE, drill)
    await access.revoke_drill_tokens(tx, drill)


def _verdict(scored: Score, failed: Step | None) -> str:
    said = f"Drill finished with {scored.total:g} of 100."
    if failed is not None:
        said += f" It failed at the step {failed}: {failed.failure}"
    if scored.fails:
        said += f" It fails because {'; '.join(scored.fails)}."
    return said


def _result(
    scored: Score,
    reached: tuple[Reached, ...],
    failed: Step | None,
    *,
    row: DrillRow,
    now: datetime,
) -> JsonObject:
    """Write a score as it is stored and shown."""
    return {
        "score": scored.total,
        "passed": scored.passed and failed is None,
        "contained": scored.contained,
        "failed_step": failed,
        "seconds": round((now - row.started_at).total_seconds(), 1),
        "fails": list(scored.fails),
        "parts": [
            {
                "name": part.name,
                "points": round(part.points, 1),
                "most": part.most,
                "rating": part.rating,
                "why": part.why,
            }
            for part in scored.parts
        ],
        "penalties": [
            {"name": each.name, "points": each.points, "fails": each.fails, "why": each.why}
            for each in scored.penalties
        ],
        "steps": [
            {"step": each.step, "at": each.at.isoformat() if each.at else None} for each in reached
        ],
    }


async def _locked(tx: Tx, drill: DrillId) -> DrillRow:
    row = await drills.lock(tx.db, drill)
    if row is None:
        message = "There is no such drill."
        raise NoSuchDrill(message)
    return row
