"""The checks of Prowler that signatures name exist.

The ids are those of the release `bench/peers/prowler.txt` pins.
"""

from pathlib import Path

import yaml

from fireline.content.signatures import signature_files

KNOWN = Path(__file__).with_name("prowler-5.46.0-checks.txt")


def test_every_check_a_signature_names_is_one_of_prowlers() -> None:
    known = frozenset(KNOWN.read_text().split())
    named: dict[str, list[str]] = {
        path: yaml.safe_load(text).get("prowler") or []
        for path, text in signature_files().items()
        if path.endswith("signature.yaml")
    }
    assert sum(map(len, named.values())) > 50
    unknown = {path: {*checks} - known for path, checks in named.items() if {*checks} - known}
    assert unknown == {}


def test_the_list_is_of_the_release_the_benchmark_pins() -> None:
    release = KNOWN.name.split("-")[1]
    pins = Path(__file__).parents[2] / "bench/peers/prowler.txt"
    assert f"prowler=={release}" in pins.read_text()
