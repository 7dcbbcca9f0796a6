"""How memory is held in a process that serves for months: by Python's collector, and below it."""

import contextlib
import ctypes
import gc

# The groups of a day are a million small objects that live on. With the collector's own thresholds
# it walks them all every few seconds, and everybody waits meanwhile; reference counts free nearly
# everything else at once.
_YOUNG, _MIDDLE, _OLD = 50_000, 20, 100
# glibc gives threads pools of their own, up to eight for each processor, and what one of them freed
# serves no other: dozens of threads that look at the cloud would keep 30 MB so (mallopt(3)).
_M_ARENA_MAX, _POOLS = -8, 2


def share() -> None:
    """Let threads share pools of memory, where the C library can. Call it before there are any."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _POOLS)


def settle() -> None:
    """Leave what was loaded at the start out of every collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
