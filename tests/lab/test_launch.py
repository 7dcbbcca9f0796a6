"""A lab is a process of its own: launched, found again, ended, gone by itself when forgotten."""

import asyncio
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from fireline.core.values.refusals import Kind
from fireline.lab.aws.timetable import Timetable
from fireline.lab.launch import STATE_FILE, LabFailed, attach, launch
from fireline.lab.options import LabOptions, Part
from tests.lab.running import WORLD

pytestmark = pytest.mark.anyio
QUIET = Timetable(repeat_every=0)


def world(**changes: Any) -> dict[str, Any]:
    return {**json.loads(WORLD.read_text()), **changes}


async def gone(pid: int, *, seconds: float = 10) -> bool:
    for _ in range(int(seconds / 0.1)):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_launched_lab_is_found_again_and_ends_when_told(tmp_path: Path) -> None:
    options = LabOptions(webhook_secret="s", timetable=QUIET, without=frozenset({Part.ATTACKER}))
    lab = await launch(world(), directory=tmp_path, options=options)
    assert lab.state.account == "111122223333"
    assert os.getsid(lab.state.pid) == lab.state.pid
    assert stat.S_IMODE((tmp_path / STATE_FILE).stat().st_mode) == 0o600
    again = await attach(tmp_path / STATE_FILE)
    assert again == lab
    assert (await lab.status())["without"] == ["attacker"]
    assert await lab.attack() is False
    await lab.stop()
    assert await gone(lab.state.pid)
    assert await attach(tmp_path / STATE_FILE) is None
    await lab.stop()


async def test_two_launches_in_one_folder_are_one_lab(tmp_path: Path) -> None:
    """A fireline that is killed while its lab starts launches another when it comes back."""
    (tmp_path / STATE_FILE).write_text('{"of": "a lab that died"}')
    launches = [launch(world(), directory=tmp_path, options=LabOptions()) for _ in range(2)]
    one, other = await asyncio.gather(*launches)
    assert one == other
    await one.stop()
    assert await gone(one.state.pid)


async def test_a_forgotten_lab_ends_by_itself(tmp_path: Path) -> None:
    options = LabOptions(timetable=QUIET, idle_limit_seconds=0.2)
    lab = await launch(world(), directory=tmp_path, options=options)
    assert await gone(lab.state.pid)


async def test_a_world_with_mistakes_is_refused_with_what_is_wrong(tmp_path: Path) -> None:
    wrong = world(decoy="nobody", surprise=1)
    with pytest.raises(LabFailed) as refused:
        await launch(wrong, directory=tmp_path, options=LabOptions())
    assert refused.value.kind is Kind.UNAVAILABLE
    assert "surprise" in str(refused.value)
