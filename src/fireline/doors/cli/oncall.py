"""`fireline who`: who is on call, until when, and who comes next."""

from typing import Annotated, Any

import typer

from fireline.doors.cli.client import REFUSED, Client, ClientFailed
from fireline.doors.cli.terminal import AsJson, moment, say_table, show


def who(
    schedule: Annotated[
        str | None, typer.Argument(metavar="SCHEDULE", help="Only this schedule.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say who is on call, until when, and who comes next."""
    found = Client.from_environment().get("schedules")
    if schedule is None:
        show(found, _draw, as_json=as_json)
        return
    known = {one["schedule"]: one for one in found}
    if schedule not in known:
        hint = f"There are: {', '.join(known)}." if known else ""
        msg = f"The plan has no schedule {schedule}."
        raise ClientFailed(msg, REFUSED, hint=hint)
    show(known[schedule], lambda one: _draw([one]), as_json=as_json)


def _draw(schedules: Any) -> None:
    say_table(
        ("schedule", "on call", "until", "why", "next", "from"),
        (
            (
                one["schedule"],
                _person(one["now"]) or "nobody",
                moment(one["now"]["span"]["end"] if one["now"] else None),
                one["now"]["duty"]["because"] if one["now"] else "",
                _person(one["next"]),
                moment(one["next"]["span"]["start"] if one["next"] else None),
            )
            for one in schedules
        ),
        empty="The plan has no schedules.",
    )


def _person(shift: Any) -> str:
    return shift["duty"]["person"] if shift else ""
