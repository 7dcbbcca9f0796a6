"""`fireline signal`: what came in, what could not be understood, and how late it came."""

from typing import Annotated, Any
from uuid import UUID

import typer

from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.numbers import DrillNumber
from fireline.doors.cli.terminal import AsJson, give_up, moment, say, say_table, show

signal_app = typer.Typer(no_args_is_help=True, help="Signals: what sources said.")

_MOST_ASSETS = 3


@signal_app.command("list")
def list_signals(  # noqa: PLR0913 - each is one question to ask of the list
    *,
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help="What could not be understood, with the reason.")
    ] = False,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind, such as iam.CreateUser.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Only those with this text in them.")] = None,
    drill: DrillNumber = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    before: Annotated[
        UUID | None, typer.Option(metavar="CURSOR", help="Older ones: the `next` of a list.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List signals, the newest first."""
    if quarantined and (kind or text):
        give_up("What is quarantined has no kind or text to choose by.", code=USAGE)
    client = Client.from_environment()
    world, cursor = drill_id(client, drill), str(before) if before else None
    if quarantined:
        page = client.get("signals/quarantined", drill=world, before=cursor, limit=limit)
    else:
        page = client.get("signals", drill=world, kind=kind, text=text, before=cursor, limit=limit)
    show(page, _draw_quarantined if quarantined else _draw, as_json=as_json)


@signal_app.command("lag")
def lag(*, drill: DrillNumber = None, as_json: AsJson = False) -> None:
    """Say how late each way delivered, in seconds."""
    client = Client.from_environment()
    show(client.get("signals/lag", drill=drill_id(client, drill)), _draw_lag, as_json=as_json)


def drill_id(client: Client, number: int | None) -> str | None:
    """Return the id of the drill people call by a number."""
    return None if number is None else client.get(f"drills/{number}")["id"]


def _draw(page: Any) -> None:
    say_table(
        ("occurred", "kind", "who", "address", "outcome", "via", "late by", "assets"),
        (
            (
                moment(one["occurred_at"]),
                one["kind"],
                one["who"],
                one["address"],
                one["error_code"] or one["outcome"],
                one["via"],
                f"{one['lag_seconds']:.1f} s",
                _some(one["assets"]),
            )
            for one in page["items"]
        ),
        empty="No signals.",
    )
    _say_more(page)


def _draw_quarantined(page: Any) -> None:
    say_table(
        ("last seen", "times", "source", "via", "why", "where", "begins with"),
        (
            (
                moment(one["last_at"]),
                one["times"],
                one["source"],
                one["via"],
                f"{one['code']}: {one['why']}",
                one["origin"],
                one["body"][:60],
            )
            for one in page["items"]
        ),
        empty="Nothing is quarantined.",
    )
    _say_more(page)


def _draw_lag(ways: Any) -> None:
    say_table(
        ("via", "signals", "least", "median", "most"),
        (
            (
                one["via"],
                one["signals"],
                *(f"{one[each]:.1f} s" for each in ("least", "median", "most")),
            )
            for one in ways
        ),
        empty="No signals yet.",
    )


def _some(assets: Any) -> str:
    more = f" and {len(assets) - _MOST_ASSETS} more" if len(assets) > _MOST_ASSETS else ""
    return ", ".join(assets[:_MOST_ASSETS]) + more


def _say_more(page: Any) -> None:
    if page["next"]:
        say(f"There are older ones: --before {page['next']}")
