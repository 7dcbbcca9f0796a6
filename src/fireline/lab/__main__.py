"""Run a lab: `python -m fireline.lab --world FILE --state-file PATH`."""

import argparse
import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path

import structlog
from pydantic import ValidationError

from fireline.lab.aws.timetable import Timetable
from fireline.lab.lab import Lab
from fireline.lab.options import SECRET_VARIABLE, LabOptions, Part
from fireline.lab.state import TAKEN, taken, write_state
from fireline.lab.world import World
from fireline.lab.world_file import read_world

_TICK_SECONDS = 0.5


def main() -> int:
    """Build the world, say where it is, and stay until stopped or forgotten."""
    asked = _arguments().parse_args()
    _quiet()
    try:
        world = read_world(asked.world)
    except (OSError, ValidationError) as mistake:
        sys.stderr.write(f"lab: cannot read the world {asked.world}: {mistake}\n")
        return 2
    options = LabOptions(
        webhook_secret=os.environ.get(SECRET_VARIABLE, ""),
        seed=asked.seed,
        timetable=Timetable(asked.eventbridge_lag, asked.trail_interval, asked.repeat_every),
        idle_limit_seconds=asked.idle_limit,
        without=frozenset(Part(one) for one in asked.without),
    )
    with taken(asked.state_file.parent) as mine:
        return _stay(world, asked, options) if mine else TAKEN


def _stay(world: World, asked: argparse.Namespace, options: LabOptions) -> int:
    # Whatever lab was here before is gone, and what it said of itself with it.
    asked.state_file.unlink(missing_ok=True)
    lab = Lab(world, asked.state_file.parent, options)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, partial(_end, lab))
    write_state(lab.open(asked.port), asked.state_file)
    while not lab.ended.wait(_TICK_SECONDS):
        if lab.idle_seconds() > options.idle_limit_seconds:
            break
    lab.close()
    asked.state_file.unlink(missing_ok=True)
    return 0


def _end(lab: Lab, _signal: int, _frame: object) -> None:
    lab.ended.set()


def _arguments() -> argparse.ArgumentParser:
    usual = Timetable()
    parser = argparse.ArgumentParser(prog="python -m fireline.lab", description=__doc__)
    parser.add_argument("--world", type=Path, required=True, help="the world, as JSON")
    parser.add_argument("--state-file", type=Path, required=True, help="written when ready")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, help="the same gives the same ids, jitter and faults")
    parser.add_argument("--eventbridge-lag", type=float, default=usual.eventbridge_lag)
    parser.add_argument("--trail-interval", type=float, default=usual.trail_interval)
    parser.add_argument(
        "--repeat-every",
        type=int,
        default=usual.repeat_every,
        help="announce every nth object twice; 0 never",
    )
    parser.add_argument("--idle-limit", type=float, default=LabOptions().idle_limit_seconds)
    parser.add_argument("--without", action="append", choices=list(Part), default=[])
    return parser


def _quiet() -> None:
    """Keep the log to what went wrong: every call is in the trail already."""
    for noisy in ("werkzeug", "mail", "botocore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
