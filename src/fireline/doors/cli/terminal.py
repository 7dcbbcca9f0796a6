"""The terminal: what people read, what programs read, how a question is asked, how a command ends.

Nothing that came over the network reaches the terminal raw: an attacker chooses user agents and
names, and a terminal obeys what it is sent.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.cli.client import FAILED, REFUSED, UNREACHABLE, USAGE, ClientFailed

# What goes to a file or a pipe is not folded at some terminal's edge.
WIDTH_WITHOUT_TERMINAL = 160
TRACE = "FIRELINE_TRACE"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_ENDS_WITH = {Kind.INVALID: USAGE, Kind.UNAVAILABLE: UNREACHABLE}


class Edge(TyperGroup):
    """The outermost command: what goes wrong anywhere below is told in a sentence or two."""

    def invoke(self, ctx: Any) -> Any:
        """Run what was asked for, and end with the exit code that says how it went."""
        try:
            return super().invoke(ctx)
        except ClientFailed as failed:
            give_up(str(failed), failed.hint, code=failed.exit_code)
        except Refusal as refused:
            give_up(str(refused), refused.hint, code=_ENDS_WITH.get(refused.kind, REFUSED))
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as fault:
            if os.environ.get(TRACE):
                raise
            give_up(
                f"This is a fault of the command line itself: {type(fault).__name__}: {fault}.",
                f"{TRACE}=1 shows where.",
                code=FAILED,
            )


def show(answer: Any, draw: Callable[[Any], None], *, as_json: bool) -> None:
    """Print an answer: for programs as it came, for people as `draw` draws it."""
    if as_json:
        print_json(answer)
    else:
        draw(answer)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, indent=2))


def say(text: str = "") -> None:
    """Print text for people, as it is."""
    _console().print(harmless(text), soft_wrap=True)


def remark(text: str) -> None:
    """Print text for people beside the output, where no program takes it for an answer."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    console.print(harmless(text), soft_wrap=True)


def say_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print a table, or a sentence instead of an empty one."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(harmless("-" if each in {None, ""} else str(each)) for each in row))
    if table.row_count:
        _console().print(table)
    else:
        say(empty)


def say_section(title: str, lines: Iterable[str]) -> None:
    """Print lines under a title; nothing at all when there are none."""
    found = list(lines)
    if found:
        say()
        say(title)
        for line in found:
            say(f"  {line}")


def confirmed(question: str) -> bool:
    """Ask beside the output, so that what a program reads stays one document."""
    return typer.confirm(question, err=True)


def give_up(message: str, hint: str = "", *, code: int) -> NoReturn:
    """Say what went wrong and what to do, and end."""
    remark(f"{message} {hint}".strip())
    raise typer.Exit(code)


def moment(told: str | None) -> str:
    """Write a moment in the terminal's zone, with the zone's name; `-` when there is none."""
    if told is None:
        return "-"
    return datetime.fromisoformat(told).astimezone().strftime("%d %b %Y %H:%M:%S %Z")


def words(value: Any) -> str:
    """Write a word of fireline's as people read it."""
    return str(value).replace("_", " ")


def harmless(text: str) -> str:
    """Replace whatever could steer the terminal or hide in it."""
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)


def _console() -> Console:
    width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(width=width, highlight=False, markup=False, emoji=False)
