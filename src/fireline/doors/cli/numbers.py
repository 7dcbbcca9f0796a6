"""The numbers people call things by: `12`, `#12`, and `INC-12` for an incident."""

import re
from typing import Annotated

import typer

_PLAIN = re.compile(r"#?(\d{1,9})")
_INCIDENT = re.compile(r"(?:INC-|#)?(\d{1,9})", re.IGNORECASE)


def number(text: str | int) -> int:
    """Read a number as people write it."""
    return _read(_PLAIN, str(text), "a number such as 12")


def incident_number(text: str | int) -> int:
    """Read an incident's number, with its letters or without."""
    return _read(_INCIDENT, str(text), "an incident such as INC-12")


def _read(pattern: re.Pattern[str], text: str, wanted: str) -> int:
    found = pattern.fullmatch(text.strip())
    if found is None:
        msg = f"{text!r} is not {wanted}"
        raise typer.BadParameter(msg)
    return int(found[1])


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
