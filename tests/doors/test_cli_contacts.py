"""What the how-to about notifications says to type, typed; and what is refused."""

import json
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
import yaml

from fireline.app.house import House
from fireline.core.access.principal import LOCAL, Principal, Via
from fireline.core.access.roles import Role
from fireline.core.plan.files import PeopleFile
from fireline.doors.whose import SayWhose, whose
from fireline.ports.channel import Refused
from fireline.usecases import contacts
from tests.doors.cli_world import Desk, open_desk
from tests.usecases.alerts_world import send
from tests.usecases.contacts_world import CHANNELS, GO, PHONE, code_in

# What the page writes where a reader puts their own.
_ID, _CODE = "0199c3a1-7d2e-7c4b-9a51-3f0c2b8d6e10", "314159"
_PAGE = (Path(__file__).parents[2] / "docs/how-to/notifications.md").read_text("utf-8")


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        async with house.transaction() as tx:
            await contacts.say_channels(tx, CHANNELS)
        yield opened


def commands() -> list[list[str]]:
    """List the command lines of the page, in order, without the name of the program."""
    blocks = re.findall(r"```console\n(.*?)```", _PAGE, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line.removeprefix("$ fireline ")) for line in lines]


async def sends_soon(house: House, *outcomes: object) -> str:
    """Send what comes within seconds, as the worker does; return what the last message said."""
    with anyio.fail_after(30):
        while True:
            sent = await send(house, *outcomes)  # pyright: ignore[reportArgumentType] - outcomes
            if sent:
                return sent[-1].body
            await anyio.sleep(0.02)


async def test_every_command_of_the_how_to_does_what_it_says(desk: Desk):
    contact = code = ""
    done: list[str] = []
    for line in commands():
        words = [{_ID: contact, _CODE: code}.get(word, word) for word in line]
        if words[:2] == ["contacts", "test"]:
            async with anyio.create_task_group() as group:
                group.start_soon(sends_soon, desk.house, GO)
                said = await desk.read(*words)
        else:
            said = await desk.read(*words)
        done.append(said)
        if words[:2] == ["contacts", "add"]:
            contact = re.findall(r"Added: (\S+)", said)[0]
            (message,) = await send(desk.house, GO)
            code = code_in(message)
    assert len(done) == 10
    assert "in the plan" in done[0]
    assert "A code comes by sms." in done[1]
    assert done[2] == "It is verified, and used from now on.\n"
    assert "voice: delivered." in done[3]
    assert "urgent (your own)" in done[5]
    assert "quiet hours: 22:00 to 07:00, Europe/Berlin" in done[6]
    assert "urgent (of the plan)" in done[7]
    assert "quiet hours: none" in done[8]
    assert re.search(r"ana +email, webhook, sms, voice", done[9])


def test_the_plan_of_the_how_to_is_one():
    (said,) = re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)
    read = PeopleFile.model_validate_json(json.dumps(yaml.safe_load(said)))
    assert read.root["dana"].teams == "env:TEAMS_DANA"
    assert [rule.channel for rule in read.root["dana"].urgent] == ["push", "sms", "voice"]


async def test_a_test_that_fails_ends_with_one_and_the_reason(desk: Desk):
    mail = (await desk.json("contacts", "list"))[0]["id"]
    async with anyio.create_task_group() as group:
        group.start_soon(sends_soon, desk.house, Refused("no such mailbox"))
        result = await desk.run("contacts", "test", mail)
    assert result.exit_code == 1
    assert "email: refused. email: no such mailbox" in result.stdout
    said = await desk.read("rules", "show")
    assert "warning: the last message by email failed: no such mailbox" in said
    sent = await desk.json("contacts", "test", mail, "--no-wait")
    assert sent["state"] == "waiting"


async def test_contacts_are_named_asked_again_and_removed(desk: Desk):
    made = await desk.json("contacts", "add", "phone", PHONE)
    assert "A code comes by voice." in await desk.read(
        "contacts", "code", made["id"], "--by", "voice"
    )
    refused = await desk.run("contacts", "verify", made["id"], "000000")
    assert (refused.exit_code, "Have" in refused.stderr) == (2, True)
    assert "It is called pager." in await desk.read("contacts", "label", made["id"], "pager")
    assert "pager" in await desk.read("contacts", "list")
    assert "It is removed." in await desk.read("contacts", "remove", made["id"])
    refused = await desk.run("contacts", "remove", made["id"], "--anyway")
    assert refused.exit_code == 4
    assert "There is no such contact." in refused.stderr


async def test_an_admin_names_somebody_else_and_nobody_else_may(desk: Desk):
    made = await desk.json("contacts", "add", "phone", PHONE, "--person", "bo")
    assert (await desk.json("contacts", "list", by="bo"))[-1]["id"] == made["id"]
    said = await desk.read("rules", "quiet", "none", "--person", "bo")
    assert "quiet hours: none" in said
    refused = await desk.run("contacts", "list", "--person", "bo", by="cy")
    assert (refused.exit_code, "theirs to say" in refused.stderr) == (4, True)


REFUSED: dict[tuple[str, ...], str] = {
    ("rules", "set", "urgent"): "Name rules, or say --plan.",
    ("rules", "set", "urgent", "sms", "--plan"): "Name rules, or say --plan.",
    ("rules", "quiet"): "Name the hours, or say --plan.",
    ("rules", "set", "urgent", "sms=soon"): "not a length of time",
    ("rules", "quiet", "late"): "two times of day",
    ("contacts", "add", "phone", "0151"): "country and number",
}


async def test_what_cannot_be_understood_is_refused_with_the_fix(desk: Desk):
    for words, why in REFUSED.items():
        result = await desk.run(*words)
        assert (result.exit_code, why in result.stderr) == (2, True), result.stderr


async def test_readiness_ends_with_one_when_somebody_cannot_be_reached(desk: Desk, tmp_path: Path):
    assert (await desk.json("readiness"))["unreachable"] == 0
    async with desk.house.transaction() as tx:
        await contacts.say_channels(tx, {"sms": ""})
    result = await desk.run("readiness")
    assert result.exit_code == 1
    assert "4 cannot be reached." in result.stdout
    assert "NOTHING" in result.stdout
    assert (await desk.run("plan", "init", tmp_path / "plan")).exit_code == 0
    told = await desk.json("readiness", tmp_path / "plan")
    assert [one["person"] for one in told["people"]] == ["ana", "bo", "cy", "dee"]
    assert all(one["reachable"] for one in told["people"])


def test_this_machine_s_own_key_says_whom_it_means():
    local = Principal(LOCAL, Role.ADMIN, None, Via.TOKEN)
    assert whose(local, "bo") == "bo"
    with pytest.raises(SayWhose):
        whose(local, None)
