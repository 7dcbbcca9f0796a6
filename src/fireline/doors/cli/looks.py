"""`fireline assets look`: look at the cloud now, and follow how far that is."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fireline.doors.cli.client import FAILED, UNREACHABLE, Client, ClientFailed
from fireline.doors.cli.numbers import number
from fireline.doors.cli.signals import drill_id
from fireline.doors.cli.terminal import AsJson, moment, remark, say, say_section, say_table, show

_LOOK_EVERY_SECONDS = 0.5
# A fireline that was killed is started again by somebody, and goes on with the same look.
_PATIENCE_SECONDS = 60.0
Drill = Annotated[
    int | None, typer.Option("--drill", metavar="N", parser=number, help="Of this drill's world.")
]


def look(
    *,
    account: Annotated[
        str | None, typer.Option(help="Only at this account; without one, at all of them.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow it until it is over.")
    ] = True,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """Look at the cloud now. Ctrl-C stops following; the look goes on.

    Ends with 1 when into some account nobody could look at all.
    """
    client = Client.from_environment()
    world = drill_id(client, drill)
    begun = client.post("looks" if world is None else f"looks?drill={world}", {"account": account})
    done = begun
    if wait:
        try:
            done = _follow(client, begun["number"], world, quiet=as_json)
        except KeyboardInterrupt:
            remark(f"Look {begun['number']} goes on: fireline assets looks")
            raise typer.Exit(FAILED) from None
    show(done, draw_look, as_json=as_json)
    if wait and _closed(done):
        raise typer.Exit(FAILED)


def looks(
    *,
    limit: Annotated[int, typer.Option(min=1, max=50, help="At most so many.")] = 10,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """List looks at whole accounts, the newest first, and how far each is."""
    client = Client.from_environment()
    found = client.get("looks", limit=limit, drill=drill_id(client, drill))
    show(found, _draw_looks, as_json=as_json)


def draw_look(told: Any) -> None:
    """Draw a look: how far it is, and what could not be looked at."""
    say(
        f"Look {told['number']}: {told['done']} of {told['parts']} listings, {told['calls']} calls,"
        f" {told['assets']} assets, {told['changed']} changed, {told['gone']} gone."
    )
    closed = _closed(told)
    say_section("Accounts nobody could look into", (f"{a['account']}: {a['said']}" for a in closed))
    say_section(
        "Could not look",
        (f"{one['parts']} {one['why']}{_waiting(one)}: {one['said']}" for one in told["troubles"]),
    )
    if told["could_not"]:
        say()
        say(f"{told['could_not']} listings could not be looked at: fireline assets coverage")
    if told["ended_at"] is None:
        say("It goes on: fireline assets looks")


def _follow(client: Client, look_number: int, world: str | None, *, quiet: bool) -> Any:
    with _bar(quiet=quiet) as tell:
        while True:
            told = _seen(client, look_number, world)
            tell(told)
            if told["ended_at"] is not None:
                return told
            time.sleep(_LOOK_EVERY_SECONDS)


def _seen(client: Client, look_number: int, world: str | None) -> Any:
    gives_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return client.get(f"looks/{look_number}", drill=world)
        except ClientFailed as failed:
            if failed.exit_code != UNREACHABLE or time.monotonic() > gives_up_at:
                raise
        time.sleep(_LOOK_EVERY_SECONDS)


@contextmanager
def _bar(*, quiet: bool) -> Generator[Any]:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("Looking", total=None, said="")

        def tell(told: Any) -> None:
            said = f"{told['calls']} calls, {told['assets']} assets"
            if told["could_not"]:
                said += f", {told['could_not']} could not look"
            # Before the accounts said what there is to look at, there is nothing to be part of.
            bar.update(task, total=told["parts"] or None, completed=told["done"], said=said)

        yield tell


def _draw_looks(found: Any) -> None:
    say_table(
        ("look", "why", "asked by", "began", "ended", "listings", "could not", "assets", "changed"),
        (
            (
                one["number"],
                one["reason"],
                one["asked_by"],
                moment(one["asked_at"]),
                moment(one["ended_at"]) if one["ended_at"] else "looking",
                f"{one['done']} of {one['parts']}",
                one["could_not"],
                one["assets"],
                one["changed"],
            )
            for one in found
        ),
        empty="Nobody has looked yet. Begin: fireline assets look",
    )


def _closed(told: Any) -> list[Any]:
    return [one for one in told["accounts"] if one["why"]]


def _waiting(trouble: Any) -> str:
    return f" ({trouble['waiting']} will be tried again)" if trouble["waiting"] else ""
