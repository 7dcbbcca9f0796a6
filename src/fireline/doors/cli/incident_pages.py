"""An incident as a terminal shows it."""

from collections.abc import Iterator
from typing import Any

from fireline.core.incidents.states import State
from fireline.doors.cli.alerts import priority_text, say_timeline
from fireline.doors.cli.terminal import moment, say, say_section, say_table, words

TIMELINE_LINES = 20


def draw_incidents(incidents: Any) -> None:
    """Print a list of incidents."""
    say_table(
        ("incident", "priority", "state", "title", "lead", "opened", "next update"),
        (
            (
                one["name"],
                priority_text(one["priority"]),
                State(one["state"]).label,
                one["title"],
                one["lead"],
                moment(one["opened_at"]),
                moment(one["next_update_due"]),
            )
            for one in incidents
        ),
        empty="No incidents.",
    )


def place_text(incident: Any) -> str:
    """Say where an incident stands, in a line."""
    state, priority = State(incident["state"]).label, priority_text(incident["priority"])
    return f"{incident['name']}  {priority}  {state}  {incident['title']}"


def draw_incident(incident: Any, *, whole: bool) -> None:
    """Print an incident: what it is, who leads, what is next, and how it came here."""
    say(place_text(incident))
    say(
        f"Lead {incident['lead'] or 'nobody'}. Category {incident['category'] or '-'}. "
        f"Opened {moment(incident['opened_at'])} by {incident['opened_by']}."
    )
    if incident["next_update_due"]:
        say(f"Next update due {moment(incident['next_update_due'])}.")
    say_section("What is next", incident["next_actions"])
    say_section("Roles", _roles(incident))
    say_section("Deadlines", _deadlines(incident))
    say_section("Is it an incident?", _checklist(incident))
    say_section("Tasks", _tasks(incident))
    say_section("Ways in", (_vector(one) for one in incident["vectors"]))
    say_section("Alerts", (f"{one['number']} {one['title']}" for one in incident["alerts"]))
    say_section("Runs", _runs(incident))
    say_timeline(incident["timeline"], most=None if whole else TIMELINE_LINES)


def _roles(incident: Any) -> Iterator[str]:
    for one in incident["roles"]:
        if one["until"] is None:
            yield f"{one['role']}: {one['person']} since {moment(one['since'])}"
    for role in incident["unassigned"]:
        yield f"{role}: nobody"


def _deadlines(incident: Any) -> Iterator[str]:
    for one in incident["deadlines"]:
        yield f"{words(one['kind'])}: {words(one['standing'])}, due {moment(one['due_at'])}"


def _checklist(incident: Any) -> Iterator[str]:
    for one in incident["checklist"]:
        reason = f" ({one['reason']})" if one["reason"] else ""
        yield f"{one['item']}: {one['answer'] or 'not answered'}  {one['text']}{reason}"


def _tasks(incident: Any) -> Iterator[str]:
    for place, one in enumerate(incident["tasks"], start=1):
        who = f"  {one['person']}" if one["person"] else ""
        yield f"{place}. {'x' if one['done_at'] else ' '} {one['text']}{who}"


def _vector(vector: Any) -> str:
    note = f" ({vector['note']})" if vector["note"] else ""
    return f"{vector['asset']}: {words(vector['cover'])}{note}"


def _runs(incident: Any) -> Iterator[str]:
    for one in incident["runs"]:
        yield f"run {one['number']} {one['runbook']}: {words(one['state'])}"
    suggested = incident["suggestion"]
    if suggested and not incident["runs"]:
        yield f"suggested: fireline incident run {incident['name']} {suggested['runbook']}"
