"""The plan's revisions as they are remembered: named by content, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("plans.sql")
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class PushRow:
    """One revision made the running plan."""

    seq: int
    revision: str
    pushed_at: datetime
    pushed_by: str
    note: str


@dataclass(frozen=True, slots=True)
class FilesRow:
    """A revision's files: path to text."""

    revision: str
    files: dict[str, Any]


ROWS: dict[str, type | None] = {
    "keep": None,
    "lock_pushes": None,
    "push": None,
    "last": PushRow,
    "pushes": PushRow,
    "files_of": FilesRow,
}


async def keep(db: AsyncConnection, revision: str, files: Mapping[str, str]) -> None:
    """Keep a revision's files, once."""
    await rows.run(db, _SQL["keep"], {"revision": revision, "files": Jsonb(dict(files))})


async def lock_pushes(db: AsyncConnection) -> None:
    """Hold off other pushes until this transaction ends."""
    await rows.run(db, _SQL["lock_pushes"], {})


async def push(db: AsyncConnection, revision: str, *, at: datetime, by: str, note: str) -> None:
    """Make a kept revision the running plan."""
    values = {"revision": revision, "pushed_at": at, "pushed_by": by, "note": note}
    await rows.run(db, _SQL["push"], values)


async def last(db: AsyncConnection) -> PushRow | None:
    """Return the push that says what runs; `None` before the first."""
    return await rows.maybe(db, PushRow, _SQL["last"], {})


async def pushes(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[PushRow]:
    """List pushes, the newest first."""
    return await rows.many(db, PushRow, _SQL["pushes"], {"limit": limit})


async def files_of(db: AsyncConnection, revision: str) -> Mapping[str, str] | None:
    """Return a revision's files; `None` when there is no such revision."""
    row = await rows.maybe(db, FilesRow, _SQL["files_of"], {"revision": revision})
    return None if row is None else row.files
