"""`fireline import`: bring in the people, schedules and escalations of another system as a plan.

It only reads there. Everything that is met is told: imported, in another shape, or not, and why.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fireline.core.plan.importing.bringing import TITLES, bring_in
from fireline.core.values.time import Span
from fireline.doors.cli import import_report, import_verify
from fireline.doors.cli.client import FAILED, USAGE
from fireline.doors.cli.import_overrides import overrides, push
from fireline.doors.cli.import_reading import (
    OpenForeign,
    Where,
    around,
    as_json,
    keep,
    moment_now,
    taken,
)
from fireline.doors.cli.import_writing import lay, people_of, texts_of
from fireline.doors.cli.moments import Moment
from fireline.doors.cli.terminal import AsJson, print_json, remark
from fireline.ports.foreign import Wanted

Address = Annotated[
    str | None, typer.Option("--api-url", metavar="URL", help="Its API, where it is not the usual.")
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="REF", help="Where the API key is: env:NAME or file:/path."),
]
Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="PATH", help="What was saved earlier, instead of the API."),
]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Keep what was read, timelines too, to use again."),
]
Into = Annotated[
    Path | None,
    typer.Option("--into", metavar="DIR", help="The plan's folder; a new one is begun for you."),
]
Plan = Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder of the plan.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are different.")]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write the report as JSON.")
]
Overrides = Annotated[
    Path | None,
    typer.Option(
        "--overrides", metavar="FILE", help="overrides.json beside the plan's folder if not set."
    ),
]
Push = Annotated[
    bool, typer.Option("--push", help="Make the overrides too; the plan must be running already.")
]
From = Annotated[datetime | None, Moment("--from", help="Compare from here; 3 months ago.")]
Until = Annotated[datetime | None, Moment("--until", help="Compare to here; in 3 months.")]


def build_import_app(open_foreign: OpenForeign) -> typer.Typer:
    """Return `fireline import`."""
    app = typer.Typer(no_args_is_help=True, help="Bring in the plan of another system.")
    verify = typer.Typer(
        no_args_is_help=True,
        help="Compare who is on call here and there, minute by minute. Ends with 1 if they differ.",
    )
    for source in TITLES:
        app.command(source)(_importing(source, open_foreign))
        verify.command(source)(_verifying(source, open_foreign))
    app.command("overrides")(overrides)
    app.add_typer(verify, name="verify")
    return app


def _importing(source: str, open_foreign: OpenForeign) -> Callable[..., None]:
    def bring(  # noqa: PLR0913 - what a person may say, all by name
        *,
        api_url: Address = None,
        key: Key = None,
        export: Export = None,
        save: Save = None,
        into: Into = None,
        overrides_file: Overrides = None,
        force: Force = False,
        push_overrides: Push = False,
        report: Report = None,
        as_json_: AsJson = False,
    ) -> None:
        now = moment_now()
        wanted = Wanted(around(now), timelines=save is not None)
        read = taken(Where(source, api_url, key, export), open_foreign, wanted, now)
        if save is not None:
            keep(read, save)
            remark(f"What was read is kept in {save}.")
        known = _known(into)
        found = bring_in(read, known, now=now)
        beside = overrides_file or (into.parent if into else Path()) / "overrides.json"
        written = lay(found, read, into, beside, now=now, force=force) if into else None
        answer = import_report.told(found, written)
        if report is not None:
            report.write_text(as_json(answer), "utf-8")
        if as_json_:
            print_json(answer)
        else:
            import_report.draw(found, written, into)
        if written is not None and written.mistakes:
            count = len(written.mistakes)
            remark(f"The plan has {count} mistake{'' if count == 1 else 's'}: correct the files.")
            raise typer.Exit(USAGE)
        if written is not None and push_overrides:
            made = push(written.overrides)
            remark(f"Overrides made: {made['made']}.")

    title = TITLES[source]
    bring.__doc__ = f"Read {title} and write its people, schedules and escalations as plan files."
    return bring


def _verifying(source: str, open_foreign: OpenForeign) -> Callable[..., None]:
    def verify(  # noqa: PLR0913 - what a person may say, all by name
        *,
        into: Plan,
        api_url: Address = None,
        key: Key = None,
        export: Export = None,
        save: Save = None,
        start: From = None,
        until: Until = None,
        as_json_: AsJson = False,
    ) -> None:
        now = moment_now()
        usual = around(now)
        wanted = Wanted(_asked(start or usual.start, until or usual.end), timelines=True)
        read = taken(Where(source, api_url, key, export), open_foreign, wanted, now)
        if save is not None:
            keep(read, save)
        span = import_verify.span_of(read, start, until)
        compared = import_verify.compare(read, into, span, now)
        answer = import_verify.told(compared)
        if as_json_:
            print_json(answer)
        else:
            import_verify.draw(compared, source, now)
        if not answer["same"]:
            raise typer.Exit(FAILED)

    title = TITLES[source]
    verify.__doc__ = f"Compare the plan's schedules with {title}'s own timelines."
    return verify


def _known(into: Path | None) -> Mapping[str, str]:
    """Return the ids that people of the plan's folder have already."""
    return {} if into is None else people_of(texts_of(into))


def _asked(start: datetime, end: datetime) -> Span:
    if start >= end:
        msg = "--until must be after --from"
        raise typer.BadParameter(msg)
    return Span(start, end)
