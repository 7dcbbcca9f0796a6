"""`fireline silence`: hold alerts back from people for a while, or in maintenance windows."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from fireline.core.values.priority import Priority
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.moments import Length, Moment
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import AsJson, give_up, moment, say, say_section, say_table, show

silence_app = typer.Typer(no_args_is_help=True, help="Silences and maintenance windows.")


@silence_app.command("add")
def add(  # noqa: PLR0913 - each says one thing of a silence
    matchers: Annotated[
        list[str],
        typer.Argument(metavar="MATCHER...", help='host="web-1", team!=ops, title=~"Disk.*"'),
    ],
    *,
    comment: Annotated[str, typer.Option("--comment", "-c", help="Why.")] = "",
    lasting: Annotated[timedelta | None, Length("--for", help="How long: 2h, 3d.")] = None,
    until: Annotated[datetime | None, Moment(help="Until when.")] = None,
    until_resolved: Annotated[
        bool, typer.Option("--until-resolved", help="Until nothing it holds fires any longer.")
    ] = False,
    start: Annotated[datetime | None, Moment(help="From when on; now if not said.")] = None,
    days: Annotated[
        str, typer.Option(help="A maintenance window, every week on these days: sat,sun.")
    ] = "",
    from_: Annotated[str, typer.Option("--from", metavar="HH:MM", help="It begins.")] = "",
    to: Annotated[str, typer.Option(metavar="HH:MM", help="It ends.")] = "",
    zone: Annotated[str, typer.Option(help="On the clocks of this zone.")] = "UTC",
    week: Annotated[
        list[int] | None,
        typer.Option(help="Only in this week of the month, 1 to 5, or -1: the last."),
    ] = None,
    ticket: Annotated[str, typer.Option(help="Where it was agreed.")] = "",
    broad: Annotated[
        str, typer.Option(metavar="REASON", help="Why it may hold much, and P1 alerts.")
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what it would hold.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold back what fits every matcher. What fires already is held, too."""
    if bool(days) != bool(from_) or bool(days) != bool(to):
        give_up("A maintenance window needs --days, --from and --to.", code=USAGE)
    window = {"zone": zone, "days": _days(days), "from": from_, "to": to, "weeks": week or []}
    body = {
        "matchers": matchers,
        "comment": comment,
        "start": start.isoformat() if start else None,
        "until": until.isoformat() if until else None,
        "lasting_minutes": int(lasting.total_seconds() // 60) or 1 if lasting else None,
        "until_resolved": until_resolved,
        "window": window if days else None,
        "ticket": ticket,
        "broad": broad,
    }
    client = Client.from_environment()
    if preview:
        show(client.post("silences/preview", body), _draw_preview, as_json=as_json)
    else:
        show(client.post("silences", body), _draw_placed, as_json=as_json)


@silence_app.command("list")
def list_silences(
    *,
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List silences and maintenance windows, the newest first."""
    found = Client.from_environment().get("silences", ended=ended, limit=limit)
    show(found, _draw_list, as_json=as_json)


@silence_app.command("show")
def show_silence(number: Number, *, as_json: AsJson = False) -> None:
    """Show one silence."""
    show(Client.from_environment().get(f"silences/{number}"), _draw, as_json=as_json)


@silence_app.command("end")
def end(number: Number, *, as_json: AsJson = False) -> None:
    """End a silence now. People are told of what it held, if that still fires."""
    ended = Client.from_environment().post(f"silences/{number}/end")
    show(ended, lambda one: say(f"Silence {one['number']} is over."), as_json=as_json)


def _days(said: str) -> list[str]:
    return [day.strip().lower() for day in said.split(",") if day.strip()]


def _draw_placed(silence: Any) -> None:
    held = silence["holds"]
    say(f"Silence {silence['number']} holds {held} alert{'' if held == 1 else 's'}.")
    _draw(silence)


def _draw(silence: Any) -> None:
    say_section(
        f"Silence {silence['number']}, {silence['status']}",
        [
            *silence["written"],
            *_times(silence),
            f"holds {silence['holds']}",
            f"by {silence['by']}: {silence['comment']}",
            *([f"ticket {silence['ticket']}"] if silence["ticket"] else []),
            *([f"broad: {silence['broad']}"] if silence["broad"] else []),
        ],
    )


def _times(silence: Any) -> list[str]:
    if silence["ended_at"]:
        return [f"ended {moment(silence['ended_at'])} by {silence['ended_by']}"]
    window = silence["window"]
    lines = [f"from {moment(silence['start'])}"]
    if window is not None:
        ends = window["to"] or f"{window['lasting_minutes']} minutes on"
        lines.append(f"{', '.join(window['days'])} {window['start']} to {ends}, {window['zone']}")
    if silence["next_at"]:
        lines.append(f"next {moment(silence['next_at'])}")
    if silence["until_resolved"]:
        lines.append(f"until resolved, at the latest {moment(silence['end'])}")
    elif silence["end"]:
        lines.append(f"until {moment(silence['end'])}")
    return lines


def _draw_list(found: Any) -> None:
    say_table(
        ("", "status", "matchers", "until", "holds", "by", "comment"),
        (
            (
                one["number"],
                one["status"],
                ", ".join(one["written"]) or "everything",
                "resolved" if one["until_resolved"] else moment(one["until"] or one["end"]),
                one["holds"],
                one["by"],
                one["comment"],
            )
            for one in found
        ),
        empty="Nothing is silenced.",
    )


def _draw_preview(seen: Any) -> None:
    more = " and more" if seen["partly"] else ""
    say(f"It would hold {seen['held']} of {seen['live']} live alerts{more}.")
    say(f"Of the {seen['past']} alerts of the last 7 days it would have held {seen['past_held']}.")
    say_section(
        "Now",
        (
            f"{Priority(one['priority']).name} #{one['number']} {one['title']}"
            for one in seen["shown"]
        ),
    )
    say_section("It needs a reason (--broad)", seen["broad"])
