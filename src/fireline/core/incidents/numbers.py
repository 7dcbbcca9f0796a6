"""The short name of an incident, as people say it: INC-142."""

import re

_SHORT = re.compile(r"(?:INC-)?([1-9][0-9]{0,17})", re.IGNORECASE | re.ASCII)


def short(number: int) -> str:
    """Write the name of an incident."""
    return f"INC-{number}"


def read_short(text: str) -> int | None:
    """Read `INC-142`, `inc-142` or plain `142`; `None` for anything else."""
    found = _SHORT.fullmatch(text.strip())
    return int(found[1]) if found else None
