"""Incidents, runs, approvals and undoing on the command line."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fireline.app.house import House
from fireline.core.reviews.review import Draft
from fireline.usecases import incidents, reviews
from tests.doors.cli_world import BO, Desk, open_desk
from tests.usecases.runs_world import KEY, USER, World


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        yield opened


async def containing(desk: Desk) -> World:
    """Declare, request the runbook as bo, and bring the run to its two questions to people."""
    name = await desk.declared()
    said = await desk.read("incident", "run", name, "leaked-key", by="bo")
    assert said == "Run 1 is on its way: fireline run show 1\n"
    world = await desk.world()
    await world.advance(await desk.run_id())
    return world


async def test_an_incident_is_declared_led_and_written_about(desk: Desk) -> None:
    assert await desk.declared() == "INC-1"
    await desk.read("incident", "role", "INC-1", "scribe", "cy")
    await desk.read("incident", "note", 1, "The key was in a public repository.")
    await desk.read(
        "incident", "update", "inc-1", "We know.", "--status", "identified", "--next-in", 30
    )
    await desk.read("incident", "priority", "INC-1", "p1")
    await desk.read("incident", "frame", "INC-1", "clear")
    await desk.read("incident", "risk", "INC-1", "svc-old", "--why", "It is gone on Monday.")
    shown = await desk.read("incident", "show", "INC-1")
    assert shown.startswith("INC-1  P1 Critical  Declared  Leaked key\nLead bo.")
    for wanted in (
        "scribe: cy since",
        "The key was in a public repository.",
        "svc-old: accepted risk",
        "Next update due 17 Nov 2026",
        "suggested: fireline incident run INC-1 leaked-key",
    ):
        assert wanted in shown
    assert "INC-1" in await desk.read("incident", "list", "--open")
    (listed,) = await desk.json("incident", "list")
    assert (listed["name"], listed["lead"]) == ("INC-1", "bo")
    whole = await desk.json("incident", "show", 1)
    assert [one["word"] for one in whole["updates"]] == ["identified"]
    assert whole["frame"] == "clear"


async def test_the_checklist_is_answered_and_the_unknown_becomes_a_task(desk: Desk) -> None:
    name = await desk.declared()
    items = [one["item"] for one in (await desk.json("incident", "show", name))["checklist"]]
    said = await desk.read("incident", "check", name, items[-1], "unknown", "--reason", "No logs.")
    assert said == f"INC-1: {items[-1]} is unknown.\n"
    added = await desk.read("incident", "task", "add", name, "Ask the vendor", "--person", "cy")
    assert "2.   Ask the vendor" in added
    assert "2. x Ask the vendor" in await desk.read("incident", "task", "tick", name, 2)
    undone = await desk.json("incident", "task", "tick", name, 2, "--undone")
    assert [one["done_at"] for one in undone["tasks"]] == [None, None]
    assert "2.   Ask the vendor  cy" in await desk.read("incident", "show", name, "--all")


async def test_a_move_that_lacks_something_is_refused_with_all_of_it(desk: Desk) -> None:
    name = await desk.declared()
    refused = await desk.run("incident", "move", name, "recovered", "--note", "All is well.")
    assert refused.exit_code == 4
    assert "it goes to contained" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    moved = await desk.read("incident", "move", name, "contained", "--note", "All shut.")
    assert moved == "INC-1  P2 High  Contained  Leaked key\n"
    unknown = await desk.run("incident", "move", name, "asleep")
    assert unknown.exit_code == 2


async def test_a_review_is_shown_with_what_it_lacks_and_closed(desk: Desk) -> None:
    name = await desk.declared()
    async with desk.house.transaction() as tx:
        incident = (await incidents.find_incident(tx, 1)).id
        half = Draft(whys=("a", "b"), insights=("Keys live too long.",))
        await reviews.write_review(tx, incident, half, version=0, by=BO)
    shown = await desk.read("incident", "review", "show", name)
    assert "ask why 5 times: 2 of 5 are answered" in shown
    assert "1. Keys live too long." in shown
    await desk.read("incident", "update", name, "It is over.", "--status", "resolved")
    for state in ("contained", "eradicated", "recovered", "in_review"):
        await desk.read("incident", "move", name, state, "--note", f"To {state}.")
    refused = await desk.run("incident", "review", "close", name)
    assert refused.exit_code == 4
    assert "ask why 5 times" in refused.stderr
    async with desk.house.transaction() as tx:
        whole = Draft(whys=("a", "b", "c", "d", "e"), insights=("Keys live too long.",))
        await reviews.write_review(tx, incident, whole, version=1, by=BO)
    closed = await desk.read("incident", "review", "close", name)
    assert closed == "The review of INC-1 is closed.\n"
    assert (await desk.json("incident", "review", "show", name))["state"] == "closed"


async def test_an_approval_shows_the_exact_change_asks_and_sends_its_hash(desk: Desk) -> None:
    world = await containing(desk)
    assert "Deactivate" in await desk.read("approval", "list", by="cy")
    waiting = await desk.json("approval", "list", by="cy")
    first, second = (one["approval"]["number"] for one in waiting)
    assert (await desk.json("approval", "show", first))["approval"]["state"] == "waiting"
    assert "iam.UpdateAccessKey" in await desk.read("approval", "show", first)

    unsure = await desk.run("approve", first, by="cy", said="n\n")
    assert unsure.exit_code == 1
    assert "Approve this? [y/N]" in unsure.stderr
    assert f"Approval {first} still waits." in unsure.stderr
    assert '"Status": "Inactive"' in unsure.stdout

    sure = await desk.run("approve", first, "--reason", "It is leaked.", by="cy", said="y\n")
    assert sure.exit_code == 0
    assert sure.stdout.endswith(f"Approval {first} is approved.\n")

    why = await desk.run("approve", second, "--refuse", "--yes", by="cy")
    assert (why.exit_code, "needs a reason" in why.stderr) == (2, True)
    no = ("--refuse", "--reason", "Not this user.", "--yes", "--json")
    refused = await desk.run("approve", second, *no, by="cy")
    assert json.loads(refused.stdout) == {"number": second, "state": "refused"}
    assert "iam.PutUserPolicy" in refused.stderr

    await world.advance(await desk.run_id())
    assert world.cloud.status == "Inactive"
    shown = await desk.read("run", "show", 1)
    assert "action 1  verified" in shown
    assert "refused by cy" in shown


async def test_evidence_is_read_whole_and_the_reader_is_written_down(
    desk: Desk, tmp_path: Path
) -> None:
    name = await desk.declared()
    await desk.json("incident", "run", name, "leaked-key", by="bo")
    await (await desk.world()).advance(await desk.run_id())
    first = (await desk.json("run", "evidence", 1))[0]
    file = tmp_path / "evidence"
    why = ("--why", "To look for more keys.", "--output", str(file))
    read = await desk.json("run", "read", 1, first["name"], *why, by="cy")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == first["sha256"] == read["sha256"]
    hands = await desk.json("run", "custody", 1, first["name"])
    assert [(one["event"], one["by"]) for one in hands][-1] == ("read", "cy")
    assert hands[-1]["why"] == "To look for more keys."
    lost = await desk.run("run", "read", 1, "nothing", *why)
    assert (lost.exit_code, "nothing called nothing" in lost.stderr) == (4, True)
    seen = await desk.run("run", "read", 1, first["name"], *why, by="viewer")
    assert seen.exit_code == 4


async def test_whoever_asked_does_not_approve(desk: Desk) -> None:
    await containing(desk)
    own = await desk.run("approve", 1, "--yes", by="bo")
    assert own.exit_code == 4
    assert own.stderr == ("Whoever asked for an action does not approve it. Ask another person.\n")


async def test_a_run_waits_for_an_answer_and_gets_it(desk: Desk, clock) -> None:
    world = await containing(desk)
    for number in (1, 2):
        await desk.approve(number)
    run = await desk.run_id()
    await world.advance(run)
    clock.wait(minutes=3)
    await world.advance(run)
    steps = (await desk.json("run", "show", 1))["steps"]
    (asked,) = [one["position"] for one in steps if one["step_id"] == "persistence"]
    answered = await desk.read("run", "answer", 1, asked, "There are none.", by="bo")
    assert f"{asked}. persistence  done: There are none." in answered
    early = await desk.run("run", "answer", 1, asked, "Again.")
    assert early.exit_code == 4


async def test_inputs_may_be_named(desk: Desk) -> None:
    name = await desk.declared()
    made = await desk.json(
        "incident", "run", name, "leaked-key",
        "--input", f"access_keys={KEY.id}", "--input", f"users={USER.id},",
    )  # fmt: skip
    assert made == {"number": 1}
    nameless = await desk.run("incident", "run", name, "leaked-key", "--input", "AKIA1")
    assert nameless.exit_code == 2
    assert nameless.stderr == "'AKIA1' is not an input. Write --input name=value,value.\n"
    unknown = await desk.run("incident", "run", name, "reboot")
    assert unknown.exit_code == 4


async def verified(desk: Desk) -> World:
    world = await containing(desk)
    await desk.approve(1)
    await world.advance(await desk.run_id())
    return world


async def test_undo_restores_what_was_there(desk: Desk) -> None:
    world = await verified(desk)
    asked = await desk.run("undo", 1, said="n\n")
    assert asked.exit_code == 1
    assert "Action 1 stays verified." in asked.stderr
    run = await desk.run_id()
    undoing = asyncio.create_task(desk.run("undo", 1, said="y\n", by="bo"))
    await until_asked(desk)
    await world.advance(run)
    undone = await undoing
    assert undone.exit_code == 0, undone.output
    assert "Action 1 is undone" in undone.stdout
    assert world.cloud.status == "Active"
    again = await desk.run("undo", 1, "--yes")
    assert again.exit_code == 4


async def test_undo_ends_with_1_when_somebody_changed_it_meanwhile(desk: Desk) -> None:
    world = await verified(desk)
    world.cloud.status = "Expired"
    run = await desk.run_id()
    undoing = asyncio.create_task(desk.run("undo", 1, "--yes"))
    await until_asked(desk)
    await world.advance(run)
    torn = await undoing
    assert torn.exit_code == 1
    assert "somebody changed it since" in torn.stderr
    for title, status in (
        ("Before it:", "Active"),
        ("As it left:", "Inactive"),
        ("Now:", "Expired"),
    ):
        (line,) = [line for line in torn.stdout.splitlines() if line.startswith(title)]
        assert status in line


async def test_undo_need_not_wait(desk: Desk) -> None:
    await verified(desk)
    asked = await desk.run("undo", 1, "--yes", "--no-wait", "--json", by="bo")
    assert asked.exit_code == 0
    assert json.loads(asked.stdout)["undo_asked_by"] == "bo"


async def test_an_action_is_shown_and_kept_for_good(desk: Desk) -> None:
    await verified(desk)
    shown = await desk.read("action", "show", 1)
    assert "iam.UpdateAccessKey" in shown
    assert "Action 1 is verified" in shown
    sure = await desk.run("action", "look-again", 1)
    assert sure.exit_code == 4
    kept = await desk.read("action", "keep", 1, "--reason", "The key stays dead.")
    assert "Action 1 is made permanent" in kept
    assert (await desk.json("action", "show", 1))["state"] == "made_permanent"


async def until_asked(desk: Desk) -> None:
    """Wait until the wish to undo is written down, as the engine would be woken for it."""
    for _ in range(200):
        if await _asked(desk):
            return
        await asyncio.sleep(0.05)
    pytest.fail("nobody asked to undo")


async def _asked(desk: Desk) -> bool:
    async with desk.house.transaction() as tx:
        found = await tx.db.execute("select undo_asked_at is not null from action where number = 1")
        row = await found.fetchone()
        return bool(row and row[0])
