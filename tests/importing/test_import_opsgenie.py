"""An Opsgenie account becomes a plan: what is in it, what the report says, and who is on call."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.cli_world import Composed, run
from tests.importing.bringing import SPAN, command, file, imported, notes, read_in_march
from tests.importing.opsgenie_account import opsgenie
from tests.importing.vendors import Vendor, serving


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    with serving(opsgenie()) as one:
        yield one


@pytest.fixture(scope="module")
def saved(vendor: Vendor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_in_march("opsgenie", vendor, tmp_path_factory.mktemp("read") / "opsgenie.json")


@pytest.fixture(scope="module")
def plan(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported("opsgenie", saved, tmp_path_factory.mktemp("opsgenie"))


def test_people_keep_their_names_zones_phones_and_rules(plan: Path):
    people = file(plan, "people.yaml")
    assert list(people) == ["ana", "bo", "cy", "dee"]
    assert people["ana"] == {
        "name": "Ana Duarte",
        "zone": "Europe/Lisbon",
        "email": "ana@example.com",
        "phone": "+351912345678",
        "urgent": [
            {"channel": "sms", "after": "0s"},
            {"channel": "email", "after": "1m"},
            {"channel": "voice", "after": "5m"},
        ],
        "calm": [{"channel": "email", "after": "1m"}],
    }
    assert people["dee"]["urgent"] == [{"channel": "email", "after": "0s"}]


def test_admins_of_a_team_lead_it_and_an_empty_team_is_told(plan: Path):
    assert file(plan, "teams/platform.yaml") == {
        "name": "Platform",
        "members": ["ana", "bo", "cy"],
        "leads": ["ana"],
    }
    assert "no members" in notes(plan, "left out")["team", "Nobody yet"]


def test_delays_that_count_from_the_beginning_become_waits_between_steps(plan: Path):
    policy = file(plan, "escalation/platform-escalation.yaml")
    assert policy == {
        "steps": [
            {"notify": ["schedule:primary"], "wait": "5m"},
            {"notify": ["next:primary"], "wait": "7m"},
            {"notify": ["person:ana"], "wait": "8m", "unless": "resolved"},
            {"notify": ["leads:platform", "person:dee"], "wait": "10m"},
            {"notify": ["random:platform"], "wait": "15m"},
            {"notify": ["team:platform"], "wait": "10m"},
        ],
        "rounds": 3,
    }
    assert "closes the alert" in notes(plan, "changed")["escalation", "Platform escalation"]


def test_whoever_is_gone_is_named_in_the_report(plan: Path):
    assert file(plan, "escalation/late.yaml")["steps"] == [{"notify": ["person:bo"], "wait": "5m"}]
    told = json.loads((plan.parent / "report.json").read_text("utf-8"))["things"]
    late = [one["why"] for one in told if one["name"] == "Late" and one["why"]]
    assert "user gone@x.example is not here, and is not told" in late
    assert "its first step came after 7 min; here it is at once" in late


def test_routing_rules_become_routes_in_their_order(plan: Path):
    disks, default = file(plan, "routes.yaml")["routes"]
    assert disks["id"] == "platform-disks"
    assert disks["when"] == (
        'alert.team in ["platform", "Platform"] && ((alert.title.contains("disk"))'
        ' || !("env" in alert.labels && alert.labels["env"] == "prod"))'
    )
    assert disks["escalation"] == "platform-escalation"
    assert [(one["days"], one["from"], one["to"]) for one in disks["hours"]] == [
        (["mon"], "00:00", "08:30"),
        (["fri"], "18:00", "00:00"),
        (["sat", "sun"], "00:00", "00:00"),
    ]
    assert (default["id"], default["escalation"]) == ("platform-default", "on-call-primary")
    assert "responders" in notes(plan, "left out")["routing rule", "Platform / Odd"]


def test_a_service_gets_its_team_and_the_escalation_of_the_default_rule(plan: Path):
    assert file(plan, "services/web-shop.yaml") == {
        "name": "Web shop",
        "owner": "platform",
        "escalation": "on-call-primary",
        "tier": 2,
    }


def test_rotations_stand_side_by_side_with_their_restrictions(plan: Path):
    schedule = file(plan, "schedules/primary.yaml")
    weekly, nights, weekends = schedule["layers"]
    assert schedule["zone"] == "Europe/London"
    assert [layer["level"] for layer in schedule["layers"]] == [0, 0, 0]
    assert weekly["rotation"]["people"] == ["ana", "bo", "cy"]
    assert (weekly["rotation"]["every"], weekly["rotation"]["handover"]) == ("week", "09:00")
    assert nights["hours"] == [
        {
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "from": "22:00",
            "to": "06:30",
        }
    ]
    assert weekends["spans"] == [{"from": "fri 18:00", "to": "mon 08:30"}]
    assert weekends["rotation"]["people"] == ["dee", [], "ana"]


def test_a_schedule_that_has_gaps_says_so(plan: Path):
    assert "Opsgenie" in file(plan, "schedules/us-office.yaml")["gaps"]
    assert "gaps" not in file(plan, "schedules/primary.yaml")


def test_what_has_no_place_in_a_plan_is_listed_with_what_to_do(plan: Path):
    left_out = notes(plan, "left out")
    assert "source create" in left_out["integration", "nagios"]
    assert "silence" in left_out["maintenance", ""]
    assert "heartbeat" in left_out["heartbeat", "nightly"]
    assert "switched off" in left_out["schedule", "Old"]
    assert "own contacts" in left_out["contact", "ana@example.com mobile Ana's phone"]
    assert "schedule start" in left_out["notification rule", "ana@example.com: Shift"]


def test_everything_in_the_account_is_in_the_report(plan: Path):
    told = json.loads((plan.parent / "report.json").read_text("utf-8"))["things"]
    ids = {(one["kind"], one["id"]) for one in told}
    for kind, wanted in {
        "user": ("u1", "u2", "u3", "u4"),
        "contact": ("c1", "c2", "c3", "c4"),
        "notification rule": ("n1", "n2", "n3"),
        "team": ("t1", "t2"),
        "routing rule": ("rr0", "rr1", "rr2"),
        "schedule": ("s1", "s2", "s3"),
        "rotation": ("o1", "o2", "o3", "o4"),
        "override": ("over-1", "over-2"),
        "escalation": ("e1", "e2"),
        "forwarding rule": ("f1",),
        "service": ("v1",),
        "integration": ("i1",),
        "maintenance": ("m1",),
    }.items():
        assert {(kind, id_) for id_ in wanted} <= ids


def test_the_plan_passes_its_own_check(plan: Path):
    result = run(Composed(), "plan", "check", plan)
    assert result.exit_code == 0, result.output


def test_every_minute_of_three_months_is_the_same_over_both_changes_of_the_clocks(
    vendor: Vendor, plan: Path
):
    result = command("verify", "opsgenie", "--into", plan, *SPAN, vendor=vendor)
    assert result.exit_code == 0, result.stdout
    assert "primary: all 131,040 minutes are the same." in result.stdout
    assert "us-office: all 131,040 minutes are the same." in result.stdout


def test_a_difference_is_told_with_who_and_when(saved: Path, plan: Path, tmp_path: Path):
    wrong = tmp_path / "plan"
    shutil.copytree(plan, wrong)
    schedule = wrong / "schedules/us-office.yaml"
    schedule.write_text(schedule.read_text("utf-8").replace("17:30", "17:45"), "utf-8")
    result = command("verify", "opsgenie", "--export", saved, "--into", wrong)
    assert result.exit_code == 1
    assert "Mon 02 Mar 2026 22:30 to Mon 02 Mar 2026 22:45 UTC (15m, past)" in result.stdout
    assert "Opsgenie has nobody; here dee" in result.stdout
    assert "us-office: 975 of 131,040 minutes differ:" in result.stdout


def test_what_was_saved_is_imported_and_compared_again_without_the_vendor(
    vendor: Vendor, saved: Path, plan: Path
):
    assert "s3cr3t" not in saved.read_text("utf-8")
    asked = len(vendor.asked)
    result = command("verify", "opsgenie", "--export", saved, "--into", plan)
    assert result.exit_code == 0, result.stdout
    result = command("opsgenie", "--export", saved, "--into", plan)
    assert result.exit_code == 0, result.output
    assert "the same." in result.stdout
    assert len(vendor.asked) == asked


def test_those_who_stand_in_are_written_beside_the_plan(plan: Path):
    told = json.loads((plan.parent / "overrides.json").read_text("utf-8"))
    assert told["overrides"] == [
        {
            "schedule": "primary",
            "kind": "replace",
            "start": "2026-03-28T21:00:00Z",
            "end": "2026-03-29T12:00:00Z",
            "person": "dee",
            "layers": ["Weekly"],
        },
        {
            "schedule": "primary",
            "kind": "replace",
            "start": "2026-04-01T10:00:00Z",
            "end": "2026-04-01T18:00:00Z",
            "person": "bo",
        },
        {
            "schedule": "primary",
            "kind": "replace",
            "start": "2026-04-06T00:00:00Z",
            "end": "2026-04-12T00:00:00Z",
            "person": "bo",
            "instead_of": "cy",
        },
        {
            "schedule": "us-office",
            "kind": "replace",
            "start": "2026-04-06T00:00:00Z",
            "end": "2026-04-12T00:00:00Z",
            "person": "bo",
            "instead_of": "cy",
        },
    ]
