"""The plan on the command line: what a person sees, what a program reads, how it ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from fireline.core.plan.compiling import revision_of
from fireline.doors.cli.plan import plan_app
from tests.core.plan.breaking import RULE, STARTER, swapped, twenty_mistakes


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(plan_app, [str(word) for word in words])


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    assert run("init", folder).exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def _nothing_runs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRELINE_URL", raising=False)
    monkeypatch.delenv("FIRELINE_TOKEN", raising=False)
    monkeypatch.setenv("FIRELINE_DATA_DIR", str(tmp_path / "nobody"))


class Answering(BaseHTTPRequestHandler):
    """A fireline that answers what it is told to, and keeps what it is sent."""

    answers: ClassVar[dict[str, tuple[int, Any]]] = {}
    sent: ClassVar[list[Any]] = []

    def do_GET(self) -> None:
        status, content = self.answers[self.path]
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.sent.append(json.loads(self.rfile.read(length)))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library names it so
        pass


@contextmanager
def fireline_answers(
    monkeypatch: pytest.MonkeyPatch, **answers: tuple[int, Any]
) -> Iterator[list[Any]]:
    """Answer `plan` and `plan_revisions` on loopback."""
    Answering.answers = {
        f"/api/v1/{name.replace('_', '/')}": said for name, said in answers.items()
    }
    Answering.sent = []
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("FIRELINE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("FIRELINE_TOKEN", "token")
    try:
        yield Answering.sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_init_writes_a_plan_that_has_no_mistakes(plan: Path) -> None:
    assert (plan / "plan.yaml").is_file()
    checked = run("check", plan)
    assert checked.exit_code == 0
    assert "No mistakes in" in checked.output
    assert revision_of(STARTER)[:12] in checked.output


def test_init_overwrites_nothing(plan: Path) -> None:
    (plan / "people.yaml").write_text("mine")
    again = run("init", plan)
    assert again.exit_code == 2
    assert "would be overwritten" in again.stderr
    assert (plan / "people.yaml").read_text() == "mine"


def test_check_prints_all_twenty_mistakes_and_ends_with_2(plan: Path) -> None:
    for path, text in twenty_mistakes().items():
        (plan / path).write_text(text or "")
    checked = run("check", plan)
    lines = [line for line in checked.stdout.splitlines() if line]
    assert checked.exit_code == 2
    assert len(lines) == 20
    assert "plan.yaml:6: reference.unknown: there is no person `cyy` (did you mean `cy`?)" in lines
    assert "20 mistakes." in checked.stderr


def test_check_tells_programs_the_same(plan: Path) -> None:
    clean = json.loads(run("check", plan, "--json").stdout)
    assert clean == {"revision": revision_of(STARTER), "mistakes": []}
    (plan / "people.yaml").write_text(swapped("people.yaml", ("urgent:", "urgnet:")))
    checked = run("check", plan, "--json")
    told = json.loads(checked.stdout)
    assert checked.exit_code == 2
    assert told["revision"] is None
    assert {"file", "line", "code", "says", "fix"} == set(told["mistakes"][0])
    assert {each["code"] for each in told["mistakes"]} == {"field.missing", "field.unknown"}


def test_check_names_a_file_that_is_not_text(plan: Path) -> None:
    (plan / "comms" / "logo.yaml").write_bytes(b"\xff\xfe\x00")
    checked = run("check", plan)
    assert checked.exit_code == 2
    assert "comms/logo.yaml:1: file.unreadable" in checked.stdout


def test_check_leaves_hidden_files_to_other_tools(plan: Path) -> None:
    (plan / ".git").mkdir()
    (plan / ".git" / "config").write_bytes(b"\xff")
    (plan / ".editorconfig").write_text("root = true")
    assert run("check", plan).exit_code == 0


def test_a_folder_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    checked = run("check", tmp_path / "nowhere")
    assert checked.exit_code == 2
    assert "is not a folder" in checked.stderr
    assert "Traceback" not in checked.output


def test_show_lists_kinds_and_one_kind_s_fields(plan: Path) -> None:
    shown = run("show", plan)
    assert shown.exit_code == 0
    assert "Example Shop" in shown.stdout
    teams = run("show", plan, "--kind", "team", "--json")
    assert json.loads(teams.stdout)["things"]["team"]["platform"]["leads"] == "dee"


def test_show_refuses_a_kind_no_plan_has(plan: Path) -> None:
    shown = run("show", plan, "--kind", "castle")
    assert shown.exit_code == 2
    assert "no kind 'castle'" in shown.stderr


def test_show_prints_one_kind_for_people(plan: Path) -> None:
    shown = run("show", plan, "--kind", "team")
    assert shown.exit_code == 0
    assert "members: ana, bo, cy, dee" in shown.stdout


def test_a_folder_with_mistakes_is_neither_shown_nor_compared(plan: Path) -> None:
    (plan / "roles.yaml").unlink()
    for told in (run("show", plan), run("diff", plan, plan)):
        assert told.exit_code == 2
        assert "roles.yaml:1: file.missing" in told.stdout


def test_init_into_what_is_no_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("init", tmp_path / "file" / "plan")
    assert told.exit_code == 2
    assert "Not a directory" in told.stderr


def test_a_running_plan_from_another_version_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = {"revision": "ab" * 32, "files": {"plan.yaml": "words: of tomorrow"}}
    with fireline_answers(monkeypatch, plan=(200, running)):
        shown = run("show")
    assert shown.exit_code == 2
    assert "cannot read the running plan" in shown.stderr


def test_diff_says_what_changes_in_behaviour(plan: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run("init", other)
    assert "Nothing changes" in run("diff", plan, other).stdout
    (other / RULE).write_text(swapped(RULE, ("priority: P2", "priority: P1")))
    told = run("diff", plan, other)
    assert told.exit_code == 0
    assert "changed rule key-for-another-user" in told.stdout
    assert "priority: P2 -> P1" in told.stdout
    changes = json.loads(run("diff", plan, other, "--json").stdout)["changes"]
    assert [change["how"] for change in changes] == ["changed"]


def test_diff_with_one_folder_compares_it_with_the_running_plan(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plan / "plan.yaml").write_text(swapped("plan.yaml", ("Example Shop", "Other Shop")))
    running = {"revision": revision_of(STARTER), "files": dict(STARTER)}
    with fireline_answers(monkeypatch, plan=(200, running)):
        told = run("diff", plan)
    assert told.exit_code == 0, told.output
    assert "organisation: Example Shop -> Other Shop" in told.stdout


def test_push_sends_the_files_and_the_note(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"revision": revision_of(STARTER)}
    with fireline_answers(monkeypatch, plan_revisions=(201, answer)) as sent:
        pushed = run("push", plan, "--note", "begin")
    assert pushed.exit_code == 0, pushed.output
    assert sent == [{"files": dict(STARTER), "note": "begin"}]
    assert f"Revision {revision_of(STARTER)[:12]} is the running plan." in pushed.stdout


def test_push_and_history_tell_programs_what_the_server_said(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"revision": revision_of(STARTER)}
    with fireline_answers(monkeypatch, plan_revisions=(201, answer)):
        assert json.loads(run("push", plan, "--json").stdout) == answer
        assert json.loads(run("show", "--history", "--json").stdout) == answer


def test_push_with_a_mistake_sends_nothing(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plan / "roles.yaml").unlink()
    with fireline_answers(monkeypatch) as sent:
        pushed = run("push", plan)
    assert pushed.exit_code == 2
    assert "roles.yaml:1: file.missing" in pushed.stdout
    assert sent == []


def test_a_refusal_of_the_server_is_told_with_its_hint(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = {"detail": "Only managers push plans.", "hint": "Ask dee."}
    with fireline_answers(monkeypatch, plan_revisions=(403, refusal)):
        pushed = run("push", plan)
    assert pushed.exit_code == 4
    assert "Only managers push plans. Ask dee." in pushed.stderr


def test_show_history_lists_pushes(monkeypatch: pytest.MonkeyPatch) -> None:
    push = {
        "revision": "ab" * 32,
        "pushed_at": "2026-11-21T09:00:00Z",
        "pushed_by": "ana",
        "note": "[bold]begin",
    }
    with fireline_answers(monkeypatch, plan_revisions=(200, [push])):
        shown = run("show", "--history")
    assert shown.exit_code == 0, shown.output
    assert "abababababab" in shown.stdout
    assert "[bold]begin" in shown.stdout


def test_without_a_running_fireline_the_terminal_says_how_to_start_one() -> None:
    shown = run("show")
    assert shown.exit_code == 3
    assert "fireline up" in shown.stderr
