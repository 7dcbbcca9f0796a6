"""Whole accounts are judged a little at a time: nothing waits, and nothing is done twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from fireline.app.house import House
from fireline.core.detection.posture import State
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.ports.inventory import CouldNotLook, Part, Why
from fireline.store import due
from fireline.store.posture_assessments import ASSESS
from fireline.usecases import looks, plans
from fireline.usecases.posture import Course, begin_course, judge_more
from fireline.usecases.posture_assessing import (
    AssessmentNotFound,
    NoSuchAccount,
    ask_assessment,
    show_assessment,
)
from fireline.usecases.transaction import Tx
from fireline.workers.judging import Lost, Whose, held_by, judge_whole
from fireline.workers.looking import Looker, ask_parts, end_looks, judge_looked_at
from fireline.workers.posture import assess
from fireline.workers.rereading import Rereader
from tests.core.plan.breaking import STARTER
from tests.hand_clock import HandClock
from tests.usecases.clouds_world import BUCKET, GROUP, HOME, INSTANCE, ROLE, World, a_world, asset
from tests.usecases.posture_world import (
    ACCOUNT,
    GUARDED,
    JUDGED,
    PUBLIC,
    alerts,
    brief,
    bucket,
    changed,
    covered,
    findings,
    group,
    linked,
    lost,
    planned,
    saved,
)
from tests.usecases.test_assets_rereads import OPEN, SG, a_call, a_watched_world, tell

ANA = Human(PersonId("ana"))
LEASE = timedelta(minutes=1)
GROUPS = Part(ACCOUNT, HOME, GROUP)
MANY = 250  # more than one step judges


async def judge(house: House, plan: Plan = JUDGED, *, first: bool = False) -> list[Course]:
    """Judge the account to its end; return every step."""
    steps: list[Course] = []

    async def step(_: Tx, course: Course) -> None:
        steps.append(course)

    whose = Whose(ACCOUNT, None, plan, first_look=first)
    await judge_whole(house.transaction, whose, step=step)
    return steps


async def a_large_account(house: House) -> None:
    async with house.transaction() as tx:
        await saved(tx, *(bucket(f"b-{n:03}", open_=n < 5) for n in range(MANY)))


async def rows_of(house: House) -> list[tuple[str, ...]]:
    """Return what is written of verdicts and findings, each with the transaction that did."""
    async with house.transaction() as tx:
        found = await tx.db.execute(
            "select 'v', asset::text, signature, xmin::text from posture_verdict"
            " union all select 'f', asset::text, signature, xmin::text from posture_finding"
            " order by 1, 2, 3"
        )
        return await found.fetchall()


async def test_a_change_between_two_steps_waits_for_none_and_its_verdict_stays(
    house: House, clock: HandClock
):
    await a_large_account(house)
    async with house.transaction() as tx:
        course = await begin_course(tx, JUDGED, ACCOUNT, drill=None, first_look=True)
        course = await judge_more(tx, JUDGED, course)
    assert not course.over
    assert 0 < course.judged < MANY
    clock.wait(seconds=1)
    newer = planned(PUBLIC, replace(PUBLIC, id="newer"), revision="0")
    async with asyncio.timeout(2), house.transaction() as tx:
        await changed(tx, bucket("b-249", open_=True), plan=newer)
    while not course.over:
        async with house.transaction() as tx:
            course = await judge_more(tx, JUDGED, course)
    async with house.transaction() as tx:
        found = await findings(tx, words="b-249")
        told = [alert.title for alert in await alerts(tx, newer)]
    assert brief(found) == [("newer", "b-249", "open"), (PUBLIC.id, "b-249", "open")]
    # What somebody just changed pages; the five that stood there before are told of once.
    assert len(told) == 2
    assert f"The first look at account {ACCOUNT} found 5 things to mend: 5 critical" in told


async def test_what_is_begun_and_left_is_done_again_and_counted_once(house: House):
    await a_large_account(house)
    async with house.transaction() as tx:
        course = await begin_course(tx, JUDGED, ACCOUNT, drill=None, first_look=True)
        await judge_more(tx, JUDGED, course)

    steps = await judge(house, first=True)

    assert steps[-1].judged == MANY
    async with house.transaction() as tx:
        (told,) = await alerts(tx)
    assert told.title.endswith("found 5 things to mend: 5 critical")


async def test_what_is_the_same_is_neither_judged_nor_written_again(house: House):
    await a_large_account(house)
    await judge(house, first=True)
    before = await rows_of(house)
    assert len(before) == 2 * MANY + 5
    await judge(house)
    assert await rows_of(house) == before


async def test_what_it_is_linked_to_makes_an_asset_be_judged_again(house: House, clock: HandClock):
    plan = planned(GUARDED, revision="2")
    async with house.transaction() as tx:
        await covered(tx, "aws.ec2.security_group")
        await saved(tx, group("sg-1", bad=False), linked(bucket("site"), group("sg-1", bad=False)))
    await judge(house, plan, first=True)
    async with house.transaction() as tx:
        assert await findings(tx) == []
    clock.wait(minutes=1)
    async with house.transaction() as tx:
        await saved(tx, group("sg-1", bad=True))
    await judge(house, plan)
    async with house.transaction() as tx:
        assert brief(await findings(tx)) == [(GUARDED.id, "site", "open")]


async def test_a_signature_that_is_another_is_asked_again(house: House):
    await a_large_account(house)
    await judge(house, planned(PUBLIC, revision="4"), first=True)
    other = replace(PUBLIC, fails="!config.Open")
    await judge(house, planned(other, revision="1"))
    async with house.transaction() as tx:
        open_ = await findings(tx, state="open")
        resolved = await findings(tx, state="resolved")
    assert (len(open_), len(resolved)) == (200, 5)


async def test_what_depends_on_the_time_is_always_asked_again(house: House, clock: HandClock):
    async with house.transaction() as tx:
        await saved(tx, bucket("site"))
        soon = tx.now.isoformat()
    timed = planned(
        replace(PUBLIC, fails=f"now > timestamp('{soon}') + duration('1h')"), revision="3"
    )
    await judge(house, timed, first=True)
    async with house.transaction() as tx:
        assert await findings(tx) == []
    clock.wait(hours=2)
    await judge(house, timed)
    async with house.transaction() as tx:
        assert brief(await findings(tx)) == [(PUBLIC.id, "site", "open")]


async def test_what_was_gone_and_is_back_as_it_was_is_judged_anew(house: House):
    async with house.transaction() as tx:
        await saved(tx, bucket("site", open_=True))
    await judge(house, first=True)
    async with house.transaction() as tx:
        await lost(tx, bucket("site").ref)
    await judge(house)
    async with house.transaction() as tx:
        (found,) = await findings(tx)
        assert found.state is State.RESOLVED
        await tx.db.execute("update asset set gone_at = null")
    await judge(house)
    async with house.transaction() as tx:
        (found,) = await findings(tx)
    assert (found.state, found.reopened) == (State.OPEN, 1)


async def test_who_lost_its_place_stops(house: House):
    await a_large_account(house)
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
        await ask_assessment(tx, ACCOUNT, drill=None, by=ANA)
        (claim,) = await due.claim(tx.db, ASSESS, now=tx.now, lease=LEASE, limit=1)
        await due.plan(tx.db, ASSESS, claim.id, tx.now)
    with pytest.raises(Lost):
        whose = Whose(ACCOUNT, None, JUDGED, first_look=True)
        await judge_whole(house.transaction, whose, step=held_by(claim, lease=LEASE))
    assert await rows_of(house) == []


async def test_an_assessment_is_asked_for_and_done_by_a_worker(house: House):
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
        await saved(tx, bucket("site", open_=True))
        with pytest.raises(NoSuchAccount, match="holds nothing of an account 1"):
            await ask_assessment(tx, "1", drill=None, by=ANA)
        with pytest.raises(AssessmentNotFound):
            await show_assessment(tx, 99)
        begun = await ask_assessment(tx, None, drill=None, by=ANA)
        assert await ask_assessment(tx, None, drill=None, by=ANA) == begun
    assert (begun.assets, begun.judged, begun.ended_at) == (1, 0, None)
    assert await assess(house.transaction)
    async with house.transaction() as tx:
        done = await show_assessment(tx, begun.number)
    assert (done.judged, done.failed) == (1, "")
    assert done.ended_at is not None


async def test_a_reading_whose_transaction_was_broken_off_is_made_again_soon(house: House):
    """As after a deadlock, or when it waited too long for a lock."""
    world = await a_watched_world(house)
    world.cloud.put(asset(GROUP, SG, config=OPEN))
    await tell(house, a_call())
    async with house.transaction() as holding:
        await holding.db.execute(
            "select pg_advisory_xact_lock(hashtextextended('posture:' || %s, 0))", (ACCOUNT,)
        )
        rereading = asyncio.create_task(Rereader(world.lookout).turn())
        async with asyncio.timeout(10):
            while not await _broken_off(house):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.05)
        await rereading
    assert (await world.the(SG)).version == 1
    world.wait(2)
    await world.reread()
    assert (await world.the(SG)).version == 2


async def _broken_off(house: House) -> bool:
    async with house.transaction() as tx:
        found = await tx.db.execute(
            "select pg_cancel_backend(pid) from pg_locks where locktype = 'advisory'"
            " and not granted and database = (select oid from pg_database"
            " where datname = current_database())"
        )
        return bool(await found.fetchall())


async def judged_kinds(house: House) -> set[str]:
    query = "select a.kind from posture_judged j join asset a on a.id = j.asset"
    async with house.transaction() as tx:
        return {row[0] for row in await (await tx.db.execute(query)).fetchall()}


async def half_looked_at(house: House) -> tuple[World, UUID]:
    """Look at an account whose security groups nobody is told of for now."""
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
    world = await a_world(
        house, asset(BUCKET, "site"), asset(GROUP, "sg-1"), asset(INSTANCE, "i-1"), asset(ROLE, "r")
    )
    world.cloud.troubles[GROUPS] = CouldNotLook(Why.THROTTLED, "Rate exceeded")
    await world.start()
    await ask_parts(world.lookout)
    await Looker(world.lookout).turn()
    async with house.transaction() as tx:
        (account,) = await (await tx.db.execute("select id from look_account")).fetchone() or ()
    return world, account


async def test_what_is_known_whole_is_judged_while_the_rest_is_looked_at(house: House):
    world, _ = await half_looked_at(house)
    await judge_looked_at(world.lookout)
    # A verdict on an instance rests on its groups.
    assert await judged_kinds(house) == {BUCKET, ROLE}
    async with house.transaction() as tx:
        await tx.db.execute("update posture_judged set judged_at = '2020-01-01'")

    world.cloud.troubles.clear()
    world.wait(60)
    await Looker(world.lookout).turn()
    await judge_looked_at(world.lookout)
    await end_looks(world.lookout)

    assert await judged_kinds(house) == {BUCKET, ROLE, GROUP, INSTANCE}
    query = (
        "select a.kind from posture_judged j join asset a on a.id = j.asset"
        " where j.judged_at > '2021-01-01'"
    )
    async with house.transaction() as tx:
        again = {row[0] for row in await (await tx.db.execute(query)).fetchall()}
        assert await due.kinds_due(tx.db, ["look_judge", "look_end"], now=tx.now) == frozenset()
    assert again == {GROUP, INSTANCE}


async def test_what_was_judged_under_another_plan_is_judged_again_at_the_end(house: House):
    world, account = await half_looked_at(house)
    await judge_looked_at(world.lookout)
    async with house.transaction() as tx:
        left = await looks.to_judge(tx, account, ends=True)
        assert left is not None
        assert left.kinds.isdisjoint({BUCKET, ROLE})
        path, text = next(iter(STARTER.items()))
        await plans.push(tx, {**STARTER, path: f"{text}# Another.\n"}, by=ANA, note="")
        anew = await looks.to_judge(tx, account, ends=True)
    assert anew is not None
    assert {BUCKET, ROLE} <= anew.kinds


async def test_nothing_is_kept_as_judged_once_all_was_looked_at(house: House):
    world, account = await half_looked_at(house)
    world.cloud.troubles.clear()
    world.wait(60)
    await Looker(world.lookout).turn()
    async with house.transaction() as tx:
        plan = await plans.current(tx)
        assert await looks.to_judge(tx, account, ends=False) is None
        assert not await looks.kind_judged(tx, account, BUCKET, plan)
