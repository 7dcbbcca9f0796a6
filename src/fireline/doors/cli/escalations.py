"""`fireline escalation`: which escalations there are, and whom one would tell when."""

from datetime import datetime
from typing import Annotated, Any

import typer

from fireline.core.values.priority import Priority
from fireline.doors.cli.alerts import Urgency
from fireline.doors.cli.client import Client
from fireline.doors.cli.moments import Moment
from fireline.doors.cli.terminal import AsJson, moment, say, say_section, say_table, show

escalation_app = typer.Typer(no_args_is_help=True, help="Escalations: who is told when.")


@escalation_app.command("list")
def list_escalations(*, as_json: AsJson = False) -> None:
    """List the escalations of the plan, and which services use each."""
    show(Client.from_environment().get("escalations"), _draw_list, as_json=as_json)


@escalation_app.command("show")
def show_escalation(
    escalation: Annotated[str, typer.Argument(metavar="ESCALATION", help="Its name in the plan.")],
    *,
    at: Annotated[
        datetime | None,
        Moment("--at", help="For an alert raised at this moment: 2026-12-24T03:00Z. Else now."),
    ] = None,
    priority: Annotated[
        Urgency, typer.Option(case_sensitive=False, help="For an alert so urgent, P1 to P5.")
    ] = Urgency.P1,
    service: Annotated[
        str, typer.Option(help="For an alert of this service. Else the first that uses it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say who would be told when, step by step, if nobody answered. Nobody is told."""
    found = Client.from_environment().get(
        f"escalations/{escalation}",
        at=at.isoformat() if at else None,
        priority=Priority[priority].value,
        service=service or None,
    )
    show(found, _draw, as_json=as_json)


def _draw_list(found: Any) -> None:
    say_table(
        ("escalation", "services", "steps", "rounds", "acknowledgers"),
        (
            (
                one["policy"],
                ", ".join(one["services"]),
                one["steps"],
                one["rounds"],
                one["acknowledgers"],
            )
            for one in found
        ),
        empty="The plan has no escalations.",
    )


def _draw(found: Any) -> None:
    line = found["escalation"]
    priority = Priority(found["priority"])
    whose = f" of {found['service']}" if found["service"] else ""
    say(f"{line['policy']}: a {priority.name} alert{whose}, raised {moment(found['at'])}")
    for said in _beside(line):
        say(said)
    steps = [text for step in found["steps"] for text in _step(step)]
    rest = ["and so on"] if found["steps_left"] else []
    say_section("Who is told, if nobody answers", [*steps, *rest])


def _beside(line: Any) -> list[str]:
    said: list[str] = []
    if line["acknowledgers"] > 1:
        said.append(f"It is acknowledged when {line['acknowledgers']} people did.")
    if line["acknowledge_timeout_seconds"]:
        after = after_text(line["acknowledge_timeout_seconds"]).removeprefix("+")
        said.append(f"Acknowledged and left alone for {after}, it fires again.")
    return said


def _step(step: Any) -> list[str]:
    head = f"{step['number']:>2}. {after_text(step['after_seconds']):>9}"
    indent = " " * len(head)
    lines = [_person(one) for one in step["people"]]
    lines += [f"webhook {name}, which counts as nobody told" for name in step["webhooks"]]
    if step["skipped"]:
        lines.append(f"passed over: {step['skipped']}")
    if step["unless"] == "resolved":
        lines.append("also when somebody has acknowledged, until it is resolved")
    first, *more = lines or ["nobody: there is no one left to tell"]
    return [f"{head}  {first}", *(f"{indent}  {one}" for one in more)]


def _person(one: Any) -> str:
    ways = (f"{way['channel']} {after_text(way['after_seconds'])}" for way in one["ways"])
    by = ", ".join(ways) or "nothing: there is no way to reach them"
    return f"{one['name']} ({one['reason']}), by {by}"


def after_text(seconds: int) -> str:
    """Write how long after something else a thing happens, shortly."""
    if seconds == 0:
        return "at once"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return "+" + " ".join(f"{count} {unit}" for count, unit in parts if count)
