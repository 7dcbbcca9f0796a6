"""Killed, with providers that have a bad day: what was accepted is there, and somebody was told."""

from pathlib import Path

import pytest
from chaos import Chaos, wreak


@pytest.mark.timeout(300)
async def test_nothing_is_lost_and_nobody_untold_when_everything_breaks_at_once(tmp_path: Path):
    found = await wreak(
        tmp_path, Chaos(alerts=60, kills=2, posters=2, services=12, seed=3, nodes=1, apart="3s")
    )
    assert found.accepted >= 60
    assert found.told > 5
    assert found.lost == []
    assert found.missed == []
    assert (found.untold, found.aside) == (0, 0)
