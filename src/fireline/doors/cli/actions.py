"""`fireline undo` and `fireline action`: what was changed in a cloud, and taking it back."""

import json
import time
from typing import Annotated, Any

import typer

from fireline.core.runbooks.state import ActionState
from fireline.doors.cli.approvals import change_text
from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import (
    AsJson,
    Yes,
    confirmed,
    give_up,
    remark,
    say,
    show,
    words,
)

action_app = typer.Typer(no_args_is_help=True, help="Actions: what was changed in a cloud.")

PATIENCE_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.5


@action_app.command("show")
def show_action(number: Number, *, as_json: AsJson = False) -> None:
    """Show an action: the exact change, its undo and how it stands."""
    show(Client.from_environment().get(f"actions/{number}"), _draw, as_json=as_json)


@action_app.command("keep")
def keep(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Why it stays.")],
    as_json: AsJson = False,
) -> None:
    """Keep what an action changed for good; it cannot be undone from here afterwards."""
    path = f"actions/{number}/make-permanent"
    show(Client.from_environment().post(path, {"reason": reason}), _say_state, as_json=as_json)


@action_app.command("look-again")
def look_again(number: Number, *, as_json: AsJson = False) -> None:
    """Have an action nobody is sure of read once more."""
    found = Client.from_environment().post(f"actions/{number}/look-again")
    show(found, _say_state, as_json=as_json)


def undo(
    number: Number,
    *,
    wait: Annotated[bool, typer.Option(help="Wait until it is undone, up to 30 s.")] = True,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Undo an action, if what it changed is still as it left it. Ends with 1 when it is not."""
    client = Client.from_environment()
    found = client.get(f"actions/{number}")
    (remark if as_json else say)(_undo_text(found))
    if not yes and not confirmed("Undo this?"):
        give_up(f"Action {number} stays {words(found['state'])}.", code=FAILED)
    found = client.post(f"actions/{number}/undo")
    if wait:
        found = _settled(client, number, found)
    show(found, _say_state, as_json=as_json)
    if wait:
        _end_with(found)


def _settled(client: Client, number: int, found: Any) -> Any:
    gives_up_at = time.monotonic() + PATIENCE_SECONDS
    # A wish to undo stands until it was answered, one way or another.
    while found["undo_asked_at"] is not None and time.monotonic() < gives_up_at:
        time.sleep(LOOK_EVERY_SECONDS)
        found = client.get(f"actions/{number}")
    return found


def _end_with(action: Any) -> None:
    number, state = action["number"], action["state"]
    if state == ActionState.UNDONE:
        return
    if state == ActionState.UNDO_CONFLICT and action["undo_asked_at"] is None:
        give_up(f"Action {number} is not undone: {action['note']}.", code=FAILED)
    if action["undo_asked_at"] is not None:
        hint = f"Look again: fireline action show {number}"
        give_up(f"Action {number} is not undone yet.", hint, code=FAILED)
    give_up(f"Action {number} is {words(state)}, not undone: {action['note']}.", code=FAILED)


def _undo_text(action: Any) -> str:
    call = action["inverse"]
    parameters = json.dumps(call["parameters"], ensure_ascii=False)
    return (
        f"Action {action['number']}, {words(action['state'])}: {action['summary']}\n"
        f"To undo it: {call['service']}.{call['operation']} on {call['resource']} {parameters}"
    )


def _say_state(action: Any) -> None:
    note = f": {action['note']}" if action["note"] else ""
    say(f"Action {action['number']} is {words(action['state'])}{note}.")
    torn = action["conflict"]
    if torn:
        for name, title in (("before", "Before it"), ("left", "As it left"), ("present", "Now")):
            say(f"{title + ':':<12}{json.dumps(torn[name], ensure_ascii=False)}")


def _draw(action: Any) -> None:
    say(action["summary"])
    _say_state(action)
    say(change_text(action))
