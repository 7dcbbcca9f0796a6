"""`fireline lab`: a world up in a terminal, and the commands that speak with it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fireline.app.settings import load
from tests.doors.cli_world import Composed, run

WORLD = """
title: Three queues
account:
  id: "111122223333"
  resources:
    - {kind: sqs.queue, name: "jobs-{n}", count: 3}
users:
  - {name: shop-ci, keys: [{}]}
attack:
  user: shop-ci
  origin: {address: 203.0.113.66, agent: aws-cli/2.31.0}
  steps: [{service: sts, operation: GetCallerIdentity}]
"""


@dataclass
class Terminal:
    """A terminal beside the one the lab runs in."""

    env: Mapping[str, str]
    lab: Mapping[str, Any]

    def json(self, *words: object) -> Any:
        result = run(Composed(), "lab", *words, "--json", env=self.env)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


def begin(folder: Path, world: Path, *more: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "fireline",
            "lab",
            "up",
            "--world",
            str(world),
            "--port",
            "0",
            *more,
        ],
        env={**kept, "FIRELINE_LAB_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "world.yaml").write_text(WORLD)
    lab = begin(folder, folder / "world.yaml", "--json", "--keep-records")
    assert lab.stdout is not None
    lines: list[str] = []
    for line in lab.stdout:
        lines.append(line)
        if line == "}\n":
            break
    yield Terminal({"FIRELINE_LAB_DIR": str(folder)}, json.loads("".join(lines)))
    lab.send_signal(signal.SIGINT)
    _, said = lab.communicate(timeout=20)
    assert lab.returncode == 0, said


def test_a_lab_says_where_it_is_and_is_found_again(terminal: Terminal) -> None:
    seen = terminal.json("status")
    assert seen["endpoint"] == terminal.lab["endpoint"]
    assert seen["world"] == "Three queues"
    assert [one["id"] for one in seen["accounts"]] == ["111122223333"]


def test_its_settings_are_settings_of_fireline(terminal: Terminal) -> None:
    printed = run(Composed(), "lab", "env", env=terminal.env)
    assert printed.stdout.startswith("export AWS_ACCESS_KEY_ID=")
    settings = load(terminal.json("env"))
    assert settings.aws_endpoint_url == terminal.lab["endpoint"]
    assert settings.aws_account == "111122223333"
    assert len(settings.aws_queue_urls) == 2
    assert settings.data_dir.name == "fireline"


def test_guests_sign_in_with_the_keys_they_are_given(terminal: Terminal) -> None:
    for guest in ("admin", "attacker"):
        given = terminal.json("env", "--for", guest)
        assert given["AWS_ENDPOINT_URL"] == terminal.lab["endpoint"]
        said = subprocess.run(
            [
                *(sys.executable, "-c"),
                "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])",
            ],
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=True,
        )
        user = {"admin": "lab-admin", "attacker": "shop-ci"}[guest]
        assert said.stdout.strip() == f"arn:aws:iam::111122223333:user/{user}"


def test_an_attack_begins_once_and_its_records_are_kept(terminal: Terminal) -> None:
    assert terminal.json("attack") == {"begun": True}
    again = run(Composed(), "lab", "attack", env=terminal.env)
    assert again.exit_code == 1
    assert "begun already" in again.stderr
    file = Path(terminal.lab["records_file"])
    for _ in range(100):
        if "203.0.113.66" in file.read_text():
            break
        time.sleep(0.1)
    records = [json.loads(line) for line in file.read_text().splitlines()]
    assert "203.0.113.66" in {one["sourceIPAddress"] for one in records}


def test_guardduty_finds_what_it_is_told_to(terminal: Terminal) -> None:
    type_ = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"
    (found,) = terminal.json("finding", type_)["findings"]
    said = run(
        Composed(), "lab", "finding", "Policy:S3/BucketPublicAccessGranted", env=terminal.env
    )
    assert said.stdout.startswith("Found Policy:S3/BucketPublicAccessGranted: ")
    assert found not in said.stdout
    wrong = run(Composed(), "lab", "finding", "nonsense", env=terminal.env)
    assert wrong.exit_code == 2
    assert "type" in wrong.stderr


def test_a_second_lab_is_refused_beside_the_first(terminal: Terminal) -> None:
    result = run(Composed(), "lab", "up", env=terminal.env)
    assert result.exit_code == 1
    assert "A lab runs on this machine already." in result.stderr


def test_without_a_lab_the_commands_say_how_to_start_one(tmp_path: Path) -> None:
    for words in (("status",), ("env",), ("attack",), ("down",), ("finding", "Recon:EC2/Portscan")):
        result = run(Composed(), "lab", *words, env={"FIRELINE_LAB_DIR": str(tmp_path)})
        assert result.exit_code == 3
        assert "fireline lab up" in result.stderr


def test_an_unknown_world_and_a_wrong_file_are_refused_in_a_sentence(tmp_path: Path) -> None:
    env = {"FIRELINE_LAB_DIR": str(tmp_path)}
    unknown = run(Composed(), "lab", "up", "--world", "smal", env=env)
    assert unknown.exit_code == 1
    assert "small" in unknown.stderr
    (tmp_path / "mine.yaml").write_text("account: {id: '1'}\nsurprise: 2\n")
    wrong = run(Composed(), "lab", "up", "--world", tmp_path / "mine.yaml", env=env)
    assert wrong.exit_code == 2
    assert "mine.yaml: account.id" in wrong.stderr
    assert "mine.yaml: surprise" in wrong.stderr


def test_the_worlds_that_come_along_are_listed() -> None:
    result = run(Composed(), "lab", "worlds", "--json")
    assert {one["name"] for one in json.loads(result.stdout)} >= {"small", "thousand"}
