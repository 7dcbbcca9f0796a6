"""Build `fireline`: singular nouns, then verbs; JSON for programs; exit codes that say how it went.

The command line is a client of the API. What only this machine can do, starting fireline itself,
is handed in by the composition root.
"""

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fireline.doors.cli.access import token_app
from fireline.doors.cli.accounts import account_app
from fireline.doors.cli.actions import action_app, undo
from fireline.doors.cli.alert_hands import alert_app
from fireline.doors.cli.alerts import ack
from fireline.doors.cli.approvals import approval_app, approve
from fireline.doors.cli.assets import assets_app
from fireline.doors.cli.audit import audit
from fireline.doors.cli.changes import change_app
from fireline.doors.cli.channels import channel_app
from fireline.doors.cli.clouds import cloud_app
from fireline.doors.cli.contacts import contacts_app, readiness, rules_app
from fireline.doors.cli.drills import RunAlone, build_drill_app
from fireline.doors.cli.escalations import escalation_app
from fireline.doors.cli.heartbeats import heartbeat_app
from fireline.doors.cli.import_reading import OpenForeign
from fireline.doors.cli.imports import build_import_app
from fireline.doors.cli.incidents import incident_app
from fireline.doors.cli.lab import LabCommands, build_lab_app
from fireline.doors.cli.oncall import oncall_app, who
from fireline.doors.cli.plan import plan_app
from fireline.doors.cli.posture import posture_app
from fireline.doors.cli.replay import replay
from fireline.doors.cli.reports import report
from fireline.doors.cli.routes import route_app
from fireline.doors.cli.runs import run_app
from fireline.doors.cli.signals import signal_app
from fireline.doors.cli.silences import silence_app
from fireline.doors.cli.sources import source_app
from fireline.doors.cli.status import status
from fireline.doors.cli.terminal import Edge
from fireline.doors.cli.watchdog import Watchdog, build_watchdog


@dataclass(frozen=True, slots=True)
class UpOptions:
    """How a person wants fireline started; `None` leaves it to the settings."""

    demo: bool
    host: str | None
    port: int | None
    data_dir: Path | None


@dataclass(frozen=True, slots=True)
class Bodies:
    """What the composition root does for the command line.

    `up` serves until it is told to stop and returns the exit code. All may raise ClientFailed or
    a Refusal, which is told in a sentence.
    """

    up: Callable[[UpOptions], int]
    run_drill_alone: RunAlone
    open_foreign: OpenForeign
    watchdog: Watchdog
    lab: LabCommands


def build_cli(bodies: Bodies) -> typer.Typer:
    """Return the whole command line."""
    cli = typer.Typer(
        name="fireline",
        cls=Edge,
        help="Cloud incident response: prepare, detect, alert, contain, recover, learn.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    cli.callback()(_fireline)
    cli.command("up")(_up(bodies))
    cli.command("status")(status)
    cli.command("audit")(audit)
    cli.command("watchdog")(build_watchdog(bodies.watchdog))
    cli.command("who")(who)
    cli.command("ack")(ack)
    cli.command("report")(report)
    cli.command("replay")(replay)
    cli.command("approve")(approve)
    cli.command("readiness")(readiness)
    cli.command("undo")(undo)
    cli.add_typer(build_drill_app(bodies.run_drill_alone), name="drill")
    cli.add_typer(build_import_app(bodies.open_foreign), name="import")
    cli.add_typer(build_lab_app(bodies.lab), name="lab")
    for name, app in (
        ("plan", plan_app),
        ("source", source_app),
        ("heartbeat", heartbeat_app),
        ("signal", signal_app),
        ("alert", alert_app),
        ("change", change_app),
        ("cloud", cloud_app),
        ("assets", assets_app),
        ("posture", posture_app),
        ("route", route_app),
        ("silence", silence_app),
        ("oncall", oncall_app),
        ("escalation", escalation_app),
        ("incident", incident_app),
        ("run", run_app),
        ("approval", approval_app),
        ("action", action_app),
        ("channels", channel_app),
        ("contacts", contacts_app),
        ("rules", rules_app),
        ("account", account_app),
        ("token", token_app),
    ):
        cli.add_typer(app, name=name)
    return cli


def _up(bodies: Bodies) -> Callable[..., None]:
    def up(
        *,
        demo: Annotated[
            bool, typer.Option("--demo", help="With a world to try it in, and a drill at once.")
        ] = False,
        port: Annotated[int | None, typer.Option(min=1, max=65535, help="8040 if not set.")] = None,
        host: Annotated[str | None, typer.Option(help="127.0.0.1 if not set.")] = None,
        data_dir: Annotated[
            Path | None,
            typer.Option(file_okay=False, help="Where fireline keeps its own files."),
        ] = None,
    ) -> None:
        """Start fireline here, and serve until it is stopped."""
        code = bodies.up(UpOptions(demo=demo, host=host, port=port, data_dir=data_dir))
        if code:
            raise typer.Exit(code)

    return up


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if asked:
        typer.echo(f"fireline {importlib.metadata.version('fireline')}")
        raise typer.Exit


def _fireline(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Say which this is."),
    ] = False,
) -> None:
    pass
