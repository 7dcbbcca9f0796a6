"""`fireline replay`: who would have been paged for what, had another plan been running."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from fireline.core.values.priority import Priority
from fireline.doors.cli.client import FAILED, Client, ClientFailed
from fireline.doors.cli.plan import sound
from fireline.doors.cli.terminal import say

MAX_SHOWN = 20
_LONG_SECONDS = 3600.0


def replay(
    *,
    plan: Annotated[Path, typer.Option(metavar="DIR", help="The changed plan's folder.")],
    since: Annotated[str, typer.Option(help="How far to look back: 30d, 12h, 90m.")] = "30d",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Run recorded signals through a changed plan: what would page whom, more and less.

    Owners by tags are those the inventory knows now. Nothing is kept and nobody is told.
    """
    files, _ = sound(plan)
    result = _ask({"files": dict(files), "since": since}, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    _tell(result)


def _ask(body: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    client = Client.from_environment()
    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task("Replaying", total=None)
        for line in client.lines("plan/replay", body, seconds=_LONG_SECONDS):
            if said := line.get("progress"):
                bar.update(task, total=said["total"], completed=said["done"])
            elif said := line.get("problem"):
                raise ClientFailed(said["detail"], FAILED, hint=said["hint"])
            elif said := line.get("result"):
                return said
    msg = "The answer broke off."
    raise ClientFailed(msg, FAILED, hint="Ask again; nothing was changed.")


def _tell(result: dict[str, Any]) -> None:
    before, after, changes = result["before"], result["after"], result["difference"]
    say(f"{result['signals']} signals since {result['since'][:16]}, replayed through both plans.")
    table = Table("", "running", "changed")
    table.add_row("alerts", str(before["alerts"]), str(after["alerts"]))
    table.add_row("told", str(len(before["told"])), str(len(after["told"])))
    table.add_row("told nobody", str(_sum(before["untold"])), str(_sum(after["untold"])))
    table.add_row("unrouted", str(before["unrouted"]), str(after["unrouted"]))
    for person, (was, would) in sorted(changes["pages"].items()):
        table.add_row(f"pages to {escape(person)}", str(was), str(would))
    Console().print(table)
    _list("More", changes["more"])
    _list("Less", changes["fewer"])
    if not changes["more"] and not changes["fewer"]:
        say("Everybody would have been told of the same.")


def _list(word: str, told: list[dict[str, Any]]) -> None:
    if not told:
        return
    say(f"{word}: {len(told)}")
    for one in told[:MAX_SHOWN]:
        people, priority = ", ".join(one["people"]), Priority(one["priority"]).name
        say(f"  {one['at'][:16]} {priority} {one['title']} -> {people} ({one['why']})")
    if len(told) > MAX_SHOWN:
        say(f"  and {len(told) - MAX_SHOWN} more; --json lists them all")


def _sum(counts: dict[str, int]) -> int:
    return sum(counts.values())
