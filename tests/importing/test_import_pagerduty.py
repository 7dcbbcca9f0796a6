"""A PagerDuty account becomes a plan: layers in their order, and the final schedule the same."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.cli_world import Composed, run
from tests.importing.bringing import command, file, imported, notes, read_in_march
from tests.importing.pagerduty_account import pagerduty
from tests.importing.vendors import Vendor, serving


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    with serving(pagerduty()) as one:
        yield one


@pytest.fixture(scope="module")
def saved(vendor: Vendor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_in_march("pagerduty", vendor, tmp_path_factory.mktemp("read") / "pagerduty.json")


@pytest.fixture(scope="module")
def plan(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported("pagerduty", saved, tmp_path_factory.mktemp("pagerduty"))


def test_people_are_told_by_urgency(plan: Path):
    people = file(plan, "people.yaml")
    assert people["ana"]["phone"] == "+12025550142"
    assert people["ana"]["urgent"] == [{"channel": "voice", "after": "3m"}]
    assert people["ana"]["calm"] == [{"channel": "email", "after": "0s"}]
    assert (
        "own contacts"
        in notes(plan, "left out")[
            "notification rule", "ana@example.com: high urgency after 0 min by push_notification"
        ]
    )


def test_managers_lead_their_team(plan: Path):
    assert file(plan, "teams/platform.yaml") == {
        "name": "Platform",
        "members": ["ana", "bo"],
        "leads": ["ana"],
    }


def test_the_layer_that_counts_first_stands_last(plan: Path):
    base, nights, office = file(plan, "schedules/ops.yaml")["layers"]
    assert [layer["name"] for layer in (base, nights, office)] == [
        "Base",
        "Nights and weekends",
        "Office",
    ]
    assert (base["rotation"]["every"], base["rotation"]["length"]) == ("week", 2)
    assert nights["spans"] == [{"from": "fri 20:00", "to": "mon 08:00"}]
    assert [one["from"] for one in nights["hours"]] == ["22:00"]
    assert office["begins"] == "2026-03-02T14:00:00Z"
    assert office["rotation"]["first_day"].isoformat() == "2026-02-27"
    assert office["hours"] == [{"days": ["mon", "wed", "fri"], "from": "09:00", "to": "17:00"}]


def test_what_cannot_be_said_here_is_told(plan: Path):
    left_out = notes(plan, "left out")
    assert "ended on 01 Jan 2021" in left_out["layer", "Ops / Ended"]
    assert "5400 seconds" in left_out["layer", "Odd / Ninety minutes"]
    assert "no layer" in left_out["schedule", "Odd"]
    assert "routes.yaml" in left_out["event orchestration", "Main"]
    assert "does not let this key in (403)" in left_out["rulesets", "(all of them)"]
    assert "--service web-shop" in left_out["integration", "Events"]
    assert "switched off" in left_out["service", "Off"]


def test_steps_wait_loop_take_turns_and_let_acknowledgements_run_out(plan: Path):
    assert file(plan, "escalation/ops.yaml") == {
        "steps": [
            {"notify": ["schedule:ops"], "wait": "5m"},
            {"notify": ["person:ana", "person:bo"], "wait": "45m", "round_robin": True},
        ],
        "rounds": 3,
        "acknowledge_timeout": "30m",
    }
    assert "user Gone is not here" in notes(plan, "changed")["escalation policy", "Ops"]


def test_a_service_of_no_team_gets_one_of_those_it_pages(plan: Path):
    assert file(plan, "services/web-shop.yaml")["owner"] == "platform"
    assert file(plan, "services/lone-thing.yaml")["owner"] == "lone"
    assert file(plan, "teams/lone.yaml") == {"name": "lone", "members": ["cy"]}


def test_the_plan_passes_its_own_check(plan: Path):
    result = run(Composed(), "plan", "check", plan)
    assert result.exit_code == 0, result.output


def test_every_minute_is_that_of_the_final_schedule(saved: Path, plan: Path):
    result = command("verify", "pagerduty", "--export", saved, "--into", plan)
    assert result.exit_code == 0, result.stdout
    assert result.stdout == "ops: all 131,040 minutes are the same.\n"


def test_layers_in_the_other_order_would_be_noticed(saved: Path, plan: Path, tmp_path: Path):
    shutil.copytree(plan, tmp_path / "plan")
    schedule = tmp_path / "plan/schedules/ops.yaml"
    swapped = schedule.read_text("utf-8").replace(
        "rotation: {people: [cy, ana]", "rotation: {people: [ana, cy]"
    )
    schedule.write_text(swapped, "utf-8")
    result = command("verify", "pagerduty", "--export", saved, "--into", tmp_path / "plan")
    assert result.exit_code == 1
    assert "PagerDuty has cy; here ana" in result.stdout


def test_keys_are_not_kept(saved: Path):
    assert "s3cr3t" not in saved.read_text("utf-8")
