"""Get what an account of another system holds: over its API, or out of a file read earlier."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from fireline.core.plan.importing.bringing import TITLES
from fireline.core.plan.importing.saved import Taken, opened, saved_text
from fireline.core.signals.decoding import decoded, is_list, is_object
from fireline.core.values.time import Span
from fireline.doors.cli.client import USAGE
from fireline.doors.cli.terminal import give_up, remark
from fireline.ports.foreign import Foreign, Tell, Wanted

OpenForeign = Callable[[str, str, str], AbstractContextManager[Foreign]]
"""Opens an account: which system, its address, and where the key is kept."""

ADDRESSES: Mapping[str, str] = {
    "opsgenie": "https://api.opsgenie.com",
    "pagerduty": "https://api.pagerduty.com",
}
AROUND = timedelta(days=91)
MAX_EXPORT_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Where:
    """Where an account is read from, as a person said it."""

    source: str
    address: str | None
    key: str | None
    export: Path | None


def moment_now() -> datetime:
    """Return the terminal's own time, to the minute: the plan is checked again by the house's."""
    now = datetime.now(UTC)  # noqa: TID251 - the terminal's own clock
    return now.replace(second=0, microsecond=0)


def around(now: datetime) -> Span:
    """Return three months before and after."""
    return Span(now - AROUND, now + AROUND)


def taken(where: Where, open_foreign: OpenForeign, wanted: Wanted, now: datetime) -> Taken:
    """Read the account. What cannot be read ends the command."""
    if where.export is not None:
        return _from_export(where.export, where.source, now)
    address = where.address or ADDRESSES.get(where.source)
    if where.key is None or address is None:
        missing = "--key" if where.key is None else "--api-url"
        hint = "Name --key env:NAME (and --api-url), or a file with --export."
        give_up(f"Without {missing} fireline cannot read {TITLES[where.source]}.", hint, code=USAGE)
    if _in_the_clear(address):
        remark(f"Beware: {address} is not https, so the key travels unencrypted.")
    with open_foreign(where.source, address, where.key) as account, _progress() as tell:
        read = account.read(wanted, tell)
    return Taken(where.source, address, now, read, wanted.span if wanted.timelines else None)


def keep(found: Taken, file: Path) -> None:
    """Write what was read to a file that only its owner may read: it has people's addresses."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(saved_text(found), "utf-8")


def _in_the_clear(address: str) -> bool:
    try:
        parts = urlsplit(address)
        here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    except ValueError:
        return False
    return parts.scheme == "http" and not here


def _from_export(export: Path, source: str, now: datetime) -> Taken:
    if export.is_dir():
        return Taken(source, str(export), now, _folder(export))
    return opened(_bytes(export), source)


def _folder(export: Path) -> Mapping[str, object]:
    """Read a folder: `users.json` with a list in it, or `users/` with a file for each."""
    parts: dict[str, object] = {}
    for entry in sorted(export.iterdir()):
        if entry.is_dir():
            files = sorted(entry.rglob("*.json"))
            parts[entry.name] = [one for file in files for one in _listed(_json(file))]
        elif entry.suffix == ".json":
            said = _json(entry)
            parts[entry.stem] = said if entry.stem == "account" else _listed(said)
    if not any(parts.get(name) for name in ("users", "schedules", "teams")):
        hint = "It should hold users, teams and schedules: users.json, or users/ with JSON files."
        give_up(f"{export} holds no export.", hint, code=USAGE)
    return parts


def _listed(said: object) -> list[object]:
    """Return the things of a file: a list, one under `data`, or a single thing."""
    inner = said.get("data", said) if is_object(said) else said
    return list(inner) if is_list(inner) else [inner]


def _json(file: Path) -> object:
    try:
        return decoded(_bytes(file))
    except ValueError as error:
        give_up(f"{file} is no JSON, or was cut short: {error}.", code=USAGE)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(MAX_EXPORT_BYTES)
    except OSError as error:
        give_up(f"{file}: {error.strerror}.", code=USAGE)


@contextmanager
def _progress() -> Generator[Tell]:
    """Show on a terminal how far reading is; say nothing to a file."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("connecting", total=None)

        def tell(what: str, done: int, of: int | None) -> None:
            bar.update(task, description=f"reading {what}", completed=done, total=of)

        yield tell


def as_json(value: object) -> str:
    """Write JSON for a file people may look into."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
