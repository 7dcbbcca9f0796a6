"""Run one program as an unprivileged child that ends when its parent ends.

PostgreSQL refuses to run as root, and must not outlive the fireline that started it. This file is
run as a script of its own (`python -I -S unprivileged.py …`) and becomes the program by `exec`:
what happens between fork and exec is then ordinary code in a process with one thread.

It uses nothing but the standard library, and nothing of fireline.
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_KEEP_CAPABILITIES = 8
_AMBIENT = 47
_AMBIENT_RAISE = 2
_NEW_USER_NAMESPACE = 0x10000000
_CAPABILITY_VERSION_3 = 0x20080522
_MAY_PASS_CLOSED_FOLDERS = 1  # CAP_DAC_OVERRIDE

_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> None:
    """Become `command`: `PARENT_PID NAMESPACES(yes|no) OWNED_PATHS... -- COMMAND...`."""
    parent, namespaces = int(arguments[0]), arguments[1] == "yes"
    split = arguments.index("--")
    owned, command = [Path(text) for text in arguments[2:split]], arguments[split + 1 :]
    if os.geteuid() == 0 or not _has_name(os.geteuid()):
        _put_off_privileges(owned, namespaces=namespaces)
    # Asked for last: changing who we are forgets it.
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that wanted this server is gone")
    os.execv(command[0], command)  # noqa: S606 - the launcher passes the program by its full path


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return next(entry for entry in pwd.getpwall() if entry.pw_uid != 0)


def _put_off_privileges(owned: list[Path], *, namespaces: bool) -> None:
    """Stop being root, in a user namespace where that is allowed, else for real."""
    if namespaces and _namespaces_work():
        _own(owned, os.geteuid(), os.getegid())
        _enter_namespace()
    elif os.geteuid() == 0:
        _become_nobody(owned)
    else:
        sys.exit(f"user {os.geteuid()} has no name on this machine, and PostgreSQL wants one")


def _namespaces_work() -> bool:
    """Try in a child, because there is no way back. Containers often forbid it."""
    child = os.fork()
    if child == 0:
        try:
            _enter_namespace()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _enter_namespace() -> None:
    """Keep our files and lose our name: outside it is still us, inside it is nobody."""
    uid, gid, nobody = os.geteuid(), os.getegid(), _nobody()
    if _libc.unshare(_NEW_USER_NAMESPACE) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{nobody.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{nobody.pw_gid} {gid} 1")


def _become_nobody(owned: list[Path]) -> None:
    nobody = _nobody()
    _own(owned, nobody.pw_uid, nobody.pw_gid)
    _libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
    os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)
    # Root's own folders are closed to others; without this, nothing under /root could be reached.
    # Where the container took the capability away, PostgreSQL says which path it cannot read.
    kept = 1 << _MAY_PASS_CLOSED_FOLDERS
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    if _libc.capset(header, sets) == 0:
        _libc.prctl(_AMBIENT, _AMBIENT_RAISE, _MAY_PASS_CLOSED_FOLDERS, 0, 0)


def _own(paths: list[Path], uid: int, gid: int) -> None:
    """Hand over what the program must own, when an earlier run left it to someone else."""
    for top in paths:
        if not top.exists() or top.stat().st_uid == uid:
            continue
        for path in (*top.rglob("*"), top):
            os.chown(path, uid, gid, follow_symlinks=False)


if __name__ == "__main__":
    main(sys.argv[1:])
