"""`fireline assets`: what there is in the cloud, whose it is, and what it was before."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from fireline.doors.cli.asset_drawing import (
    draw_assets,
    draw_counts,
    draw_coverage,
    draw_history,
    draw_one,
    draw_owner,
    draw_relations,
)
from fireline.doors.cli.asset_files import export
from fireline.doors.cli.client import USAGE, Client
from fireline.doors.cli.looks import look, looks
from fireline.doors.cli.numbers import number
from fireline.doors.cli.signals import drill_id
from fireline.doors.cli.terminal import AsJson, give_up, show

assets_app = typer.Typer(no_args_is_help=True, help="Assets: what there is in the cloud.")
_MOST = 200


def _kinds(incomplete: str) -> Iterator[str]:
    """Complete a kind as it is written: with its provider or without."""
    from fireline.core.assets import kubernetes  # noqa: PLC0415 - a large table, for who presses Tab
    from fireline.core.assets.aws.table import TABLE  # noqa: PLC0415 - a large table, for who presses Tab

    for kind in sorted({*TABLE, *kubernetes.TABLE}):
        for written in (kind, kind.removeprefix("aws.")):
            if written.startswith(incomplete):
                yield written
                break


Asset = Annotated[str, typer.Argument(metavar="ASSET", help="Its id, ARN or name.")]
KindOnly = Annotated[
    str | None,
    typer.Option(
        "--kind", help="Only these: ec2.instance, s3.bucket, or ec2.", autocompletion=_kinds
    ),
]
AccountOnly = Annotated[str | None, typer.Option("--account", help="Only in this account.")]
RegionOnly = Annotated[str | None, typer.Option("--region", help="Only in this region.")]
ServiceOnly = Annotated[str | None, typer.Option("--service", help="Only this service's.")]
TagOnly = Annotated[
    str | None, typer.Option("--tag", metavar="NAME=VALUE", help="Only with this tag, or any NAME.")
]
Gone = Annotated[bool, typer.Option("--gone", help="What is not there any more, instead.")]
Unowned = Annotated[bool, typer.Option("--unowned", help="Only what is nobody's.")]
After = Annotated[
    str | None, typer.Option(metavar="ID", help="Go on after this one: the `next` of a list.")
]
Limit = Annotated[int, typer.Option(min=1, max=_MOST, help="At most so many.")]
Drill = Annotated[
    int | None, typer.Option("--drill", metavar="N", parser=number, help="Of this drill's world.")
]


@assets_app.command("find")
def find(  # noqa: PLR0913 - each is one question to ask of the list
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="Words, or how they begin: name, id, tags.")
    ],
    *,
    kind: KindOnly = None,
    account: AccountOnly = None,
    region: RegionOnly = None,
    service: ServiceOnly = None,
    tag: TagOnly = None,
    unowned: Unowned = False,
    gone: Gone = False,
    after: After = None,
    limit: Limit = 50,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """Find assets by words of their name, id, ARN or tags."""
    asked = {"q": " ".join(text), "kind": kind, "account": account, "region": region}
    asked |= {"service": service, "tag": tag, **_only(unowned=unowned, gone=gone)}
    _list({**asked, "after": after, "limit": limit}, drill, as_json=as_json)


@assets_app.command("list")
def list_assets(  # noqa: PLR0913 - each is one question to ask of the list
    *,
    kind: KindOnly = None,
    account: AccountOnly = None,
    region: RegionOnly = None,
    service: ServiceOnly = None,
    tag: TagOnly = None,
    unowned: Unowned = False,
    gone: Gone = False,
    after: After = None,
    limit: Limit = 50,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """List assets, by kind and name."""
    asked = {"kind": kind, "account": account, "region": region, "service": service, "tag": tag}
    asked |= {**_only(unowned=unowned, gone=gone), "after": after, "limit": limit}
    _list(asked, drill, as_json=as_json)


@assets_app.command("count")
def count(*, drill: Drill = None, as_json: AsJson = False) -> None:
    """Count assets by kind, account and region, and those that are nobody's."""
    client = Client.from_environment()
    found = client.get("assets/counts", drill=drill_id(client, drill))
    show(found, draw_counts, as_json=as_json)


@assets_app.command("show")
def show_asset(asset: Asset, *, drill: Drill = None, as_json: AsJson = False) -> None:
    """Show an asset: what it is, whose, its configuration, links and latest changes."""
    client = Client.from_environment()
    show(client.get(_path(client, asset, drill)), draw_one, as_json=as_json)


@assets_app.command("history")
def history(
    asset: Asset,
    *,
    before: Annotated[int | None, typer.Option(min=1, help="Versions before this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="At most so many.")] = 20,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """List what an asset was: when it changed, how, and who did it by which call."""
    client = Client.from_environment()
    path = f"{_path(client, asset, drill)}/history"
    show(client.get(path, before=before, limit=limit), draw_history, as_json=as_json)


@assets_app.command("owner")
def owner(asset: Asset, *, drill: Drill = None, as_json: AsJson = False) -> None:
    """Say whose an asset is, why, and who is on call for it now."""
    client = Client.from_environment()
    show(client.get(f"{_path(client, asset, drill)}/owner"), draw_owner, as_json=as_json)


@assets_app.command("related")
def related(
    asset: Asset,
    *,
    depth: Annotated[int, typer.Option(min=1, max=3, help="So many links away.")] = 2,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """Show what an asset is linked with, as a tree."""
    client = Client.from_environment()
    found = client.get(f"{_path(client, asset, drill)}/relations", depth=depth)
    show(found, draw_relations, as_json=as_json)


@assets_app.command("coverage")
def coverage(
    *,
    account: AccountOnly = None,
    all_: Annotated[bool, typer.Option("--all", help="What could be looked at, too.")] = False,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """Say what could not be looked at and why, and which look is the oldest."""
    client = Client.from_environment()
    found = client.get("assets/coverage", account=account, drill=drill_id(client, drill))
    show(found, lambda lines: draw_coverage(lines, everything=all_), as_json=as_json)


assets_app.command("export")(export)
assets_app.command("look")(look)
assets_app.command("looks")(looks)


def _list(asked: dict[str, Any], drill: int | None, *, as_json: bool) -> None:
    if asked.get("tag") is not None and not asked["tag"].partition("=")[0].strip():
        give_up("A tag is a name, or NAME=VALUE.", "Such as --tag env=prod.", code=USAGE)
    client = Client.from_environment()
    page = client.get("assets", **asked, drill=drill_id(client, drill))
    show(page, draw_assets, as_json=as_json)


def _only(*, unowned: bool, gone: bool) -> dict[str, Any]:
    return {"unowned": unowned or None, "gone": gone or None}


def _path(client: Client, asset: str, drill: int | None) -> str:
    """Return where an asset is that somebody calls by some name."""
    found = client.get("assets/named", name=asset, drill=drill_id(client, drill))
    return f"assets/{found['id']}"
