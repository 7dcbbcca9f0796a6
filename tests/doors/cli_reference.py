"""Write the reference page of the command line from the command line itself.

`python -m tests.doors.cli_reference` writes it anew after a command has changed.
"""

from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from tests.doors.cli_world import Composed

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"

_HEAD = """\
# The command line

Written from the commands themselves, by `python -m tests.doors.cli_reference`.

The command line speaks to a running fireline over its API: the one `FIRELINE_URL` and
`FIRELINE_TOKEN` name, else the one `fireline up` started on this machine. With `--json` a command
prints one JSON document and nothing else; what goes wrong is told beside it, on standard error.
Incidents are called `INC-12` or `12`, everything else by its number.
`fireline --install-completion` teaches your shell to complete commands.

| exit code | means |
|---|---|
| 0 | it was done |
| 1 | it was not: a drill failed, an undo could not be, a question was answered with no |
| 2 | the words on the command line, or what was sent, are wrong |
| 3 | fireline does not answer |
| 4 | fireline refuses; the sentence says why |
"""


def reference(cli: typer.Typer) -> str:
    """Return the page: every command with what it takes."""
    top = get_command(cli)
    if not isinstance(top, TyperGroup):
        msg = "the command line has no commands"
        raise TypeError(msg)
    return "\n".join([_HEAD, *_group(top, "fireline")])


def _group(group: TyperGroup, name: str) -> Iterator[str]:
    for word, command in group.commands.items():
        called = f"{name} {word}"
        if isinstance(command, TyperGroup):
            yield from _group(command, called)
        elif isinstance(command, TyperCommand):
            yield from _command(command, called)


def _command(command: TyperCommand, called: str) -> Iterator[str]:
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    options = [one for one in command.params if isinstance(one, TyperOption)]
    takes = "".join(f" {_argument(one)}" for one in arguments)
    yield f"## `{called}{takes}`\n"
    yield f"{(command.help or '').strip()}\n"
    told = [
        *(f"- `{_name(one)}`: {one.help}" for one in arguments if one.help),
        *(_option(one) for one in options if one.name != "help"),
    ]
    if told:
        yield "\n".join(told) + "\n"


def _argument(argument: TyperArgument) -> str:
    return _name(argument) if argument.required else f"[{_name(argument)}]"


def _name(argument: TyperArgument) -> str:
    return str(argument.metavar or argument.name or "").strip("[]").upper()


def _option(option: TyperOption) -> str:
    names = " / ".join([*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {option.metavar or (option.name or '').upper()}"
    needed = " Required." if option.required else ""
    return f"- `{names}{value}`: {option.help or ''}{needed}"


if __name__ == "__main__":
    PAGE.write_text(reference(Composed().cli), "utf-8")
