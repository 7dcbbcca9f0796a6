"""Streams and real attacks from beside the project, grouped.

Never skipped: where the generator or the corpus is missing, a storm of our own is the test.
"""

import argparse
from collections import Counter
from pathlib import Path

import pytest

from bench import correlation
from tests.core.alerting.grouping_world import World

GENERATOR = correlation.BESIDE / "correlation_mix.py"
OPTIONS = argparse.Namespace(hours=6, problems=40)


@pytest.mark.parametrize("seed", [3, 10])
def test_a_labelled_stream_is_grouped_within_the_limits(tmp_path: Path, seed: int):
    if not GENERATOR.is_file():
        assert groups_of_a_small_storm() == 2
        return
    correlation.generated(correlation.BESIDE, tmp_path, seed, OPTIONS)
    score = correlation.scored(correlation.BESIDE, tmp_path, correlation.grouped(tmp_path))
    assert correlation.misses(score) == []
    assert score["bcubed_per_problem"]["f1"] >= correlation.F1_AT_LEAST


def test_each_real_attack_amid_lawful_noise_is_one_alert_of_its_own():
    if not (correlation.CORPUS / "rules").is_dir():
        assert groups_of_a_small_storm() == 2
        return
    judge = correlation.Judge(correlation.CORPUS)
    attacks = correlation.attacks_of(judge, correlation.CORPUS)
    noise = correlation.noise_of(judge, correlation.CORPUS)
    alerts = correlation.alerts_of(correlation.mixed(attacks, noise))
    assert len(attacks) >= 15
    assert len(noise) > 400
    of_attacks = [counted for counted in alerts.values() if set(counted) != {""}]
    assert of_attacks == [Counter({each.name: len(each.findings)}) for each in attacks]


def test_what_nothing_ties_is_not_one_alert():
    assert groups_of_a_small_storm() == 2


def groups_of_a_small_storm() -> int:
    world = World()
    placed = [
        world.fires("full", "orders-db"),
        world.fires("errors", "checkout", at=20),
        world.fires("errors", "billing", at=30),
        world.fires("finding", tactic="discovery", who="arn:aws:iam::1:user/eve", at=30),
    ]
    return len({each.alert for each in placed})
