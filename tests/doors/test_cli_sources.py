"""The command line for sources, heartbeats and reports, beside a whole running fireline."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from tests.doors.cli_world import Desk
from tests.intake.taking import Intake, taking

MAPPING = "title: item.what\nkey: item.what\nitems: body.alerts\n"


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as opened:
        yield opened


@pytest.fixture
async def desk(intake: Intake) -> Desk:
    return Desk(intake.fireline.house, intake.url, {"ana": await intake.token()})


async def test_a_source_is_made_mapped_and_read_again_and_nothing_is_there_twice(
    intake: Intake, desk: Desk, tmp_path: Path
):
    unknown = await desk.run("source", "create", "shop", "--format", "jason")
    assert unknown.exit_code == 2
    assert "Did you mean json?" in unknown.stderr
    made = await desk.read(
        "source", "create", "shop", "--format", "json", "--quiet-after", "10m", "--rate", 50
    )
    (token,) = set(re.findall(r"[0-9a-f]{32}", made))
    assert f"{intake.url}/hooks/json/{token}" in made
    shown = await desk.json("source", "show", "shop")
    assert (shown["quiet_seconds"], shown["rate_per_second"]) == (600, 50)
    await desk.read(
        "source", "change", "shop", "--mapping", _file(tmp_path, "items: body.problems")
    )
    alerts = [{"what": "Disk full"}, {"what": "Queue long"}, {"what": "Queue long", "status": "ok"}]
    async with AsyncClient(base_url=intake.url) as client:
        await client.post(f"/hooks/json/{token}", json={"problems": [], "alerts": alerts})
        await client.post(f"/hooks/json/{token}", json={"problems": [{"title": "Other"}]})
    await intake.until_alert(lambda one: one.title == "Other")

    wrong = await desk.run("source", "preview", "shop", "--mapping", _file(tmp_path, "what: a..b"))
    assert wrong.exit_code == 2
    assert wrong.stdout.startswith("what: There is no such field. The fields are: items, key,")
    syntax = await desk.run("source", "change", "shop", "--mapping", _file(tmp_path, "key: a..b"))
    assert syntax.exit_code == 2
    assert "key: 1:3: Syntax error" in syntax.stderr
    file = _file(tmp_path, MAPPING)
    assert "firing P3 Disk full [Disk full]" in await desk.read(
        "source", "preview", "shop", "--mapping", file
    )
    await desk.read("source", "change", "shop", "--mapping", file)

    looked = await desk.json("source", "replay", "shop", "--dry-run")
    assert [(one["key"], one["status"]) for one in looked["changes"]] == [("Disk full", "firing")]
    assert "Disk full" not in str(await intake.alerts())
    assert "Disk full" in await desk.read("source", "replay", "shop")
    await intake.until_alert(lambda one: one.title == "Disk full")
    assert (await desk.json("source", "replay", "shop"))["changes"] == []
    listed = await desk.read("source", "list")
    assert "shop" in listed
    assert "json" in listed
    payloads = await desk.json("source", "payloads", "shop", "--limit", 1)
    assert payloads["next"] is not None
    assert "Queue long" in await desk.read("source", "payloads", "shop", "--raw", "--limit", 5)


async def test_a_token_is_replaced_and_a_source_is_retired(intake: Intake, desk: Desk):
    first = (await desk.json("source", "create", "prom", "--format", "alertmanager"))["token"]
    second = await desk.json("source", "rotate", "prom", "--yes")
    assert second["token"] != first
    assert f"credentials: {second['token']}" in second["paste"]
    taken = await desk.run("source", "create", "prom", "--format", "json")
    assert taken.exit_code == 4
    kept = await desk.run("source", "retire", "prom", said="n\n")
    assert kept.exit_code == 1
    await desk.read("source", "retire", "prom", "--yes")
    assert await desk.read("source", "list") == (
        "No sources yet. Connect one: fireline source create NAME --format FORMAT\n"
    )
    refused = await desk.run("source", "change", "prom", "--rate", 1)
    assert refused.exit_code == 2
    assert "is retired" in refused.stderr
    assert (await desk.run("source", "change", "prom")).exit_code == 2
    assert "alertmanager" in await desk.read("source", "formats")


async def test_a_job_pings_and_a_heartbeat_is_watched(intake: Intake, desk: Desk):
    made = await desk.json(
        "source", "create", "backup", "--format", "heartbeat", "--quiet-after", "1d"
    )
    async with AsyncClient(base_url=intake.url) as client:
        for method in ("GET", "POST"):
            beat = await client.request(method, f"/integrations/heartbeat/{made['token']}")
            assert (beat.status_code, beat.json()["status"]) == (202, "heard")
    assert (await desk.json("source", "show", "backup"))["kept"] == 2
    said = await desk.read("heartbeat", "create", "cron", "--every", "10m", "--priority", "p2")
    assert said == "cron waits for its first ping.\n"
    assert "waits for its first ping" in await desk.read("heartbeat", "list")
    await desk.read("heartbeat", "ping", "cron")
    assert "beating" in await desk.read("heartbeat", "change", "cron", "--every", "1h")
    (cron,) = await desk.json("heartbeat", "list")
    assert (cron["interval_seconds"], cron["alert_priority"]) == (3600, 2)
    await desk.read("heartbeat", "disable", "cron")
    assert "not watched" in await desk.read("heartbeat", "show", "cron")
    await desk.read("heartbeat", "enable", "cron")
    await desk.read("heartbeat", "delete", "cron", "--yes")
    assert (await desk.run("heartbeat", "ping", "cron")).exit_code == 4
    assert (await desk.run("heartbeat", "create", "x", "--every", "soon")).exit_code == 2


async def test_a_report_becomes_an_alert_that_names_what_is_wrong(intake: Intake, desk: Desk):
    told = await desk.json(
        "report", "Customers cannot pay", "--priority", "p1", "--on", "host=pay1",
        "--since", "2026-01-02T10:00",
    )  # fmt: skip
    alert = await desk.json("alert", "show", told["alert"])
    assert (alert["title"], alert["priority"]) == ("Customers cannot pay", 1)
    wrong = await desk.run("report", "x", "--service", "chekout")
    assert wrong.exit_code == 2
    assert "no service chekout" in wrong.stderr
    assert (await desk.run("report", "x", "--on", "web1")).exit_code == 2
    assert json.loads((await desk.run("alert", "list", "--json")).stdout)


def _file(folder: Path, text: str) -> Path:
    written = folder / "mapping.yml"
    written.write_text(text)
    return written
