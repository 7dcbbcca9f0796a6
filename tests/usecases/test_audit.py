"""The auditor: every promise about paging is kept, or somebody is told and outside it is silent."""

import pytest

from fireline.app.house import House
from fireline.core.values.actor import Human
from fireline.ports.channel import Delivered
from fireline.store import due, ladders, outbox
from fireline.usecases import audit
from fireline.usecases.alerts import acknowledge_alert
from fireline.usecases.audit import AuditView, NeverAudited, last_look, look
from fireline.workers.auditor import audit_all
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import BO, alert, climb, send, told

OK = Delivered("kept")


async def seen(house: House) -> AuditView:
    async with house.transaction() as tx:
        found = await look(tx)
    assert found is not None
    return found


async def broken(house: House, clock: HandClock) -> dict[str, int]:
    clock.wait(seconds=61)
    return {one.promise: one.count for one in (await seen(house)).broken}


async def run(house: House, *statements: str) -> None:
    async with house.transaction() as tx:
        for statement in statements:
            await tx.db.execute(statement)  # pyright: ignore[reportArgumentType] - a constant


async def paged(house: House) -> None:
    async with house.transaction() as tx:
        await alert(tx)
    await climb(house)


async def said(house: House) -> list[tuple[str, str]]:
    """List what fireline said of itself: the key and the status."""
    async with house.transaction() as tx:
        rows = await (
            await tx.db.execute(
                "select convert_from(body, 'utf8')::jsonb from payload order by received_at, id"
            )
        ).fetchall()
    return [(row[0]["key"], row[0]["status"]) for row in rows]


async def test_a_house_that_keeps_its_promises_passes(house: House, clock: HandClock):
    assert (await seen(house)).passed
    await paged(house)
    assert await broken(house, clock) == {"late": 1}
    await send(house, OK)
    await run(house, "update payload set sorted_at = received_at")
    assert await broken(house, clock) == {}


async def test_an_answer_ends_every_promise(house: House, clock: HandClock):
    async with house.transaction() as tx:
        which = await alert(tx)
    await climb(house)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(BO))
    clock.wait(hours=5)
    assert await broken(house, clock) == {}


BREAKS: dict[str, str] = {
    "untold": "delete from ladder",
    "aside": "update due set parked_at = now(), parked_why = 'poison' where kind = 'ladder'",
    "endless": "update outbox set state = 'refused', settled_at = now() where state = 'waiting'",
    "nobody": "update page set state = 'failed', settled_at = now()",
}


@pytest.mark.parametrize("promise", BREAKS)
async def test_each_broken_promise_is_found(house: House, clock: HandClock, promise: str):
    await paged(house)
    if promise != "endless":
        await send(house, OK)
    await run(house, BREAKS[promise])
    found = await broken(house, clock)
    assert promise in found
    assert (f"audit:{promise}", "firing") in await said(house)


@pytest.mark.parametrize(
    ("promise", "statement"),
    [
        ("stopped", "delete from due where kind = 'ladder'"),
        ("unplanned", "delete from due where kind = 'send'"),
    ],
)
async def test_what_lost_its_moment_is_planned_again_and_that_is_said(
    house: House, clock: HandClock, promise: str, statement: str
):
    await paged(house)
    await run(house, statement)
    clock.wait(seconds=61)
    found = await seen(house)
    (breach,) = [one for one in found.broken if one.promise == promise]
    assert breach.healed >= 1
    assert promise not in await broken(house, clock)
    assert [one for one in await said(house) if one[0] == f"audit:{promise}"] == [
        (f"audit:{promise}", "firing"),
        (f"audit:{promise}", "resolved"),
    ]
    if promise == "unplanned":
        await run(house, "update payload set sorted_at = received_at")
        assert ("ana", "webhook") in told(await send(house, OK))
    else:
        clock.wait(hours=1)
        assert await climb(house) == 1


async def test_posts_that_are_not_sorted_break_a_promise(house: House, clock: HandClock):
    async with house.transaction() as tx:
        await audit.say(tx, audit.Notice("k", audit.Status.FIRING, "Something"))
    clock.wait(seconds=61)
    assert "unsorted" in await broken(house, clock)


async def test_a_drill_breaks_no_promise(house: House, clock: HandClock):
    await paged(house)
    await run(
        house,
        "update alert set drill_id = id",
        "update outbox set drill_id = id",
        "delete from ladder",
    )
    assert await broken(house, clock) == {}


async def test_two_nodes_look_once(house: House, clock: HandClock):
    await seen(house)
    async with house.transaction() as tx:
        assert await look(tx) is None


async def test_a_look_of_long_ago_says_nothing_about_now(house: House, clock: HandClock):
    async with house.transaction() as tx:
        with pytest.raises(NeverAudited):
            await last_look(tx)
    await seen(house)
    async with house.transaction() as tx:
        assert (await last_look(tx)).well
    clock.wait(minutes=4)
    async with house.transaction() as tx:
        last = await last_look(tx)
    assert (last.passed, last.well) == (True, False)


class Outside:
    """A watcher outside, as far as the auditor knows."""

    def __init__(self, answer: str | None = None) -> None:
        self.beats = 0
        self._answer = answer

    async def beat(self) -> str | None:
        self.beats += 1
        return self._answer


async def last(house: House) -> AuditView:
    async with house.transaction() as tx:
        return await last_look(tx)


@pytest.mark.parametrize("answer", [None, "answered 500"])
async def test_outside_it_is_said_that_all_is_well_and_whether_that_was_heard(
    house: House, clock: HandClock, answer: str | None
):
    outside = Outside(answer)
    await audit_all(house.transaction, outside)
    assert outside.beats == 1
    assert ((await last(house)).beat_at is not None) == (answer is None)


async def test_a_broken_promise_is_silence_outside(house: House, clock: HandClock):
    outside = Outside()
    await paged(house)
    await run(house, "delete from ladder")
    clock.wait(minutes=5)
    await audit_all(house.transaction, outside)
    assert outside.beats == 0
    await audit_all(house.transaction, outside)
    assert outside.beats == 0


async def test_what_is_healed_keeps_its_own_moment(house: House, clock: HandClock):
    await paged(house)
    async with house.transaction() as tx:
        (which,) = [row async for row in await tx.db.execute("select alert_id from ladder")]
        before = await ladders.read(tx.db, which[0])
        await due.cancel(tx.db, ladders.LADDER, which[0])
    await broken(house, clock)
    async with house.transaction() as tx:
        planned = await due.planned(tx.db, ladders.LADDER, which[0])
        sends = await outbox.about(tx.db, "page", [])
    assert before is not None
    assert planned is not None
    assert planned.due_at == before.due_at
    assert sends == []
