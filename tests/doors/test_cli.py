"""The command line beside a running fireline: what people read, what programs read, how it ends."""

import json
import re
from collections.abc import AsyncIterator

import pytest

from fireline.app.house import House
from fireline.core.assets.ref import AssetRef
from fireline.usecases import signals
from tests.doors.cli_world import Desk, open_desk
from tests.usecases.runs_world import ACCOUNT
from tests.usecases.signals_world import by_eventbridge, by_trail, record


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        yield opened


async def test_an_alert_is_listed_shown_and_acknowledged(desk: Desk) -> None:
    await desk.alert()
    assert "Key made for another user" in await desk.read("alert", "list")
    (listed,) = await desk.json("alert", "list", "--least", "p2")
    assert (listed["number"], listed["state"], listed["priority"]) == (1, "firing", 2)
    shown = await desk.read("alert", "show", 1)
    assert "P2 High  firing" in shown
    assert "aws.iam.access_key AKIAEXAMPLE1" in shown
    assert "Runbook leaked-key" in shown
    assert "You have alert 1" in await desk.read("alert", "acknowledge", "#1", by="bo")
    assert "bo has had alert 1 since" in await desk.read("alert", "acknowledge", 1)
    assert (await desk.json("alert", "show", 1))["acknowledged_by"] == "bo"


async def test_resolved_alerts_are_listed_only_when_asked_for(desk: Desk) -> None:
    await desk.alert()
    assert await desk.read("alert", "resolve", 1) == "Alert 1 is resolved.\n"
    assert await desk.read("alert", "list") == "Nothing is waiting for an answer.\n"
    listed = await desk.json("alert", "list", "--state", "resolved", "--state", "firing")
    assert [one["state"] for one in listed] == ["resolved"]


async def test_ack_takes_the_only_alert_that_fires(desk: Desk) -> None:
    assert await desk.json("ack") == []
    await desk.alert()
    assert (await desk.json("ack"))["yours"] is True


async def test_ack_does_not_choose_between_alerts(desk: Desk) -> None:
    await desk.alert()
    await desk.alert("deploy", AssetRef("aws.iam.user", ACCOUNT, "deploy"))
    unsure = await desk.run("ack")
    assert unsure.exit_code == 2
    assert unsure.stderr == "2 alerts are firing. Say which: `fireline ack N`.\n"
    assert unsure.stdout.count("firing") == 2
    assert (await desk.json("ack", 2))["number"] == 2


async def test_an_account_is_made_for_a_person_of_the_plan(desk: Desk) -> None:
    made = await desk.json("account", "create", "dee", "--role", "operator")
    assert made["person"] == "dee"
    assert made["link"].startswith(f"{desk.url}/sign-in/once/")
    assert made["link"].endswith("?next=/account")
    unknown = await desk.run("account", "create", "mallory")
    assert (unknown.exit_code, unknown.stderr.split(".")[0]) == (
        2,
        "The plan has no person mallory",
    )
    assert "dee is viewer." in await desk.read("account", "role", "dee", "viewer")
    assert (await desk.json("account", "link", "dee"))["link"] != made["link"]
    assert "shut" in await desk.read("account", "disable", "dee")
    listed = {one["person"]: one for one in await desk.json("account", "list")}
    assert listed["dee"]["disabled_at"] is not None
    assert (await desk.run("account", "list", by="bo")).exit_code == 4


async def test_signals_are_listed_page_by_page(desk: Desk) -> None:
    async with desk.house.transaction() as tx:
        source = await signals.register_source(tx, "trail")
        parcels = [by_trail(record("e-1"), record("e-2", ago=9), record("e-3", ago=20))]
        await signals.keep(tx, source, parcels)
    newest = await desk.json("signal", "list", "--limit", 2, "--kind", "iam.CreateAccessKey")
    assert [one["external_id"] for one in newest["items"]] == ["e-3", "e-2"]
    older = await desk.read("signal", "list", "--before", newest["next"])
    assert older.count("iam.CreateAccessKey") == 1
    assert "--before" in await desk.read("signal", "list", "--limit", 1)
    assert (await desk.json("signal", "list", "--text", "nowhere"))["items"] == []
    assert await desk.read("signal", "list", "--kind", "s3.GetObject") == "No signals.\n"
    assert "3        " in await desk.read("signal", "lag")
    assert (await desk.json("signal", "lag"))[0]["signals"] == 3


async def test_what_is_quarantined_is_shown_with_the_reason_and_harmless(desk: Desk) -> None:
    async with desk.house.transaction() as tx:
        source = await signals.register_source(tx, "trail")
        written = {key: value for key, value in record().items() if key != "eventID"}
        hostile = written | {"userAgent": "\x1b]0;owned\x07"}
        await signals.keep(tx, source, [by_eventbridge(hostile)])
    (apart,) = (await desk.json("signal", "list", "--quarantined"))["items"]
    shown = await desk.read("signal", "list", "--quarantined")
    assert apart["code"] in shown
    assert "\x1b" not in shown
    both = await desk.run("signal", "list", "--quarantined", "--kind", "iam.x")
    assert both.exit_code == 2


async def test_a_user_agent_cannot_steer_the_terminal(desk: Desk) -> None:
    async with desk.house.transaction() as tx:
        source = await signals.register_source(tx, "trail")
        identity = record()["userIdentity"] | {"userName": "\x1b[2J[bold]\x9bshop", "arn": ""}
        await signals.keep(tx, source, [by_trail(record(userIdentity=identity))])
    shown = await desk.read("signal", "list")
    assert "\ufffd[2J[bold]\ufffdshop" in shown
    raw = (await desk.run("signal", "list", "--json")).stdout
    assert "\x9b" not in raw
    assert "\\u001b" in raw


async def test_who_says_who_is_on_call_until_when_and_who_is_next(desk: Desk) -> None:
    shown = await desk.read("who")
    assert re.search(r"ana\s+\d\d Nov 2026 \d\d:\d\d:\d\d \w+", shown)
    everything = await desk.json("who")
    name = everything[0]["schedule"]
    assert await desk.json("who", name) == everything[0]
    assert name in await desk.read("who", name)


async def test_who_names_the_schedules_there_are(desk: Desk) -> None:
    wrong = await desk.run("who", "nobody")
    assert wrong.exit_code == 4
    assert wrong.stderr.startswith("The plan has no schedule nobody. There are: ")


async def test_status_ends_with_1_when_something_is_late(desk: Desk, clock) -> None:
    assert "0 alerts firing" in await desk.read("status")
    assert (await desk.json("status"))["well"] is True
    await desk.alert()
    clock.wait(hours=5)
    late = await desk.run("status")
    assert late.exit_code == 1
    assert "Late" in late.stdout
    assert late.stderr == "Fireline is not well.\n"
    told = await desk.run("status", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["well"] is False


async def test_a_token_is_shown_once_listed_and_revoked(desk: Desk) -> None:
    made = await desk.json("token", "create", "ci", "--role", "viewer")
    desk.tokens = {**desk.tokens, "ci": made["token"]}
    assert await desk.json("alert", "list", by="ci") == []
    listed = await desk.read("token", "list")
    assert "ci" in listed
    assert made["token"] not in listed
    assert await desk.json("token", "revoke", made["id"]) == {"id": made["id"], "revoked": True}
    refused = await desk.run("alert", "list", by="ci")
    assert refused.exit_code == 4
    assert "Authorization" in refused.stderr
    assert "not shown again" in await desk.read("token", "create", "another")
    names = [(one["name"], one["revoked_at"] is None) for one in await desk.json("token", "list")]
    assert sorted(names) == [("another", True), ("ci", False), ("cli", True)]


async def test_what_a_role_may_not_do_ends_with_4_and_says_what_it_takes(desk: Desk) -> None:
    await desk.alert()
    refused = await desk.run("ack", 1, "--json", by="viewer")
    assert refused.exit_code == 4
    assert refused.stdout == ""
    assert "operator" in refused.stderr


async def test_what_is_not_there_ends_with_4_and_the_hint(desk: Desk) -> None:
    missing = await desk.run("alert", "show", 99)
    assert missing.exit_code == 4
    assert missing.stderr == "There is no alert #99. List them: fireline alert list\n"
    assert missing.stdout == ""


async def test_what_the_api_calls_invalid_ends_with_2(desk: Desk) -> None:
    await desk.declared()
    wrong = await desk.run("incident", "note", "INC-1", "")
    assert wrong.exit_code == 2
    assert "text" in wrong.stderr
