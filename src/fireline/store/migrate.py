"""Bring a database to the schema this fireline was written for.

Migrations are the numbered SQL files of `migrations/`, forward only. yoyo reads and remembers them;
the order, the lock and the transaction are ours: any number of nodes may start at once, and a node
killed at any moment leaves a migration either applied and remembered, or neither.
"""

from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

OURS = Path(__file__).with_name("migrations")
_LOCK = 0x66697265  # the word "fire"; the same number on every node
_WAIT_FOR_OTHERS = "10min"


class SchemaTooNew(Exception):  # noqa: N818 - it reads as what is wrong
    """The database was migrated by a newer fireline than this one."""


def migrate(dsn: str, folder: Path | None = None) -> list[str]:
    """Apply what is missing, in order; return the names of what was applied. It blocks.

    `folder` is where the migrations are, when they are not fireline's own.
    """
    with psycopg.connect(dsn, autocommit=True) as db:
        # Held by the connection, not by a row: a killed node lets go of it.
        db.execute("select set_config('lock_timeout', %s, false)", [_WAIT_FOR_OTHERS])
        db.execute("select pg_advisory_lock(%s)", [_LOCK])
        return _apply(dsn, folder or OURS)


def _apply(dsn: str, folder: Path) -> list[str]:
    # yoyo has no types to rely on, and is slow to import: it is loaded when it is needed.
    yoyo: Any = import_module("yoyo")
    ours = yoyo.read_migrations(str(folder))
    applied: list[str] = []
    with yoyo.get_backend(_yoyo_address(dsn), "migration") as backend:
        # yoyo's own lock is a row that a killed process leaves behind; the advisory lock is ours.
        backend.break_lock()
        backend.ensure_internal_schema_updated()
        _refuse_newer(backend, {step.hash for step in ours})
        for migration in backend.to_apply(ours):
            # One transaction for the change and the memory of it; yoyo alone would use two.
            with backend.transaction():
                migration.process_steps(backend, "apply")
                backend.mark_one(migration, log=False)
            applied.append(migration.id)
    return applied


def _refuse_newer(backend: Any, known: set[str]) -> None:
    unknown = [mark for mark in backend.get_applied_migration_hashes() if mark not in known]
    if unknown:
        msg = (
            f"The database has {len(unknown)} migrations this fireline does not know, so a newer "
            "fireline has used it; start that one, or restore the backup made before it."
        )
        raise SchemaTooNew(msg)


def _yoyo_address(dsn: str) -> str:
    """Say in yoyo's form where the database is; it passes the query on to psycopg."""
    return "postgresql+psycopg://?" + urlencode(
        {name: value for name, value in conninfo_to_dict(dsn).items() if value is not None}
    )
