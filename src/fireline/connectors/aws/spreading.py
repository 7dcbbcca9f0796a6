"""Many small questions at once, a few at a time for each part, so that none holds up the others.

A part whose service is slow, or paced, keeps its few threads waiting; the rest are free for others.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

_THREADS = 40
AT_ONCE = 16  # an account with many buckets spends most of a look on them


class Spreading:
    """Threads that parts share. What runs here must not spread anything itself."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, "looking-closer")

    def over(self, function: Callable[[Any], None], items: Sequence[Any]) -> None:
        """Run a function over all items; the first thing it raises ends it, and is raised."""
        if len(items) < 2:
            for item in items:
                function(item)
            return
        work = _Work(function, items)
        workers = [self._threads.submit(work.run) for _ in range(min(AT_ONCE, len(items)))]
        for worker in workers:
            worker.result()

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Work:
    """Items that several threads take in turn until there are none, or one of them failed."""

    def __init__(self, function: Callable[[Any], None], items: Sequence[Any]) -> None:
        self._function, self._items = function, items
        self._next = 0
        self._lock = Lock()

    def run(self) -> None:
        """Take items and work on them."""
        while (at := self._take()) is not None:
            try:
                self._function(self._items[at])
            except BaseException:
                self._give_up()
                raise

    def _take(self) -> int | None:
        with self._lock:
            if self._next >= len(self._items):
                return None
            self._next += 1
            return self._next - 1

    def _give_up(self) -> None:
        with self._lock:
            self._next = len(self._items)
