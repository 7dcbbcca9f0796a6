"""Read the lock a PostgreSQL server keeps in its data folder, and judge whether it is stale.

A server that was killed leaves the file behind, and its process number may by then belong to a
zombie or to another program; PostgreSQL would refuse to start for either.
"""

from dataclasses import dataclass
from pathlib import Path

_READY_LINE = 7


@dataclass(frozen=True, slots=True)
class Lockfile:
    """`postmaster.pid`: the server's process, and whether it takes connections."""

    pid: int
    ready: bool

    @classmethod
    def read(cls, data: Path) -> "Lockfile | None":
        """Read it, or return `None` when there is none to be understood."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return cls(pid, len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready")


def clear_stale(data: Path) -> int | None:
    """Return the process of the server running in `data`; if there is none, remove its lock."""
    lock = Lockfile.read(data)
    if lock is None or not _serves(lock.pid, data):
        (data / "postmaster.pid").unlink(missing_ok=True)
        return None
    return lock.pid


def _serves(pid: int, data: Path) -> bool:
    """Say whether a process is a living server of this folder; in doubt, it is."""
    process = Path("/proc") / str(pid)
    try:
        stat = (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    name, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :]
    # Its session dies with it: a zombie holds no files, and only waits for its parent to look.
    if not name.startswith("postgres") or rest[0] in "ZX":
        return False
    try:
        return (process / "cwd").readlink() == data.resolve()
    except FileNotFoundError:
        return False
    except OSError:
        return True
