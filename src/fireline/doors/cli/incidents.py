"""`fireline incident`: declare one, lead it, and take it to its end."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from fireline.core.incidents.checklist import Answer
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Frame, Role
from fireline.core.incidents.updates import PublicWord
from fireline.doors.cli.alerts import Urgency
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.incident_pages import draw_incident, draw_incidents, place_text
from fireline.doors.cli.numbers import IncidentNumber, number
from fireline.doors.cli.reviews import review_app
from fireline.doors.cli.terminal import AsJson, give_up, say, show

incident_app = typer.Typer(no_args_is_help=True, help="Incidents: respond together.")
task_app = typer.Typer(no_args_is_help=True, help="What is to be done in an incident.")
incident_app.add_typer(task_app, name="task")
incident_app.add_typer(review_app, name="review")

Text = Annotated[str, typer.Argument(metavar="TEXT")]
Note = Annotated[str, typer.Option(help="What there is to say about it.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@incident_app.command("list")
def list_incidents(
    *,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List incidents: open and urgent ones first, then the latest."""
    found = Client.from_environment().get("incidents", open_only=open_only, limit=limit)
    show(found, draw_incidents, as_json=as_json)


@incident_app.command("show")
def show_incident(
    incident: IncidentNumber,
    *,
    whole: Annotated[bool, typer.Option("--all", help="The whole timeline.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show an incident: who leads, what is due, what is next, and its timeline."""
    found = Client.from_environment().get(f"incidents/{incident}")
    show(found, lambda one: draw_incident(one, whole=whole), as_json=as_json)


@incident_app.command("declare")
def declare(
    *,
    title: Annotated[str, typer.Option(help="What happened, in a line.")],
    priority: Annotated[Urgency, typer.Option(case_sensitive=False, help="P1 to P5.")],
    category: Annotated[str, typer.Option(help="As the plan names it, such as credential.")],
    alert: Annotated[
        list[int] | None,
        typer.Option(metavar="N", parser=number, help="An alert it is about; may be given again."),
    ] = None,
    lead: Annotated[str | None, typer.Option(help="Who leads; you, if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Declare an incident, from alerts or from what you saw."""
    wanted = {
        "title": title,
        "priority": priority,
        "category": category,
        "alerts": alert or [],
        "lead": lead,
    }
    made = Client.from_environment().post("incidents", wanted)
    show(made, lambda one: say(f"{one['name']} is declared."), as_json=as_json)


@incident_app.command("note")
def write_note(incident: IncidentNumber, text: Text, *, as_json: AsJson = False) -> None:
    """Write a note onto the timeline."""
    found = Client.from_environment().post(f"incidents/{incident}/notes", {"text": text})
    show(found, lambda one: say(f"Noted in {one['name']}."), as_json=as_json)


@incident_app.command("update")
def post_update(
    incident: IncidentNumber,
    text: Text,
    *,
    status: Annotated[PublicWord, typer.Option(help=", ".join(PublicWord))],
    next_in: Annotated[
        float | None,
        typer.Option(metavar="MINUTES", min=0.01, help="When people hear again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell people where things stand, and promise the next word."""
    told = {"text": text, "status": status, "next_in_minutes": next_in}
    found = Client.from_environment().post(f"incidents/{incident}/updates", told)
    show(found, _say_updated, as_json=as_json)


@incident_app.command("role")
def take_role(
    incident: IncidentNumber,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help=", ".join(Role))],
    person: Annotated[str, typer.Argument(metavar="PERSON")],
    *,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Give a role to a person. Handing over the lead needs a note."""
    given = {"person": person, "note": note}
    found = Client.from_environment().put(f"incidents/{incident}/roles/{role}", given)
    show(found, lambda one: say(f"{person} is {role} of {one['name']}."), as_json=as_json)


@incident_app.command("check")
def answer_item(
    incident: IncidentNumber,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="As `incident show` names it.")],
    answer: Annotated[Answer, typer.Argument(metavar="ANSWER", help=", ".join(Answer))],
    *,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Answer a triage question. What is unknown becomes a task."""
    told = {"answer": answer, "reason": reason}
    path = f"incidents/{incident}/checklist/{quote(item, safe='')}"
    found = Client.from_environment().put(path, told)
    show(found, lambda one: say(f"{one['name']}: {item} is {answer}."), as_json=as_json)


@task_app.command("add")
def add_task(
    incident: IncidentNumber,
    text: Text,
    *,
    person: Annotated[str | None, typer.Option(help="Who does it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add something to do."""
    wanted = {"text": text, "person": person}
    found = Client.from_environment().post(f"incidents/{incident}/tasks", wanted)
    show(found, _say_tasks, as_json=as_json)


@task_app.command("tick")
def tick_task(
    incident: IncidentNumber,
    place: Annotated[int, typer.Argument(metavar="PLACE", min=1, help="Its place in the list.")],
    *,
    undone: Annotated[bool, typer.Option("--undone", help="Take the tick back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tick a task, by its place in the list that `incident show` prints."""
    path = f"incidents/{incident}/tasks/{place}"
    found = Client.from_environment().put(path, {"done": not undone})
    show(found, _say_tasks, as_json=as_json)


@incident_app.command("priority")
def set_priority(
    incident: IncidentNumber,
    priority: Annotated[
        Urgency, typer.Argument(metavar="PRIORITY", case_sensitive=False, help="P1 to P5.")
    ],
    *,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Raise the priority freely, or lower it with a reason."""
    told = {"priority": priority, "reason": reason}
    found = Client.from_environment().put(f"incidents/{incident}/priority", told)
    show(found, _say_place, as_json=as_json)


@incident_app.command("frame")
def set_frame(
    incident: IncidentNumber,
    frame: Annotated[Frame, typer.Argument(metavar="FRAME", help=", ".join(Frame))],
    *,
    as_json: AsJson = False,
) -> None:
    """Say how well the situation is understood."""
    found = Client.from_environment().put(f"incidents/{incident}/frame", {"frame": frame})
    show(found, lambda one: say(f"{one['name']} is {frame}."), as_json=as_json)


@incident_app.command("risk")
def accept_risk(
    incident: IncidentNumber,
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="The way in that stays open.")],
    *,
    why: Annotated[str, typer.Option(help="Why it may.")],
    as_json: AsJson = False,
) -> None:
    """Accept, in writing, that a way in stays open."""
    told = {"asset": asset, "why": why}
    found = Client.from_environment().post(f"incidents/{incident}/risks", told)
    show(found, lambda one: say(f"{one['name']}: {asset} stays open."), as_json=as_json)


@incident_app.command("move")
def move(
    incident: IncidentNumber,
    state: Annotated[State, typer.Argument(metavar="STATE", help=", ".join(State))],
    *,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Move an incident on, or learn everything that is missing."""
    wanted = {"to": state, "note": note}
    found = Client.from_environment().post(f"incidents/{incident}/transition", wanted)
    show(found, _say_place, as_json=as_json)


@incident_app.command("run")
def request_run(
    incident: IncidentNumber,
    runbook: Annotated[str, typer.Argument(metavar="RUNBOOK", help="As the plan names it.")],
    *,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME=VALUE,…",
            help="What to run it on; without, what the alerts found. May be given again.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start a runbook. It changes nothing before somebody else approves."""
    wanted = {"runbook": runbook, "inputs": _inputs(given) if given else None}
    made = Client.from_environment().post(f"incidents/{incident}/runs", wanted)
    said = "Run {number} is on its way: fireline run show {number}"
    show(made, lambda one: say(said.format(number=one["number"])), as_json=as_json)


def _inputs(given: list[str]) -> dict[str, list[str]]:
    inputs: dict[str, list[str]] = {}
    for each in given:
        name, equals, values = each.partition("=")
        if not name or not equals:
            give_up(f"{each!r} is not an input.", "Write --input name=value,value.", code=USAGE)
        found = [value.strip() for value in values.split(",") if value.strip()]
        inputs.setdefault(name.strip(), []).extend(found)
    return inputs


def _say_place(incident: Any) -> None:
    say(place_text(incident))


def _say_updated(incident: Any) -> None:
    say(f"People are told. {place_text(incident)}")


def _say_tasks(incident: Any) -> None:
    for place, task in enumerate(incident["tasks"], start=1):
        say(f"{place:3}. {'x' if task['done_at'] else ' '} {task['text']}")
