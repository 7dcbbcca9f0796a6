"""`fireline route`: which route an alert takes, who would be told, and what nothing routes."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from fireline.core.values.priority import Priority
from fireline.doors.cli.alerts import Urgency
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.escalations import after_text
from fireline.doors.cli.moments import Moment
from fireline.doors.cli.terminal import AsJson, give_up, moment, say, say_section, say_table, show

route_app = typer.Typer(no_args_is_help=True, help="Routes: who gets which alert.")
_DECIDES = ("service", "team", "priority", "escalation", "runbook", "suppress")


@route_app.command("list")
def list_routes(*, as_json: AsJson = False) -> None:
    """List the routes in the order they are tried, with what each took in the last 7 days."""
    show(Client.from_environment().get("routes"), _draw_list, as_json=as_json)


@route_app.command("test")
def try_out(  # noqa: PLR0913 - each is one thing a source may say
    *,
    title: Annotated[str, typer.Option(help="What its title would be.")] = "",
    label: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A label; may be given again.")
    ] = None,
    source: Annotated[str, typer.Option(help="The name of its source.")] = "",
    priority: Annotated[
        Urgency, typer.Option(case_sensitive=False, help="P1 to P5, as the source says.")
    ] = Urgency.P3,
    kind: Annotated[str, typer.Option(help="What happened, in the source's words.")] = "",
    service: Annotated[str, typer.Option(help="The service the source names.")] = "",
    team: Annotated[str, typer.Option(help="The team the source names.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=VALUE", help="What it is about: host=web-1. Again for more."),
    ] = None,
    payload: Annotated[
        Path | None,
        typer.Option(help="A file with a body as the source would post it."),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="How to read it: alertmanager.")] = "",
    call: Annotated[str, typer.Option(help="Which of the format's calls it is.")] = "",
    at: Annotated[
        datetime | None, Moment(help="At this moment: 2026-12-24T03:00Z. Without one, now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which route an alert would take, why, and who would be told when. Keeps nothing."""
    if payload is None and not title:
        give_up("Say what the alert is: --title, or a --payload.", code=USAGE)
    entities: dict[str, list[str]] = {}
    for name, value in _pairs(entity, "entity"):
        entities.setdefault(name, []).append(value)
    body = {
        "title": title,
        "labels": dict(_pairs(label, "label")),
        "source": source,
        "priority": Priority[priority].value,
        "kind": kind,
        "service": service,
        "team": team,
        "tags": tag or [],
        "entities": entities,
        "payload": _read(payload) if payload else None,
        "format": format_,
        "call": call,
        "at": at.isoformat() if at else None,
    }
    show(Client.from_environment().post("routes/test", body), _draw_trials, as_json=as_json)


@route_app.command("unrouted")
def unrouted(
    *,
    days: Annotated[int, typer.Option(min=1, max=90, help="Look back so many days.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Report alerts that nothing said an owner of, the most frequent first."""
    found = Client.from_environment().get("routes/unrouted", days=days)
    show(found, _draw_unrouted, as_json=as_json)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as wrong:
        give_up(f"{file} cannot be read: {wrong.strerror}.", code=USAGE)


def _pairs(said: list[str] | None, what: str) -> list[tuple[str, str]]:
    pairs = [tuple(one.split("=", 1)) for one in said or ()]
    wrong = next((one for one in pairs if len(one) != 2 or not one[0]), None)
    if wrong is not None:
        give_up(f"{'='.join(wrong)} is not a {what}.", "Write NAME=VALUE.", code=USAGE)
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _draw_list(routes: Any) -> None:
    say_table(
        ("", "route", "when", "hours", "decides", "7 days", "failed"),
        (
            (
                one["place"],
                one["id"],
                one["when"] or "every alert",
                "; ".join(one["hours"]),
                _decides(one),
                one["alerts"],
                one["failed"] or "",
            )
            for one in routes
        ),
        empty="The plan has no routes: services' names and claims say whose an alert is.",
    )


def _decides(route: Any) -> str:
    parts = {field: route[field] for field in _DECIDES if route[field]}
    if "priority" in parts:
        parts["priority"] = Priority(parts["priority"]).name
    return ", ".join(f"{field} {value}" for field, value in parts.items())


def _draw_trials(trials: Any) -> None:
    for place, trial in enumerate(trials):
        if place:
            say()
        _draw_trial(trial)


def _draw_trial(trial: Any) -> None:
    routed = trial["routed"]
    say(f"{trial['title'] or 'An alert'}, at {moment(trial['at'])}")
    say_section(
        "Goes to",
        [
            f"route     {routed['route'] or 'none'}",
            f"service   {routed['service'] or 'none'}",
            f"team      {routed['team'] or 'none'}",
            f"priority  {Priority(routed['priority']).name}",
            f"ladder    {routed['policy'] or 'last resort'}",
            f"runbook   {routed['runbook'] or 'none'}",
            f"because   {routed['reason']}",
        ],
    )
    say_section(
        "Routes, in their order",
        (f"{'->' if one['fits'] else '  '} {one['route']}: {one['why']}" for one in trial["tried"]),
    )
    if trial["untold"]:
        say_section("Nobody is told", [trial["untold"]])
    say_section("Who is told, if nobody answers", _steps(trial))


def _steps(trial: Any) -> list[str]:
    lines = [line for step in trial["steps"] for line in _step(step)]
    return [*lines, "and so on"] if trial["steps_left"] else lines


def _step(step: Any) -> list[str]:
    people = step["people"]
    when = f"{step['number']:>2}. {after_text(step['after_seconds']):>9}"
    if not people:
        return [f"{when}  nobody"]
    told = [f"{one['name']} ({one['reason']}), by {_ways(one)}" for one in people]
    return [f"{when}  {told[0]}", *(f"{' ' * len(when)}  {one}" for one in told[1:])]


def _ways(person: Any) -> str:
    if not person["ways"]:
        return "nothing: there is no way to reach them"
    return ", ".join(
        f"{way['channel']} {after_text(way['after_seconds'])}" for way in person["ways"]
    )


def _draw_unrouted(found: Any) -> None:
    say_table(
        ("alerts", "source", "kind", "priority", "last", "newest", "title"),
        (
            (
                one["alerts"],
                one["source"],
                one["kind"],
                Priority(one["priority"]).name,
                moment(one["last_at"]),
                f"#{one['newest']}",
                one["title"],
            )
            for one in found
        ),
        empty="Every alert had an owner.",
    )
