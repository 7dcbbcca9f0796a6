"""Keep so many pieces of leased work going at once; take another as soon as one ends.

What is taken has a lease of its own, which is renewed while it is being done: a worker that is
killed loses it, and another goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from fireline.core.values.refusals import Unavailable

log = structlog.get_logger()
Held = TypeVar("Held")
# While something is being done, what becomes due waits this long at most.
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Leased(Generic[Held]):
    """How a kind of work is taken, done and kept. `renew` is called every `renew_seconds`."""

    name: str
    claim: Callable[[int], Awaitable[Sequence[Held]]]
    work: Callable[[Held], Awaitable[None]]
    renew: Callable[[Sequence[Held]], Awaitable[None]]
    at_once: int
    renew_seconds: float

    async def turn(self) -> bool:
        """Work through what is due until nothing is. Return whether there was anything."""
        running: dict[asyncio.Task[None], Held] = {}
        clock = asyncio.get_running_loop()
        taken, renewed_at = 0, clock.time()
        try:
            while True:
                for held in await self._claim(self.at_once - len(running)):
                    running[asyncio.create_task(self._do(held))] = held
                    taken += 1
                if not running:
                    return taken > 0
                await asyncio.wait(
                    running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                running = {task: held for task, held in running.items() if not task.done()}
                if clock.time() - renewed_at > self.renew_seconds and running:
                    await self.renew(list(running.values()))
                    renewed_at = clock.time()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _claim(self, limit: int) -> Sequence[Held]:
        return await self.claim(limit) if limit > 0 else ()

    async def _do(self, held: Held) -> None:
        try:
            await self.work(held)
        except Unavailable as weather:
            log.warning("worker.leased_late", worker=self.name, why=str(weather))
        except Exception:
            # The boundary of a piece of work: its neighbours must go on, and its lease ends.
            log.exception("worker.leased_failed", worker=self.name)
