"""`fireline account`: who may sign in, and as what."""

from typing import Annotated, Any

import typer

from fireline.core.access.roles import Role
from fireline.doors.cli.client import Client
from fireline.doors.cli.terminal import AsJson, moment, say, say_table, show

account_app = typer.Typer(no_args_is_help=True, help="Accounts of the plan's people.")
Person = Annotated[str, typer.Argument(metavar="PERSON", help="As people.yaml names them.")]
Roles = Annotated[Role, typer.Option(help=", ".join(Role))]


@account_app.command("create")
def create(person: Person, *, role: Roles = Role.OPERATOR, as_json: AsJson = False) -> None:
    """Give a person of the plan an account; prints the link with which they set a password."""
    client = Client.from_environment()
    made = client.post("accounts", {"person": person, "role": role})
    show(_with_url(client, made), _draw_link, as_json=as_json)


@account_app.command("link")
def link(person: Person, *, as_json: AsJson = False) -> None:
    """Make a new one-time link for somebody who cannot sign in."""
    client = Client.from_environment()
    made = client.post(f"accounts/{person}/link")
    show(_with_url(client, made), _draw_link, as_json=as_json)


@account_app.command("role")
def role(
    person: Person,
    wanted: Annotated[Role, typer.Argument(metavar="ROLE", help=", ".join(Role))],
    *,
    as_json: AsJson = False,
) -> None:
    """Give an account another role; it holds from the next request on."""
    Client.from_environment().put(f"accounts/{person}/role", {"role": wanted})
    changed = {"person": person, "role": wanted}
    show(changed, lambda one: say(f"{one['person']} is {one['role']}."), as_json=as_json)


@account_app.command("disable")
def disable(person: Person, *, as_json: AsJson = False) -> None:
    """Shut an account: its sessions, links and tokens stop working."""
    Client.from_environment().delete(f"accounts/{person}")
    shut = {"person": person, "disabled": True}
    show(shut, lambda one: say(f"The account of {one['person']} is shut."), as_json=as_json)


@account_app.command("list")
def list_accounts(*, as_json: AsJson = False) -> None:
    """List the accounts."""
    show(Client.from_environment().get("accounts"), _draw, as_json=as_json)


def _with_url(client: Client, made: Any) -> dict[str, str]:
    return {"person": made["person"], "link": f"{client.base_url}{made['path']}"}


def _draw_link(made: Any) -> None:
    say(made["link"])
    say(f"{made['person']} signs in with it once, within ten minutes, and sets a password.")


def _draw(accounts: Any) -> None:
    say_table(
        ("person", "role", "made", "shut"),
        (
            (one["person"], one["role"], moment(one["created_at"]), moment(one["disabled_at"]))
            for one in accounts
        ),
        empty="Nobody has an account.",
    )
