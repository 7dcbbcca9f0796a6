"""`fireline run`: a runbook at work."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import FAILED, REFUSED, Client, ClientFailed
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import AsJson, moment, say, say_section, say_table, show, words

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `run evidence` lists it.")]

run_app = typer.Typer(no_args_is_help=True, help="Runs: a runbook at work.")


@run_app.command("show")
def show_run(number: Number, *, as_json: AsJson = False) -> None:
    """Show a run: its steps, its actions and what waits for people."""
    show(Client.from_environment().get(f"runs/{number}"), _draw, as_json=as_json)


@run_app.command("answer")
def answer(
    number: Number,
    position: Annotated[
        int, typer.Argument(metavar="POSITION", min=0, help="The step, as `run show` counts.")
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    *,
    as_json: AsJson = False,
) -> None:
    """Answer the question a run waits on."""
    path = f"runs/{number}/answers/{position}"
    show(Client.from_environment().post(path, {"text": text}), _draw, as_json=as_json)


@run_app.command("evidence")
def list_evidence(number: Number, *, as_json: AsJson = False) -> None:
    """List the evidence a run collected, with its SHA-256."""
    found = Client.from_environment().get(f"runs/{number}")["evidence"]
    show(found, _draw_evidence, as_json=as_json)


@run_app.command("read")
def read_evidence(
    number: Number,
    name: Name,
    *,
    why: Annotated[str, typer.Option(help="It is written down, with who you are.")],
    output: Annotated[Path, typer.Option(dir_okay=False, help="Where to write it.")],
    as_json: AsJson = False,
) -> None:
    """Write a piece of evidence to a file, byte for byte, and check its SHA-256."""
    client = Client.from_environment()
    path = f"{_path_of(client, number, name)}/read"
    found = client.post(path, {"why": why})
    body = base64.b64decode(found["body_base64"])
    if hashlib.sha256(body).hexdigest() != found["sha256"]:
        message = f"{name} is not what was collected: its SHA-256 differs."
        raise ClientFailed(message, FAILED)
    output.write_bytes(body)
    written = {"name": name, "sha256": found["sha256"], "size": found["size"], "file": str(output)}
    show(written, lambda one: say(f"{one['file']}  SHA-256 {one['sha256']}"), as_json=as_json)


@run_app.command("custody")
def custody(number: Number, name: Name, *, as_json: AsJson = False) -> None:
    """List every hand a piece of evidence has passed through."""
    client = Client.from_environment()
    hands = client.get(f"{_path_of(client, number, name)}/custody")
    show(hands, _draw_custody, as_json=as_json)


def _path_of(client: Client, number: int, name: str) -> str:
    for one in client.get(f"runs/{number}")["evidence"]:
        if one["name"] == name:
            return f"runs/{number}/evidence/{one['id']}"
    message = f"Run {number} collected nothing called {name}."
    raise ClientFailed(message, REFUSED, hint=f"`fireline run evidence {number}` lists it.")


def _draw_evidence(found: Any) -> None:
    rows = ((one["name"], one["size"], one["sha256"], one["method"]) for one in found)
    say_table(("name", "bytes", "sha-256", "collected by"), rows, empty="Nothing was collected.")


def _draw_custody(hands: Any) -> None:
    rows = ((moment(one["at"]), one["by"], one["event"], one["why"]) for one in hands)
    say_table(("when", "who", "what", "why"), rows, empty="Nobody has held it.")


def _draw(found: Any) -> None:
    run = found["run"]
    why = f": {run['why']}" if run["why"] else ""
    say(f"Run {run['number']}  {found['title']}  for {run['incident_name']}  {run['state']}{why}")
    say(f"Asked for by {run['requested_by']}, {moment(run['requested_at'])}.")
    say_section("Steps", (_step(step) for step in found["steps"]))
    say_section("Actions", _actions(found))
    say_section("Waiting for somebody", _approvals(found))
    say_section(
        "Evidence",
        (f"{one['name']}  {one['size']} bytes  {one['sha256']}" for one in found["evidence"]),
    )


def _step(step: Any) -> str:
    about = f" {step['asset_id']}" if step["asset_id"] else ""
    why = step["answer"] or step["why"]
    said = f": {why}" if why else ""
    return f"{step['position']}. {step['step_id']}{about}  {words(step['state'])}{said}"


def _actions(found: Any) -> Iterator[str]:
    for one in found["actions"]:
        note = f": {one['note']}" if one["note"] else ""
        yield f"action {one['number']}  {words(one['state'])}{note}  {one['summary']}"


def _approvals(found: Any) -> Iterator[str]:
    for one in found["approvals"]:
        if one["state"] == "waiting":
            yield f"fireline approve {one['number']}, until {moment(one['expires_at'])}"
