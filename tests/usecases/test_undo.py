"""Undo restores exactly what was there, and never runs over somebody else's change."""

import pytest

from fireline.app.house import House
from fireline.core.runbooks.iam import revoke_document
from fireline.core.values.ids import ActionId
from fireline.ports.cloud import Declined
from fireline.usecases import runs, undo
from tests.hand_clock import HandClock
from tests.usecases.runs_world import ANA, BO, KilledError, World, make_world, plan_with, runbook

NAME = "FirelineRevoke-INC-1"


@pytest.fixture
async def world(house: House, clock: HandClock) -> World:
    return await make_world(house, clock, plan_with(runbook()))


async def _undo_all(world: World, run) -> None:
    for action in (await world.view(run)).actions:
        async with world.house.transaction() as tx:
            await undo.undo_action(tx, ActionId(action.id), by=ANA)
    await world.advance(run)


async def _states(world: World, run) -> list[str]:
    return [action.state for action in (await world.view(run)).actions]


async def test_undo_restores_the_exact_previous_state(world: World) -> None:
    run = await world.containing()
    await _undo_all(world, run)
    assert await _states(world, run) == ["undone", "undone"]
    assert world.cloud.status == "Active"
    assert world.cloud.policies == {}


async def test_an_older_document_of_ours_comes_back_byte_for_byte(world: World) -> None:
    spaced = revoke_document(world.clock.moment).replace(",", ",  ")
    world.cloud.policies[NAME] = spaced
    run = await world.containing()
    assert world.cloud.policies[NAME] != spaced
    await _undo_all(world, run)
    assert world.cloud.policies == {NAME: spaced}


async def test_somebody_elses_change_is_shown_and_kept(world: World) -> None:
    run = await world.containing()
    world.cloud.policies[NAME] = "somebody else's"
    calls = len(world.cloud.made)
    await _undo_all(world, run)
    assert await _states(world, run) == ["undone", "undo_conflict"]
    torn = (await world.view(run)).actions[1].conflict
    assert torn is not None
    assert torn["before"]["document"] is None
    assert torn["present"]["document"] == "somebody else's"
    assert world.cloud.policies[NAME] == "somebody else's"
    assert len(world.cloud.made) == calls + 1
    await _undo_all_of_conflict(world, run)
    assert await _states(world, run) == ["undone", "undo_conflict"]
    del world.cloud.policies[NAME]
    await _undo_all_of_conflict(world, run)
    assert await _states(world, run) == ["undone", "undone"]


async def _undo_all_of_conflict(world: World, run) -> None:
    action = (await world.view(run)).actions[1]
    async with world.house.transaction() as tx:
        await undo.undo_action(tx, ActionId(action.id), by=ANA)
    await world.advance(run)


async def test_asking_twice_undoes_once(world: World) -> None:
    run = await world.containing()
    action = (await world.view(run)).actions[0]
    for _ in range(2):
        async with world.house.transaction() as tx:
            await undo.undo_action(tx, ActionId(action.id), by=ANA)
    await world.advance(run)
    assert len(world.cloud.calls("UpdateAccessKey")) == 2
    async with world.house.transaction() as tx:
        with pytest.raises(undo.NotUndoable):
            await undo.undo_action(tx, ActionId(action.id), by=ANA)


async def test_what_is_permanent_is_not_undone_and_leaves_the_inventory(world: World) -> None:
    run = await world.containing()
    for action in (await world.view(run)).actions:
        async with world.house.transaction() as tx:
            await undo.make_permanent(tx, ActionId(action.id), by=BO, reason="the key is replaced")
    async with world.house.transaction() as tx:
        found = await runs.containment_of(tx, world.incident, plan_of=world.plan_of)
        with pytest.raises(undo.NotUndoable):
            await undo.undo_action(tx, ActionId(action.id), by=ANA)
    assert found.standing == ()
    assert found.open == ()


async def test_what_was_undone_is_open_again(world: World) -> None:
    run = await world.containing()
    await _undo_all(world, run)
    async with world.house.transaction() as tx:
        found = await runs.containment_of(tx, world.incident, plan_of=world.plan_of)
    assert len(found.open) == 2
    assert found.standing == ()


async def test_an_unverified_action_can_be_undone_or_looked_at_again(world: World) -> None:
    world.cloud.ignores_calls = True
    run = await world.containing()
    for _ in range(8):
        world.clock.wait(seconds=20)
        await world.advance(run)
    assert await _states(world, run) == ["unverified", "unverified"]
    world.cloud.status = "Inactive"
    view = await world.view(run)
    async with world.house.transaction() as tx:
        await undo.look_again(tx, ActionId(view.actions[0].id), by=ANA)
        await undo.undo_action(tx, ActionId(view.actions[1].id), by=ANA)
    await world.advance(run)
    assert await _states(world, run) == ["verified", "undone"]


async def test_an_undo_the_cloud_declines_leaves_the_action_standing(world: World) -> None:
    run = await world.containing()
    world.cloud.outcome = Declined("AccessDenied", "no")
    await _undo_all(world, run)
    assert await _states(world, run) == ["verified", "verified"]


async def test_an_asset_that_cannot_be_read_is_tried_again_and_then_left(world: World) -> None:
    run = await world.containing()
    world.cloud.unreadable = True
    await _undo_all(world, run)
    for _ in range(8):
        world.clock.wait(seconds=5)
        await world.advance(run)
    assert await _states(world, run) == ["verified", "verified"]
    world.cloud.unreadable = False
    await _undo_all(world, run)
    assert await _states(world, run) == ["undone", "undone"]


@pytest.mark.parametrize("moment", ["before_call", "after_call"])
async def test_an_undo_killed_at_its_call_is_not_made_twice(world: World, moment: str) -> None:
    run = await world.containing()

    def kill() -> None:
        setattr(world.cloud, moment, lambda: None)
        raise KilledError

    setattr(world.cloud, moment, kill)
    with pytest.raises(KilledError):
        await _undo_all(world, run)
    world.clock.wait(seconds=16)
    await world.advance(run)
    states = await _states(world, run)
    assert states[0] == ("undone" if moment == "after_call" else "verified")
    assert world.cloud.status == ("Active" if moment == "after_call" else "Inactive")
    assert len(world.cloud.calls("UpdateAccessKey")) == (2 if moment == "after_call" else 1)


async def test_there_is_no_such_action(world: World) -> None:
    async with world.house.transaction() as tx:
        with pytest.raises(undo.ActionNotFound):
            await undo.undo_action(tx, ActionId(tx.ids.fresh()), by=ANA)
