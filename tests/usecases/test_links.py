"""The one-time link: looking changes nothing, pressing acknowledges as one person."""

import pytest

from fireline.app.house import House
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId
from fireline.ports.channel import Delivered
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import (
    AlertFilter,
    acknowledge_alert,
    find_alert,
    list_alerts,
    resolve_alert,
)
from fireline.usecases.links import LinkExpired, LinkState, LinkUnknown, look, press
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import ANA, BO, alert, climb, send, token_in


async def linked(house: House) -> tuple[AlertId, str]:
    """Page Ana, and take the link from the message she got."""
    async with house.transaction() as tx:
        which = await alert(tx)
    await climb(house)
    (message,) = await send(house, Delivered("kept"))
    return which, token_in(message)


async def view_of(house: House) -> AlertView:
    async with house.transaction() as tx:
        (line,) = await list_alerts(tx, AlertFilter(states=("firing", "acknowledged", "resolved")))
        return await find_alert(tx, line.number)


async def test_looking_changes_nothing(house: House):
    _, token = await linked(house)
    before = await view_of(house)
    async with house.transaction() as tx:
        for _ in range(3):
            seen = await look(tx, token)
    assert (seen.state, seen.person, seen.number) == (LinkState.READY, "ana", before.number)
    assert seen.acknowledged_by is None
    assert await view_of(house) == before


async def test_pressing_acknowledges_as_the_person_it_was_sent_to(house: House):
    _, token = await linked(house)
    async with house.transaction() as tx:
        answer = await press(tx, token)
    assert (answer.by, answer.yours) == ("ana", True)
    view = await view_of(house)
    assert (view.state, view.acknowledged_by) == ("acknowledged", "ana")


async def test_a_link_pressed_twice_answers_once(house: House, clock: HandClock):
    _, token = await linked(house)
    async with house.transaction() as tx:
        first = await press(tx, token)
    clock.wait(minutes=1)
    async with house.transaction() as tx:
        assert await press(tx, token) == first
        assert (await look(tx, token)).state is LinkState.ANSWERED
    kinds = [fact.kind for fact in (await view_of(house)).timeline]
    assert kinds.count("alert.acknowledged") == 1


async def test_a_link_pressed_after_somebody_else_answered_says_who_has_it(house: House):
    which, token = await linked(house)
    async with house.transaction() as tx:
        await acknowledge_alert(tx, which, by=Human(BO))
    async with house.transaction() as tx:
        assert (await look(tx, token)).acknowledged_by == "bo"
        answer = await press(tx, token)
    assert (answer.by, answer.yours) == ("bo", False)


async def test_a_link_is_good_for_a_day(house: House, clock: HandClock):
    _, token = await linked(house)
    clock.wait(hours=23, minutes=59)
    async with house.transaction() as tx:
        assert (await look(tx, token)).state is LinkState.READY
    clock.wait(minutes=1)
    async with house.transaction() as tx:
        assert (await look(tx, token)).state is LinkState.EXPIRED
        with pytest.raises(LinkExpired, match="older than a day"):
            await press(tx, token)
    assert (await view_of(house)).state == "firing"


async def test_a_link_ends_with_its_alert(house: House):
    which, token = await linked(house)
    async with house.transaction() as tx:
        await resolve_alert(tx, which, by=Human(ANA))
    async with house.transaction() as tx:
        with pytest.raises(LinkExpired, match="resolved"):
            await press(tx, token)


async def test_a_link_nobody_sent_is_unknown(house: House):
    async with house.transaction() as tx:
        for ask in (look, press):
            with pytest.raises(LinkUnknown):
                await ask(tx, "guess")


async def test_only_the_hash_of_a_token_is_kept(house: House):
    _, token = await linked(house)
    async with house.transaction() as tx:
        rows = await (await tx.db.execute("select l::text from link l")).fetchall()
    assert rows
    assert not any(token in row[0] for row in rows)
