"""`fireline`: the command a person types."""

from fireline.app.drill_alone import run_drill_alone
from fireline.app.foreign import open_foreign
from fireline.app.lab_up import lab_commands
from fireline.app.up import up
from fireline.app.watchdog import watchdog
from fireline.doors.cli.app import Bodies, build_cli


def main() -> None:
    """Run the command line."""
    build_cli(Bodies(up, run_drill_alone, open_foreign, watchdog, lab_commands()))()
