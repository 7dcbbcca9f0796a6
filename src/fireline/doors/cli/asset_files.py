"""`fireline assets export`: the whole inventory, or a part of it, in a file for other tools."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.terminal import give_up, remark

_EXPORT_SECONDS = 300.0
# The header of a table; the brackets of a list. They are lines that are no assets.
_LINES_BESIDE = {"csv": 1, "json": 2}


class Written(StrEnum):
    """How assets are written for others."""

    CSV = "csv"
    JSON = "json"


def export(  # noqa: PLR0913 - each is one question to ask of the list
    *,
    format: Annotated[  # noqa: A002 - the option's own name
        Written, typer.Option(help="JSON, an asset on a line, or CSV.")
    ] = Written.JSON,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", dir_okay=False, help="The file; the terminal if not set."),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only these: ec2.instance, or ec2.")] = None,
    account: Annotated[str | None, typer.Option(help="Only in this account.")] = None,
    service: Annotated[str | None, typer.Option(help="Only this service's.")] = None,
    tag: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE", help="Only with this tag, or any NAME.")
    ] = None,
    gone: Annotated[bool, typer.Option("--gone", help="What is gone, too.")] = False,
) -> None:
    """Export assets as JSON or CSV."""
    parts = Client.from_environment().text(
        "assets/export",
        seconds=_EXPORT_SECONDS,
        format=format.value,
        kind=kind,
        account=account,
        service=service,
        tag=tag,
        any=gone or None,
    )
    if out is None:
        for part in parts:
            sys.stdout.write(part)
        return
    # Under another name until all of it came: half an export must not look like a whole one.
    begun = out.with_name(f"{out.name}.part")
    try:
        lines = _written(parts, begun)
        begun.replace(out)
    except OSError as error:
        give_up(f"{out} cannot be written: {error.strerror}.", code=USAGE)
    finally:
        begun.unlink(missing_ok=True)
    remark(f"{max(lines - _LINES_BESIDE[format.value], 0)} assets written to {out}.")


def _written(parts: Iterator[str], file: Path) -> int:
    """Write what comes, and show how much that is so far; return the lines."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} assets"), TimeElapsedColumn())
    quiet = not console.is_terminal
    lines = 0
    with (
        file.open("w", encoding="utf-8", newline="") as opened,
        Progress(*columns, console=console, transient=True, disable=quiet) as bar,
    ):
        task = bar.add_task("Exporting", total=None)
        for part in parts:
            opened.write(part)
            lines += part.count("\n")
            bar.update(task, completed=lines)
    return lines
