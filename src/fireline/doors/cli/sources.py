"""`fireline source`: connect what posts, see what it sent, and map what nobody knows."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import typer

from fireline.doors.cli.client import FAILED, USAGE, Client
from fireline.doors.cli.moments import Length, Moment
from fireline.doors.cli.terminal import (
    AsJson,
    Yes,
    confirmed,
    give_up,
    moment,
    say,
    say_section,
    say_table,
    show,
)

source_app = typer.Typer(no_args_is_help=True, help="Sources: what posts to fireline.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="As the list shows it.")]
Service = Annotated[str | None, typer.Option(help="Whose its alerts are when nothing says.")]
Rate = Annotated[int | None, typer.Option(min=1, help="The most posts in a second.")]
QuietAfter = Annotated[
    timedelta | None, Length(help="Silence longer than this is an alert: 10m, 2h; 0 never.")
]
Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--setting", metavar="NAME=VALUE", help="A setting of the format; again for more."
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="A mapping for json and mail; - reads it here."),
]
_MOST = 100


@source_app.command("create")
def create(  # noqa: PLR0913 - the terms of a source, all by name
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you call it.")],
    *,
    format_: Annotated[
        str, typer.Option("--format", help="What it speaks, such as alertmanager, opsgenie, json.")
    ],
    service: Service = None,
    rate: Rate = None,
    quiet_after: QuietAfter = None,
    setting: Setting = None,
    mapping: MappingFile = None,
    as_json: AsJson = False,
) -> None:
    """Connect a source. Its token is shown this once, with what to paste into the client."""
    wanted = {"name": name, "format": format_, **_terms(service, rate, quiet_after)}
    wanted |= _texts(setting, mapping)
    made = Client.from_environment().post("sources", wanted)
    show(made, _draw_token, as_json=as_json)


@source_app.command("list")
def list_sources(
    *,
    retired: Annotated[bool, typer.Option("--retired", help="Retired ones, too.")] = False,
    after: Annotated[
        str | None, typer.Option(metavar="NAME", help="Go on after this one: the `next` of a list.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="At most so many.")] = _MOST,
    as_json: AsJson = False,
) -> None:
    """List the sources: when each was last heard of, and how much it sent in the last hour."""
    page = Client.from_environment().get("sources", retired=retired, after=after, limit=limit)
    show(page, _draw_list, as_json=as_json)


@source_app.command("formats")
def formats(*, as_json: AsJson = False) -> None:
    """List the formats a source can have."""
    known = Client.from_environment().get("sources/formats")
    show(known, lambda told: say("\n".join(told["formats"])), as_json=as_json)


@source_app.command("show")
def show_source(name: Name, *, as_json: AsJson = False) -> None:
    """Show one source: what is set of it, and how it does."""
    show(Client.from_environment().get(_path(name)), _draw, as_json=as_json)


@source_app.command("change")
def change(  # noqa: PLR0913 - the terms of a source, all by name
    name: Name,
    *,
    service: Service = None,
    rate: Rate = None,
    quiet_after: QuietAfter = None,
    setting: Setting = None,
    mapping: MappingFile = None,
    as_json: AsJson = False,
) -> None:
    """Change what is set of a source; what is not named stays. `--setting NAME=` takes one away."""
    wanted = {**_terms(service, rate, quiet_after), **_texts(setting, mapping)}
    if not wanted:
        give_up("Nothing to change was named.", "See `fireline source change --help`.", code=USAGE)
    show(Client.from_environment().patch(_path(name), wanted), _draw, as_json=as_json)


@source_app.command("rotate")
def rotate(name: Name, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Give a source a new token. The old one stops working within seconds."""
    client = Client.from_environment()
    if not yes and not confirmed(f"Replace the token of {name}?"):
        give_up(f"The token of {name} stays.", code=FAILED)
    show(client.post(f"{_path(name)}/token"), _draw_token, as_json=as_json)


@source_app.command("retire")
def retire(name: Name, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Disconnect a source. Its token stops working; what it said stays."""
    client = Client.from_environment()
    if not yes and not confirmed(f"Retire {name}?"):
        give_up(f"{name} stays.", code=FAILED)
    client.delete(_path(name))
    told = {"name": name, "retired": True}
    show(told, lambda one: say(f"The source {one['name']} is retired."), as_json=as_json)


@source_app.command("payloads")
def payloads(
    name: Name,
    *,
    raw: Annotated[bool, typer.Option("--raw", help="The bodies as they came.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="At most so many.")] = 10,
    before: Annotated[
        UUID | None, typer.Option(metavar="CURSOR", help="Older ones: the `next` of a list.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what a source sent last, and what is read in it."""
    cursor = str(before) if before else None
    page = Client.from_environment().get(f"{_path(name)}/payloads", before=cursor, limit=limit)
    show(page, _draw_raw if raw else _draw_payloads, as_json=as_json)


@source_app.command("preview")
def preview(
    name: Name,
    *,
    mapping: Annotated[
        Path, typer.Option("--mapping", metavar="FILE", help="The mapping to try; - reads it here.")
    ],
    limit: Annotated[int, typer.Option(min=1, max=50, help="On so many payloads.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Say what the last payloads would say under a mapping. Nothing is changed.

    Ends with 2 when the mapping has mistakes; every one is told.
    """
    tried = {"mapping": _read(mapping), "limit": limit}
    told = Client.from_environment().post(f"{_path(name)}/preview", tried)
    show(told, _draw_preview, as_json=as_json)
    if told["mistakes"]:
        raise typer.Exit(USAGE)


@source_app.command("replay")
def replay(
    name: Name,
    *,
    since: Annotated[
        datetime | None, Moment(help="From when on; the last seven days if not given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read again what a source sent, by its present mapping, and say what is new.

    What is known under its key, or is over by now, is not raised again.
    """
    wanted = {"dry_run": dry_run, "since": since.isoformat() if since else None}
    told = Client.from_environment().post(f"{_path(name)}/replay", wanted)
    show(told, _draw_replay, as_json=as_json)


def _path(name: str) -> str:
    return f"sources/{quote(name, safe='')}"


def _terms(service: str | None, rate: int | None, quiet_after: timedelta | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {"service": service, "rate_per_second": rate}
    kept = {name: value for name, value in wanted.items() if value is not None}
    if quiet_after is not None:
        kept["quiet_seconds"] = int(quiet_after.total_seconds()) or None
    return kept


def _texts(setting: list[str] | None, mapping: Path | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if setting:
        pairs = [one.partition("=") for one in setting]
        if wrong := next((name for name, equals, _ in pairs if not equals or not name), None):
            give_up(f"“{wrong}” is no setting.", "One looks like NAME=VALUE.", code=USAGE)
        wanted["settings"] = {name: value or None for name, _, value in pairs}
    if mapping is not None:
        wanted["mapping"] = _read(mapping)
    return wanted


def _read(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        give_up(f"{file} cannot be read ({type(wrong).__name__}).", code=USAGE)


def _draw_token(made: Any) -> None:
    say(made["token"])
    say("Keep it: it is not shown again.")
    say()
    say(made["paste"])


def _draw_list(page: Any) -> None:
    say_table(
        ("name", "format", "state", "last heard of", "last hour", "all", "set apart", "firing"),
        (
            (
                one["name"],
                one["format"],
                one["state"],
                moment(one["last_seen_at"]),
                f"{one['lately']}" if one["lately"] <= 10_000 else "10000+",
                one["kept"],
                one["quarantined"],
                one["firing"],
            )
            for one in page["items"]
        ),
        empty="No sources yet. Connect one: fireline source create NAME --format FORMAT",
    )
    if page["next"]:
        say(f"There are more: --after {page['next']}")


def _draw(one: Any) -> None:
    say(f"{one['name']}  {one['format']}  {one['state']}")
    quiet = f"{one['quiet_seconds']} s" if one["quiet_seconds"] else "never"
    say_section(
        "Set",
        (
            f"service: {one['service'] or '-'}",
            f"posts a second, at most: {one['rate_per_second']}",
            f"silence is an alert after: {quiet}",
            *(f"{name}: {value}" for name, value in one["settings"].items()),
        ),
    )
    say_section(
        "Heard",
        (
            f"last: {moment(one['last_seen_at'])}",
            f"payloads: {one['kept']}, {one['lately']} in the last hour",
            f"set apart: {one['quarantined']}",
            f"firing: {one['firing']}",
        ),
    )
    connected = f"{moment(one['connected_at'])} by {one['connected_by']}"
    say_section("Connected", (connected, f"token ends with {one['token_hint'] or '-'}"))
    say_section("Mapping", one["mapping"].splitlines())


def _draw_payloads(page: Any) -> None:
    say_table(
        ("received", "payload", "bytes", "says"),
        (
            (moment(one["received_at"]), one["id"], one["size"], _says(one["reading"]))
            for one in page["items"]
        ),
        empty="Nothing yet.",
    )
    _say_older(page)


def _draw_raw(page: Any) -> None:
    for one in page["items"]:
        say(f"{moment(one['received_at'])}  {one['id']}  {one['size']} bytes")
        say(one["body"])
        say()
    if not page["items"]:
        say("Nothing yet.")
    _say_older(page)


def _say_older(page: Any) -> None:
    if page["next"]:
        say(f"There are older ones: --before {page['next']}")


def _draw_preview(told: Any) -> None:
    for mistake in told["mistakes"]:
        say(f"{mistake['field'] or 'mapping'}: {mistake['why']} {mistake['fix']}")
    if told["mistakes"]:
        return
    say_table(
        ("received", "now", "with this mapping"),
        (
            (
                moment(one["payload"]["received_at"]),
                _says(one["now"]),
                _says(one["then"]) if one["differs"] else "the same",
            )
            for one in told["items"]
        ),
        empty="Nothing was sent yet to try it on.",
    )


def _draw_replay(told: Any) -> None:
    would = "would be" if told["dry_run"] else "are"
    say(f"{told['read']} payloads read, {told['known']} things known, {told['unread']} unreadable.")
    say_table(
        ("now", "key", "title"),
        ((one["status"], one["key"], one["title"]) for one in told["changes"]),
        empty=f"No new alerts {would} raised.",
    )
    say_section(
        "Open under another name, and left so",
        (f"alert {one['alert']}: {one['known_as']} is now {one['key']}" for one in told["kept"]),
    )
    if told["next_since"]:
        say(f"There is more: --since {told['next_since']}")


def _says(reading: Any) -> str:
    lines = [
        f"{one['status'] or one['what']} {one['priority']} {one['title']} [{one['key']}]".strip()
        for one in reading["said"]
    ]
    lines += [f"not read: {one['field'] or 'body'}: {one['why']}" for one in reading["unread"]]
    if reading["more"]:
        lines.append(f"and {reading['more']} more")
    return "\n".join(lines) or "nothing"
