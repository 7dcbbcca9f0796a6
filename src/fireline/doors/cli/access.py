"""`fireline token`: tokens with which programs, and this command line, act for you."""

from typing import Annotated, Any
from uuid import UUID

import typer

from fireline.core.access.roles import Role
from fireline.doors.cli.client import Client
from fireline.doors.cli.terminal import AsJson, moment, print_json, say, say_table, show

token_app = typer.Typer(no_args_is_help=True, help="API tokens that act for you.")


@token_app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    role: Annotated[
        Role, typer.Option(help=f"{', '.join(Role)}; at most your own counts.")
    ] = Role.VIEWER,
    as_json: AsJson = False,
) -> None:
    """Make a token. It is shown this once."""
    made = Client.from_environment().post("tokens", {"name": name, "role": role})
    if as_json:
        print_json(made)
        return
    say(made["token"])
    say("Keep it: it is not shown again. Programs send it as FIRELINE_TOKEN.")


@token_app.command("list")
def list_tokens(*, as_json: AsJson = False) -> None:
    """List your tokens, without what they are."""
    show(Client.from_environment().get("tokens"), _draw, as_json=as_json)


@token_app.command("revoke")
def revoke(
    token: Annotated[UUID, typer.Argument(metavar="ID", help="As the list shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Withdraw a token: the next request with it is refused."""
    Client.from_environment().delete(f"tokens/{token}")
    revoked = {"id": str(token), "revoked": True}
    show(revoked, lambda one: say(f"Token {one['id']} is revoked."), as_json=as_json)


def _draw(tokens: Any) -> None:
    say_table(
        ("id", "name", "role", "made", "last used", "revoked"),
        (
            (
                one["id"],
                one["name"],
                one["role"],
                moment(one["created_at"]),
                moment(one["seen_at"]),
                moment(one["revoked_at"]),
            )
            for one in tokens
        ),
        empty="You have no tokens.",
    )
