"""The numbers people call things by: `12`, `#12`, and `INC-12` for an incident."""

import re
from typing import Annotated

import typer

from fireline.core.incidents.numbers import read_short

_PLAIN = re.compile(r"#?(\d{1,9})")


def number(text: str | int) -> int:
    """Read a number as people write it."""
    found = _PLAIN.fullmatch(str(text).strip())
    return _known(int(found[1]) if found else None, text, "a number such as 12")


def incident_number(text: str | int) -> int:
    """Read an incident's number, with its letters or without."""
    found = read_short(str(text).strip().removeprefix("#"))
    return _known(found, text, "an incident such as INC-12")


def _known(found: int | None, text: str | int, wanted: str) -> int:
    if found is None:
        msg = f"{str(text)!r} is not {wanted}"
        raise typer.BadParameter(msg)
    return found


Number = Annotated[int, typer.Argument(metavar="N", parser=number, help="Its number.")]
MaybeNumber = Annotated[int | None, typer.Argument(metavar="N", parser=number, help="Its number.")]
IncidentNumber = Annotated[
    int,
    typer.Argument(metavar="INCIDENT", parser=incident_number, help="INC-12, or 12."),
]
DrillNumber = Annotated[
    int | None,
    typer.Option("--drill", metavar="N", parser=number, help="Only what belongs to this drill."),
]
