"""`fireline change`: what altered production, and what of it may have caused a problem."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.numbers import MaybeNumber, Number, incident_number, number
from fireline.doors.cli.terminal import (
    AsJson,
    give_up,
    moment,
    say,
    say_section,
    say_table,
    show,
)

change_app = typer.Typer(no_args_is_help=True, help="Changes: what altered production.")


class Told(StrEnum):
    """What sort of change a person can record."""

    DEPLOY = "deploy"
    CONFIGURATION = "configuration"
    FLAG = "flag"
    MIGRATION = "migration"
    SCALE = "scale"
    OTHER = "other"


@change_app.command("list")
def list_changes(
    *,
    service: Annotated[str | None, typer.Option(help="Only this service's.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind: deploy, flag, call, plan and so on.")
    ] = None,
    unplanned: Annotated[
        bool, typer.Option("--unplanned", help="Only what nobody planned.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 50,
    before: Annotated[
        int | None, typer.Option(metavar="N", parser=number, help="Earlier than this change.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List changes, the latest first."""
    page = Client.from_environment().get(
        "changes",
        service=service,
        kind=kind,
        unplanned=unplanned or None,
        limit=limit,
        before=before,
    )
    show(page, _draw_list, as_json=as_json)


@change_app.command("show")
def show_change(change: Number, *, as_json: AsJson = False) -> None:
    """Show one change."""
    show(Client.from_environment().get(f"changes/{change}"), _draw, as_json=as_json)


@change_app.command("record")
def record(  # noqa: PLR0913 - each is one thing a person may say of a change
    title: Annotated[str, typer.Argument(help="What was changed, in a sentence.")],
    *,
    service: Annotated[str, typer.Option(help="The service it altered.")] = "",
    kind: Annotated[Told, typer.Option(help="What sort of change.")] = Told.DEPLOY,
    at: Annotated[
        datetime | None, typer.Option(help="When it began, in this terminal's zone; else now.")
    ] = None,
    actor: Annotated[str, typer.Option(help="Who made it; you, if not set.")] = "",
    revision: Annotated[str, typer.Option(help="The version or commit.")] = "",
    url: Annotated[str, typer.Option(help="Where to read more.")] = "",
    key: Annotated[str, typer.Option(help="Recorded again under it, it is the same.")] = "",
    unplanned: Annotated[bool, typer.Option("--unplanned", help="Nobody had planned it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record a change to production."""
    said = {
        "title": title,
        "service": service,
        "kind": kind.value,
        "at": at.astimezone().isoformat() if at else None,
        "actor": actor,
        "revision": revision,
        "url": url,
        "key": key,
        "planned": not unplanned,
    }
    show(Client.from_environment().post("changes", said), _draw, as_json=as_json)


@change_app.command("suspects")
def suspects(
    alert: MaybeNumber = None,
    *,
    incident: Annotated[
        int | None,
        typer.Option(metavar="INCIDENT", parser=incident_number, help="Of an incident instead."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank the changes that may have caused alert N, with the reasons."""
    if (alert is None) == (incident is None):
        give_up("Name an alert by its number, or an incident with --incident.", code=USAGE)
    of = f"alerts/{alert}" if incident is None else f"incidents/{incident}"
    show(Client.from_environment().get(f"{of}/changes"), _draw_suspects, as_json=as_json)


def _draw_list(page: Any) -> None:
    say_table(
        ("change", "began", "kind", "service", "what", "by", "planned", "times"),
        (
            (
                one["number"],
                moment(one["at"]),
                one["kind"],
                one["service"] or one["hint"],
                one["title"],
                one["actor"],
                _planned(one),
                one["times"],
            )
            for one in page["items"]
        ),
        empty="No changes.",
    )
    if page["next"]:
        say(f"There are earlier ones: --before {page['next']}")


def _draw(change: Any) -> None:
    say(f"Change {change['number']}: {change['title']}")
    rows = (
        ("kind", change["kind"]),
        ("service", change["service"] or f"nobody's ({change['hint'] or 'not named'})"),
        ("by", change["actor"]),
        ("began", moment(change["at"])),
        ("planned", _planned(change)),
        ("revision", change["revision"]),
        ("told by", change["source"]),
        ("times", change["times"]),
    )
    say_table(("", ""), [row for row in rows if row[1]], empty="")
    say_section("On", change["assets"])
    say_section("More", change["links"])


def _draw_suspects(found: Any) -> None:
    say_table(
        ("suspicion", "change", "what", "by", "because"),
        (
            (
                f"{one['score']:.0%}",
                one["change"]["number"],
                one["change"]["title"],
                one["change"]["actor"],
                ", ".join(one["reasons"]),
            )
            for one in found
        ),
        empty="No change is suspect: nothing that changed in the last three days is related.",
    )


def _planned(change: Any) -> str:
    return {True: "yes", False: "no"}.get(change["planned"], "")
