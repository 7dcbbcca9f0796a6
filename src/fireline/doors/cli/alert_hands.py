"""`fireline alert snooze`, `merge`, `split` and the rest of what people do to alerts."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from fireline.core.plan.lengths import length_from
from fireline.core.values.priority import Priority
from fireline.doors.cli.alerts import Urgency, alert_app
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.numbers import number as number_from
from fireline.doors.cli.terminal import AsJson, give_up, moment, say, say_table, show


@alert_app.command()
def unacknowledge(number: Number, *, as_json: AsJson = False) -> None:
    """Take the answer back: nobody has it, and people are told again."""
    _do(number, "unacknowledge", None, "is told to people again", as_json=as_json)


@alert_app.command()
def escalate(number: Number, *, as_json: AsJson = False) -> None:
    """Take the next step of its ladder now."""
    _do(number, "escalate", None, "is told to the next people now", as_json=as_json)


@alert_app.command()
def snooze(
    number: Number,
    *,
    lasting: Annotated[
        str | None, typer.Option("--for", help="How long, such as 30m, 4h or 2d.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Until when, in the zone of this terminal.")
    ] = None,
    tomorrow: Annotated[
        bool, typer.Option("--tomorrow", help="Until tomorrow at nine, where you are.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let nobody be told until a moment; then again, if it still fires and nobody has it."""
    body = _until(lasting, until, tomorrow=tomorrow)
    found = Client.from_environment().post(f"alerts/{number}/snooze", body)
    show(
        found,
        lambda alert: say(f"Alert {number} is snoozed until {moment(alert['snoozed_until'])}."),
        as_json=as_json,
    )


@alert_app.command()
def wake(number: Number, *, as_json: AsJson = False) -> None:
    """End a snooze before its time."""
    _do(number, "wake", None, "is not snoozed any more", as_json=as_json)


@alert_app.command()
def note(
    number: Number,
    text: Annotated[str, typer.Argument(help="What to write on its timeline.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write a note on its timeline."""
    _do(number, "notes", {"text": text}, "has your note", as_json=as_json)


@alert_app.command()
def assign(
    number: Number,
    person: Annotated[str, typer.Argument(help="Somebody of the plan; empty for nobody.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say whose it is; they are told."""
    whose = f"is {person}'s" if person else "is nobody's"
    _do(number, "assign", {"person": person or None}, whose, as_json=as_json)


@alert_app.command("priority")
def set_priority(
    number: Number,
    priority: Annotated[Urgency, typer.Argument(case_sensitive=False, help="P1 to P5.")],
    *,
    why: Annotated[str, typer.Option(help="Why you say so.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say how urgent it is. Rising tells people by the new urgency, if nobody has it."""
    body = {"priority": Priority[priority].value, "why": why}
    _do(number, "priority", body, f"is {priority} now", as_json=as_json)


@alert_app.command()
def merge(
    number: Number,
    others: Annotated[list[str], typer.Argument(help="The alerts that become part of it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make other alerts part of this one."""
    numbers = [number_from(other) for other in others]
    swallowed = ", ".join(str(other) for other in numbers)
    _do(number, "merge", {"alerts": numbers}, f"has {swallowed} in it now", as_json=as_json)


@alert_app.command()
def split(
    number: Number,
    symptoms: Annotated[list[int], typer.Argument(help="The symptoms that leave it.")],
    *,
    apart: Annotated[
        bool, typer.Option("--apart", help="And always keep symptoms like these apart.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make some of its symptoms an alert of their own, which never rejoins it by itself."""
    body = {"symptoms": symptoms, "apart": apart}
    found = Client.from_environment().post(f"alerts/{number}/split", body)
    show(
        found,
        lambda alert: say(f"Split off: alert {alert['number']}, {alert['title']}."),
        as_json=as_json,
    )


@alert_app.command()
def learn(
    number: Number,
    symptom: Annotated[int, typer.Argument(help="One of its symptoms.")],
    *,
    together: Annotated[
        bool, typer.Option("--together/--apart", help="Belong together, or never do.")
    ],
    as_json: AsJson = False,
) -> None:
    """Remember that symptoms like this one and like its others belong together, or never do."""
    body = {"symptom": symptom, "together": together}
    found = Client.from_environment().post(f"alerts/{number}/learn", body)
    show(found, _draw_learned, as_json=as_json)


@alert_app.command()
def learned(*, as_json: AsJson = False) -> None:
    """List what people taught grouping."""
    show(Client.from_environment().get("alerts/learned"), _draw_learned, as_json=as_json)


@alert_app.command()
def forget(
    rule: Annotated[int, typer.Argument(help="The number of the rule, from `learned`.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Withdraw something people taught grouping. What it grouped stays as it is."""
    Client.from_environment().delete(f"alerts/learned/{rule}")
    told = {"rule": rule, "forgotten": True}
    show(told, lambda _: say(f"Rule {rule} is forgotten."), as_json=as_json)


def _do(number: int, verb: str, body: Any, said: str, *, as_json: bool) -> None:
    """Do something to an alert, and say in a sentence that it was done."""
    found = Client.from_environment().post(f"alerts/{number}/{verb}", body)
    show(found, lambda alert: say(f"Alert {alert['number']} {said}."), as_json=as_json)


def _until(lasting: str | None, until: datetime | None, *, tomorrow: bool) -> Any:
    """Say until when, in the API's words. Exactly one of the three."""
    if [lasting is not None, until is not None, tomorrow].count(True) != 1:
        give_up("Say until when.", "One of --for, --until and --tomorrow.", code=USAGE)
    if until is not None:
        return {"until": until.astimezone().isoformat()}
    if lasting is None:
        return {"tomorrow": True}
    try:
        minutes = length_from(lasting) // timedelta(minutes=1)
    except ValueError as unclear:
        give_up(f"{unclear}.", code=USAGE)
    return {"minutes": minutes}


def _draw_learned(links: Any) -> None:
    say_table(
        ("rule", "says", "kinds of symptom", "learned on", "by"),
        (
            (
                link["number"],
                "keep together" if link["together"] else "keep apart",
                link["name"],
                f"alert {link['alert']}",
                link["made_by"],
            )
            for link in links
        ),
        empty="Nothing was learned yet.",
    )
