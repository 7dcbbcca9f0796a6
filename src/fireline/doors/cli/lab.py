"""`fireline lab`: a simulated AWS on this machine, to look around in and to be attacked."""

import contextlib
import shlex
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fireline.doors.cli.terminal import (
    AsJson,
    print_json,
    remark,
    say,
    say_section,
    say_table,
    show,
)

# Hears how many of how many resources are made.
Told = Callable[[int, int], None]
# Hears of the lab when it is ready, as `LabCommands.look` gives it.
Ready = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class LabUpOptions:
    """The lab a person asked for. Without a seed, everything gets ids nobody had before."""

    world: str
    port: int
    seed: int | None
    keep_records: bool
    fireline: bool


@dataclass(frozen=True, slots=True)
class LabCommands:
    """What the composition root does for `fireline lab`; each may raise a Refusal.

    `up` serves until it is told to stop and returns the exit code; the others speak with the lab
    that runs on this machine.
    """

    up: Callable[[LabUpOptions, Told, Ready], int]
    worlds: Callable[[], Sequence[Mapping[str, Any]]]
    look: Callable[[], Mapping[str, Any]]
    attack: Callable[[], bool]
    find: Callable[[str, str | None], Mapping[str, Any]]
    stop: Callable[[], None]


class Whose(StrEnum):
    """Whose settings are printed."""

    FIRELINE = "fireline"
    ADMIN = "admin"
    ATTACKER = "attacker"


def build_lab_app(commands: LabCommands) -> typer.Typer:
    """Return `fireline lab`."""
    lab_app = typer.Typer(
        no_args_is_help=True, help="A simulated AWS on this machine, to try things in."
    )
    lab_app.command("up")(_up(commands))
    lab_app.command("worlds")(_worlds(commands))
    lab_app.command("status")(_status(commands))
    lab_app.command("env")(_env(commands))
    lab_app.command("attack")(_attack(commands))
    lab_app.command("finding")(_finding(commands))
    lab_app.command("down")(_down(commands))
    return lab_app


def _up(commands: LabCommands) -> Callable[..., None]:
    def up(
        *,
        world: Annotated[
            str, typer.Option(metavar="NAME|FILE", help="A world that comes along, or your own.")
        ] = "small",
        port: Annotated[
            int, typer.Option(min=0, max=65535, help="0 takes any that is free.")
        ] = 8041,
        seed: Annotated[
            int | None, typer.Option(min=0, help="The same number gives the same ids again.")
        ] = None,
        keep_records: Annotated[
            bool, typer.Option("--keep-records", help="Write every CloudTrail record to a file.")
        ] = False,
        fireline: Annotated[
            bool, typer.Option("--fireline", help="Start a fireline of its own that watches it.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Build a world, and serve it as AWS until Ctrl-C.

        It listens on this machine alone, and is gone when it ends.
        """
        options = LabUpOptions(world, port, seed, keep_records, fireline)
        with _bar(hidden=as_json) as told:
            code = commands.up(options, told, print_json if as_json else _draw_ready)
        if code:
            raise typer.Exit(code)

    return up


@contextlib.contextmanager
def _bar(*, hidden: bool) -> Generator[Told]:
    """Draw how far the building is, beside the output, where there is a terminal to draw on."""
    console = Console(stderr=True)
    columns = (TextColumn("Building the world"), BarColumn(), MofNCompleteColumn())
    drawn = Progress(*columns, console=console, transient=True, disable=hidden)
    with drawn:
        task = drawn.add_task("build", total=None)

        def told(done: int, whole: int) -> None:
            drawn.update(task, completed=done, total=whole)
            if done >= whole:
                drawn.stop()

        yield told


def _worlds(commands: LabCommands) -> Callable[..., None]:
    def worlds(*, as_json: AsJson = False) -> None:
        """List the worlds that come along."""
        show(
            list(commands.worlds()),
            lambda rows: say_table(
                ("world", "title", "resources"),
                ((one["name"], one["title"], one["resources"]) for one in rows),
                empty="No world came along.",
            ),
            as_json=as_json,
        )

    return worlds


def _status(commands: LabCommands) -> Callable[..., None]:
    def status(*, as_json: AsJson = False) -> None:
        """Tell where the lab is and what has happened in it."""
        show(commands.look(), _draw_status, as_json=as_json)

    return status


def _env(commands: LabCommands) -> Callable[..., None]:
    def env(
        *,
        whose: Annotated[
            Whose, typer.Option("--for", help="Whose settings: fireline's, or a guest's keys.")
        ] = Whose.FIRELINE,
        as_json: AsJson = False,
    ) -> None:
        """Print settings as a shell takes them: eval "$(fireline lab env --for admin)".

        Without --for, they are what fireline needs to watch the lab.
        """
        settings = commands.look()["environments"].get(whose)
        if settings is None:
            remark("This world has no attack, so it has no attacker's key.")
            raise typer.Exit(1)
        show(settings, _draw_env, as_json=as_json)

    return env


def _attack(commands: LabCommands) -> Callable[..., None]:
    def attack(*, as_json: AsJson = False) -> None:
        """Let the world's attack begin."""
        begun = commands.attack()
        show({"begun": begun}, _draw_attack, as_json=as_json)
        if not begun:
            raise typer.Exit(1)

    return attack


def _finding(commands: LabCommands) -> Callable[..., None]:
    def finding(
        type_: Annotated[
            str, typer.Argument(metavar="TYPE", help="As GuardDuty names it: Recon:EC2/Portscan.")
        ],
        about: Annotated[
            str | None,
            typer.Argument(
                metavar="[ABOUT]",
                help="An instance's id, a bucket's name, or a user's; one of the world's if none.",
            ),
        ] = None,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Let GuardDuty find something: it is delivered as AWS delivers it."""
        show(
            commands.find(type_, about),
            lambda told: say(f"Found {type_}: {', '.join(told['findings'])}"),
            as_json=as_json,
        )

    return finding


def _down(commands: LabCommands) -> Callable[..., None]:
    def down(*, as_json: AsJson = False) -> None:
        """End the lab; its world is gone."""
        commands.stop()
        show({"ends": True}, lambda _: say("The lab ends."), as_json=as_json)

    return down


def _draw_ready(lab: Mapping[str, Any]) -> None:
    say(f"{lab['world']}: AWS answers on {lab['endpoint']}  (account {lab['account']})")
    environments: Mapping[str, Mapping[str, str]] = lab["environments"]
    say_section(
        "To look around as an administrator (aws, boto3, terraform):",
        _exports(environments["admin"]),
    )
    if "attacker" in environments:
        say_section(
            "To attack, with the key that leaked (or: fireline lab attack):",
            _exports(environments["attacker"]),
        )
    if lab.get("watched_at"):
        say_section("Fireline watches it:", [str(lab["watched_at"])])
    else:
        say_section(
            "To watch it with fireline, in another terminal:",
            ['eval "$(fireline lab env)" && fireline up'],
        )
    say()
    say("Ctrl-C ends it; nothing of it is kept.")


def _draw_status(lab: Mapping[str, Any]) -> None:
    say(f"{lab['world']}: AWS answers on {lab['endpoint']}")
    say_table(
        ("account", "alias", "home", "role to watch it with"),
        (
            (one["id"], one["alias"], one["region"], one["monitor_role_arn"])
            for one in lab["accounts"]
        ),
        empty="It has no account.",
    )
    say_section("Calls answered", [f"{lab['calls']}, recorded {lab['records']}"])
    say_section(
        "Delivered", (f"{name}: {number}" for name, number in sorted(lab["delivered"].items()))
    )
    attack = lab["attack"]
    begun = "done, and keeps trying" if attack["done"] else "under way"
    if lab["can_be_attacked"]:
        say_section("Attack", [begun if attack["begun"] else "not begun: fireline lab attack"])
    if lab.get("records_file"):
        say_section("Records are kept in", [lab["records_file"]])


def _draw_env(settings: Mapping[str, str]) -> None:
    for line in _exports(settings):
        # Not folded, whatever the terminal: a shell reads it.
        typer.echo(line)


def _draw_attack(told: Mapping[str, Any]) -> None:
    if told["begun"]:
        say("The attack begins.")
    else:
        remark("This world has no attack, or it has begun already.")


def _exports(settings: Mapping[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
