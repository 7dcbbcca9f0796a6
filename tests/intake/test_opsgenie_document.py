"""What the how-to about Opsgenie says to type, typed; and Alertmanager set up as it says."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import httpx2
import pytest
import yaml

from tests.intake import peers
from tests.intake.taking import Intake

_PAGE = Path(__file__).parents[2] / "docs/how-to/move-from-opsgenie.md"
_HOST = "https://fireline.example.com"


def blocks(kind: str) -> list[str]:
    text = _PAGE.read_text("utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
async def key(shared_intake: Intake) -> str:
    name = f"how-to-{len(await shared_intake.alerts())}"
    return await shared_intake.source("opsgenie", name=name)


async def typed(*command: str, key: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env={"PATH": os.environ["PATH"], "KEY": key},
    )
    said, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    return said.decode()


async def test_every_command_does_what_the_page_says(shared_intake: Intake, key: str):
    lines = [line for block in blocks("console") for line in block.splitlines()]
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ curl ")]
    said = [
        await typed(
            "sh",
            "-c",
            command.replace(_HOST, shared_intake.url).replace("curl", "curl -sS"),
            key=key,
        )
        for command in commands
    ]
    made, listed, closed, beat, pinged = said
    assert '"Request will be processed"' in made
    assert '"alias":"db1/disk"' in listed
    assert '"Request will be processed"' in closed
    assert '"nightly-backup"' in beat
    assert "PONG" in pinged
    line = await shared_intake.until_alert(
        lambda one: one.title == "Disk full on db1" and one.state == "resolved"
    )
    assert (line.priority.name, line.team) == ("P2", "platform")


async def test_the_python_of_the_page_runs(shared_intake: Intake, key: str):
    (program,) = blocks("python")
    said = await typed(sys.executable, "-c", program.replace(_HOST, shared_intake.url), key=key)
    assert said.strip() == "Created alert"


async def test_alertmanager_set_up_as_the_page_says_opens_and_closes(
    shared_intake: Intake, key: str, tmp_path: Path
):
    (page,) = blocks("yaml")
    text = page.replace(_HOST, shared_intake.url).replace("KEY", key)
    configuration = yaml.safe_load(text)
    configuration["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    labels = {"alertname": "DiskNearlyFull", "instance": "db7:9100"}
    async with (
        peers.alertmanager(tmp_path, configuration) as address,
        httpx2.AsyncClient(base_url=address) as alertmanager,
    ):
        await alertmanager.post("/api/v2/alerts", json=[{"labels": labels}])
        line = await shared_intake.until_alert(lambda one: "DiskNearlyFull" in one.title)
        assert line.state == "firing"
        over = {"labels": labels, "endsAt": "2026-01-01T00:00:00Z"}
        await alertmanager.post("/api/v2/alerts", json=[over])
        line = await shared_intake.until_alert(
            lambda one: "DiskNearlyFull" in one.title and one.state == "resolved"
        )
    assert line.title == "[FIRING:1] (DiskNearlyFull db7:9100)"
