"""Drills on the command line: followed where fireline runs, started alone where it does not."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fireline.app.house import House
from fireline.core.values.ids import DrillId, ScenarioId
from fireline.core.values.json import JsonObject
from fireline.doors.cli.client import UNREACHABLE, ClientFailed
from fireline.doors.cli.drills import DrillOptions
from fireline.store import drills as stored
from fireline.usecases import drills, plans
from fireline.usecases.drills import NoSuchScenario
from tests.doors.cli_world import ANA, Composed, Desk, open_desk, run

PASSED: JsonObject = {
    "score": 92.0,
    "passed": True,
    "contained": True,
    "seconds": 41.2,
    "fails": [],
    "parts": [
        {"name": "detection", "points": 18, "most": 20, "rating": "P", "why": "in 2 s"},
    ],
    "penalties": [{"name": "late_update", "points": -2, "fails": False, "why": "one was late"}],
}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        yield opened


async def begun(desk: Desk) -> DrillId:
    """Wait until the command has started its drill."""
    for _ in range(200):
        async with desk.house.transaction() as tx:
            listed = await stored.listed(tx.db, open_only=True, limit=1)
        if listed:
            return DrillId(listed[0].id)
        await asyncio.sleep(0.05)
    pytest.fail("no drill was started")


async def passing(desk: Desk, drill: DrillId) -> None:
    """End a drill with a score as it is stored."""
    async with desk.house.transaction() as tx:
        await stored.set_finished(
            tx.db, drill, state="finished", result=PASSED, failed_step=None, now=tx.now
        )


async def one_drill(desk: Desk) -> DrillId:
    made = asyncio.create_task(desk.run("drill", "run", "leaked-key", "--json"))
    drill = await begun(desk)
    await passing(desk, drill)
    await made
    return drill


async def test_a_drill_is_followed_line_by_line_to_its_score(desk: Desk) -> None:
    running = asyncio.create_task(desk.run("drill", "run", "leaked-key", "--pace", 30))
    drill = await begun(desk)
    async with desk.house.transaction() as tx:
        await drills.world_ready(tx, drill, {"endpoint": "http://127.0.0.1:1"})
    await asyncio.sleep(0.8)
    await passing(desk, drill)
    result = await running
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert sum("started at 30 times" in line for line in lines) == 1
    assert sum("The simulated AWS stands." in line for line in lines) == 1
    assert any("detection" in line and "in 2 s" in line for line in lines)
    assert "  -2  late update: one was late" in lines
    assert lines[-1] == "Drill 1 passed: 92 of 100 in 41.2 s; the attack was contained."
    assert desk.composed.drills == []


async def test_json_is_one_document_at_the_end(desk: Desk) -> None:
    running = asyncio.create_task(desk.run("drill", "run", "leaked-key", "--json"))
    await passing(desk, await begun(desk))
    result = await running
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert (told["number"], told["scenario"], told["score"]) == (1, "leaked-key", 92.0)
    assert told["passed"] is told["contained"] is True
    assert (told["seconds"], told["failed_step"], told["incident"]) == (41.2, None, None)
    assert told["alerts"] == []
    assert [one["name"] for one in told["parts"]] == ["detection"]
    assert [one["done"] for one in told["steps"]] == [False] * 7


async def test_a_drill_that_fails_ends_with_1_and_names_the_step(desk: Desk) -> None:
    running = asyncio.create_task(desk.run("drill", "run", "leaked-key", "--json"))
    drill = await begun(desk)
    async with desk.house.transaction() as tx:
        await drills.finish(tx, drill, by=ANA)
    result = await running
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["passed"], told["failed_step"]) == (False, "simulate")
    assert result.stderr == (
        "The drill failed at the step simulate. No record of the simulated AWS reached fireline.\n"
    )


async def test_a_drill_is_listed_shown_and_taught_from(desk: Desk) -> None:
    await one_drill(desk)
    assert "passed" in await desk.read("drill", "list")
    said = await desk.read("drill", "lesson", 1, "Ana needs a louder phone.")
    assert said == "Drill 1: Ana needs a louder phone.\n"
    shown = await desk.read("drill", "show", 1)
    assert "Lesson: Ana needs a louder phone." in shown
    assert "Drill 1 passed" in shown
    assert (await desk.json("drill", "show", 1))["score"]["passed"] is True
    assert (await desk.json("signal", "list", "--drill", 1))["items"] == []
    assert (await desk.run("signal", "list", "--drill", 7)).exit_code == 4


async def test_an_aborted_drill_has_no_score(desk: Desk) -> None:
    running = asyncio.create_task(desk.run("drill", "run", "leaked-key"))
    drill = await begun(desk)
    async with desk.house.transaction() as tx:
        await drills.abort(tx, drill, by=ANA, why="it is lunch")
    result = await running
    assert result.exit_code == 1
    assert result.stderr == "The drill was aborted, so it has no score.\n"


async def test_a_drill_is_aborted_by_somebody_who_is_sure(desk: Desk) -> None:
    async with desk.house.transaction() as tx:
        await drills.start(tx, await plans.current(tx), ScenarioId("leaked-key"), by=ANA)
    unsure = await desk.run("drill", "abort", 1, said="n\n")
    assert unsure.exit_code == 1
    assert "Drill 1 goes on." in unsure.stderr
    assert (await desk.json("drill", "abort", 1, "--yes"))["state"] == "aborted"
    assert "aborted" in await desk.read("drill", "list")


async def test_a_scenario_the_plan_lacks_is_refused(desk: Desk) -> None:
    refused = await desk.run("drill", "run", "meteor")
    assert refused.exit_code == 4
    assert "It has: leaked-key." in refused.stderr
    assert (await desk.run("drill", "run", "leaked-key", "--pace", 0)).exit_code == 2


async def test_with_own_a_drill_runs_alone_beside_a_running_fireline(desk: Desk) -> None:
    await one_drill(desk)
    desk.composed.drill = await desk.json("drill", "show", 1)
    result = await desk.run("drill", "run", "leaked-key", "--own", "--pace", 60)
    assert result.exit_code == 0, result.output
    assert desk.composed.drills == [DrillOptions("leaked-key", 60)]
    assert len(await desk.json("drill", "list")) == 1


async def test_a_token_that_is_refused_does_not_start_another_fireline(desk: Desk) -> None:
    desk.tokens = {"ana": "fl_nobody"}
    refused = await desk.run("drill", "run", "leaked-key")
    assert refused.exit_code == 4
    assert desk.composed.drills == []


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("FIRELINE_URL", raising=False)
    monkeypatch.delenv("FIRELINE_TOKEN", raising=False)
    monkeypatch.setenv("FIRELINE_DATA_DIR", str(tmp_path))
    return tmp_path


def finished(**changed: Any) -> dict[str, Any]:
    drill: dict[str, Any] = {
        "number": 1,
        "scenario": "leaked-key",
        "state": "finished",
        "failed_step": None,
        "failure": "",
        "alerts": [1],
        "incident": 1,
        "steps": [],
        "lines": [{"seconds": 1.5, "by": "drill", "text": "It begins."}],
        "score": PASSED,
    }
    return drill | changed


def test_without_a_fireline_a_drill_starts_its_own(alone: Path) -> None:
    composed = Composed(drill=finished())
    result = run(composed, "drill", "run", "leaked-key")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("    1.5 s  drill              It begins.\n")
    assert "starts its own" in result.stderr
    assert composed.drills == [DrillOptions("leaked-key", None)]


async def test_what_a_dead_fireline_left_behind_does_not_stop_a_drill(
    alone: Path, house: House
) -> None:
    composed = Composed(drill=finished())
    async with open_desk(house) as desk:
        left = {"url": desk.url, "token": "fl_of_another_house"}
        (alone / "client.json").write_text(json.dumps(left))
        result = await asyncio.to_thread(run, composed, "drill", "run", "leaked-key", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["alerts"] == [1]


def test_a_drill_with_enough_points_can_still_fail(alone: Path) -> None:
    score = {**PASSED, "passed": False, "fails": ["the decoy was touched"]}
    result = run(Composed(drill=finished(score=score)), "drill", "run", "leaked-key")
    assert result.exit_code == 1
    assert "The drill failed: the decoy was touched." in result.stderr


@pytest.mark.parametrize(
    ("wrong", "exit_code"),
    [
        (NoSuchScenario("The plan has no scenario x.", hint="It has: leaked-key."), 4),
        (ClientFailed("The port 8040 is taken.", UNREACHABLE, hint="Choose another."), 3),
        (ValueError("a bug"), 1),
    ],
)
def test_what_goes_wrong_alone_is_told_in_a_sentence(
    alone: Path, wrong: Exception, exit_code: int
) -> None:
    result = run(Composed(drill=wrong), "drill", "run", "leaked-key", "--own")
    assert result.exit_code == exit_code
    assert str(wrong) in result.stderr
    assert "Traceback" not in result.output
