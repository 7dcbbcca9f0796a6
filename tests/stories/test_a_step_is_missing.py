"""Take one step of the story away by wiring: the drill fails, and names that step."""

from pathlib import Path

import pytest

from fireline.app.parts import Wiring
from fireline.core.drills.story import Step
from fireline.lab.options import Part
from tests.stories.stage import on_stage

# Each limit leaves what comes before it time enough on a busy machine, and no story waits longer
# than it must: half a minute at this pace.
_PACE = 120
_LIMITS = "detect: 5m, acknowledge: 5m, declare: 10m, contain: 20m, recover: 30m, review: 30m"


def without(*parts: str) -> Wiring:
    return Wiring(without_parts=frozenset(parts))


def lab_without(part: Part) -> Wiring:
    return Wiring(lab_without=frozenset({part}))


MISSING = {
    "no delivery": (lab_without(Part.DELIVERY), Step.SIMULATE),
    "no recorder": (lab_without(Part.RECORDER), Step.SIMULATE),
    "no attacker": (lab_without(Part.ATTACKER), Step.ATTACK),
    "no judge": (without("judge"), Step.DETECT),
    "no ladder": (without("ladder"), Step.PAGE),
    "no sender": (without("send"), Step.PAGE),
    "no people": (lab_without(Part.PEOPLE), Step.ANSWER),
    "no runs": (without("run"), Step.CONTAIN),
    "no reviews": (Wiring(without_rooms=frozenset({"reviews"})), Step.RECOVER_AND_REVIEW),
}


def test_every_step_of_the_story_is_taken_away_once() -> None:
    assert {step for _, step in MISSING.values()} == set(Step)


@pytest.mark.parametrize("missing", MISSING)
async def test_the_drill_fails_at_the_step_that_is_missing(
    missing: str, database_dsn: str, tmp_path: Path
) -> None:
    wiring, step = MISSING[missing]
    async with on_stage(database_dsn, tmp_path, wiring=wiring, pace=_PACE, limits=_LIMITS) as stage:
        shown = await stage.ended()
    assert (shown.state, shown.failed_step) == ("finished", step)
    assert shown.failure == step.failure
    assert shown.score is not None
    assert not shown.score.passed
    before = [one.step for one in shown.steps if one.done]
    assert before == list(Step)[: list(Step).index(step)]
