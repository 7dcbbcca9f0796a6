from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from fireline.app.house import House
from fireline.core.drills.story import Step
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Machine
from fireline.core.values.ids import (
    DrillId,
    RevisionId,
    ScenarioId,
)
from fireline.store import due, facts
from fireline.usecases import drills
from fireline.usecases.drill_views import find_drill, list_drills, look
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock
from tests.usecases.drill_stage import ANA, SCENARIO, WORLD, Stage
from tests.usecases.signals_world import record, stamp
from tests.usecases.test_detection import plan as plan_with_rule


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Put a plan of the drill's revision where the house keeps what it has compiled."""
    made = replace(plan_with_rule("drilled"), scenarios={SCENARIO.id: SCENARIO})
    monkeypatch.setitem(drills.plans._compiled, RevisionId("drilled"), made)
    return made


@pytest.fixture
async def stage(house: House, clock: HandClock, plan: Plan) -> Stage:
    async with house.transaction() as tx:
        drill = await drills.start(tx, plan, SCENARIO.id, by=ANA)
    return Stage(house, clock, plan, drill)


async def play(stage: Stage) -> None:
    incident = await stage.up_to(Step.RECOVER_AND_REVIEW)
    assert incident
    await stage.close(incident)


async def test_a_drill_by_the_book_is_scored_and_passed(stage: Stage):
    await play(stage)
    assert not (await stage.watch()).over
    stage.clock.wait(seconds=3)
    assert (await stage.watch()).over
    seen = await stage.see()
    assert seen.score
    assert (seen.state, seen.score.passed, seen.score.contained) == ("finished", True, True)
    assert seen.score.score == 100
    assert seen.failed_step is None
    assert all(step.done for step in seen.steps)


async def test_the_story_is_told_step_by_step_and_once(stage: Stage):
    await play(stage)
    assert (await stage.watch()).told == tuple(Step)
    assert (await stage.watch()).told == ()
    lines = [line for line in (await stage.see()).lines if line.kind == "drill.step_reached"]
    assert [line.text for line in lines] == [step.sentence for step in Step]
    assert all(first.at <= second.at for first, second in pairwise(lines))


@pytest.mark.parametrize("missing", Step)
async def test_a_drill_that_stops_names_the_step_it_stopped_at(stage: Stage, missing: Step):
    await stage.up_to(missing)
    assert not (await stage.watch()).over
    stage.clock.wait(hours=1)
    assert (await stage.watch()).over
    seen = await stage.see()
    assert seen.failed_step == missing
    assert seen.failure == missing.failure
    assert seen.score
    assert not seen.score.passed


async def test_a_change_by_a_persons_own_hand_fails_the_drill(stage: Stage):
    await play(stage)
    identity = record()["userIdentity"] | {"userName": "bo", "accessKeyId": "AKIABO"}
    by_hand = {"eventName": "UpdateAccessKey", "sourceIPAddress": "::1", "userIdentity": identity}
    when = {"eventTime": stamp(stage.clock.moment)}
    await stage.hear(record("hand", **by_hand) | when)
    stage.clock.wait(seconds=5)
    assert (await stage.watch()).over
    score = (await stage.see()).score
    assert score
    assert (score.score, score.passed) == (70, False)
    assert "bo called iam.UpdateAccessKey" in score.fails[0]


async def test_an_action_nobody_else_approved_fails_the_drill(stage: Stage):
    await play(stage)
    await stage.contain("AKIAOTHER", voters="")
    stage.clock.wait(seconds=5)
    await stage.watch()
    score = (await stage.see()).score
    assert score
    assert any("without the approval" in why for why in score.fails)


async def test_an_attacker_who_gets_through_afterwards_is_not_contained(stage: Stage):
    await play(stage)
    stage.clock.wait(seconds=5)
    await stage.hear(record("late") | {"eventTime": stamp(stage.clock.moment)})
    assert not (await stage.watch()).over
    stage.clock.wait(hours=1)
    await stage.watch()
    seen = await stage.see()
    assert seen.failed_step == Step.CONTAIN
    assert seen.score
    assert not seen.score.contained


async def test_a_finished_drill_stays_as_it_ended(stage: Stage):
    await play(stage)
    stage.clock.wait(seconds=5)
    await stage.watch()
    before = await stage.see()
    stage.clock.wait(hours=1)
    assert await stage.watch() == drills.Watched(over=True, told=())
    assert await stage.see() == before
    async with stage.house.transaction() as tx:
        assert await due.late(tx.db, before=tx.now) == []
        with pytest.raises(drills.DrillOver):
            await drills.finish(tx, stage.drill, by=ANA)
        with pytest.raises(drills.DrillOver):
            await drills.world_ready(tx, stage.drill, WORLD)


async def test_a_drill_ended_by_hand_has_the_score_it_has_by_then(stage: Stage):
    await stage.up_to(Step.PAGE)
    async with stage.house.transaction() as tx:
        score = await drills.finish(tx, stage.drill, by=ANA)
    assert score.total == 15
    assert (await stage.see()).failed_step == Step.PAGE


async def test_a_drill_is_aborted_without_a_score_and_only_once(stage: Stage):
    for _ in range(2):
        async with stage.house.transaction() as tx:
            await drills.abort(tx, stage.drill, by=Machine("drill"), why="The world fell.")
    seen = await stage.see()
    assert (seen.state, seen.score) == ("aborted", None)
    async with stage.house.transaction() as tx:
        told = await facts.timeline(tx.db, [stage.drill])
    assert [fact.kind for fact in told] == ["drill.started", "drill.aborted"]


async def test_the_world_is_said_to_stand_once(stage: Stage):
    await stage.ready()
    first = (await stage.see()).ready_at
    stage.clock.wait(seconds=5)
    await stage.ready()
    assert (await stage.see()).ready_at == first


async def test_starting_a_drill_waits_to_be_looked_at(tx: Tx, plan: Plan):
    drill = await drills.start(tx, plan, SCENARIO.id, pace=60, by=ANA)
    later = tx.now + timedelta(minutes=1)
    claims = await due.claim(tx.db, drills.DUE, now=later, lease=timedelta(minutes=1), limit=9)
    assert [claim.id for claim in claims] == [drill]
    assert (await look(tx, drill)).pace == 60


@pytest.mark.parametrize("pace", [0, -1, 601])
async def test_a_pace_out_of_range_is_refused(tx: Tx, plan: Plan, pace: int):
    with pytest.raises(drills.PaceOutOfRange):
        await drills.start(tx, plan, SCENARIO.id, pace=pace, by=ANA)


async def test_what_is_not_there_is_refused(tx: Tx, plan: Plan):
    with pytest.raises(drills.NoSuchScenario):
        await drills.start(tx, plan, ScenarioId("none"), by=ANA)
    nothing = DrillId(tx.ids.fresh())
    for ask in (drills.watch, look):
        with pytest.raises(drills.NoSuchDrill):
            await ask(tx, nothing)
    with pytest.raises(drills.NoSuchDrill):
        await find_drill(tx, 10**9)


async def test_a_drill_yields_a_lesson(tx: Tx, plan: Plan):
    drill = await drills.start(tx, plan, SCENARIO.id, by=ANA)
    await drills.note_lesson(tx, drill, "Page the second person sooner.", by=ANA)
    assert (await look(tx, drill)).lesson == "Page the second person sooner."
    with pytest.raises(drills.LessonTooLong):
        await drills.note_lesson(tx, drill, "x" * 3000, by=ANA)


async def test_drills_are_listed_the_newest_first(tx: Tx, plan: Plan):
    first = await drills.start(tx, plan, SCENARIO.id, by=ANA)
    second = await drills.start(tx, plan, SCENARIO.id, by=ANA)
    await drills.finish(tx, first, by=ANA)
    assert [each.id for each in await list_drills(tx)][:2] == [second, first]
    assert [each.id for each in await list_drills(tx, open_only=True)] == [second]
    assert (await list_drills(tx))[1].score == 0
    number = (await list_drills(tx))[0].number
    assert (await find_drill(tx, number)).id == second
