"""`fireline posture assess`: ask that all be judged again, and follow it to its end."""

import sys
import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fireline.doors.cli.client import FAILED, UNREACHABLE, Client, ClientFailed
from fireline.doors.cli.posture_drawing import draw_summary
from fireline.doors.cli.terminal import AsJson, remark, say, show

LOOK_EVERY_SECONDS = 0.3
# Whoever restarts fireline does not end what it judges: it is begun again.
PATIENCE_SECONDS = 60.0


def assess(
    account: Annotated[
        str | None, typer.Argument(help="Only this account; all if not set.")
    ] = None,
    *,
    only: Annotated[str | None, typer.Option("--account", help="The same as ACCOUNT.")] = None,
    wait: Annotated[
        bool | None,
        typer.Option("--wait/--no-wait", help="Follow it to its end: so at a terminal."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge again what the inventory holds now, without asking the cloud anything.

    Signatures are not asked again about what is the same as when they last were, unless it depends
    on the time.
    """
    client = Client.from_environment()
    found = client.post("posture/assess", {"account": account or only})
    if not (sys.stdout.isatty() if wait is None else wait):
        show(found, _draw, as_json=as_json)
        return
    ended = _follow(client, found)
    if ended["failed"]:
        remark(f"{ended['failed']} fireline's log says more.")
        raise typer.Exit(FAILED)
    if as_json:
        show(ended, _draw, as_json=True)
        return
    show(client.get("posture"), draw_summary, as_json=False)


def _draw(found: Any) -> None:
    what = f"account {found['account']}" if found["account"] else "all accounts"
    say(f"Assessment {found['number']} of {what} has begun: {found['assets']} assets.")
    say("`fireline posture summary` says how they stand.")


def _follow(client: Client, begun: Mapping[str, Any]) -> Mapping[str, Any]:
    """Show how far it is until it is over."""
    console = Console(stderr=True)
    columns = (TextColumn("Judging"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task("Judging", total=begun["assets"])
        found = begun
        while found["ended_at"] is None:
            time.sleep(LOOK_EVERY_SECONDS)
            found = _look(client, begun["number"])
            bar.update(task, completed=found["judged"])
    return found


def _look(client: Client, number: int) -> Mapping[str, Any]:
    gives_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return client.get(f"posture/assessments/{number}")
        except ClientFailed as failed:
            if failed.exit_code != UNREACHABLE or time.monotonic() > gives_up_at:
                raise
        time.sleep(LOOK_EVERY_SECONDS)
