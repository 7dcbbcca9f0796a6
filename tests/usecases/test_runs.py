"""Runs from request to contained, and killed anywhere on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.core.runbooks.approval import Decision
from fireline.core.runbooks.runbook import Act, Runbook
from fireline.core.timeline.fact import Fact
from fireline.core.values.actor import Human
from fireline.core.values.ids import EvidenceId
from fireline.ports.cloud import Declined, Unsure
from fireline.store import facts
from fireline.store import runs as stored
from fireline.usecases import approvals, runs
from fireline.usecases.evidence import custody_of, read_evidence
from fireline.usecases.run_hold import FencedError, Hold
from tests.hand_clock import HandClock
from tests.usecases.runs_world import (
    ANA,
    BO,
    BOOK,
    CY,
    KEY,
    USER,
    KilledError,
    World,
    add_signal,
    make_world,
    plan_with,
    runbook,
)


@pytest.fixture
async def world(house: House, clock: HandClock) -> World:
    return await make_world(house, clock, plan_with(runbook()))


async def _facts(world: World) -> list[Fact]:
    async with world.house.transaction() as tx:
        return await facts.timeline(tx.db, [world.incident])


async def test_both_acts_are_put_to_people_together_after_the_evidence(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    view = await world.view(run)
    assert [step.state for step in view.steps] == [
        "done",
        "done",
        "waiting",
        "waiting",
        "pending",
        "pending",
    ]
    assert [action.summary.split(" ")[0] for action in view.actions] == ["Deactivate", "Deny"]
    assert len(view.evidence) == 4
    assert world.cloud.made == []


async def test_a_whole_run_contains_watches_asks_and_finishes(world: World) -> None:
    run = await world.containing()
    assert world.cloud.status == "Inactive"
    assert list(world.cloud.policies) == ["FirelineRevoke-INC-1"]
    view = await world.view(run)
    assert [action.state for action in view.actions] == ["verified", "verified"]
    assert view.steps[4].state == "checking"
    world.clock.wait(minutes=10)
    await world.advance(run)
    async with world.house.transaction() as tx:
        await runs.answer(tx, run, 5, "Nothing else.", by=BO)
    await world.advance(run)
    view = await world.view(run)
    assert view.run.state == "finished"
    kinds = [fact.kind for fact in await _facts(world)]
    assert kinds[0] == "run.requested"
    assert kinds[-1] == "run.finished"
    assert kinds.count("action.verified") == 2
    assert kinds.index("evidence.collected") < kinds.index("action.planned")


async def test_asking_twice_for_the_same_runbook_is_one_run(world: World) -> None:
    assert await world.request() == await world.request()


async def test_inputs_left_out_are_what_the_alerts_found(world: World) -> None:
    async with world.house.transaction() as tx:
        run = await runs.request_run(tx, world.plan, world.incident, BOOK, None, by=BO)
    view = await world.view(run)
    assert {step.asset for step in view.steps} == {KEY, USER, None}


async def test_a_name_no_input_has_is_refused(world: World) -> None:
    async with world.house.transaction() as tx:
        with pytest.raises(runs.BadInputs):
            await runs.request_run(tx, world.plan, world.incident, BOOK, {"keys": ["x"]}, by=BO)


async def test_a_required_input_left_empty_is_refused(world: World) -> None:
    async with world.house.transaction() as tx:
        with pytest.raises(runs.BadInputs):
            empty: dict[str, list[str]] = {"access_keys": [], "users": []}
            await runs.request_run(tx, world.plan, world.incident, BOOK, empty, by=BO)


async def test_a_call_that_gets_through_starts_the_watch_again(world: World) -> None:
    run = await world.containing()
    world.clock.wait(minutes=6)
    async with world.house.transaction() as tx:
        await add_signal(tx, key=KEY.id, at=tx.now)
        await add_signal(tx, key="AKIASOMEBODYELSE", at=tx.now + timedelta(minutes=1))
    world.clock.wait(minutes=5)
    await world.advance(run)
    assert (await world.view(run)).steps[4].state == "checking"
    world.clock.wait(minutes=5)
    await world.advance(run)
    assert (await world.view(run)).steps[4].state == "done"


async def test_evidence_is_hashed_and_its_readers_are_written_down(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    first = (await world.view(run)).evidence[0]
    async with world.house.transaction() as tx:
        found = await read_evidence(tx, EvidenceId(first.id), by=ANA, why="to look for more keys")
        assert found.sha256 == first.sha256
        custody = await custody_of(tx, EvidenceId(first.id))
    assert [(event.event, event.by) for event in custody] == [
        ("collected", "fireline:runs"),
        ("read", "ana"),
    ]


async def test_nothing_is_planned_while_the_evidence_cannot_be_read(world: World) -> None:
    world.cloud.unreadable = True
    run = await world.request()
    for _ in range(8):
        await world.advance(run)
        world.clock.wait(seconds=40)
    view = await world.view(run)
    assert view.actions == ()
    assert view.run.state == "stopped"


async def test_a_protected_user_is_never_planned_against(house: House, clock: HandClock) -> None:
    world = await make_world(house, clock, plan_with(runbook(), protected=(USER.id,)))
    run = await world.request()
    await world.advance(run)
    view = await world.view(run)
    assert view.actions == ()
    assert view.run.state == "stopped"
    assert "protected" in view.steps[2].why


async def test_fireline_never_acts_on_itself(world: World) -> None:
    world.cloud.own = frozenset({world.cloud.arn})
    run = await world.request()
    await world.advance(run)
    assert (await world.view(run)).actions == ()


async def test_a_wide_blast_takes_two_people(house: House, clock: HandClock) -> None:
    world = await make_world(house, clock, plan_with(runbook(max_blast=1)))
    async with house.transaction() as tx:
        await add_signal(tx, key=KEY.id, at=tx.now, address="203.0.113.9")
    run = await world.request()
    await world.advance(run)
    await world.approve_all(CY)
    await world.advance(run)
    assert world.cloud.calls("UpdateAccessKey") == []
    await world.approve_all(ANA)
    await world.advance(run)
    assert len(world.cloud.calls("UpdateAccessKey")) == 1


async def test_a_key_that_is_inactive_already_needs_no_approval(world: World) -> None:
    world.cloud.status = "Inactive"
    run = await world.request()
    await world.advance(run)
    assert (await world.view(run)).steps[2].state == "done"
    assert len(await world.waiting()) == 1


async def test_an_answer_of_200_that_changed_nothing_ends_unverified(world: World) -> None:
    world.cloud.ignores_calls = True
    run = await world.containing()
    for _ in range(8):
        world.clock.wait(seconds=20)
        await world.advance(run)
    view = await world.view(run)
    assert [action.state for action in view.actions] == ["unverified", "unverified"]
    assert len(world.cloud.made) == 2
    async with world.house.transaction() as tx:
        found = await runs.containment_of(tx, world.incident, plan_of=world.plan_of)
    assert len(found.open) == 2


async def test_a_declined_call_fails_and_is_not_made_again(world: World) -> None:
    world.cloud.outcome = Declined("AccessDenied", "not allowed")
    run = await world.containing()
    world.clock.wait(minutes=5)
    await world.advance(run)
    view = await world.view(run)
    assert [action.state for action in view.actions] == ["failed", "failed"]
    assert len(world.cloud.made) == 2
    assert view.run.state == "stopped"


async def test_a_call_nobody_is_sure_of_is_read_and_never_repeated(world: World) -> None:
    world.cloud.outcome = Unsure("the connection broke")
    run = await world.containing()
    world.clock.wait(seconds=16)
    await world.advance(run)
    view = await world.view(run)
    assert [action.state for action in view.actions] == ["verified", "verified"]
    assert len(world.cloud.made) == 2


async def test_what_an_alert_finds_after_the_run_was_asked_for_is_open(world: World) -> None:
    late = replace(KEY, id="AKIAMINTED")
    await world.containing()
    async with world.house.transaction() as tx:
        await tx.db.execute(
            """insert into alert_asset (alert_id, kind, account, region, asset)
               select id, %(kind)s, %(account)s, '', %(asset)s from alert""",
            {"kind": late.kind, "account": late.account, "asset": late.id},
        )
        found = await runs.containment_of(tx, world.incident, plan_of=world.plan_of)
    assert [vector.asset for vector in found.open] == [str(late)]
    assert {vector.asset for vector in found.vectors} == {str(KEY), str(USER), str(late)}


async def test_containment_names_what_is_shut_and_what_stands(world: World) -> None:
    await world.containing()
    async with world.house.transaction() as tx:
        found = await runs.containment_of(tx, world.incident, plan_of=world.plan_of)
    assert found.open == ()
    assert {vector.asset for vector in found.vectors} == {str(KEY), str(USER)}
    assert len(found.standing) == 2
    assert [watched.green for watched in found.watched] == [False]


async def _finish(world: World, run_by: Human = BO) -> None:
    """Play everybody, patiently, until the run is over."""
    run = await world.request(run_by)
    for _ in range(40):
        await world.advance(run)
        view = await world.view(run)
        if view.run.state != "running":
            return
        await world.approve_all()
        for step in view.steps:
            if step.step_id == "persistence" and step.state == "waiting":
                async with world.house.transaction() as tx:
                    await runs.answer(tx, run, step.position, "Nothing.", by=BO)
        world.clock.wait(seconds=61)
    raise AssertionError([(step.step_id, step.state, step.why) for step in view.steps])


# A whole run opens fewer transactions than this; a kill beyond its end kills nothing.
_TURNS = 120


@pytest.mark.parametrize("turn", range(1, _TURNS, 5))
async def test_killed_at_any_transaction_it_ends_well_and_calls_once(
    world: World, turn: int
) -> None:
    """Every odd turn is before a commit, every even one after it."""
    left = {"turns": turn}

    def kill() -> None:
        left["turns"] -= 1
        if left["turns"] == 0:
            raise KilledError

    world.killer = kill
    try:
        await _finish(world)
    except KilledError:
        world.clock.wait(seconds=16)
        async with world.house.transaction() as tx:
            begun = await runs.list_runs(tx, world.incident)
        if not begun or begun[-1].state == "running":
            await _finish(world)
    else:
        assert turn > 90, "the run is longer than that: the kill should have hit"
    await _assert_once(world)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("moment", ["before_call", "after_call"])
async def test_killed_at_a_call_it_is_never_made_twice_for_one_approval(
    world: World, nth: int, moment: str
) -> None:
    left = {"calls": nth}

    def kill() -> None:
        left["calls"] -= 1
        if left["calls"] == 0:
            raise KilledError

    setattr(world.cloud, moment, kill)
    with pytest.raises(KilledError):
        await _finish(world)
    world.clock.wait(seconds=16)
    await _finish(world)
    await _assert_once(world)
    notes = [action.note for action in (await _last(world)).actions]
    if moment == "after_call":
        assert "found done after an interruption" in notes
    else:
        assert "interrupted before it took effect" in notes


async def _last(world: World) -> runs.RunView:
    async with world.house.transaction() as tx:
        row = (await runs.list_runs(tx, world.incident))[-1]
        return await runs.run_view(tx, world.plan, row)


async def _assert_once(world: World) -> None:
    view = await _last(world)
    assert view.run.state == "finished"
    assert world.cloud.status == "Inactive"
    used = [effect.approval_id for effect in view.effects]
    assert len(used) == len(set(used))
    said = [(errand.approval, call.operation) for call, errand in world.cloud.made]
    assert len(said) == len(set(said))
    assert len(world.cloud.calls("UpdateAccessKey")) == 1
    assert len(world.cloud.calls("PutUserPolicy")) == 1


async def test_a_refused_act_stops_the_run_and_the_other_act_still_happens(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    first, second = await world.waiting()
    async with world.house.transaction() as tx:
        await approvals.decide(
            tx, first.id, Decision.REFUSE, first.content_hash, by=CY, reason="not this key"
        )
        await approvals.decide(tx, second.id, Decision.APPROVE, second.content_hash, by=CY)
    await world.advance(run)
    view = await world.view(run)
    assert sorted(action.state for action in view.actions) == ["failed", "verified"]
    assert view.run.state == "stopped"


async def test_what_cannot_be_read_again_is_not_done_and_asked_anew(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    await world.approve_all()
    world.cloud.unreadable = True
    for _ in range(6):
        await world.advance(run)
        world.clock.wait(seconds=40)
    world.cloud.unreadable = False
    await world.advance(run)
    assert world.cloud.made == []
    states = [action.state for action in (await world.view(run)).actions]
    assert states == ["failed", "failed", "planned", "planned"]


async def test_a_condition_that_does_not_hold_skips_that_asset(
    house: House, clock: HandClock
) -> None:
    world = await make_world(house, clock, plan_with(_only_when("before.status == 'Inactive'")))
    run = await world.request()
    await world.advance(run)
    assert (await world.view(run)).steps[2].state == "skipped"


async def test_a_condition_without_an_answer_does_not_hold(house: House, clock: HandClock) -> None:
    world = await make_world(house, clock, plan_with(_only_when("before.nonsense")))
    run = await world.request()
    await world.advance(run)
    view = await world.view(run)
    assert view.steps[2].state == "failed"
    assert "no answer" in view.steps[2].why


def _only_when(condition: str) -> Runbook:
    book = runbook()
    steps = tuple(
        replace(step, when=condition) if isinstance(step, Act) and step.id == "deactivate" else step
        for step in book.steps
    )
    return replace(book, steps=steps)


async def test_two_engines_at_once_never_work_on_one_run(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    await world.approve_all()
    async with world.house.transaction() as tx:
        until = tx.now + timedelta(seconds=10)
        assert await stored.take(tx.db, run, now=tx.now, until=until) is not None
    await world.advance(run)
    assert world.cloud.made == []
    world.clock.wait(seconds=11)
    await world.advance(run)
    assert len(world.cloud.made) == 2


async def test_an_engine_that_lost_its_run_writes_nothing_more(world: World) -> None:
    run = await world.request()
    await world.advance(run)
    await world.approve_all()
    async with world.house.transaction() as tx:
        held = await stored.take(tx.db, run, now=tx.now, until=tx.now)
        assert held is not None
        later = await stored.take(tx.db, run, now=tx.now, until=tx.now)
        assert later is not None
    with pytest.raises(FencedError):
        async with Hold(world.engine, held).transaction():
            pass
