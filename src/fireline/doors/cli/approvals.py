"""`fireline approve` and `fireline approval`: see the exact change, then let it happen or not."""

import json
from typing import Annotated, Any

import typer

from fireline.core.runbooks.approval import Decision
from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import (
    AsJson,
    Yes,
    confirmed,
    give_up,
    moment,
    print_json,
    remark,
    say,
    say_table,
    show,
    words,
)

approval_app = typer.Typer(no_args_is_help=True, help="Approvals: a second pair of eyes.")


@approval_app.command("list")
def list_approvals(*, as_json: AsJson = False) -> None:
    """List what waits for a second person, the soonest to run out first."""
    show(Client.from_environment().get("approvals"), _draw_list, as_json=as_json)


@approval_app.command("show")
def show_approval(number: Number, *, as_json: AsJson = False) -> None:
    """Show an approval: the exact change, what else it touches, and the answers so far."""
    show(Client.from_environment().get(f"approvals/{number}"), _draw, as_json=as_json)


def approve(
    number: Number,
    *,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no instead.")] = False,
    reason: Annotated[str, typer.Option(help="Why; a refusal needs one.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Approve exactly what is shown, or refuse it. Whoever asked for it may not."""
    client = Client.from_environment()
    seen = client.get(f"approvals/{number}")
    decision = Decision.REFUSE if refuse else Decision.APPROVE
    (remark if as_json else say)(approval_text(seen))
    if not yes and not confirmed(f"{decision.capitalize()} this?"):
        give_up(f"Approval {number} still waits.", code=FAILED)
    # The hash of what was shown: what changed since is not what this person approved.
    told = {
        "decision": decision,
        "content_hash": seen["approval"]["content_hash"],
        "reason": reason,
    }
    settled = client.post(f"approvals/{number}/decide", told)
    if as_json:
        print_json({"number": number, "state": settled["state"]})
    else:
        say(f"Approval {number} is {words(settled['state'])}.")


def approval_text(view: Any) -> str:
    """Write out what would happen: the call to the letter, before and after, what else it hits."""
    approval, action, run = view["approval"], view["action"], view["run"]
    head = f"Approval {approval['number']}  {words(approval['state'])}"
    about = f"{run['incident_name']}, runbook {run['runbook_id']}, action {action['number']}"
    votes = [
        f"{one['person']} said {one['decision']}{': ' + one['reason'] if one['reason'] else ''}"
        for one in view["votes"]
    ]
    return "\n".join(
        [
            f"{head}, until {moment(approval['expires_at'])}",
            action["summary"],
            f"Asked for by {approval['requester']} for {about}.",
            f"Yeses needed from others: {approval['needed']}.",
            *votes,
            "",
            change_text(action),
        ]
    )


def change_text(action: Any) -> str:
    """Write out an action's call, its change, its reach and its way back."""
    return "\n".join(
        [
            "The call:",
            _indented(_call(action["call"])),
            "The change:",
            _indented(action["diff"]),
            "What else it touches:",
            _indented(_blast(action["blast"])),
            "The way back:",
            _indented(_call(action["inverse"])),
        ]
    )


def _call(call: Any) -> str:
    parameters = json.dumps(call["parameters"], indent=2, ensure_ascii=False)
    return f"{call['service']}.{call['operation']} on {call['resource']}\n{parameters}"


def _blast(blast: Any) -> str:
    return "\n".join(blast.get("text", ())) or "nothing that is known"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _draw(view: Any) -> None:
    say(approval_text(view))


def _draw_list(views: Any) -> None:
    say_table(
        ("approval", "what", "incident", "asked by", "until"),
        (
            (
                one["approval"]["number"],
                one["action"]["summary"],
                one["run"]["incident_name"],
                one["approval"]["requester"],
                moment(one["approval"]["expires_at"]),
            )
            for one in views
        ),
        empty="Nothing waits for approval.",
    )
