"""`fireline alert …`: what people do to alerts from a terminal, and the API beneath it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from httpx2 import AsyncClient

from fireline.app.house import House
from fireline.core.access.roles import Role
from fireline.core.signals.entity import HOST, Entity
from fireline.core.values.priority import Priority
from fireline.usecases import access
from tests.doors.cli_world import BO, Desk, open_desk
from tests.usecases.alerts_world import DRILL
from tests.usecases.symptoms_world import Raised, Said, raised

WEB = Entity(HOST, "web-1")


@dataclass
class World:
    """Two alerts, of which the first has two symptoms."""

    desk: Desk
    disk: Raised
    slow: Raised


@pytest.fixture
async def world(house: House) -> AsyncIterator[World]:
    async with open_desk(house) as desk:
        async with house.transaction() as tx:
            disk = await raised(
                tx, Said("Disk full", Priority.P2), Said("Slow on web-1", entities=(WEB,)), flaps=3
            )
            slow = await raised(tx, Said("Checkout answers slowly"))
        yield World(desk, disk, slow)


async def test_an_alert_answers_at_the_terminal(world: World):
    shown = await world.desk.read("alert", "show", 1)
    for said in (
        "Alert 1  P2 High  firing, flapping",
        "Service shop, team web: service shop owns it",
        "First: No runbook says what to do.",
        "Told: Nobody yet; the next step is due now.",
        "Its source says so: with no figure",
        "It flaps: 3rd time",
        "Symptoms (2, 2 firing)",
        "Slow on web-1",
        "here because: a new problem",
        "host web-1",
    ):
        assert said in shown


async def test_alerts_are_listed_by_what_they_are(world: World):
    desk = world.desk
    assert "Disk full" in await desk.read("alert", "list", "--team", "web", "--service", "shop")
    for nothing in (("--snoozed",), ("--suppressed",), ("--unrouted",), ("--team", "nobody")):
        assert await desk.json("alert", "list", *nothing) == []
    (found,) = await desk.json("alert", "list", "--text", "checkout")
    assert found["number"] == 2
    (following,) = await desk.json("alert", "list", "--after", 1)
    assert following["number"] == 2


async def test_every_hand_on_an_alert_has_its_command(world: World):
    desk = world.desk
    assert "is snoozed until" in await desk.read("alert", "snooze", 1, "--for", "1h30m")
    assert "is snoozed until" in await desk.read("alert", "snooze", 1, "--tomorrow")
    until = ("--until", "2026-12-01T10:00:00")
    assert "is snoozed until 01 Dec 2026 10:00:00" in await desk.read("alert", "snooze", 1, *until)
    assert [one["number"] for one in await desk.json("alert", "list", "--snoozed")] == [1]
    assert "snoozed until" in await desk.read("alert", "list")
    assert await desk.read("alert", "wake", 1) == "Alert 1 is not snoozed any more.\n"
    assert await desk.read("alert", "note", 1, "Looking.") == "Alert 1 has your note.\n"
    assert "Looking." in await desk.read("alert", "show", 1)
    assert await desk.read("alert", "assign", 1, "bo") == "Alert 1 is bo's.\n"
    assert "Given to bo." in await desk.read("alert", "show", 1)
    assert await desk.read("alert", "assign", 1, "") == "Alert 1 is nobody's.\n"
    assert await desk.read("alert", "priority", 1, "p4", "--why", "x") == "Alert 1 is P4 now.\n"
    await desk.read("alert", "acknowledge", 1)
    assert "people again" in await desk.read("alert", "unacknowledge", 1)
    assert "next people" in await desk.read("alert", "escalate", 1)


async def test_alerts_are_split_and_merged(world: World):
    desk = world.desk
    numbers = re.findall(r"^  (\d+)  P\d", await desk.read("alert", "show", 1), re.MULTILINE)
    split = await desk.read("alert", "split", 1, numbers[1], "--apart")
    assert split == "Split off: alert 3, Slow on web-1.\n"
    learned = await desk.read("alert", "learned")
    assert "keep apart" in learned
    (rule,) = await desk.json("alert", "learned")
    assert await desk.read("alert", "forget", rule["number"]) == (
        f"Rule {rule['number']} is forgotten.\n"
    )
    assert await desk.read("alert", "learned") == "Nothing was learned yet.\n"
    assert await desk.read("alert", "merge", 1, "#2", 3) == "Alert 1 has 2, 3 in it now.\n"
    assert "resolved, part of 1" in await desk.read("alert", "show", 2)
    assert "Merged into it: 2, 3." in await desk.read("alert", "show", 1)
    together = await desk.read("alert", "learn", 1, numbers[1], "--together")
    assert "keep together" in together


REFUSED: list[tuple[tuple[object, ...], int, str]] = [
    (("snooze", 1), 2, "Say until when."),
    (("snooze", 1, "--for", "1h", "--tomorrow"), 2, "Say until when."),
    (("snooze", 1, "--for", "soon"), 2, "not a length of time"),
    (("snooze", 1, "--for", "10s"), 2, "minutes"),
    (("snooze", 1, "--until", "2020-01-01"), 2, "in the future"),
    (("snooze", 99, "--tomorrow"), 4, "There is no alert #99."),
    (("assign", 1, "mallory"), 2, "The plan has no person mallory."),
    (("note", 1, " "), 2, "The note is empty."),
    (("merge", 1, "x"), 2, "is not a number"),
    (("merge", 1, 1), 2, "Choose from one to"),
    (("split", 1, 999), 2, "The alert has no symptom 999."),
    (("unacknowledge", 1), 4, "Nobody has acknowledged"),
    (("forget", 9), 4, "There is no learned link 9."),
]


async def test_what_is_refused_says_why(world: World):
    for words, code, said in REFUSED:
        refused = await world.desk.run("alert", *words)
        assert (refused.exit_code, refused.stdout) == (code, ""), words
        assert said in refused.stderr


async def test_a_token_of_a_drill_reaches_nothing_else(world: World):
    async with world.desk.house.transaction() as tx:
        drilled = await raised(tx, drill=DRILL)
        made = await access.create_token(
            tx, BO.person, name="drill", role=Role.OPERATOR, by=BO, drill=DRILL
        )
    headers = {"authorization": f"Bearer {made.token.reveal()}"}
    async with AsyncClient(base_url=f"{world.desk.url}/api/v1", headers=headers) as client:
        own = await client.post(f"/alerts/{drilled.number}/notes", json={"text": "x"})
        assert own.status_code == 200
        bodies = {
            "snooze": {"minutes": 5},
            "wake": {},
            "notes": {"text": "x"},
            "assign": {"person": "bo"},
            "priority": {"priority": 1},
            "split": {"symptoms": [1]},
            "learn": {"symptom": 1, "together": True},
            "merge": {"alerts": [drilled.number]},
            "escalate": {},
            "unacknowledge": {},
        }
        for verb, body in bodies.items():
            answer = await client.post(f"/alerts/{world.disk.number}/{verb}", json=body)
            assert answer.status_code == 403, verb
        merge = {"alerts": [world.disk.number]}
        into = await client.post(f"/alerts/{drilled.number}/merge", json=merge)
        assert into.status_code == 403
        assert (await client.get("/alerts/learned")).status_code == 403
        assert (await client.delete("/alerts/learned/1")).status_code == 403
        listed = (await client.get("/alerts")).json()
        assert [one["number"] for one in listed] == [drilled.number]


async def test_the_api_names_the_field_that_is_wrong(world: World):
    headers = {"authorization": f"Bearer {world.desk.tokens['bo']}"}
    async with AsyncClient(base_url=f"{world.desk.url}/api/v1", headers=headers) as client:
        for body, field in (
            ({"until": "2026-12-01T10:00:00"}, "until"),
            ({"minutes": 0}, "minutes"),
            ({"minuets": 5}, "minuets"),
        ):
            answer = await client.post("/alerts/1/snooze", json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == field
        both = await client.post("/alerts/1/snooze", json={"minutes": 5, "tomorrow": True})
        assert (both.status_code, both.json()["code"]) == (422, "alert.snooze_impossible")
        huge = {"alerts": list(range(1, 102))}
        assert (await client.post("/alerts/1/merge", json=huge)).status_code == 422
