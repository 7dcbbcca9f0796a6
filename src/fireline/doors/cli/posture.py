"""`fireline posture`: what is dangerous in the cloud, what changed, and what nobody can tell."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.moments import Moment
from fireline.doors.cli.numbers import Number, number
from fireline.doors.cli.posture_assessing import assess
from fireline.doors.cli.posture_drawing import (
    draw_drift,
    draw_list,
    draw_signature,
    draw_signatures,
    draw_story,
    draw_summary,
    draw_unknowns,
)
from fireline.doors.cli.posture_exceptions import (
    end_exception,
    except_findings,
    list_exceptions,
)
from fireline.doors.cli.posture_files import export, import_findings
from fireline.doors.cli.signals import drill_id
from fireline.doors.cli.terminal import AsJson, remark, show

posture_app = typer.Typer(
    no_args_is_help=True, help="Posture: what is dangerous in the cloud, and what changed."
)
Drill = Annotated[
    int | None,
    typer.Option("--drill", metavar="N", parser=number, help="Of this drill's world."),
]
AccountOnly = Annotated[str | None, typer.Option("--account", help="Only this account's.")]
ServiceOnly = Annotated[str | None, typer.Option("--service", help="Only this service's.")]


class Severity(StrEnum):
    """How bad a finding is."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"


class Standing(StrEnum):
    """Which findings to list."""

    OPEN = "open"
    RESOLVED = "resolved"
    ANY = "any"


@posture_app.command("summary")
def summary(*, drill: Drill = None, as_json: AsJson = False) -> None:
    """Say how everything stands, by account and service, and how much of it is known."""
    client = Client.from_environment()
    show(client.get("posture", drill=drill_id(client, drill)), draw_summary, as_json=as_json)


@posture_app.command("list")
def list_findings(  # noqa: PLR0913 - each is one question to ask of the list
    *,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    at_least: Annotated[
        Severity | None, typer.Option(help="Only of this severity or worse.")
    ] = None,
    signature: Annotated[str | None, typer.Option(help="Only this signature's.")] = None,
    account: AccountOnly = None,
    service: ServiceOnly = None,
    kind: Annotated[
        str | None, typer.Option(help="Only of this kind of asset, such as aws.s3.bucket.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Only with this in its words.")] = None,
    state: Annotated[Standing, typer.Option(help="Those that stand, or not.")] = Standing.OPEN,
    excepted: Annotated[
        bool | None, typer.Option("--excepted/--not-excepted", help="Only those, or without them.")
    ] = None,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Only those nobody can tell of now.")
    ] = False,
    fail_on: Annotated[
        Severity | None,
        typer.Option(help="End with 1 when one of this severity or worse stands, not excepted."),
    ] = None,
    drill: Drill = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    after: Annotated[
        int | None, typer.Option(metavar="N", parser=number, help="Those after this finding.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List findings, the worst first."""
    client = Client.from_environment()
    asked: dict[str, Any] = {
        "signature": signature,
        "account": account,
        "service": service,
        "kind": kind,
        "q": text,
        "unknown": unknown or None,
        "drill": drill_id(client, drill),
    }
    page = client.get(
        "posture/findings",
        severity=severity.value if severity else None,
        at_least=at_least.value if at_least else None,
        state=state.value,
        excepted=excepted,
        limit=limit,
        after=after,
        **asked,
    )
    show(page, draw_list, as_json=as_json)
    if fail_on is not None:
        _fail_on(client, fail_on, asked)


def _fail_on(client: Client, fail_on: Severity, asked: dict[str, Any]) -> None:
    """End with 1 when something as bad stands, whatever page of the list was shown."""
    bad = client.get(
        "posture/findings", at_least=fail_on.value, state="open", excepted=False, limit=1, **asked
    )
    if bad["items"]:
        remark(f"There are open findings of severity {fail_on.value} or worse.")
        raise typer.Exit(FAILED)


@posture_app.command("show")
def show_finding(finding: Number, *, as_json: AsJson = False) -> None:
    """Show a finding: the evidence, why it matters, the fix, and what became of it."""
    client = Client.from_environment()
    show(client.get(f"posture/findings/{finding}"), draw_story, as_json=as_json)


@posture_app.command("unknown")
def unknown(
    *,
    account: AccountOnly = None,
    signature: Annotated[str | None, typer.Option(help="Only of this signature.")] = None,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """Say of what nobody can tell how it is, and why."""
    client = Client.from_environment()
    found = client.get(
        "posture/unknowns",
        account=account,
        signature=signature,
        drill=drill_id(client, drill),
    )
    show(found, draw_unknowns, as_json=as_json)


@posture_app.command("drift")
def drift(  # noqa: PLR0913 - each is one question to ask of the list
    *,
    since: Annotated[Any, Moment("--since", help="Since then; 7 days ago if not set.")] = None,
    account: AccountOnly = None,
    service: ServiceOnly = None,
    regressions: Annotated[
        bool, typer.Option("--regressions", help="Only what was mended and fails again.")
    ] = False,
    drill: Drill = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    before: Annotated[
        int | None, typer.Option(metavar="N", parser=number, help="Earlier: the `next` of a list.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what got worse, better, or unknown; what stood at a first look is left out."""
    client = Client.from_environment()
    page = client.get(
        "posture/drift",
        since=since.isoformat() if since else None,
        turn="reopened" if regressions else None,
        account=account,
        service=service,
        drill=drill_id(client, drill),
        limit=limit,
        before=before,
    )
    show(page, draw_drift, as_json=as_json)


@posture_app.command("signatures")
def list_signatures(*, drill: Drill = None, as_json: AsJson = False) -> None:
    """List the signatures that run, the worst first, with what each says of the assets."""
    client = Client.from_environment()
    found = client.get("posture/signatures", drill=drill_id(client, drill))
    show(found, draw_signatures, as_json=as_json)


@posture_app.command("signature")
def show_signature(
    signature: Annotated[str, typer.Argument(help="Its id.")],
    *,
    drill: Drill = None,
    as_json: AsJson = False,
) -> None:
    """Show one signature: what it looks for, why it matters, and the fix."""
    client = Client.from_environment()
    found = client.get(f"posture/signatures/{signature}", drill=drill_id(client, drill))
    show(found, draw_signature, as_json=as_json)


posture_app.command("assess")(assess)
posture_app.command("except")(except_findings)
posture_app.command("exceptions")(list_exceptions)
posture_app.command("end-exception")(end_exception)
posture_app.command("export")(export)
posture_app.command("import")(import_findings)
