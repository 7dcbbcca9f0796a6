"""Laying an import into a plan that is there: nothing different is lost unasked."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from fireline.content.starter_plan import starter_files
from tests.doors.cli_world import Composed, run
from tests.importing.bringing import command

_USER = {"id": "u1", "username": "ana@example.com", "fullName": "Ana D", "timeZone": "UTC"}
_NEW = {"id": "u2", "username": "zoe@example.com", "fullName": "Zoë", "timeZone": "Europe/Paris"}


def export(folder: Path, **parts: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for name, said in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(said), "utf-8")
    return folder


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    result = run(Composed(), "plan", "init", tmp_path / "plan")
    assert result.exit_code == 0
    return tmp_path / "plan"


def test_people_are_added_below_those_who_are_there_and_comments_stay(
    starter: Path, tmp_path: Path
):
    before = (starter / "people.yaml").read_text("utf-8")
    result = command(
        "opsgenie", "--export", export(tmp_path / "x", users=[_NEW]), "--into", starter
    )
    assert result.exit_code == 0, result.output
    after = (starter / "people.yaml").read_text("utf-8")
    assert after.startswith(before)
    assert list(yaml.safe_load(after)) == ["ana", "bo", "cy", "dee", "zoe"]


def test_somebody_with_the_same_address_keeps_the_id_they_have(starter: Path, tmp_path: Path):
    renamed = (starter / "people.yaml").read_text("utf-8").replace("ana@", "a.duarte@")
    (starter / "people.yaml").write_text(renamed, "utf-8")
    duarte = {**_USER, "username": "A.Duarte@example.com"}
    team = {"id": "t", "name": "Web", "members": [{"user": {"id": "u1"}, "role": "user"}]}
    folder = export(tmp_path / "x", users=[duarte], teams=[team])
    result = command("opsgenie", "--export", folder, "--into", starter, "--force")
    assert result.exit_code == 0, result.output
    assert yaml.safe_load((starter / "teams/web.yaml").read_text("utf-8"))["members"] == ["ana"]


def test_what_is_there_and_different_is_shown_and_kept(starter: Path, tmp_path: Path):
    before = {path: path.read_bytes() for path in starter.rglob("*.yaml")}
    folder = export(tmp_path / "x", users=[_USER, _NEW])
    result = command("opsgenie", "--export", folder, "--into", starter)
    assert result.exit_code == 4
    assert "-  name: Ana Duarte" in result.stderr
    assert "+  name: Ana D" in result.stderr
    assert "1 file is there and different, as shown above. Nothing was written." in result.stderr
    assert {path: path.read_bytes() for path in starter.rglob("*.yaml")} == before
    assert not (tmp_path / "overrides.json").exists()


def test_force_overwrites_and_keeps_who_else_is_there(starter: Path, tmp_path: Path):
    folder = export(tmp_path / "x", users=[_USER])
    result = command("opsgenie", "--export", folder, "--into", starter, "--force")
    assert result.exit_code == 0, result.output
    people = yaml.safe_load((starter / "people.yaml").read_text("utf-8"))
    assert people["ana"]["name"] == "Ana D"
    assert list(people) == ["ana", "bo", "cy", "dee"]


def test_routes_are_added_before_one_for_every_alert(starter: Path, tmp_path: Path):
    (starter / "routes.yaml").write_text(
        "# mine\nroutes:\n  - {id: first, when: alert.priority == 1, team: platform}\n"
        "  - {id: rest, team: platform}\n# at last\ndefault: {team: platform}\n",
        "utf-8",
    )
    rule = {
        "id": "r",
        "name": "All",
        "isDefault": True,
        "criteria": {"type": "match-all"},
        "notify": {"type": "none"},
    }
    members = [{"user": {"id": "u2"}, "role": "user"}]
    team = {"id": "t", "name": "Web", "members": members, "routingRules": [rule]}
    folder = export(tmp_path / "x", users=[_NEW], teams=[team])
    result = command("opsgenie", "--export", folder, "--into", starter)
    assert result.exit_code == 0, result.output
    text = (starter / "routes.yaml").read_text("utf-8")
    assert text.startswith("# mine\n")
    assert "# at last\ndefault: {team: platform}\n" in text
    ids = [route["id"] for route in yaml.safe_load(text)["routes"]]
    assert ids == ["first", "web-default", "rest"]
    again = command("opsgenie", "--export", folder, "--into", starter)
    assert again.exit_code == 0, again.output
    assert (starter / "routes.yaml").read_text("utf-8") == text


def test_a_new_folder_gets_what_else_a_plan_needs(tmp_path: Path):
    account = {"name": "Example Shop"}
    folder = export(tmp_path / "x", users=[_NEW], account=account)
    result = command("opsgenie", "--export", folder, "--into", tmp_path / "plan")
    assert result.exit_code == 0, result.output
    assert yaml.safe_load((tmp_path / "plan/plan.yaml").read_text("utf-8")) == {
        "organisation": "Example Shop",
        "catch_all": ["zoe"],
    }
    wanted = {"definitions.yaml", "priorities.yaml", "roles.yaml", "people.yaml"}
    assert wanted <= {path.name for path in (tmp_path / "plan").iterdir()}
    assert not (tmp_path / "plan/services").exists()
    assert starter_files()["roles.yaml"] == (tmp_path / "plan/roles.yaml").read_text("utf-8")


def test_a_mistake_of_the_written_plan_names_what_it_came_from(tmp_path: Path):
    nameless = {"id": "u9", "username": "no-mail", "fullName": "Nobody", "timeZone": "UTC"}
    folder = export(tmp_path / "x", users=[nameless])
    result = command("opsgenie", "--export", folder, "--into", tmp_path / "plan")
    assert result.exit_code == 2
    assert "people.yaml:" in result.stdout
    assert "it comes from the user no-mail (u9)" in result.stdout
    assert "The plan has" in result.stderr


def test_without_a_folder_nothing_is_written(tmp_path: Path):
    folder = export(tmp_path / "x", users=[_NEW])
    result = command("opsgenie", "--export", folder)
    assert result.exit_code == 0
    assert "Nothing was written. Name a folder with --into" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_report_for_programs_says_what_became_of_everything(tmp_path: Path):
    folder = export(tmp_path / "x", users=[_NEW], integrations=[{"id": "i", "name": "nagios"}])
    told = json.loads(command("opsgenie", "--export", folder, "--json").stdout)
    assert told["counts"] == {"imported": 1, "changed": 0, "left out": 1}
    assert told["things"][1] == {
        "kind": "integration",
        "id": "i",
        "name": "nagios",
        "outcome": "left out",
        "path": "",
        "why": "what posts alerts is a source here, not part of the plan",
        "do": "make one with `fireline source create NAME --format opsgenie`,"
        " and point its client there",
    }


def test_a_file_without_timelines_cannot_be_compared(starter: Path, tmp_path: Path):
    folder = export(tmp_path / "x", users=[_NEW])
    result = command("verify", "opsgenie", "--export", folder, "--into", starter)
    assert result.exit_code == 2
    assert "holds no timelines" in result.stderr
    shutil.rmtree(folder)
