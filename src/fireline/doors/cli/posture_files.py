"""`fireline posture export` and `import`: findings for other tools, and from them."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.progress import Progress

from fireline.doors.cli.client import FAILED, USAGE, Client
from fireline.doors.cli.finding_files import Found, Garbled, findings_in
from fireline.doors.cli.terminal import AsJson, give_up, print_json, remark, say

_MOST_AT_ONCE = 200
_MOST_BYTES = 2_000_000
_MOST_NAMED = 20
_EXPORT_SECONDS = 300.0


class Written(StrEnum):
    """How findings are written for others."""

    OCSF = "ocsf"
    ASFF = "asff"
    CSV = "csv"
    JSON = "json"


def export(
    *,
    format: Annotated[  # noqa: A002 - the option's own name
        Written, typer.Option(help="OCSF, ASFF (100 to a line), CSV, or JSON.")
    ] = Written.JSON,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The file; the terminal if not set.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="What passes, too.")] = False,
    account: Annotated[str | None, typer.Option(help="Only this account's.")] = None,
) -> None:
    """Export what signatures say of the assets, for other tools."""
    parts = Client.from_environment().text(
        "posture/export",
        seconds=_EXPORT_SECONDS,
        format=format.value,
        everything=everything or None,
        account=account,
    )
    if out is None:
        for part in parts:
            sys.stdout.write(part)
        return
    # Under another name until all of it came: half an export must not look like a whole one.
    begun = out.with_name(f"{out.name}.part")
    try:
        with begun.open("w", encoding="utf-8", newline="") as file:
            for part in parts:
                file.write(part)
        begun.replace(out)
    except OSError as error:
        give_up(f"{out} cannot be written: {error.strerror}.", code=USAGE)
    finally:
        begun.unlink(missing_ok=True)
    remark(f"Written to {out}.")


def import_findings(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="OCSF, ASFF, or Prowler's JSON.")],
    *,
    source: Annotated[
        str, typer.Option(help="The source they are said to be of, such as prowler.")
    ] = "findings",
    as_json: AsJson = False,
) -> None:
    """Import findings of Prowler, Security Hub or another fireline as signals of a source."""
    client = Client.from_environment()
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            total = _Total()
            _import(client, opened, total, source=source, size=file.stat().st_size, quiet=as_json)
    except OSError as error:
        give_up(f"{file} cannot be read: {error.strerror}.", code=USAGE)
    if as_json:
        print_json({**total.counts, "named": total.named})
    else:
        _draw(total)
    if total.counts["wrong"]:
        raise typer.Exit(FAILED)


class _Total:
    """What became of a file so far."""

    def __init__(self) -> None:
        names = ("firing", "resolved", "passing", "silent", "repeated", "wrong")
        self.counts: Counter[str] = Counter(dict.fromkeys(names, 0))
        self.named: list[dict[str, Any]] = []
        self.begun: str | None = None

    def wrong(self, line: int, field: str, why: str) -> None:
        """Name something that is wrong; the first are shown."""
        if len(self.named) < _MOST_NAMED:
            self.named.append({"line": line, "field": field, "why": why})

    def add(self, answer: Any, lines: Sequence[int]) -> None:
        """Add what became of a batch."""
        self.begun = answer["begun"]
        for name in self.counts:
            self.counts[name] += answer[name]
        for one in answer["named"]:
            position: int = one["position"]
            self.wrong(lines[position], one["field"], one["why"])


def _import(
    client: Client, file: TextIO, total: _Total, *, source: str, size: int, quiet: bool
) -> None:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task("Importing", total=size)
        for batch in _batches(findings_in(file), total):
            found = [one.finding for one in batch]
            said = {"source": source, "findings": found, "begun": total.begun}
            answer = client.post("posture/import", said)
            total.add(answer, [one.line for one in batch])
            bar.update(task, advance=sum(len(json.dumps(one.finding)) for one in batch))


def _batches(found: Iterator[Found | Garbled], total: _Total) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for one in found:
        if isinstance(one, Garbled):
            total.counts["wrong"] += 1
            total.wrong(one.line, "", one.why)
            continue
        length = len(json.dumps(one.finding))
        if batch and (len(batch) >= _MOST_AT_ONCE or size + length > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


def _draw(total: _Total) -> None:
    counts = total.counts
    say(
        f"{counts['firing']} fail and {counts['resolved']} are over. {counts['passing']} pass and"
        f" were never failing here; {counts['silent']} say neither;"
        f" {counts['repeated']} came twice; {counts['wrong']} could not be read."
    )
    for one in total.named:
        field = f" {one['field']}:" if one["field"] else ""
        say(f"  line {one['line']}:{field} {one['why']}")
