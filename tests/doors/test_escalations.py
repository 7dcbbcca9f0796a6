"""Escalations seen from outside: the API, the command line, and the page with the path."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.core.access.roles import Role
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.doors.web.shell import Desk
from fireline.store import outbox
from fireline.store.hub import Hub
from fireline.usecases import plans
from tests.core.plan.breaking import STARTER
from tests.doors.cli_world import Desk as CliDesk
from tests.doors.cli_world import open_desk
from tests.doors.sessions import session_of
from tests.doors.test_pages import BASE, Reader
from tests.usecases import test_escalation_words as words

CY = Human(PersonId("cy"))
ESCALATION = """
acknowledgers: 2
acknowledge_timeout: 2h
webhooks: {bot: 'https://bot.example.com/hook'}
rounds: 2
pause: 10m
steps:
  - notify: ['schedule:platform', 'webhook:bot']
    wait: 5m
  - notify: ['person:bo']
    wait: 10m
    only: [P1, P2]
  - notify: ['leads:platform']
    wait: 15m
    unless: resolved
"""
FILES = {**STARTER, "escalation/platform.yaml": ESCALATION}
TUESDAY = "2026-11-24T03:00Z"


@pytest.fixture
async def desk(house: House) -> AsyncIterator[CliDesk]:
    async with open_desk(house) as opened:
        async with house.transaction() as tx:
            await plans.push(tx, FILES, by=CY, note="escalations")
        yield opened


@pytest.fixture
async def cy(house: House) -> AsyncIterator[Reader]:
    async with house.transaction() as tx:
        await plans.push(tx, FILES, by=CY, note="escalations")
        session = await session_of(tx, CY.person, Role.OPERATOR)
    app = build(Desk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE) as client:
        yield Reader(client, session)


async def test_escalations_are_listed_and_shown_with_who_is_told_when(desk: CliDesk):
    (one,) = await desk.json("escalation", "list")
    assert (one["policy"], one["services"], one["steps"]) == ("platform", ["shop"], 3)
    assert "platform" in await desk.read("escalation", "list")

    read = await desk.read("escalation", "show", "platform", "--at", TUESDAY, "--priority", "p3")
    assert "platform: a P3 alert of shop" in read
    assert "It is acknowledged when 2 people did." in read
    assert "Acknowledged and left alone for 2 h, it fires again." in read
    assert " 1.   at once  Ana Duarte (on call), by email at once" in read
    assert "webhook bot, which counts as nobody told" in read
    assert "passed over: it is not for alerts of this priority" in read
    assert "also when somebody has acknowledged, until it is resolved" in read
    assert "(nobody answered on any step, so the last resort)" in read


async def test_the_api_counts_rounds_and_pauses_and_tells_nobody(desk: CliDesk, house: House):
    shown = await desk.json("escalation", "show", "platform", "--at", TUESDAY)
    told = [
        (step["place"], step["round"], step["after_seconds"] // 60, len(step["people"]))
        for step in shown["steps"]
    ]
    assert told == [
        (1, 1, 0, 1),
        (2, 1, 5, 1),
        (3, 1, 15, 1),
        (1, 2, 40, 1),
        (2, 2, 45, 1),
        (3, 2, 55, 1),
        (0, 3, 70, 2),
    ]
    assert not shown["steps_left"]

    async with house.transaction() as tx:
        cursor = await tx.db.execute("select count(*) from outbox")
        assert await cursor.fetchone() == (0,)
        assert await outbox.about(tx.db, "page", []) == []

    refused = await desk.run("escalation", "show", "platfrom")
    assert refused.exit_code != 0
    assert "The plan has no escalation platfrom. Known: platform" in refused.stderr
    refused = await desk.run("escalation", "show", "platform", "--service", "nothing")
    assert refused.exit_code != 0
    assert "The plan has no service nothing. Known: shop" in refused.stderr


async def test_the_first_of_two_is_told_that_another_must_acknowledge(desk: CliDesk):
    await desk.alert()
    assert await desk.read("ack", 1) == (
        "You are 1 of 2 people who must acknowledge alert 1: Key made for another user:"
        " shop-ci. Others are still told.\n"
    )
    assert (await desk.json("alert", "acknowledge", 1, by="cy"))["answered"] == 2
    read = await desk.read("alert", "show", 1)
    assert "acknowledged by cy" in read
    assert "ana and cy acknowledged alert #1" in read


async def test_the_page_draws_the_path_and_says_what_it_cannot_draw(cy: Reader):
    await cy.opens("/escalations")
    assert 'href="/escalations/platform"' in cy.html
    read = await cy.opens("/escalations/platform?priority=P3&at=2026-11-24T03:00")
    assert "2 people" in read
    assert "Ana Duarte" in read
    assert "on call" in read
    assert "Passed over: it is not for alerts of this priority." in read
    assert "+15:00" not in read.split("The path")[0]
    assert "The last resort" in read

    assert "'soon' is not a moment" in await cy.opens("/escalations/platform?at=soon", status=422)

    read = await cy.opens("/escalations/nothing", status=404)
    assert "The plan has no escalation nothing." in read


async def test_an_alert_tells_the_story_of_its_pages(cy: Reader, house: House):
    async with house.transaction() as tx:
        plan = await plans.current(tx)
    await words.raised(house, plan)
    await words.climb(house, plan=plan)
    await words.send(house, words.OK)
    async with house.transaction() as tx:
        (line,) = await words.list_alerts(tx, words.AlertFilter())
        view = await words.find_alert(tx, line.number)
    story = view.pages[0].story
    assert story == "Dee Novak: webhook 09:00:00, e-mail in 1:00"
    assert story in await cy.opens(f"/alerts/{line.number}")
    assert "Clock times are in UTC." in await cy.opens(f"/alerts/{line.number}")
