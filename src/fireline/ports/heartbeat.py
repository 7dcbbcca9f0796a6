"""The watcher outside: it is told that all is well, and raises the alarm when it is not told.

One body: an address that is called, as Healthchecks and its like want it.
"""

from typing import Protocol


class Heartbeat(Protocol):
    """Says outside that all is well."""

    async def beat(self) -> str | None:
        """Say it once. Return why it could not be said, or `None`; never raise for the network."""
        ...
