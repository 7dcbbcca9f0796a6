"""Run imports as a person does, on an account that was read at a known time."""

import json
from pathlib import Path
from typing import Any

import yaml
from typer.testing import Result

from tests.doors.cli_world import Composed, run
from tests.importing.vendors import KEY, Vendor

SPAN = ("--from", "2026-02-20T00:00Z", "--until", "2026-05-22T00:00Z")


def command(*words: object, vendor: Vendor | None = None) -> Result:
    """Run `fireline import`, against a vendor when there is one."""
    where = ("--api-url", vendor.url, "--key", "env:VENDOR_KEY") if vendor else ()
    return run(Composed(), "import", *words, *where, env={"VENDOR_KEY": KEY})


def read_in_march(source: str, vendor: Vendor, file: Path) -> Path:
    """Save an account with its timelines over both changes of the clocks, as if read in March."""
    result = command("verify", source, "--into", file.parent, "--save", file, *SPAN, vendor=vendor)
    assert file.exists(), result.output
    told = json.loads(file.read_text("utf-8"))
    told["read_at"] = "2026-03-20T12:00:00Z"
    file.write_text(json.dumps(told), "utf-8")
    return file


def imported(source: str, saved: Path, folder: Path) -> Path:
    """Import it into a folder that is not there yet, with a report beside it."""
    report = ("--report", folder / "report.json")
    result = command(source, "--export", saved, "--into", folder / "plan", *report)
    assert result.exit_code == 0, result.output
    return folder / "plan"


def file(plan: Path, path: str) -> Any:
    return yaml.safe_load((plan / path).read_text("utf-8"))


def notes(plan: Path, outcome: str) -> dict[tuple[str, str], str]:
    """Return what the report says of each thing, by its kind and name."""
    told = json.loads((plan.parent / "report.json").read_text("utf-8"))
    found = (one for one in told["things"] if one["outcome"] == outcome)
    return {(one["kind"], one["name"]): f"{one['why']}; {one['do']}" for one in found}
