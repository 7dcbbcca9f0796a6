"""Fan pokes out inside one process: to workers that wait, and to pages that watch.

A lost poke costs freshness and nothing else, so every listener also has a time after which it looks
for itself.
"""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager


class Listener:
    """Waits for any of its topics. Pokes that come while nobody waits are kept, once each."""

    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._woken = asyncio.Event()

    def poke(self, topic: str) -> None:
        """Note that something changed about a topic."""
        self._topics.add(topic)
        self._woken.set()

    async def wait(self, seconds: float) -> frozenset[str]:
        """Return the topics poked since the last call, waiting at most `seconds` for the first."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return frozenset()
        self._woken.clear()
        topics, self._topics = frozenset(self._topics), set()
        return topics


class Hub:
    """Carries pokes from the database's notifications to listeners."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    def poke(self, topic: str) -> None:
        """Wake everyone who listens for `topic`."""
        for listener in self._listeners.get(topic, ()):
            listener.poke(topic)

    def poke_everyone(self) -> None:
        """Wake all listeners: after a lost connection nobody knows what was missed."""
        for topic in list(self._listeners):
            self.poke(topic)

    @contextmanager
    def listening(self, *topics: str) -> Generator[Listener]:
        """Listen for some topics for as long as the block lasts."""
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]
