"""Follow a drill until it is over, line by line, through a restart of fireline if need be."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from fireline.doors.cli.client import UNREACHABLE, Client, ClientFailed

LOOK_EVERY_SECONDS = 0.5
# A fireline that was killed is started again by somebody, and finishes the same drill.
PATIENCE_SECONDS = 60.0


def follow(
    client: Client, number: int, tell: Callable[[Mapping[str, Any]], None]
) -> Mapping[str, Any]:
    """Tell each line of a drill's story once, as it comes; return the drill when it is over."""
    told: set[tuple[str, ...]] = set()
    while True:
        drill = _look(client, number)
        for line in drill["lines"]:
            # Lines are ordered by when things happened, so a new one may stand before an old one.
            mark = (line["at"], line["by"], line["kind"], line["text"])
            if mark not in told:
                told.add(mark)
                tell(line)
        if drill["finished_at"] is not None:
            return drill
        time.sleep(LOOK_EVERY_SECONDS)


def _look(client: Client, number: int) -> Mapping[str, Any]:
    gives_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return client.get(f"drills/{number}")
        except ClientFailed as failed:
            if failed.exit_code != UNREACHABLE or time.monotonic() > gives_up_at:
                raise
        time.sleep(LOOK_EVERY_SECONDS)
