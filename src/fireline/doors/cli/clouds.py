"""`fireline cloud`: the accounts that are looked at, the role each needs, and whether it works."""

import time
from typing import Annotated, Any
from urllib.parse import quote

import typer

from fireline.doors.cli.client import FAILED, REFUSED, USAGE, Client, ClientFailed
from fireline.doors.cli.terminal import (
    AsJson,
    Yes,
    confirmed,
    give_up,
    moment,
    say,
    say_section,
    say_table,
    show,
)

cloud_app = typer.Typer(no_args_is_help=True, help="Cloud accounts: what fireline looks at.")
_PROBE_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 0.5
_GOOD = "good"

Account = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="Twelve digits, or a cluster's name.")
]
Name = Annotated[str | None, typer.Option(help="What you call it.")]
RoleArn = Annotated[
    str | None, typer.Option(help="The role to assume; fireline-monitor of the account if not set.")
]
Region = Annotated[
    list[str] | None,
    typer.Option("--region", help="Only this region; again for more. All that are on, if not set."),
]
You = Annotated[
    str | None,
    typer.Option(
        metavar="ARN", help="The role or user fireline runs as, which the role shall trust."
    ),
]


@cloud_app.command("add")
def add(  # noqa: PLR0913 - how an account is entered, all by name
    account: Account,
    *,
    name: Name = None,
    role_arn: RoleArn = None,
    region: Region = None,
    provider: Annotated[str, typer.Option(help="aws, or kubernetes.")] = "aws",
    fireline_arn: You = None,
    as_json: AsJson = False,
) -> None:
    """Add an account to look at; print the role to install there, and what to do next."""
    wanted = {"account": account, "name": name or "", "role_arn": role_arn or ""}
    wanted |= {"regions": region or [], "provider": provider}
    client = Client.from_environment()
    made = client.post("clouds", wanted)
    role = client.get(f"{_path(account)}/role", fireline_arn=fireline_arn)
    show({**made, "role": role}, lambda told: _draw_added(told["role"], account), as_json=as_json)


@cloud_app.command("list")
def list_accounts(*, as_json: AsJson = False) -> None:
    """List the accounts that are looked at, when each was, and whether its role works."""
    show(Client.from_environment().get("clouds"), _draw_list, as_json=as_json)


@cloud_app.command("show")
def show_account(account: Account, *, as_json: AsJson = False) -> None:
    """Show one account: how it is entered, what trying its role showed, its last look."""
    show(Client.from_environment().get(_path(account)), _draw, as_json=as_json)


@cloud_app.command("change")
def change(
    account: Account,
    *,
    name: Name = None,
    role_arn: RoleArn = None,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Change an account's name, role or regions; `--region all` is all that are on."""
    regions = None if region is None else [one for one in region if one != "all"]
    wanted = {"name": name, "role_arn": role_arn, "regions": regions}
    given = {key: value for key, value in wanted.items() if value is not None}
    if not given:
        give_up("Nothing to change was named.", "See `fireline cloud change --help`.", code=USAGE)
    show(Client.from_environment().patch(_path(account), given), _draw, as_json=as_json)


@cloud_app.command("probe")
def probe(account: Account, *, as_json: AsJson = False) -> None:
    """Try an account's role, also with a wrong external id, which it must refuse.

    Ends with 1 when the role cannot be used.
    """
    client = Client.from_environment()
    asked = client.post(f"{_path(account)}/probe")
    told = _tried(client, account, asked["probed_at"])
    show(told, _draw_probe, as_json=as_json)
    if told["probe"] != _GOOD:
        raise typer.Exit(FAILED)


@cloud_app.command("policy")
def policy(account: Account, *, fireline_arn: You = None, as_json: AsJson = False) -> None:
    """Print the role to install in an account: external id, trust policy, permissions."""
    role = Client.from_environment().get(f"{_path(account)}/role", fireline_arn=fireline_arn)
    show(role, _draw_role, as_json=as_json)


@cloud_app.command("remove")
def remove(account: Account, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Look at an account no more. What is known of it stays, out of the lists."""
    client = Client.from_environment()
    if not yes and not confirmed(f"Look at {account} no more?"):
        give_up(f"{account} is looked at as before.", code=FAILED)
    client.delete(_path(account))
    told = {"account": account, "removed": True}
    show(told, lambda one: say(f"{one['account']} is looked at no more."), as_json=as_json)


def _path(account: str) -> str:
    return f"clouds/{quote(account, safe='')}"


def _tried(client: Client, account: str, before: str | None) -> Any:
    gives_up_at = time.monotonic() + _PROBE_SECONDS
    while time.monotonic() < gives_up_at:
        told = client.get(_path(account))
        if told["probed_at"] != before:
            return told
        time.sleep(_LOOK_EVERY_SECONDS)
    message = f"Nobody has tried the role of {account} within a minute."
    raise ClientFailed(message, REFUSED, hint="Does the part of fireline that looks run?")


def _draw_added(role: Any, account: str) -> None:
    say(f"The account {account} is added. Now, in that account:")
    say()
    _draw_role(role)
    say()
    say(f"Then: fireline cloud probe {account}")
    say("A role that works is looked with at once.")


def _draw_role(role: Any) -> None:
    say(f"Role: {role['role_arn']}")
    say(f"External id: {role['external_id'] or 'the settings have it'}")
    if "FIRELINES-" in role["trust_policy"]:
        say()
        say("Put fireline's own role in place of FIRELINES-ACCOUNT and FIRELINES-ROLE, or say it:")
        say("  --fireline-arn arn:aws:iam::111122223333:role/fireline")
    say()
    say("Trust policy:")
    say(role["trust_policy"])
    say()
    say("Permissions, all of them to look:")
    say(role["policy"])


def _draw_list(found: Any) -> None:
    say_table(
        ("account", "name", "provider", "role", "last looked at", "next look", "named by"),
        (
            (
                one["account"],
                one["name"],
                one["provider"],
                _probe(one),
                moment(one["looked_at"]) if one["looked_at"] else "never",
                moment(one["next_look_at"]),
                "the settings" if one["of_settings"] else one["added_by"],
            )
            for one in found
        ),
        empty="No account is looked at yet. Add one: fireline cloud add ACCOUNT",
    )


def _draw(one: Any) -> None:
    say(f"{one['account']}  {one['name']}".rstrip())
    lines = [
        f"provider: {one['provider']}",
        f"role: {one['role_arn'] or '-'}",
        f"regions: {', '.join(one['regions']) or 'all that are on'}",
    ]
    if one["external_id"]:
        lines.append(f"external id: {one['external_id']}")
    named = "the settings" if one["of_settings"] else one["added_by"]
    lines.append(f"added: {moment(one['added_at'])} by {named}")
    say_section("How it is entered", lines)
    _draw_probe(one)
    looked = moment(one["looked_at"]) if one["looked_at"] else "never"
    say_section("Looks", (f"last: {looked}", f"next: {moment(one['next_look_at'])}"))


def _draw_probe(one: Any) -> None:
    said = (one["probe_said"],) if one["probe_said"] else ()
    say_section("Its role", (f"{_probe(one)} {moment(one['probed_at'])}", *said))


def _probe(one: Any) -> str:
    return str(one["probe"] or "not tried yet")
