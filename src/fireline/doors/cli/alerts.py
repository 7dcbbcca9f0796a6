"""`fireline alert` and `fireline ack`: what wants an answer, and giving it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from fireline.core.alerting.flapping import FLAPS_AT
from fireline.core.values.priority import Priority
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.numbers import MaybeNumber, Number
from fireline.doors.cli.terminal import (
    AsJson,
    give_up,
    moment,
    print_json,
    say,
    say_section,
    say_table,
    show,
    words,
)

alert_app = typer.Typer(no_args_is_help=True, help="Alerts: what wants an answer.")


class AlertState(StrEnum):
    """Where an alert stands."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Urgency(StrEnum):
    """A priority as it is written on the command line."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


@alert_app.command("list")
def list_alerts(  # noqa: PLR0913 - the filters of the list, all by name
    *,
    state: Annotated[
        list[AlertState] | None,
        typer.Option(help=f"Only {', '.join(AlertState)}; may be given again."),
    ] = None,
    team: Annotated[
        list[str] | None, typer.Option(help="Only of this team; may be given again.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(help="Only of this service; may be given again.")
    ] = None,
    least: Annotated[
        Urgency, typer.Option(case_sensitive=False, help="The least urgent to list, P1 to P5.")
    ] = Urgency.P5,
    snoozed: Annotated[bool, typer.Option("--snoozed", help="Only those snoozed.")] = False,
    suppressed: Annotated[
        bool, typer.Option("--suppressed", help="Only those a silence holds.")
    ] = False,
    unrouted: Annotated[bool, typer.Option("--unrouted", help="Only those nobody owns.")] = False,
    text: Annotated[str, typer.Option(help="Only those whose title or service has this.")] = "",
    after: Annotated[
        int | None, typer.Option(min=1, help="Go on after this alert, the last of a list before.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List alerts, the most urgent first. Without a state: those that are not resolved."""
    found = Client.from_environment().get(
        "alerts",
        state=state or None,
        team=team or None,
        service=service or None,
        least=Priority[least].value,
        snoozed=snoozed or None,
        suppressed=suppressed or None,
        unrouted=unrouted,
        text=text,
        after=after,
        limit=limit,
    )
    show(found, _draw_list, as_json=as_json)


@alert_app.command("show")
def show_alert(number: Number, *, as_json: AsJson = False) -> None:
    """Show an alert: what happened, whose it is, what to do first, who is told, its timeline."""
    show(Client.from_environment().get(f"alerts/{number}"), _draw, as_json=as_json)


@alert_app.command("acknowledge")
def acknowledge(number: Number, *, as_json: AsJson = False) -> None:
    """Say that you have it. Nobody further is paged."""
    _acknowledge(Client.from_environment(), number, as_json=as_json)


@alert_app.command("resolve")
def resolve(number: Number, *, as_json: AsJson = False) -> None:
    """Say that it is over."""
    found = Client.from_environment().post(f"alerts/{number}/resolve")
    show(found, lambda alert: say(f"Alert {alert['number']} is resolved."), as_json=as_json)


def ack(number: MaybeNumber = None, *, as_json: AsJson = False) -> None:
    """Acknowledge an alert. Without a number: the one that is firing, if it is the only one."""
    client = Client.from_environment()
    if number is not None:
        _acknowledge(client, number, as_json=as_json)
        return
    firing = client.get("alerts", state=AlertState.FIRING)
    if len(firing) == 1:
        _acknowledge(client, firing[0]["number"], as_json=as_json)
        return
    show(firing, _draw_list, as_json=as_json)
    if firing:
        give_up(f"{len(firing)} alerts are firing.", "Say which: `fireline ack N`.", code=USAGE)


def priority_text(told: Any) -> str:
    """Write a priority as people read it."""
    priority = Priority(told)
    return f"{priority.name} {priority.label}"


def say_timeline(facts: Any, *, most: int | None = None) -> None:
    """Print a timeline, the latest last; with `most`, only its end."""
    shown = facts if most is None else facts[-most:]
    left_out = len(facts) - len(shown)
    title = f"Timeline, without the first {left_out}" if left_out else "Timeline"
    say_section(
        title,
        (
            f"{moment(fact['at'])}  {fact['by']:<16} {fact['body'].get('text') or fact['kind']}"
            for fact in shown
        ),
    )


def _acknowledge(client: Client, number: int, *, as_json: bool) -> None:
    answer = client.post(f"alerts/{number}/acknowledge")
    if as_json:
        print_json(answer)
    elif answer["answered"] < answer["needed"]:
        count = f"{answer['answered']} of {answer['needed']}"
        whole = f"alert {answer['number']}: {answer['title']}"
        say(f"You are {count} people who must acknowledge {whole}. Others are still told.")
    elif answer["yours"]:
        say(f"You have alert {answer['number']}: {answer['title']}.")
    else:
        say(f"{answer['by']} has had alert {answer['number']} since {moment(answer['at'])}.")


def _draw_list(alerts: Any) -> None:
    say_table(
        ("alert", "priority", "title", "service", "symptoms", "state", "last seen", "told"),
        (
            (
                alert["number"],
                priority_text(alert["priority"]),
                alert["title"],
                alert["service"],
                alert["symptoms"] or alert["findings"],
                _state(alert),
                moment(alert["last_at"]),
                ", ".join(alert["paged"]) or alert["untold_why"],
            )
            for alert in alerts
        ),
        empty="Nothing is waiting for an answer.",
    )


def _state(alert: Any) -> str:
    marks = [
        f"acknowledged by {alert['acknowledged_by']}"
        if alert["state"] == AlertState.ACKNOWLEDGED
        else str(alert["state"])
    ]
    if alert["snoozed_until"] and alert["state"] != AlertState.RESOLVED:
        marks.append(f"snoozed until {moment(alert['snoozed_until'])}")
    if alert["suppressed"]:
        marks.append("suppressed")
    if alert["flaps"] >= FLAPS_AT:
        marks.append("flapping")
    if alert["told_by"]:
        marks.append(f"storm {alert['told_by']}")
    if alert["merged_into"]:
        marks.append(f"part of {alert['merged_into']}")
    return ", ".join(marks)


def _draw(alert: Any) -> None:
    say(f"Alert {alert['number']}  {priority_text(alert['priority'])}  {_state(alert)}")
    say(alert["title"])
    say(f"Service {alert['service'] or '-'}, team {alert['team'] or '-'}: {alert['owner_reason']}")
    say(f"Runbook {alert['runbook'] or '-'}. Raised {moment(alert['raised_at'])}.")
    say(f"First: {alert['first_step']['text']}")
    say(f"Told: {alert['told']}")
    say(f"{alert['sure']}: {alert['because']}.")
    for line in _beside(alert):
        say(line)
    say_section(
        f"Symptoms ({alert['symptom_count']}, {alert['live_symptoms']} firing)",
        (line for one in alert["symptoms"] for line in _symptom(one)),
    )
    say_section("People and things involved", (f"{kind} {value}" for kind, value in _about(alert)))
    say_section(
        f"Findings ({len(alert['findings'])})",
        (f"{moment(one['at'])}  {one['title']}: {one['who']}" for one in alert["findings"]),
    )
    say_section("Told, times in UTC", (line for page in alert["pages"] for line in _page(page)))
    say_timeline(alert["timeline"])


def _beside(alert: Any) -> Iterator[str]:
    """Say what else there is to an alert, where there is something."""
    if alert["flapping"]:
        yield f"It flaps: {alert['flapping']}."
    if alert["answered_by"] and alert["state"] == AlertState.FIRING:
        count = f"{len(alert['answered_by'])} of {alert['acknowledgers']}"
        yield f"{count} people acknowledged it: {', '.join(alert['answered_by'])}."
    if alert["assigned_to"]:
        yield f"Given to {alert['assigned_to']}."
    if alert["again_of"]:
        yield f"The same problem was alert {alert['again_of']}."
    if alert["incident"]:
        yield f"Part of INC-{alert['incident']}."
    for word, numbers in (("Merged into it", "swallowed"), ("It speaks for", "speaks_for")):
        if alert[numbers]:
            yield f"{word}: {', '.join(str(number) for number in alert[numbers])}."


def _symptom(one: Any) -> list[str]:
    times = f"{one['times']} time{'' if one['times'] == 1 else 's'}"
    said = f"{one['source']}, {times}, {moment(one['first_at'])} to {moment(one['last_at'])}"
    linked = f" (with symptom {one['linked_to']})" if one["linked_to"] else ""
    return [
        f"{one['number']}  P{one['priority']} {words(one['state'])}  {one['title']}",
        f"    {said}",
        f"    here because: {one['because']}{linked}",
    ]


def _about(alert: Any) -> list[tuple[str, str]]:
    assets = [(one["kind"], one["id"]) for one in alert["assets"]]
    return [*((kind, value) for kind, value in alert["entities"]), *assets]


def _page(page: Any) -> list[str]:
    again = "told again, " if page["climb"] > 1 else ""
    return [page["story"], f"    {again}step {page['step']}: {page['reason']}"]
