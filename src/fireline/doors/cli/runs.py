"""`fireline run`: a runbook at work."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import Client
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import AsJson, moment, say, say_section, show, words

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
