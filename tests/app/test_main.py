"""The command line starts at once: most commands speak to a server and need not read one."""

import subprocess
import sys

_READ = """
import sys
import fireline.app.main
print(*sorted({"fastapi", "botocore", "psycopg"} & set(sys.modules)))
"""


def test_a_command_reads_nothing_of_what_serves() -> None:
    read = subprocess.run(
        [sys.executable, "-c", _READ], capture_output=True, text=True, check=True
    ).stdout
    assert read.split() == []
