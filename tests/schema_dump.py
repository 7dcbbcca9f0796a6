"""Write the schema all migrations lead to, so that a change of it can be read: `make schema`."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from fireline.store.embedded import EmbeddedPostgres, find_programs
from fireline.store.migrate import OURS, migrate

DUMP = OURS.with_name("schema.sql")
_HEAD = (
    "-- The schema after every migration. Written by `make schema`; read it, do not edit it.\n\n"
)


def dump(dsn: str) -> str:
    """Return the schema of a database in one order, without what differs between servers."""
    told = conninfo_to_dict(dsn)
    command = [
        *(str(find_programs().folder / "pg_dump"), "--schema-only", "--no-owner"),
        *("--no-privileges", "--exclude-table=*yoyo*", "--exclude-table=migration"),
        *("-h", str(told["host"]), "-p", str(told["port"]), "-U", str(told["user"])),
        str(told["dbname"]),
    ]
    environ = {**os.environ, "PGPASSWORD": str(told.get("password", ""))}
    text = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    # Comments, session settings, and the random words newer versions put around a dump.
    text = re.sub(r"^(--|SET |SELECT pg_catalog|\\(un)?restrict).*\n", "", text, flags=re.MULTILINE)
    return _HEAD + re.sub(r"\n{2,}", "\n\n", text).strip() + "\n"


def main() -> None:
    """Migrate a database made for this alone, and write its schema down."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "db", durable=False)
        try:
            dsn = server.start()
            migrate(dsn)
            DUMP.write_text(dump(dsn))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
