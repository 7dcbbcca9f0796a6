"""What people do about shifts: take one, swap, have one covered, stand in, go away, subscribe."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from fireline.core.oncall.schedule import OverrideKind
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.moments import Length, Moment
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import (
    AsJson,
    give_up,
    moment,
    print_json,
    say,
    say_section,
    say_table,
    show,
)

override_app = typer.Typer(no_args_is_help=True, help="Stand in, join, or take somebody off.")
leave_app = typer.Typer(no_args_is_help=True, help="Who is away.")
calendar_app = typer.Typer(no_args_is_help=True, help="Addresses for calendar programs.")

Schedule = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Which schedule.")]
Someone = Annotated[str | None, typer.Argument(metavar="PERSON", help="Who.")]
Whose = Annotated[str | None, typer.Option("--person", metavar="PERSON", help="For somebody else.")]
Note = Annotated[str, typer.Option("--note", "-n", help="A word to those concerned.")]
Start = Annotated[datetime, Moment("--from", help="From when.")]
Until = Annotated[datetime | None, Moment("--until", help="Until when.")]
End = Annotated[datetime, Moment("--until", help="Until when.")]
Lasting = Annotated[timedelta | None, Length("--for", help="How long: 2h, 3d.")]


def take(
    schedule: Schedule,
    *,
    until: Until = None,
    lasting: Lasting = None,
    person: Whose = None,
    as_json: AsJson = False,
) -> None:
    """Take the pager now: to the end of the running shift, unless you say how long."""
    if until and lasting:
        give_up("Say --until or --for, not both.", code=USAGE)
    body = {
        "person": person,
        "until": until.isoformat() if until else None,
        "lasting_minutes": int(lasting.total_seconds() // 60) or 1 if lasting else None,
    }
    client = Client.from_environment()
    made = client.post(f"schedules/{schedule}/take", body)
    told = client.get(f"schedules/{schedule}/on-call")
    show(made, lambda _: _draw_taken(told), as_json=as_json)


def swap(  # noqa: PLR0913 - each says one thing of it
    schedule: Schedule,
    with_: Annotated[str, typer.Argument(metavar="PERSON", help="With whom.")],
    my: Annotated[datetime, Moment("--my", help="When the shift you give runs or begins.")],
    their: Annotated[datetime, Moment("--their", help="When the shift you take does.")],
    *,
    note: Note = "",
    person: Whose = None,
    as_json: AsJson = False,
) -> None:
    """Ask a teammate to swap: your whole shift at one moment for theirs at another."""
    body = {
        "schedule": schedule,
        "asked": with_,
        "start": my.isoformat(),
        "back_start": their.isoformat(),
        "note": note,
        "person": person,
    }
    show(Client.from_environment().post("on-call/requests", body), _draw_asked, as_json=as_json)


def cover(  # noqa: PLR0913 - each says one thing of it
    schedule: Schedule,
    by: Someone = None,
    *,
    start: Start,
    until: Until = None,
    note: Note = "",
    person: Whose = None,
    as_json: AsJson = False,
) -> None:
    """Ask for somebody to cover your shift, or part of it: one person, or any teammate."""
    body = {
        "schedule": schedule,
        "asked": by,
        "start": start.isoformat(),
        "end": until.isoformat() if until else None,
        "note": note,
        "person": person,
    }
    show(Client.from_environment().post("on-call/requests", body), _draw_asked, as_json=as_json)


def requests(
    *,
    settled: Annotated[bool, typer.Option("--all", help="Those that were settled, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List swaps and covers that wait for an answer."""
    found = Client.from_environment().get("on-call/requests", settled=settled)
    show(found, _draw_requests, as_json=as_json)


def accept(number: Number, *, person: Whose = None, as_json: AsJson = False) -> None:
    """Accept a swap or a cover: the shifts change hands at once."""
    _answer(number, "accept", person, as_json=as_json)


def decline(number: Number, *, person: Whose = None, as_json: AsJson = False) -> None:
    """Say no to a swap or a cover."""
    _answer(number, "decline", person, as_json=as_json)


def withdraw(number: Number, *, person: Whose = None, as_json: AsJson = False) -> None:
    """Take your own request back."""
    _answer(number, "withdraw", person, as_json=as_json)


def import_ics(
    schedule: Schedule,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An iCalendar file; - reads it.")],
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what would come of it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let the people of a calendar's events stand in; importing again replaces what came before."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        give_up(f"{file} cannot be read: {wrong}", code=USAGE)
    body = {"calendar": text, "preview": preview}
    found = Client.from_environment().post(f"schedules/{schedule}/import", body)
    show(found, lambda one: _draw_imported(one, preview=preview), as_json=as_json)


SHIFT_COMMANDS = {
    "take": take,
    "swap": swap,
    "cover": cover,
    "requests": requests,
    "accept": accept,
    "decline": decline,
    "withdraw": withdraw,
    "import-ics": import_ics,
}


@override_app.command("add")
def add_override(  # noqa: PLR0913 - each says one thing of it
    schedule: Schedule,
    person: Someone = None,
    *,
    start: Start,
    until: End,
    join: Annotated[bool, typer.Option("--join", help="Join, beside who is on call.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Take off, with nobody instead.")] = False,
    instead_of: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Only in this person's place.")
    ] = None,
    layer: Annotated[
        list[str] | None, typer.Option(metavar="LAYER", help="Only there; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody stand in for a while, or join, or be taken off."""
    if join and off:
        give_up("Say --join or --off, not both.", code=USAGE)
    kind = OverrideKind.ADD if join else OverrideKind.REMOVE if off else OverrideKind.REPLACE
    body = {
        "person": person,
        "start": start.isoformat(),
        "end": until.isoformat(),
        "kind": kind,
        "instead_of": instead_of,
        "layers": layer or [],
    }
    made = Client.from_environment().post(f"schedules/{schedule}/overrides", body)
    show(made, lambda one: say(f"Done. Take it back with its id: {one['id']}"), as_json=as_json)


@override_app.command("list")
def list_overrides(schedule: Schedule, *, as_json: AsJson = False) -> None:
    """List what changes a schedule from now on."""
    found = Client.from_environment().get(f"schedules/{schedule}/overrides")
    show(found, _draw_overrides, as_json=as_json)


@override_app.command("withdraw")
def withdraw_override(
    override: Annotated[UUID, typer.Argument(metavar="ID", help="As the list shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take an override back."""
    Client.from_environment().delete(f"schedules/overrides/{override}")
    gone = {"id": str(override), "withdrawn": True}
    show(gone, lambda _: say("It is taken back."), as_json=as_json)


@leave_app.command("add")
def add_leave(
    *,
    start: Start,
    until: End,
    note: Note = "",
    person: Whose = None,
    as_json: AsJson = False,
) -> None:
    """Say that you are away: your turns go to the next of the ring who is there."""
    body = {
        "person": person,
        "start": start.isoformat(),
        "end": until.isoformat(),
        "note": note,
    }
    made = Client.from_environment().post("on-call/leave", body)
    show(made, lambda one: _draw_leaves([one]), as_json=as_json)


@leave_app.command("list")
def list_leaves(*, as_json: AsJson = False) -> None:
    """List who is away from now on."""
    show(Client.from_environment().get("on-call/leave"), _draw_leaves, as_json=as_json)


@leave_app.command("withdraw")
def withdraw_leave(
    leave: Annotated[UUID, typer.Argument(metavar="ID", help="As the list shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take a leave back."""
    Client.from_environment().delete(f"on-call/leave/{leave}")
    gone = {"id": str(leave), "withdrawn": True}
    show(gone, lambda _: say("It is taken back."), as_json=as_json)


@calendar_app.command("create")
def create_calendar(
    *,
    person: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Of this person's shifts.")
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(metavar="SCHEDULE", help="Of this schedule's shifts.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a private address that calendar programs subscribe to. It is shown this once."""
    client = Client.from_environment()
    made = client.post("calendars", {"person": person, "schedule": schedule})
    if as_json:
        print_json(made)
        return
    say(f"{client.base_url}{made['path']}")
    say("Keep it: it is not shown again, and whoever has it can read the calendar.")


@calendar_app.command("list")
def list_calendars(*, as_json: AsJson = False) -> None:
    """List your addresses, without what makes them work."""
    show(Client.from_environment().get("calendars"), _draw_calendars, as_json=as_json)


@calendar_app.command("revoke")
def revoke_calendar(
    calendar: Annotated[UUID, typer.Argument(metavar="ID", help="As the list shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Withdraw an address: the next program to ask is refused."""
    Client.from_environment().delete(f"calendars/{calendar}")
    gone = {"id": str(calendar), "revoked": True}
    show(gone, lambda _: say("The address is withdrawn."), as_json=as_json)


def _answer(number: int, verb: str, person: str | None, *, as_json: bool) -> None:
    body = {"person": person}
    settled = Client.from_environment().post(f"on-call/requests/{number}/{verb}", body)
    show(settled, lambda one: say(f"Request {one['number']} is {one['state']}."), as_json=as_json)


def _draw_taken(told: Any) -> None:
    for shift in told["now"]:
        say(
            f"{shift['duty']['person']} has the pager of {told['name']}"
            f" until {moment(shift['span']['end'])}."
        )


def _draw_asked(request: Any) -> None:
    say(f"Request {request['number']} waits for an answer until {moment(request['expires_at'])}.")
    _draw_requests([request])


def _draw_requests(found: Any) -> None:
    say_table(
        ("", "what", "schedule", "asks", "whom", "gives", "until", "takes", "until", "state"),
        (
            (
                one["number"],
                one["kind"],
                one["schedule"],
                one["asker"],
                one["asked"] or "any teammate",
                moment(one["given"]["start"]),
                moment(one["given"]["end"]),
                moment(one["taken"]["start"]) if one["taken"] else "",
                moment(one["taken"]["end"]) if one["taken"] else "",
                one["state"] + (f" by {one['settled_by']}" if one["settled_by"] else ""),
            )
            for one in found
        ),
        empty="No request waits for an answer.",
    )


def _draw_overrides(found: Any) -> None:
    say_table(
        ("id", "what", "who", "instead of", "layers", "from", "until", "by"),
        (
            (
                one["id"],
                one["kind"],
                one["person"],
                one["instead_of"],
                ", ".join(one["layers"]),
                moment(one["span"]["start"]),
                moment(one["span"]["end"]),
                one["by"],
            )
            for one in found
        ),
        empty="Nobody stands in.",
    )


def _draw_leaves(found: Any) -> None:
    say_table(
        ("id", "away", "from", "until", "note"),
        (
            (
                one["id"],
                one["person"],
                moment(one["span"]["start"]),
                moment(one["span"]["end"]),
                one["note"],
            )
            for one in found
        ),
        empty="Nobody is away.",
    )


def _draw_calendars(found: Any) -> None:
    say_table(
        ("id", "of", "made", "last read"),
        (
            (
                one["id"],
                one["person"] or one["schedule"],
                moment(one["made_at"]),
                moment(one["seen_at"]),
            )
            for one in found
        ),
        empty="You have no calendar addresses.",
    )


def _draw_imported(found: Any, *, preview: bool) -> None:
    count, lost = len(found["shifts"]), len(found["left_out"])
    verb = "would stand in" if preview else "stand in"
    say(f"{count} shift{'' if count == 1 else 's'} {verb}, {found['replaced']} replaced.")
    say_section(
        "Shifts",
        (
            f"{moment(one['span']['start'])} to {moment(one['span']['end'])}"
            f"  {', '.join(one['people'])}"
            for one in found["shifts"]
        ),
    )
    say_section(
        f"Left out ({lost})",
        (f"{one['summary'] or one['uid']}: {one['why']}" for one in found["left_out"]),
    )
