"""Killed again and again while alerts pour in; what was accepted is there."""

from pathlib import Path

import pytest

from bench.kills import kill_and_kill


@pytest.mark.timeout(240)
async def test_nothing_accepted_is_lost_when_fireline_is_killed_in_a_storm(tmp_path: Path):
    found = await kill_and_kill(tmp_path, kills=3, posters=3, seed=7)
    assert found.accepted > 20
    assert found.lost == []
    assert found.untold == 0
