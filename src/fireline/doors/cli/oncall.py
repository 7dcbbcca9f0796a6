"""`fireline who` and `fireline oncall`: who has the pager, when, until when, and how fairly."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter

from fireline.doors.cli.client import REFUSED, Client, ClientFailed
from fireline.doors.cli.moments import Moment
from fireline.doors.cli.shifts import SHIFT_COMMANDS, calendar_app, leave_app, override_app
from fireline.doors.cli.terminal import AsJson, moment, say, say_section, say_table, show

oncall_app = typer.Typer(no_args_is_help=True, help="Who has the pager; take, swap, cover, leave.")
Schedule = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Which schedule.")]
AnySchedule = Annotated[str | None, typer.Argument(metavar="SCHEDULE", help="Only this schedule.")]
_LENGTH = TypeAdapter(timedelta)
At = Annotated[datetime | None, Moment(help="At another moment than now.")]


@oncall_app.command("who")
def who(schedule: AnySchedule = None, *, at: At = None, as_json: AsJson = False) -> None:
    """Say who is on call, until when, and who comes next."""
    found = Client.from_environment().get("schedules", at=_iso(at))
    if schedule is None:
        show(found, _draw, as_json=as_json)
        return
    known = {one["schedule"]: one for one in found}
    if schedule not in known:
        hint = f"There are: {', '.join(known)}." if known else ""
        msg = f"The plan has no schedule {schedule}."
        raise ClientFailed(msg, REFUSED, hint=hint)
    show(known[schedule], lambda one: _draw([one]), as_json=as_json)


@oncall_app.command("shifts")
def shifts(
    schedule: Schedule,
    *,
    start: Annotated[datetime | None, Moment("--from", help="From when; now if not said.")] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="For so many days.")] = 14,
    as_json: AsJson = False,
) -> None:
    """List the shifts of a schedule, as they come out of everything that changes it."""
    found = Client.from_environment().get(f"schedules/{schedule}", start=_iso(start), days=days)
    show(found, _draw_shifts, as_json=as_json)


@oncall_app.command("gaps")
def gaps(
    schedule: Schedule,
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="In so many days.")] = 90,
    as_json: AsJson = False,
) -> None:
    """List when nobody is on call."""
    found = Client.from_environment().get(f"schedules/{schedule}/gaps", days=days)

    def draw(stretches: Any) -> None:
        say_table(
            ("from", "until"),
            ((moment(one["start"]), moment(one["end"])) for one in stretches),
            empty=f"Somebody is on call all of the next {days} days.",
        )

    show(found, draw, as_json=as_json)


@oncall_app.command("next")
def next_shift(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say when somebody is on call next, on each schedule."""
    found = Client.from_environment().get(f"on-call/next/{person}")
    show(found, lambda them: _draw_mine(them, f"{person} has no shift ahead."), as_json=as_json)


@oncall_app.command("mine")
def mine(
    *,
    person: Annotated[str | None, typer.Option(metavar="PERSON", help="Somebody else's.")] = None,
    days: Annotated[int, typer.Option(min=1, max=400, help="In so many days.")] = 60,
    as_json: AsJson = False,
) -> None:
    """List your shifts."""
    found = Client.from_environment().get("on-call/mine", person=person, days=days)
    show(found, lambda them: _draw_mine(them, "No shift ahead."), as_json=as_json)


@oncall_app.command("fairness")
def fairness(
    start: Annotated[datetime, Moment("--from", help="From when.")],
    end: Annotated[datetime, Moment("--to", help="Until when.")],
    *,
    schedule: Annotated[
        list[str] | None, typer.Option(metavar="SCHEDULE", help="Only this one; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each person carried: hours, nights, weekends, pages. Nights are where they live."""
    found = Client.from_environment().get(
        "on-call/fairness", start=_iso(start), end=_iso(end), schedule=schedule or None
    )
    show(found, _draw_fairness, as_json=as_json)


@oncall_app.command("warnings")
def warnings(*, as_json: AsJson = False) -> None:
    """List gaps of the next two weeks, and people who have no rest."""
    found = Client.from_environment().get("on-call/warnings")

    def draw(worries: Any) -> None:
        say_table(
            ("schedule", "what"),
            ((one["schedule"], one["text"]) for one in worries),
            empty="Nothing to worry about in the next two weeks.",
        )

    show(found, draw, as_json=as_json)


for _name, _command in SHIFT_COMMANDS.items():
    oncall_app.command(_name)(_command)
for _name, _app in (
    ("override", override_app),
    ("leave", leave_app),
    ("calendar", calendar_app),
):
    oncall_app.add_typer(_app, name=_name)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _draw(schedules: Any) -> None:
    say_table(
        ("schedule", "on call", "until", "why", "next", "from"),
        (
            (
                one["schedule"],
                _people(one["now"]) or "nobody",
                moment(min(shift["span"]["end"] for shift in one["now"]) if one["now"] else None),
                ", ".join(dict.fromkeys(shift["duty"]["because"] for shift in one["now"])),
                _people(one["next"]),
                moment(one["next"][0]["span"]["start"] if one["next"] else None),
            )
            for one in schedules
        ),
        empty="The plan has no schedules.",
    )


def _draw_shifts(view: Any) -> None:
    say(f"{view['name']}, {view['zone']}")
    say_table(
        ("from", "until", "on call", "why", "layer"),
        (
            (
                moment(shift["span"]["start"]),
                moment(shift["span"]["end"]),
                shift["duty"]["person"],
                shift["duty"]["because"],
                shift["duty"]["layer"],
            )
            for shift in view["result"]
        ),
        empty="Nobody is on call.",
    )
    say_section(
        "Nobody is on call",
        (f"{moment(one['start'])} to {moment(one['end'])}" for one in view["gaps"]),
    )
    say_section(
        "Away",
        (
            f"{one['person']} {moment(one['span']['start'])} to {moment(one['span']['end'])}"
            for one in view["away"]
        ),
    )


def _draw_mine(found: Any, empty: str) -> None:
    say_table(
        ("schedule", "from", "until", "why"),
        (
            (
                one["schedule"],
                moment(one["shift"]["span"]["start"]),
                moment(one["shift"]["span"]["end"]),
                one["shift"]["duty"]["because"],
            )
            for one in found
        ),
        empty=empty,
    )


def _draw_fairness(shares: Any) -> None:
    say_table(
        ("person", "hours", "nights", "hours at night", "weekends", "pages", "pages at night"),
        (
            (
                one["person"],
                _hours(one["on_call"]),
                one["nights"],
                _hours(one["at_night"]),
                one["weekends"],
                one["pages"],
                one["pages_at_night"],
            )
            for one in shares
        ),
        empty="Nobody is on any schedule.",
    )


def _hours(length: Any) -> str:
    """Write a length, in seconds or as ISO 8601 has it, in hours."""
    return f"{_LENGTH.validate_python(length) / timedelta(hours=1):.0f}"


def _people(shifts: Iterable[Any]) -> str:
    return ", ".join(
        shift["duty"]["person"] + (" (shadow)" if shift["duty"]["because"] == "shadows" else "")
        for shift in shifts
    )
