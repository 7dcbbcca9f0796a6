"""`fireline report`: say that something is wrong."""

from datetime import datetime
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.moments import Moment
from fireline.doors.cli.terminal import AsJson, give_up, say, show


def report(  # noqa: PLR0913 - the fields of a report, all by name
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What is wrong, in one sentence.")],
    *,
    service: Annotated[str, typer.Option(help="The service it is wrong with.")] = "",
    priority: Annotated[str, typer.Option(metavar="P1..P5", help="How bad it is.")] = "P3",
    since: Annotated[datetime | None, Moment(help="Since when, such as 2026-11-21T15:00.")] = None,
    details: Annotated[str, typer.Option(help="What else you know.")] = "",
    on: Annotated[
        list[str] | None,
        typer.Option("--on", metavar="KIND=VALUE", help="On what, such as host=web1."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report that something is wrong. It becomes an alert, and whoever is on call is told."""
    pairs = [one.partition("=") for one in on or ()]
    if wrong := next((one for one, pair in zip(on or (), pairs, strict=True) if not pair[2]), None):
        give_up(f"“{wrong}” is unclear.", "It looks like host=web1.", code=USAGE)
    told = {
        "what": what,
        "service": service,
        "priority": priority.upper(),
        "since": since.isoformat() if since else None,
        "details": details,
        "entities": [{"kind": kind, "value": value} for kind, _, value in pairs],
    }
    show(Client.from_environment().post("reports", told), _draw, as_json=as_json)


def _draw(reported: Any) -> None:
    if reported["alert"] is None:
        say("It was taken. Its alert is on the way: fireline alert list")
    else:
        say(f"It is alert {reported['alert']}: fireline alert show {reported['alert']}")
