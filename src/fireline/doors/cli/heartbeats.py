"""`fireline heartbeat`: what must be heard of again and again."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote

import typer

from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.moments import Length
from fireline.doors.cli.terminal import (
    AsJson,
    Yes,
    confirmed,
    give_up,
    moment,
    say,
    say_table,
    show,
)

heartbeat_app = typer.Typer(no_args_is_help=True, help="Heartbeats: whose silence is an alert.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="As the list shows it.")]
Every = Annotated[timedelta, Length("--every", help="How often: 90s, 10m, 1d.")]


@heartbeat_app.command("create")
def create(  # noqa: PLR0913 - the fields of a heartbeat, all by name
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called, and its alert.")],
    *,
    every: Every,
    description: Annotated[str, typer.Option(help="What it is.")] = "",
    team: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    message: Annotated[str, typer.Option(help="What the alert says.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag of the alert.")] = None,
    priority: Annotated[str, typer.Option(metavar="P1..P5", help="How bad silence is.")] = "P3",
    as_json: AsJson = False,
) -> None:
    """Make a heartbeat. It is watched from its first ping on."""
    wanted = {
        "name": name,
        "interval_seconds": int(every.total_seconds()),
        "description": description,
        "owner_team": team,
        "alert_message": message,
        "alert_tags": tag or [],
        "alert_priority": priority.upper(),
    }
    made = Client.from_environment().post("heartbeats", wanted)
    show(made, lambda one: say(f"{one['name']} waits for its first ping."), as_json=as_json)


@heartbeat_app.command("list")
def list_heartbeats(*, as_json: AsJson = False) -> None:
    """List heartbeats, and when each was last heard of."""
    show(Client.from_environment().get("heartbeats"), _draw, as_json=as_json)


@heartbeat_app.command("show")
def show_heartbeat(name: Name, *, as_json: AsJson = False) -> None:
    """Show one heartbeat."""
    found = Client.from_environment().get(_path(name))
    show(found, lambda one: _draw([one]), as_json=as_json)


@heartbeat_app.command("ping")
def ping(name: Name, *, as_json: AsJson = False) -> None:
    """Say that something is still there."""
    told = Client.from_environment().post(f"{_path(name)}/ping")
    show(told, lambda one: say(f"{one['name']} was heard."), as_json=as_json)


@heartbeat_app.command("change")
def change(
    name: Name,
    *,
    every: Annotated[timedelta | None, Length("--every", help="How often.")] = None,
    priority: Annotated[
        str | None, typer.Option(metavar="P1..P5", help="How bad silence is.")
    ] = None,
    message: Annotated[str | None, typer.Option(help="What the alert says.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a heartbeat; what is not named stays."""
    client = Client.from_environment()
    was = client.get(_path(name))
    wanted = {
        "name": was["name"],
        "interval_seconds": int(every.total_seconds()) if every else was["interval_seconds"],
        "enabled": was["enabled"],
        "description": was["description"],
        "owner_team": was["owner_team"],
        "alert_message": was["alert_message"] if message is None else message,
        "alert_tags": was["alert_tags"],
        "alert_priority": priority.upper() if priority else f"P{was['alert_priority']}",
    }
    show(client.put(_path(name), wanted), lambda one: _draw([one]), as_json=as_json)


@heartbeat_app.command("enable")
def enable(name: Name, *, as_json: AsJson = False) -> None:
    """Watch a heartbeat."""
    told = Client.from_environment().post(f"{_path(name)}/enable")
    show(told, lambda one: say(f"{one['name']} is watched."), as_json=as_json)


@heartbeat_app.command("disable")
def disable(name: Name, *, as_json: AsJson = False) -> None:
    """Leave off watching a heartbeat; an alert of its silence ends."""
    told = Client.from_environment().post(f"{_path(name)}/disable")
    show(told, lambda one: say(f"{one['name']} is not watched."), as_json=as_json)


@heartbeat_app.command("delete")
def delete(name: Name, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Forget a heartbeat."""
    client = Client.from_environment()
    if not yes and not confirmed(f"Delete {name}?"):
        give_up(f"{name} stays.", code=FAILED)
    client.delete(_path(name))
    told = {"name": name, "deleted": True}
    show(told, lambda one: say(f"{one['name']} is deleted."), as_json=as_json)


def _path(name: str) -> str:
    return f"heartbeats/{quote(name, safe='')}"


def _draw(heartbeats: Any) -> None:
    say_table(
        ("name", "every", "state", "last ping", "team", "priority"),
        (
            (
                one["name"],
                f"{one['interval_seconds']} s",
                _state(one),
                moment(one["last_ping_at"]),
                one["owner_team"],
                f"P{one['alert_priority']}",
            )
            for one in heartbeats
        ),
        empty="No heartbeats. Make one: fireline heartbeat create NAME --every 10m",
    )


def _state(one: Any) -> str:
    if not one["enabled"]:
        return "not watched"
    if one["expired_at"]:
        return f"silent since {moment(one['expired_at'])}"
    return "beating" if one["last_ping_at"] else "waits for its first ping"
