"""Four eyes: whatever people and clouds do, nothing happens without a fresh, exact, foreign yes."""

import asyncio
import json
import random

import psycopg
import pytest

from fireline.app.house import House
from fireline.core.runbooks.approval import ApprovalState, Decision
from fireline.core.values.actor import Machine
from fireline.store import approvals as stored
from fireline.usecases import approvals
from tests.hand_clock import HandClock
from tests.usecases.runs_world import ANA, BO, CY, World, make_world, plan_with, runbook


@pytest.fixture
async def world(house: House, clock: HandClock) -> World:
    return await make_world(house, clock, plan_with(runbook()))


async def _decide(world: World, nth: int = 0, *, by=CY, content_hash: str | None = None):
    row = (await world.waiting())[nth]
    async with world.house.transaction() as tx:
        return await approvals.decide(
            tx, row.id, Decision.APPROVE, content_hash or row.content_hash, by=by
        )


async def _code(world: World, **how) -> str:
    with pytest.raises(approvals.NotCounted) as refused:
        await _decide(world, **how)
    return refused.value.code


async def test_the_requester_cannot_approve(world: World) -> None:
    await world.advance(await world.request(BO))
    assert await _code(world, by=BO) == "approval.own_request"


async def test_a_machine_cannot_approve(world: World) -> None:
    await world.advance(await world.request())
    assert await _code(world, by=Machine("runs")) == "approval.human_only"


async def test_content_nobody_was_shown_cannot_be_approved(world: World) -> None:
    await world.advance(await world.request())
    assert await _code(world, content_hash="0" * 64) == "approval.other_content"


async def test_an_approval_that_ran_out_cannot_be_given(world: World) -> None:
    await world.advance(await world.request())
    world.clock.wait(minutes=30)
    assert await _code(world) == "approval.expired"


async def test_an_answer_is_given_once(world: World) -> None:
    await world.advance(await world.request())
    row = (await world.waiting())[0]
    await _decide(world)
    async with world.house.transaction() as tx:
        with pytest.raises(approvals.NotCounted) as refused:
            await approvals.decide(tx, row.id, Decision.APPROVE, row.content_hash, by=ANA)
    assert refused.value.code == "approval.settled"


async def test_an_approval_used_too_late_does_nothing(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    await world.approve_all()
    world.clock.wait(minutes=31)
    await world.advance(run)
    assert world.cloud.made == []
    assert len(await world.waiting()) == 2


async def test_a_change_after_the_approval_voids_it_and_asks_anew(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    await world.approve_all()
    world.cloud.policies["FirelineRevoke-INC-1"] = "{}"
    world.cloud.status = "Inactive"
    await world.advance(run)
    assert world.cloud.made == []
    view = await world.view(run)
    assert [row.state for row in view.approvals] == ["void", "void"]
    assert view.steps[2].why.endswith("inactive already")
    assert "did not write it" in view.steps[3].why


async def test_nobody_answering_in_time_asks_anew_and_gives_up_at_last(world: World) -> None:
    run = await world.request()
    for _ in range(4):
        await world.advance(run)
        waiting = await world.waiting()
        world.clock.wait(minutes=30)
        for row in waiting:
            async with world.house.transaction() as tx:
                await approvals.expire_approval(tx, row.id)
    view = await world.view(run)
    assert len(view.approvals) == 6
    assert view.run.state == "stopped"
    assert world.cloud.made == []


async def test_an_expiry_that_comes_early_or_after_the_answer_changes_nothing(world: World) -> None:
    await world.advance(await world.request())
    row = (await world.waiting())[0]
    async with world.house.transaction() as tx:
        await approvals.expire_approval(tx, row.id)
    await _decide(world)
    world.clock.wait(minutes=31)
    async with world.house.transaction() as tx:
        await approvals.expire_approval(tx, row.id)
        found = await approvals.find_approval(tx, row.number)
    assert found.approval.state == ApprovalState.APPROVED
    assert [vote.person for vote in found.votes] == ["cy"]


async def test_the_database_refuses_what_the_program_must_not_write(world: World) -> None:
    run = await world.containing()
    view = await world.view(run)
    effect, approval = view.effects[0], view.approvals[0]
    values = {
        "id": effect.action_id,
        "approval": approval.id,
        "requester": approval.requester,
        "now": world.clock.moment,
        "run": run,
    }
    intent = "insert into effect (id, action_id, way, approval_id, asked_by, call, intended_at) "
    forbidden = (
        """insert into approval_vote
           values (%(approval)s, %(requester)s, %(requester)s, 'approve', '', %(now)s)""",
        intent + "values (gen_random_uuid(), %(id)s, 'do', %(approval)s, 'x', '{}', %(now)s)",
        intent + "values (gen_random_uuid(), %(id)s, 'do', null, 'x', '{}', %(now)s)",
        "update action set call = '{}' where id = %(id)s",
        "update action set executed_at = '2020-01-01 00:00+00' where id = %(id)s",
        "update evidence set body = '' where run_id = %(run)s",
        "delete from custody",
    )
    for statement in forbidden:
        with pytest.raises(psycopg.errors.DatabaseError):
            async with world.house.transaction() as tx:
                await tx.db.execute(statement, values)


@pytest.mark.parametrize("seed", range(16))
async def test_no_path_executes_without_a_fair_yes(world: World, seed: int) -> None:
    """Play random people and a restless cloud; judge every call made by what they did."""
    dice = random.Random(seed)  # noqa: S311 - a story's dice, not a secret
    fair: set[str] = set()
    run = await world.request(BO)
    for _ in range(25):
        move = dice.choice(["advance", "advance", "answer", "answer", "wait", "drift", "expire"])
        waiting = await world.waiting()
        if move == "advance":
            await world.advance(run)
        elif move == "wait":
            world.clock.wait(minutes=dice.choice([1, 12, 29]))
        elif move == "drift":
            world.cloud.status = dice.choice(["Active", "Inactive"])
        elif move == "expire" and waiting:
            async with world.house.transaction() as tx:
                await approvals.expire_approval(tx, dice.choice(waiting).id)
        elif waiting:
            fair |= await _any_answer(world, dice, dice.choice(waiting))
    used = [errand.approval for _, errand in world.cloud.made]
    assert len(used) == len(set(used))
    assert set(used) <= fair
    await _calls_are_what_was_approved(world)


async def _any_answer(world: World, dice: random.Random, row: stored.ApprovalRow) -> set[str]:
    """Let anybody send anything; what counts must have been fair."""
    by = dice.choice([BO, CY, ANA, Machine("runs")])
    shown = dice.choice([row.content_hash, row.content_hash, "f" * 64])
    try:
        async with world.house.transaction() as tx:
            await approvals.decide(tx, row.id, Decision.APPROVE, shown, by=by)
    except approvals.NotCounted:
        return set()
    assert by in (CY, ANA)
    assert shown == row.content_hash
    assert world.clock.moment < row.expires_at
    return {str(row.number)}


async def _calls_are_what_was_approved(world: World) -> None:
    for call, errand in world.cloud.made:
        async with world.house.transaction() as tx:
            row = await stored.numbered(tx.db, int(errand.approval))
        assert row is not None
        assert row.content["call"] == json.loads(json.dumps(call.json))


async def test_two_people_answering_at_once_count_once_each(house: House, clock: HandClock) -> None:
    world = await make_world(house, clock, plan_with(runbook(approvals=2)))
    run = await world.request()
    await world.advance(run)
    row = (await world.waiting())[0]

    async def yes(by) -> ApprovalState:
        async with world.house.transaction() as tx:
            return await approvals.decide(tx, row.id, Decision.APPROVE, row.content_hash, by=by)

    states = await asyncio.gather(yes(CY), yes(ANA))
    assert sorted(states) == [ApprovalState.APPROVED, ApprovalState.WAITING]
