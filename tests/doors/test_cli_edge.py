"""The edges of the command line: starting, words that are wrong, and nobody there."""

import socket
from pathlib import Path

import pytest

from fireline.doors.cli.app import UpOptions
from tests.doors.cli_world import Composed, run


@pytest.fixture(autouse=True)
def _nobody_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRELINE_URL", raising=False)
    monkeypatch.delenv("FIRELINE_TOKEN", raising=False)
    monkeypatch.setenv("FIRELINE_DATA_DIR", str(tmp_path))


def test_up_hands_on_what_was_asked_for(tmp_path: Path) -> None:
    composed = Composed()
    words = ("--demo", "--port", "8041", "--host", "0.0.0.0", "--data-dir", tmp_path)  # noqa: S104 - only handed on
    assert run(composed, "up", *words).exit_code == 0
    assert run(composed, "up").exit_code == 0
    assert composed.ups == [
        UpOptions(demo=True, host="0.0.0.0", port=8041, data_dir=tmp_path),  # noqa: S104 - only handed on
        UpOptions(demo=False, host=None, port=None, data_dir=None),
    ]


def test_up_ends_as_its_body_says() -> None:
    assert run(Composed(ends_with=2), "up").exit_code == 2


def test_the_version_is_said() -> None:
    assert run(Composed(), "--version").stdout.startswith("fireline ")


def test_every_group_explains_itself() -> None:
    for name in ("drill", "plan", "signal", "alert", "incident", "run", "approval", "token"):
        assert "Usage" in run(Composed(), name, "--help").stdout


def test_a_shell_can_be_taught_to_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    shown = run(Composed(), "--show-completion", "bash")
    assert shown.exit_code == 0
    assert "_FIRELINE_COMPLETE=complete_bash" in shown.stdout


def test_words_are_completed() -> None:
    env = {
        "_FIRELINE_COMPLETE": "complete_bash",
        "COMP_WORDS": "fireline incident de",
        "COMP_CWORD": "2",
    }
    assert run(Composed(), env=env).stdout.split() == ["declare"]


@pytest.mark.parametrize(
    "words",
    [
        ("alert", "list"),
        ("ack", "1"),
        ("incident", "show", "INC-1"),
        ("approve", "1", "--yes"),
        ("undo", "1", "--yes"),
        ("who",),
        ("status",),
        ("token", "list"),
        ("drill", "list"),
        ("run", "show", "1"),
    ],
)
def test_without_a_fireline_the_terminal_says_how_to_start_one(words: tuple[str, ...]) -> None:
    result = run(Composed(), *words, "--json")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.endswith("Start one with `fireline up`.\n")


def test_a_fireline_that_does_not_answer_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = run(Composed(), "status", env={"FIRELINE_URL": url, "FIRELINE_TOKEN": "x"})
    assert result.exit_code == 3
    assert f"Fireline does not answer at {url}" in result.stderr


@pytest.mark.parametrize("url", ["nowhere", "http://", "http://[::1", "http://x:port", "file:///x"])
def test_an_address_that_is_none_is_bad_input(url: str) -> None:
    result = run(Composed(), "status", env={"FIRELINE_URL": url, "FIRELINE_TOKEN": "x"})
    assert result.exit_code == 2
    assert result.stderr.startswith(f"FIRELINE_URL is {url}, which is not an address.")


def test_a_token_without_its_address_is_bad_input() -> None:
    result = run(Composed(), "status", env={"FIRELINE_TOKEN": "x"})
    assert result.exit_code == 2
    assert "belong together" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("incident", "show", "INC-x"),
        ("incident", "show", "ALERT-1"),
        ("alert", "show", "INC-1"),
        ("alert", "show", "-1"),
        ("alert", "list", "--least", "P9"),
        ("signal", "list", "--before", "yesterday"),
        ("incident", "declare", "--title", "x"),
        ("incident", "check", "1", "item", "maybe"),
        ("token", "revoke", "mine"),
        ("dance",),
    ],
)
def test_wrong_words_end_with_2_before_anything_is_asked(words: tuple[str, ...]) -> None:
    result = run(Composed(), *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
