"""Importing what fireline itself serves as Opsgenie's API gives the same schedules again."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio.to_thread
import pytest
from typer.testing import Result

from fireline.core.oncall.coverage import shifts
from fireline.core.plan.compiling import reopen_plan
from fireline.core.plan.plan import Plan
from fireline.core.values.secret import Secret
from fireline.core.values.time import Span
from fireline.doors.cli.client import Client
from fireline.usecases import plans
from tests.doors.cli_world import Composed, run
from tests.importing.vendors import iso, moment
from tests.intake.conftest import shared_dsn  # noqa: F401 - a fixture, asked for by its name
from tests.intake.taking import Intake, taking

_SPAN = Span(moment("2026-02-20T00:00Z"), moment("2026-05-20T00:00Z"))
PLAN = {
    "schedules/primary.yaml": """
name: Primary
zone: Europe/London
layers:
  - name: weekly
    level: 0
    rotation: {people: [ana, bo], first_day: 2026-01-05, handover: "09:00", every: week}
  - name: nights
    level: 0
    rotation: {people: [cy, dee], first_day: 2026-01-05, handover: "22:00", every: day, length: 3}
    hours:
      - {days: [mon, fri, sun], from: "22:00", to: "06:30"}
""",
    "teams/sres.yaml": "name: SREs\nmembers: [ana, bo]\nleads: [bo]\n",
    "escalation/esc.yaml": """
steps:
  - {notify: ["schedule:primary"], wait: 5m}
  - {notify: ["team:sres", "person:cy"], wait: 10m}
rounds: 3
""",
}


def carried(plan: Plan) -> dict[str, list[tuple[Span, str]]]:
    """Say who has the pager when, by the names of schedules: their ids follow from those."""
    return {
        one.name: [(shift.span, shift.duty.person) for shift in shifts(one, (), _SPAN)]
        for one in plan.schedules.values()
    }


async def fireline(*words: object, **env: str) -> Result:
    return await anyio.to_thread.run_sync(partial(run, Composed(), *words, env=env))


@pytest.fixture(scope="module")
async def intake(
    shared_dsn: str,  # noqa: F811 - the fixture of that name
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Intake]:
    """Start one fireline for all of these tests."""
    async with taking(shared_dsn, tmp_path_factory.mktemp("own"), files=PLAN) as running:
        yield running


async def test_what_fireline_serves_comes_back_the_same(intake: Intake, tmp_path: Path):
    key = await intake.source("opsgenie", name="importer")
    where = ("--api-url", intake.url, "--key", "env:OWN_KEY")
    into = ("--into", tmp_path / "plan")
    result = await fireline("import", "opsgenie", *where, *into, OWN_KEY=key)
    assert result.exit_code == 0, result.output
    files = {
        path.relative_to(tmp_path / "plan").as_posix(): path.read_text("utf-8")
        for path in (tmp_path / "plan").rglob("*.*")
    }
    back = reopen_plan(files)
    assert isinstance(back, Plan)
    async with intake.fireline.house.transaction() as tx:
        plan = await plans.current(tx)
    assert carried(back) == carried(plan)
    assert set(carried(plan)) == {"Primary", "Platform, first on call", "Platform, second on call"}
    esc = next(policy for id_, policy in back.policies.items() if id_ == "esc")
    minutes = [step.wait.total_seconds() / 60 for step in esc.steps]
    assert (minutes, esc.rounds) == ([5, 10], 3)
    assert {team: set(back.teams[team].members) for team in back.teams} == {
        team: set(plan.teams[team].members) for team in plan.teams
    }
    result = await fireline("import", "verify", "opsgenie", *where, *into, OWN_KEY=key)
    assert result.exit_code == 0, result.stdout


async def test_overrides_are_made_once_and_those_that_are_over_never(
    intake: Intake, tmp_path: Path
):
    env = {"FIRELINE_URL": intake.url, "FIRELINE_TOKEN": await intake.token()}
    async with intake.fireline.house.transaction() as tx:
        soon = tx.now.replace(microsecond=0) + timedelta(days=30)
    coming = {
        "schedule": "primary",
        "kind": "replace",
        "start": iso(soon),
        "end": iso(soon + timedelta(hours=15)),
        "person": "dee",
        "layers": ["weekly"],
    }
    instead = {
        **coming,
        "person": "bo",
        "instead_of": "ana",
        "start": iso(soon + timedelta(hours=2)),
    }
    del instead["layers"]
    over = {**coming, "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
    file = tmp_path / "overrides.json"
    later = {**coming, "start": "2098-01-01T00:00:00Z", "end": "2098-01-02T00:00:00Z"}
    file.write_text(json.dumps({"overrides": [coming, instead, over, later]}), "utf-8")
    result = await fireline("import", "overrides", file, **env)
    assert result.stdout == (
        "Overrides: 2 made, 1 are over, 1 are over a year ahead: run this again nearer to them.\n"
    ), result.output
    result = await fireline("import", "overrides", file, **env)
    assert result.stdout.startswith("Overrides: 0 made, 2 were there already, 1 are over, 1")
    # What stands in for one person only is more than Opsgenie's API can say: leave nothing behind.
    client = Client(intake.url, Secret(env["FIRELINE_TOKEN"]))
    for one in await anyio.to_thread.run_sync(client.get, "schedules/primary/overrides"):
        await anyio.to_thread.run_sync(client.delete, f"schedules/overrides/{one['id']}")


async def test_overrides_of_a_plan_that_is_not_running_are_refused(intake: Intake, tmp_path: Path):
    env = {"FIRELINE_URL": intake.url, "FIRELINE_TOKEN": await intake.token()}
    one = {
        "schedule": "elsewhere",
        "kind": "add",
        "start": "2098-01-01T00:00:00Z",
        "end": "2098-01-02T00:00:00Z",
    }
    (tmp_path / "o.json").write_text(json.dumps({"overrides": [one]}), "utf-8")
    result = await fireline("import", "overrides", tmp_path / "o.json", **env)
    assert result.exit_code == 4
    assert "fireline plan push" in result.stderr
    (tmp_path / "o.json").write_text('{"overrides": [{"schedule": "x"}]}', "utf-8")
    result = await fireline("import", "overrides", tmp_path / "o.json", **env)
    assert result.exit_code == 2
    assert "is no list of overrides" in result.stderr
