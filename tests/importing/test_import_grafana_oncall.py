"""A Grafana OnCall organisation becomes a plan: levels, several users a turn, pauses, zones."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.cli_world import Composed, run
from tests.importing.bringing import command, file, imported, notes, read_in_march
from tests.importing.grafana_account import grafana
from tests.importing.vendors import Vendor, serving


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    with serving(grafana()) as one:
        yield one


@pytest.fixture(scope="module")
def saved(vendor: Vendor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_in_march("grafana-oncall", vendor, tmp_path_factory.mktemp("read") / "oncall.json")


@pytest.fixture(scope="module")
def plan(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported("grafana-oncall", saved, tmp_path_factory.mktemp("oncall"))


def test_people_keep_slack_and_what_is_not_told_is_named(plan: Path):
    people = file(plan, "people.yaml")
    assert people["ana"] == {
        "name": "ana",
        "zone": "Europe/Berlin",
        "email": "ana@example.com",
        "urgent": [{"channel": "email", "after": "0s"}],
        "calm": [{"channel": "slack", "after": "0s"}, {"channel": "email", "after": "5m"}],
        "slack": "U0ANA00001",
    }
    left_out = notes(plan, "left out")
    assert "not told" in left_out["notification rule", "ana: notify_by_phone_call (important)"]
    assert "own contacts" in left_out["phone", "bo"]
    assert "UTC is written" in notes(plan, "changed")["user", "bo"]


def test_shifts_become_layers_at_their_levels(plan: Path):
    schedule = file(plan, "schedules/primary.yaml")
    weekly, nights, days, once, other = schedule["layers"]
    assert [one["level"] for one in schedule["layers"]] == [0, 1, 2, 5, 2]
    assert weekly["rotation"]["people"] == ["cy", ["ana", "bo"]]
    assert nights["hours"] == [
        {"days": ["mon", "tue", "wed", "thu", "sun"], "from": "22:00", "to": "08:00"}
    ]
    assert days["rotation"]["people"][:7] == ["cy", [], "cy", [], "dee", [], []]
    assert (once["begins"], once["ends"]) == ("2026-03-29T00:00:00Z", "2026-03-29T05:00:00Z")
    assert (other["zone"], other["rotation"]["people"]) == ("America/New_York", ["ana", []])


def test_shifts_of_the_web_page_are_in_utc(plan: Path):
    (layer,) = file(plan, "schedules/web.yaml")["layers"]
    assert layer["zone"] == "UTC"
    assert layer["begins"] == "2026-02-23T09:00:00Z"


def test_what_cannot_be_here_is_told(plan: Path):
    left_out = notes(plan, "left out")
    assert "calendar.example.com" in left_out["schedule", "From a calendar"]
    assert "days of the month" in left_out["shift", "Primary / first of the month"]
    assert "us-(east|west)" in left_out["route", "Prometheus of the shop: regex"]
    assert "webhook" in left_out["outgoing webhook", "chat"][:40]
    assert "tells nobody" in left_out["escalation chain", "Slack only"]
    assert "no team" in left_out["integration", "Nobody's"]


def test_a_chain_becomes_steps_with_waits_hours_and_turns(plan: Path):
    assert file(plan, "escalation/default.yaml") == {
        "steps": [
            {"notify": ["schedule:primary"], "wait": "5m"},
            {"notify": ["person:cy"], "wait": "1s"},
            {"notify": ["person:ana", "person:bo"], "wait": "15m", "round_robin": True},
            {
                "notify": ["team:platform"],
                "wait": "10m",
                "hours": [
                    {
                        "zone": "UTC",
                        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                        "from": "08:00",
                        "to": "18:00",
                    }
                ],
            },
        ],
        "rounds": 6,
    }


def test_an_integration_is_a_service_here(plan: Path):
    assert file(plan, "services/prometheus-of-the-shop.yaml")["escalation"] == "default"
    how = notes(plan, "changed")["integration", "Prometheus of the shop"]
    assert "fireline source create NAME --format FORMAT --service prometheus-of-the-shop" in how


def test_an_override_is_one_here(plan: Path):
    (one,) = json.loads((plan.parent / "overrides.json").read_text("utf-8"))["overrides"]
    assert (one["person"], one["start"], one["end"]) == (
        "bo",
        "2026-04-14T08:00:00Z",
        "2026-04-14T11:00:00Z",
    )


def test_the_plan_passes_its_own_check(plan: Path):
    result = run(Composed(), "plan", "check", plan)
    assert result.exit_code == 0, result.output


def test_every_minute_is_that_of_the_final_shifts(saved: Path, plan: Path):
    result = command("verify", "grafana-oncall", "--export", saved, "--into", plan)
    assert result.exit_code == 0, result.stdout
    assert "primary: all 131,040 minutes are the same." in result.stdout
    assert "web: all 131,040 minutes are the same." in result.stdout
