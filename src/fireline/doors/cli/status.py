"""`fireline status`: say how fireline itself is doing."""

from typing import Any

import typer

from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.terminal import AsJson, moment, remark, say, say_section, say_table, show


def status(*, as_json: AsJson = False) -> None:
    """Say how fireline itself is doing. Ends with 1 when something is late or set aside."""
    found = Client.from_environment().get("status")
    show(found, _draw, as_json=as_json)
    if not found["well"]:
        remark("Fireline is not well.")
        raise typer.Exit(FAILED)


def _draw(found: Any) -> None:
    revision = found["plan_revision"]
    say(f"Plan revision {revision[:12] if revision else '-'}.")
    say(
        f"{found['firing']} alerts firing, {found['acknowledged']} acknowledged, "
        f"{found['approvals_waiting']} approvals waiting."
    )
    if found["posts_waiting"]:
        since = moment(found["oldest_post_at"])
        say(f"{found['posts_waiting']} posts wait to be sorted, the oldest since {since}.")
    ways = [_way(one) for one in found.get("channels", ())]
    say(f"People are told by {', '.join(ways)}." if ways else "No channel is set up.")
    say_section(
        "Late",
        (
            f"{one['kind']}, due {moment(one['due_at'])}: {one['late_seconds']:.0f} s late"
            for one in found["late"]
        ),
    )
    say_section(
        "Set aside after failing too often",
        (
            f"{one['kind']} {one['id']}: {one['parked_why'] or 'no reason kept'}"
            for one in found["set_aside"]
        ),
    )
    say()
    say_table(
        ("source", "last seen", "kept", "repeated", "quarantined"),
        (
            (
                one["name"],
                moment(one["last_seen_at"]),
                one["kept"],
                one["repeated"],
                one["quarantined"],
            )
            for one in found["sources"]
        ),
        empty="No source has said anything yet.",
    )


def _way(channel: Any) -> str:
    numbers = channel["calls_from"]
    return f"{channel['name']} from {' or '.join(numbers.split())}" if numbers else channel["name"]
