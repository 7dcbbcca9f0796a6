"""The public detection corpus, judged by its own checker; without it, the small sample we keep.

The corpus lies beside the project (`../shared/corpus`). Never skipped: without it the sample is
the test.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.acceptance.sigma_adapter import load

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLE = ROOT / "tests" / "samples" / "sigma"
ADAPTER = ROOT / "tests" / "acceptance" / "sigma_adapter.py"
SECTIONS = (
    "rule_tests,rule_tests_cross,traildiscover,stratus,invictus,k8s_audit,conformance,invalid"
)


def test_the_public_rules_find_in_public_records_what_they_should(tmp_path: Path):
    if not CORPUS.is_dir():
        assert found_in_sample() == expected_in_sample()
        return
    checker = [sys.executable, CORPUS / "check.py", CORPUS, CORPUS / "rules", ADAPTER]
    asked = [*checker, "--sections", SECTIONS, "--floor", "1.0"]
    result = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("100.00%") == len(SECTIONS.split(","))


def test_the_sample_is_found_in_full():
    assert found_in_sample() == expected_in_sample()


def test_the_sample_keeps_its_authors_and_licences():
    for rule in (SAMPLE / "rules").glob("*.yml"):
        assert "\nauthor: " in rule.read_text(encoding="utf-8"), rule
    assert "Attribution 4.0" in (SAMPLE / "cloudtrail" / "LICENSE-CC-BY-4.0.txt").read_text()
    assert "Detection Rule License" in (SAMPLE / "rules" / "LICENSE-DRL-1.1.txt").read_text()


def expected_in_sample() -> dict[str, dict[str, list[int]]]:
    return json.loads((SAMPLE / "EXPECTED.json").read_text(encoding="utf-8"))


def found_in_sample() -> dict[str, dict[str, list[int]]]:
    rules = sorted((SAMPLE / "rules").glob("*.yml"))
    engine = load([path.read_text(encoding="utf-8") for path in rules])
    found: dict[str, dict[str, list[int]]] = {}
    for path in sorted((SAMPLE / "cloudtrail").glob("*.json")):
        hits = found.setdefault(path.stem, {})
        for position, event in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            for rule in engine.match(event):
                hits.setdefault(rule, []).append(position)
    return found
