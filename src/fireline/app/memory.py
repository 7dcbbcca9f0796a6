"""How Python's collector works in a process that serves for months."""

import gc

# The groups of a day are a million small objects that live on. With the collector's own thresholds
# it walks them all every few seconds, and everybody waits meanwhile; reference counts free nearly
# everything else at once.
_YOUNG, _MIDDLE, _OLD = 50_000, 20, 100


def settle() -> None:
    """Leave what was loaded at the start out of every collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
