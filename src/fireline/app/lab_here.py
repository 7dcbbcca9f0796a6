"""Run a lab in this process, until it is told to end."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from fireline.app.given_settings import settings_of
from fireline.app.lab_told import RECORDS_FILE, described, watching
from fireline.app.settings import PREFIX
from fireline.content.lab_worlds import world_files
from fireline.doors.cli.client import FAILED, ClientFailed
from fireline.doors.cli.lab import LabUpOptions, Ready, Told
from fireline.lab.lab import Lab
from fireline.lab.launch import STATE_FILE
from fireline.lab.options import LabOptions
from fireline.lab.seeding_resources import count_of
from fireline.lab.state import LabState, write_state
from fireline.lab.world import World
from fireline.lab.world_file import read_world, world_of

_TICK_SECONDS = 0.3


def serve(options: LabUpOptions, folder: Path, told: Told, ready: Ready) -> int:
    """Build a world and serve it; return the exit code. Raises ClientFailed when it cannot."""
    world = _world(options.world)
    _quiet()
    return _serve(world, folder, options, told, ready)


def _serve(world: World, folder: Path, options: LabUpOptions, told: Told, ready: Ready) -> int:
    records = folder / RECORDS_FILE if options.keep_records else None
    lab = Lab(world, folder, _lab_options(options, records), told)
    state_file = folder / STATE_FILE
    try:
        state = lab.open(options.port)
    except OSError as busy:
        message = f"The lab cannot listen on port {options.port} ({busy.strerror})."
        raise ClientFailed(message, FAILED, hint="Choose another with --port.") from busy
    # Until here Ctrl-C ends the building at once; from now on it ends the lab in order.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, partial(_end, lab))
    try:
        write_state(state, state_file)
        with _watcher(state, folder, wanted=options.fireline) as watcher:
            shown = described(state, lab.status(), folder)
            ready({**shown, "watched_at": _address() if watcher else None})
            while not lab.ended.wait(_TICK_SECONDS):
                if watcher is not None and watcher.poll() is not None:
                    return int(watcher.returncode)
    finally:
        state_file.unlink(missing_ok=True)
        lab.close()
    return 0


def _end(lab: Lab, _signal: int, _frame: object) -> None:
    lab.ended.set()


def _lab_options(options: LabUpOptions, records: Path | None) -> LabOptions:
    return LabOptions(seed=options.seed, admin=True, records=records)


@contextlib.contextmanager
def _watcher(
    state: LabState, folder: Path, *, wanted: bool
) -> Generator[subprocess.Popen[bytes] | None]:
    """Run a fireline that watches the lab, for as long as the block."""
    if not wanted:
        yield None
        return
    environment = {**_without_real_cloud(), **watching(state, folder)}
    command = [sys.executable, "-m", "fireline", "up"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own interpreter and module
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _without_real_cloud() -> dict[str, str]:
    # Neither the real cloud's keys nor the real fireline's database may meet a simulated world.
    kept = {f"{PREFIX}{name}" for name in ("HOST", "PORT", "LOG_FORMAT", "POSTGRES_BIN")}
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(("AWS_", PREFIX))
    }


def _address() -> str:
    settings = settings_of({})
    return settings.address


def _world(named: str) -> World:
    shipped = world_files().get(named)
    if shipped is not None:
        return world_of(shipped, f"{named}.yaml")
    path = Path(named).expanduser()
    if not path.exists() and path.suffix == "" and path.parent == Path():
        names = ", ".join(world_files())
        message = f"No world named {named} comes along."
        raise ClientFailed(message, FAILED, hint=f"There are {names}; or name a file.")
    return read_world(path)


def worlds() -> Sequence[Mapping[str, Any]]:
    """List the worlds that come along."""
    read = {name: world_of(text, f"{name}.yaml") for name, text in world_files().items()}
    return [
        {
            "name": name,
            "title": world.title,
            "resources": sum(count_of(one) for one in world.every_account),
        }
        for name, world in read.items()
    ]


def _quiet() -> None:
    for noisy in ("werkzeug", "mail", "botocore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
