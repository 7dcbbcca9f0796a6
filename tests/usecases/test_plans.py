"""Plans are pushed whole or not at all, and never change afterwards."""

from dataclasses import replace
from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest

from fireline.app.house import House
from fireline.core.plan.compiling import revision_of
from fireline.core.plan.diff import How
from fireline.core.plan.mistakes import Code
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, RevisionId
from fireline.store import facts
from fireline.store import plans as store
from fireline.usecases import plans
from fireline.usecases.facts import house_stream
from fireline.usecases.transaction import Tx
from tests.core.plan.breaking import STARTER, swapped, twenty_mistakes

ANA = Human(PersonId("ana"))
CHANGED = {
    **STARTER,
    "priorities.yaml": swapped("priorities.yaml", ("acknowledge: 30m", "acknowledge: 15m")),
}


async def pushed_facts(tx: Tx) -> list[dict[str, object]]:
    told = await facts.timeline(tx.db, [house_stream().id])
    return [dict(fact.body) for fact in told if fact.kind == "plan.pushed"]


async def test_the_last_pushed_plan_is_the_running_one(tx: Tx) -> None:
    first = await plans.push(tx, STARTER, by=ANA, note="begin")
    second = await plans.push(tx, CHANGED, by=ANA, note="sooner")
    running = await plans.current(tx)
    assert running.revision == second != first
    assert running.definitions.priorities[0].acknowledge == timedelta(minutes=15)


async def test_before_the_first_push_there_is_no_plan(tx: Tx) -> None:
    with pytest.raises(plans.NoPlan, match="No plan") as refused:
        await plans.current(tx)
    assert "fireline plan init" in refused.value.hint


async def test_a_plan_with_twenty_mistakes_is_refused_with_all_and_the_running_one_stays(
    tx: Tx,
) -> None:
    first = await plans.push(tx, STARTER, by=ANA, note="")
    broken = {**STARTER, **{path: text or "" for path, text in twenty_mistakes().items()}}
    with pytest.raises(plans.PlanRefused, match="20 mistakes; the running plan stays") as refused:
        await plans.push(tx, broken, by=ANA, note="oops")
    assert len(refused.value.mistakes) == 20
    assert (await plans.current(tx)).revision == first
    assert len(await plans.history(tx)) == 1


async def test_pushing_what_already_runs_changes_nothing(tx: Tx) -> None:
    first = await plans.push(tx, STARTER, by=ANA, note="once")
    later = replace(tx, now=tx.now + timedelta(hours=1))
    assert await plans.push(later, dict(STARTER), by=ANA, note="twice") == first
    (push,) = await plans.history(later)
    assert push.note == "once"
    assert len(await pushed_facts(tx)) == 1


async def test_pushing_an_earlier_revision_goes_back_to_it(tx: Tx) -> None:
    first = await plans.push(tx, STARTER, by=ANA, note="one")
    second = await plans.push(tx, CHANGED, by=ANA, note="two")
    await plans.push(tx, STARTER, by=ANA, note="back")
    assert (await plans.current(tx)).revision == first
    assert [push.revision for push in await plans.history(tx)] == [first, second, first]


async def test_each_push_is_a_fact_that_says_what_changed(tx: Tx) -> None:
    await plans.push(tx, STARTER, by=ANA, note="begin")
    second = await plans.push(tx, CHANGED, by=ANA, note="sooner")
    begun, changed = await pushed_facts(tx)
    assert begun["before"] is None
    assert changed["revision"] == second
    assert changed["changes"] == ["changed priority P1: acknowledge: 30m -> 15m"]
    assert changed["text"] == "1 change to the plan: sooner"


async def test_an_earlier_revision_can_be_read_for_ever(tx: Tx) -> None:
    first = await plans.push(tx, STARTER, by=ANA, note="")
    second = await plans.push(tx, CHANGED, by=ANA, note="")
    old = await plans.of(tx, first)
    assert old.definitions.priorities[0].acknowledge == timedelta(minutes=30)
    assert await plans.files_of(tx, first) == STARTER
    (change,) = await plans.diff(tx, first, second)
    assert (change.kind, change.id, change.how) == ("priority", "P1", How.CHANGED)


async def test_a_revision_nobody_pushed_is_not_found(tx: Tx) -> None:
    with pytest.raises(plans.NoSuchRevision):
        await plans.of(tx, RevisionId("0" * 64))


async def test_a_revision_this_version_cannot_read_is_said_and_does_not_stop_the_next(
    tx: Tx,
) -> None:
    old = RevisionId("ab" * 32)
    await store.keep(tx.db, old, {"plan.yaml": "organization: in words of long ago\n"})
    await store.push(tx.db, old, at=tx.now, by="ana", note="")
    with pytest.raises(plans.PlanUnreadable, match="cannot read plan revision abababababab"):
        await plans.current(tx)
    first = await plans.push(tx, STARTER, by=ANA, note="")
    assert (await plans.current(tx)).revision == first


async def test_a_process_forgets_the_oldest_compiled_plans_first(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MAX_COMPILED", 1)
    first = await plans.push(tx, STARTER, by=ANA, note="")
    second = await plans.push(tx, CHANGED, by=ANA, note="")
    assert (await plans.of(tx, first)).revision == first
    assert (await plans.of(tx, second)).revision == second
    assert (await plans.of(tx, first)).revision == first


async def test_a_note_too_long_for_a_list_is_refused(tx: Tx) -> None:
    with pytest.raises(plans.NoteTooLong):
        await plans.push(tx, STARTER, by=ANA, note="x" * 501)


@pytest.mark.parametrize(
    "change", ["delete from plan_revision", "update plan_push set note = 'other'"]
)
async def test_the_database_refuses_to_change_what_was_pushed(
    tx: Tx, change: LiteralString
) -> None:
    await plans.push(tx, STARTER, by=ANA, note="")
    with pytest.raises(psycopg.errors.RaiseException, match="written once"):
        await tx.db.execute(change)


async def test_a_schedule_that_has_a_gap_from_today_is_refused_with_its_line(tx: Tx) -> None:
    path = "schedules/platform.yaml"
    gap = swapped(
        path, ("days: 7}", "days: 7}\n    hours: [{days: [mon], from: '09:00', to: '17:00'}]")
    )
    with pytest.raises(plans.PlanRefused) as refused:
        await plans.push(tx, {**STARTER, path: gap}, by=ANA, note="")
    places = {(one.file, one.line, one.code) for one in refused.value.mistakes}
    assert places == {(path, 3, Code.SCHEDULE_GAP)}


async def test_a_push_shows_only_once_it_is_committed(house: House) -> None:
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
    async with house.transaction() as one:
        await plans.push(one, CHANGED, by=ANA, note="one")
        async with house.transaction() as reader:
            assert (await plans.current(reader)).revision == revision_of(STARTER)
    async with house.transaction() as tx:
        assert (await plans.current(tx)).revision == revision_of(CHANGED)
