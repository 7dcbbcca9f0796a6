"""`fireline`: the command a person types.

What serves is read when it is asked for: it takes seconds, and most commands speak to a server.
"""

from collections.abc import Mapping
from typing import Any

from fireline.app.foreign import open_foreign
from fireline.app.lab_up import lab_commands
from fireline.app.watchdog import watchdog
from fireline.doors.cli.app import Bodies, UpOptions, build_cli
from fireline.doors.cli.drills import DrillOptions, Tell


def main() -> None:
    """Run the command line."""
    build_cli(Bodies(_up, _run_drill_alone, open_foreign, watchdog, lab_commands()))()


def _up(options: UpOptions) -> int:
    from fireline.app.up import up  # noqa: PLC0415 - the server takes seconds to read

    return up(options)


def _run_drill_alone(options: DrillOptions, tell: Tell) -> Mapping[str, Any]:
    from fireline.app.drill_alone import run_drill_alone  # noqa: PLC0415 - as above

    return run_drill_alone(options, tell)
