"""The reference page says what the commands say."""

from tests.doors.cli_reference import PAGE, reference
from tests.doors.cli_world import Composed


def test_the_reference_page_is_current() -> None:
    current = PAGE.read_text("utf-8") == reference(Composed().cli)
    assert current, "write it anew: python -m tests.doors.cli_reference"


def test_every_command_that_is_not_a_server_or_init_speaks_to_programs() -> None:
    for section in reference(Composed().cli).split("\n## ")[1:]:
        name = section.splitlines()[0]
        silent = name.startswith(("`fireline up", "`fireline watchdog", "`fireline plan init"))
        # What an export writes is for programs already.
        silent = silent or name.endswith(" export`")
        assert ("`--json`" in section) is not silent, name
