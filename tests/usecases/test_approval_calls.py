"""Whoever could approve is told that something waits: once for a turn, and never who asked."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fireline.app.house import House
from fireline.core.incidents.terms import Role
from fireline.core.oncall.people import Contact, NotifyRule, Person
from fireline.store import outbox, response
from fireline.store.outbox import OutboxRow
from fireline.store.response import RoleRow
from fireline.usecases import approvals
from tests.hand_clock import HandClock
from tests.usecases.runs_world import ANA, BO, CY, DI, World, make_world, plan_with, runbook

PEOPLE = {
    who.person: Person(
        id=who.person,
        name=who.person.title(),
        zone=ZoneInfo("UTC"),
        contacts=(
            Contact("email", f"{who.person}@example.com"),
            Contact("webhook", f"https://hooks.example.com/{who.person}"),
        ),
        urgent=(NotifyRule("webhook", timedelta()), NotifyRule("email", timedelta(minutes=1))),
        calm=(),
    )
    for who in (ANA, BO, CY, DI)
}


@pytest.fixture
async def world(house: House, clock: HandClock) -> World:
    plan = replace(
        plan_with(runbook()), people=PEOPLE, catch_all=(ANA.person, BO.person, DI.person)
    )
    return await make_world(house, clock, plan)


async def calls(world: World) -> list[OutboxRow]:
    async with world.house.transaction() as tx:
        return await outbox.about(tx.db, "incident", [world.incident])


async def test_people_of_last_resort_are_called_when_nobody_has_a_role(world: World) -> None:
    await world.advance(await world.request(BO))
    assert len(await world.waiting()) == 2
    called = await calls(world)
    assert sorted((one.person, one.channel) for one in called) == [
        (ANA.person, "webhook"),
        (DI.person, "webhook"),
    ]
    assert {one.subject for one in called} == {"INC-1: bo asks for approval"}


async def test_who_has_a_role_is_called_and_who_asked_is_not(world: World) -> None:
    async with world.house.transaction() as tx:
        for who, role in ((BO, Role.LEAD), (CY, Role.COORDINATOR)):
            row = RoleRow(role, who.person, tx.now, None, who.person, "")
            await response.give_role(tx.db, tx.ids.fresh(), world.incident, row)
    await world.advance(await world.request(BO))
    assert [one.person for one in await calls(world)] == [CY.person]


async def test_asking_anew_calls_anew(world: World) -> None:
    run = await world.request(BO)
    await world.advance(run)
    first = len(await calls(world))
    world.clock.wait(minutes=31)
    waiting = await world.waiting()
    async with world.house.transaction() as tx:
        for row in waiting:
            await approvals.expire_approval(tx, row.id)
    await world.advance(run)
    assert len(await calls(world)) == 2 * first
