"""People who come late, touch the wrong thing, or ask nobody: the drill is failed, and says why."""

from pathlib import Path

from fireline.app.parts import Wiring
from fireline.core.drills.story import Step
from fireline.usecases.drill_views import DrillView
from tests.stories.books import ask
from tests.stories.stage import on_stage

_SHORT = "detect: 5m, acknowledge: 5m, declare: 10m, contain: 20m, recover: 30m, review: 30m"


async def play(
    dsn: str, folder: Path, script: str, pace: int, *, limits: str | None = None
) -> DrillView:
    wiring = Wiring(script=script)
    async with on_stage(dsn, folder, wiring=wiring, pace=pace, limits=limits) as stage:
        return await stage.ended()


def penalties(shown: DrillView) -> dict[str, str]:
    assert shown.score is not None
    return {penalty.name: penalty.why for penalty in shown.score.penalties}


async def test_people_who_are_late_fail_the_drill(database_dsn: str, tmp_path: Path) -> None:
    shown = await play(database_dsn, tmp_path, "late", 120)
    assert shown.score is not None
    assert not shown.score.passed
    assert shown.score.score < 75
    assert shown.failed_step == Step.ANSWER
    late = {part.name: part.points for part in shown.score.parts}
    assert (late["acknowledged"], late["declared"], late["contained"]) == (0, 0, 0)


async def test_people_who_contain_somebody_innocent_fail_the_drill(
    database_dsn: str, tmp_path: Path
) -> None:
    shown = await play(database_dsn, tmp_path, "wrong-resource", 60)
    # The incident is closed and the attacker out: nothing makes up for whom it hit.
    assert shown.failed_step is None
    assert shown.score is not None
    assert shown.score.contained
    assert not shown.score.passed
    assert list(penalties(shown)) == ["wrong_resource"]
    assert "shop-reports" in penalties(shown)["wrong_resource"]
    assert shown.score.fails == (penalties(shown)["wrong_resource"],)


async def test_people_who_go_around_fireline_fail_the_drill(
    database_dsn: str, tmp_path: Path
) -> None:
    shown = await play(database_dsn, tmp_path, "unapproved", 120, limits=_SHORT)
    assert shown.score is not None
    assert not shown.score.passed
    assert shown.failed_step == Step.CONTAIN
    why = penalties(shown)["unapproved"]
    assert "called iam.UpdateAccessKey without an approved action" in why
    assert why in shown.score.fails
    assert ask(database_dsn, "select 1 from action") == []
