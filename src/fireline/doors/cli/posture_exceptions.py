"""`fireline posture except`: answer for what fails, with a reason, until a day."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.moments import Length, Moment
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import AsJson, give_up, moment, say, say_table, show


def except_findings(  # noqa: PLR0913 - each is one thing an exception says
    signature: Annotated[str, typer.Argument(help="The signature's id.")],
    *,
    owner: Annotated[str, typer.Option(help="Who answers for it: a person of the plan.")],
    reason: Annotated[str, typer.Option(help="Why it may stay as it is.")],
    until: Annotated[Any, Moment("--until", help="When it ends.")] = None,
    lasting: Annotated[
        timedelta | None, Length("--for", help="How long it lasts, instead.")
    ] = None,
    asset: Annotated[str, typer.Option(help="Assets whose id or ARN fits this pattern.")] = "",
    tag: Annotated[str, typer.Option(help="Assets with this tag: name, or name=value.")] = "",
    account: Annotated[str, typer.Option(help="Only in this account.")] = "",
    ticket: Annotated[str, typer.Option(help="Where it is tracked.")] = "",
    broad: Annotated[str, typer.Option(help="Why it may cover very much.")] = "",
    as_json: AsJson = False,
) -> None:
    """Except findings of a signature. They still fail, and are shown as excepted."""
    if (until is None) == (lasting is None):
        give_up("Say when it ends: --until TIME, or --for LENGTH such as 30d.", code=USAGE)
    said = {
        "signature": signature,
        "owner": owner,
        "reason": reason,
        "until": until.isoformat() if until else None,
        "lasting_minutes": int(lasting.total_seconds() // 60) or 1 if lasting else None,
        "asset": asset,
        "tag": tag,
        "account": account,
        "ticket": ticket,
        "broad": broad,
    }
    made = Client.from_environment().post("posture/exceptions", said)
    show(made, _draw_one, as_json=as_json)


def list_exceptions(
    *,
    signature: Annotated[str | None, typer.Option(help="Only of this signature.")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List exceptions: those that stand, the soonest to end first."""
    found = Client.from_environment().get(
        "posture/exceptions", signature=signature, ended=ended or None
    )
    show(found, _draw, as_json=as_json)


def end_exception(exception: Number, *, as_json: AsJson = False) -> None:
    """End an exception now: what it covers is open again, and alerts."""
    ended = Client.from_environment().post(f"posture/exceptions/{exception}/end")
    show(ended, _draw_one, as_json=as_json)


def _draw_one(one: Any) -> None:
    if not one["stands"]:
        say(f"Exception {one['number']} is over: {one['scope']} is open again.")
        return
    say(f"Exception {one['number']}: {one['scope']}, until {moment(one['expires_at'])}.")
    say(f"It holds {one['holds']} open findings. {one['owner']} answers for it.")


def _draw(found: Any) -> None:
    say_table(
        ("exception", "covers", "holds", "owner", "until", "reason", "ticket", "standing"),
        (
            (
                one["number"],
                one["scope"],
                one["holds"],
                one["owner"],
                moment(one["expires_at"]),
                one["reason"],
                one["ticket"],
                "stands" if one["stands"] else f"ended {moment(one['ended_at'])}",
            )
            for one in found
        ),
        empty="There are no exceptions.",
    )
