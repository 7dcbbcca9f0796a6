"""Keep Python's `None` alive while CEL answers null: call it where CEL is made ready.

cel-expr-python 0.1.3 gives `None` for null without counting the reference, in answers and inside
lists and maps, so that each null takes one reference away. After some ten thousand of them CPython
3.11 ends the process. From 3.12 on `None` is immortal and the fault has no effect
(https://peps.python.org/pep-0683/); before, the same is done here.
"""

import ctypes
import sys

_COUNTED_BEFORE = (3, 12)
_FOR_EVER = 1 << 60


def keep_none() -> None:
    """Make `None` immortal where it is not."""
    if sys.version_info < _COUNTED_BEFORE:
        # The count is the first field of every object of CPython.
        ctypes.c_ssize_t.from_address(id(None)).value = _FOR_EVER
