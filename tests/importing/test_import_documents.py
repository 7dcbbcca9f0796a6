"""The commands of the pages about moving are run as they stand, in their order."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doors.cli_world import Composed, run
from tests.importing.grafana_account import grafana
from tests.importing.opsgenie_account import opsgenie
from tests.importing.pagerduty_account import pagerduty
from tests.importing.vendors import KEY, Vendor, serving

_PAGES = Path(__file__).parents[2] / "docs" / "how-to"
_LINE = re.compile(r"^\$ (fireline import (?!overrides).*)$", re.MULTILINE)
_ADDRESS = ("--api-url", "https://oncall.example.com")


@pytest.mark.parametrize(
    ("page", "account"),
    [
        ("move-from-opsgenie.md", opsgenie),
        ("move-from-pagerduty.md", pagerduty),
        ("move-from-grafana-oncall.md", grafana),
    ],
)
def test_the_commands_of_a_page_do_what_it_says(
    page: str, account: Callable[[], Vendor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    text = (_PAGES / page).read_text("utf-8")
    lines = [shlex.split(line)[1:] for line in _LINE.findall(text)]
    assert [words[1] == "verify" for words in lines] == [False, True]
    with serving(account()) as vendor:
        for words in lines:
            told = [word for word in words if word not in _ADDRESS]
            # The page's own address is the vendor's; here it is the stand-in's.
            told += [] if "--export" in told else ["--api-url", vendor.url]
            names = [word[4:] for word in told if word.startswith("env:")]
            result = run(Composed(), *told, env=dict.fromkeys(names, KEY))
            assert result.exit_code == 0, result.output
    assert (tmp_path / "plan" / "people.yaml").exists()
    assert (tmp_path / "overrides.json").exists()
    assert run(Composed(), "plan", "check", "plan").exit_code == 0
