"""A key leaks on a quiet evening, and everybody does what the plan says."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.stories.books import Books, ask, read_books
from tests.stories.stage import on_stage

_STANDING = "select state, executed_at, asset_kind, asset_id from action"


@pytest.mark.timeout(110)
async def test_the_leaked_key_drill_closes_its_incident(database_dsn: str, tmp_path: Path) -> None:
    async with on_stage(database_dsn, tmp_path, pace=30) as stage:
        shown = await stage.ended()
        lab = await stage.lab()
        before = (await lab.status())["callers"]
        await asyncio.sleep(2.5)
        after = (await lab.status())["callers"]

    assert shown.failed_step is None
    assert shown.score is not None
    assert shown.score.score >= 75
    assert (shown.score.passed, shown.score.contained) == (True, True)
    assert (shown.score.fails, shown.score.penalties) == ((), ())
    assert all(step.done for step in shown.steps)
    assert {lag.via: lag.signals > 0 for lag in shown.lag} == {"eventbridge": True, "trail": True}
    assert all(0 <= lag.least <= lag.median <= lag.most for lag in shown.lag)

    # The attacker is out, and whoever did nothing wrong noticed nothing.
    for stolen in ("leaked", "session", "minted"):
        assert after[stolen]["calls"] > before[stolen]["calls"]
        assert after[stolen]["succeeded"] == before[stolen]["succeeded"]
    for rightful in ("daily-reports", "nightly-backup"):
        assert after[rightful]["succeeded"] == after[rightful]["calls"]

    assert ask(database_dsn, "select state from incident") == [{"state": "closed"}]
    assert len(ask(database_dsn, "select id from alert")) == 1
    books = read_books(database_dsn)
    assert books.torn == []
    assert {"alert", "incident", "drill", "house"} <= books.rooms
    paged_once(database_dsn)
    evidence_precedes_actions(database_dsn, books)
    heard_twice_and_kept_once(database_dsn)


def paged_once(dsn: str) -> None:
    pages = Counter(
        (row["person"], row["step"], row["channel"])
        for row in ask(
            dsn,
            "select p.person, p.step, o.channel from page p"
            " join outbox o on o.about_id = p.id join delivery d on d.outbox_id = o.id",
        )
    )
    assert pages
    assert set(pages.values()) == {1}
    # The first on call says nothing; the second is told next, and answers.
    assert {step for _, step, _ in pages} == {1, 2}


def evidence_precedes_actions(dsn: str, books: Books) -> None:
    actions = ask(dsn, _STANDING)
    assert {action["state"] for action in actions} == {"made_permanent"}
    kept = ask(dsn, "select asset_kind, asset_id, collected_at, sha256 from evidence")
    for action in actions:
        same = [
            one
            for one in kept
            if (one["asset_kind"], one["asset_id"]) == (action["asset_kind"], action["asset_id"])
            and one["collected_at"] <= action["executed_at"]
        ]
        assert same, action
    assert all(len(one["sha256"]) == 64 for one in kept)
    told = [fact.kind for fact in books.of("evidence.collected", "action.executing")]
    assert told[0] == "evidence.collected"
    assert told.count("action.executing") == len(actions)


def heard_twice_and_kept_once(dsn: str) -> None:
    """See that what the lab announces twice, and sends by two ways, is one signal each."""
    signals = ask(dsn, "select external_id from signal")
    assert len(signals) == len({row["external_id"] for row in signals})
    assert ask(dsn, "select 1 from sighting where times > 1")
    assert ask(dsn, "select signal_id from sighting group by signal_id having count(*) > 1")
    assert not ask(dsn, "select 1 from quarantined")
