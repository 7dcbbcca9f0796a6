"""Fireline dies in the middle of an attack, several times, and finishes the same incident."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fireline.content.starter_plan import starter_files
from fireline.store.embedded import EmbeddedPostgres
from tests.stories.books import ask, read_books
from tests.stories.killed import OutsideWorld, Program, started, until

_PACE = 60
# A machine that is away does not answer in time; what this story asks is that nothing is lost.
_LIMITS = "detect: 30m, acknowledge: 60m, declare: 90m, contain: 3h, recover: 4h, review: 4h"
_PATIENCE = 150
Line = tuple[str, str, str]


def plan_in(folder: Path) -> Path:
    for path, text in starter_files().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r"(?m)^limits: .*$", f"limits: {{{_LIMITS}}}", text))
    return folder


def lines(shown: dict[str, Any]) -> set[Line]:
    return {(line["at"], line["kind"], line["text"]) for line in shown["lines"]}


Moment = Callable[[Path, dict[str, Any]], bool]


def is_building(folder: Path, _shown: dict[str, Any]) -> bool:
    return bool(list(folder.glob("drills/*/world.json")))


def is_told(kind: str, text: str = "") -> Moment:
    def found(_folder: Path, shown: dict[str, Any]) -> bool:
        return any(line["kind"] == kind and text in line["text"] for line in shown["lines"])

    return found


MOMENTS = {
    "while the world is built": is_building,
    "right after a page": is_told("page.sent"),
    "while it escalates": is_told("page.wished", "(step 2)"),
    "while an approval waits": is_told("action.planned"),
    "while an action is on its way": is_told("action.executing"),
}


@pytest.mark.timeout(400)
def test_a_fireline_that_is_killed_again_and_again_closes_the_same_incident(
    tmp_path: Path,
) -> None:
    plan = plan_in(tmp_path / "plan")
    (tmp_path / "data").mkdir()
    with started(tmp_path / "data", FIRELINE_PLAN_DIR=str(plan)) as fireline:
        drill = fireline.post("/drills", {"scenario": "leaked-key", "pace": _PACE})["number"]
        known: set[Line] = set()
        for moment, is_it in MOMENTS.items():
            known |= kill_at(fireline, drill, is_it)
            if moment == "while it escalates":
                # The last death will come while AWS works on a call: nobody hears how it went.
                slow = {"match": "iam:(UpdateAccessKey|PutUserPolicy)", "latency": 3.5, "left": 1}
                OutsideWorld(fireline.folder).pull("POST", "faults", [slow])
            after = lines(fireline.get(f"/drills/{drill}"))
            assert known <= after, f"{moment}: {known - after} is lost"
        shown = until(lambda: over(fireline, drill), _PATIENCE)
        world = OutsideWorld(fireline.folder)
        told, changed = world.told(), world.changed()
        incidents = fireline.get("/incidents")
        fireline.stop()
        with_its_books(fireline.folder, lambda dsn: everything_once(dsn, changed))

    assert (shown["failed_step"], shown["score"]["contained"]) == (None, True)
    assert [(one["number"], one["state"]) for one in incidents] == [(1, "closed")]
    assert len(shown["alerts"]) == 1
    assert known <= lines(shown)
    # A send that was on its way when fireline died is made again: at most one for each death.
    again = {key: count - 1 for key, count in told.items() if count > 1}
    assert all(extra == 1 for extra in again.values()), told
    assert len(again) <= len(MOMENTS), told


def kill_at(fireline: Program, drill: int, is_it: Moment) -> set[Line]:
    """Kill it at a moment of the story, start it again; return what had been told by then."""

    def moment() -> dict[str, Any] | None:
        shown = fireline.get(f"/drills/{drill}")
        return shown if is_it(fireline.folder, shown) else None

    shown = until(moment, _PATIENCE)
    fireline.kill()
    fireline.start()
    return lines(shown)


def over(fireline: Program, drill: int) -> dict[str, Any] | None:
    shown = fireline.get(f"/drills/{drill}")
    return shown if shown["finished_at"] else None


def with_its_books(folder: Path, read: Callable[[str], None]) -> None:
    """Open the database fireline left, without fireline."""
    postgres = EmbeddedPostgres(folder / "postgres")
    try:
        read(postgres.start())
    finally:
        postgres.stop()


def everything_once(dsn: str, changed: dict[tuple[str, str], int]) -> None:
    assert read_books(dsn).torn == []
    pages = ask(dsn, "select alert_id, step, person from page")
    assert len(pages) == len({tuple(page.values()) for page in pages})
    calls = ask(
        dsn,
        "select a.call ->> 'operation' as call, a.asset_id, p.state, e.outcome"
        " from effect e join action a on a.id = e.action_id join approval p on p.action_id = a.id",
    )
    assert {call["state"] for call in calls} == {"approved"}
    # Whatever was intended was approved, once for each intent; what AWS heard is no more than that.
    for (operation, target), times in changed.items():
        intended = [one for one in calls if (one["call"], one["asset_id"]) == (operation, target)]
        assert times <= len(intended), (operation, target, calls)
    # One of them was being made when fireline died, and was found by looking.
    assert "interrupted" in {call["outcome"] for call in calls}
    assert not ask(dsn, "select kind from due where parked_at is not null")
