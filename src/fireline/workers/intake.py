"""Take in what sources hand over: keep it, commit, and only then say it need not come again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from fireline.core.values.ids import DrillId
from fireline.ports.source import Source
from fireline.store import drills
from fireline.store.hub import Hub
from fireline.usecases import signals
from fireline.usecases.signals import Source as Registered
from fireline.usecases.transaction import Transactions
from fireline.workers.loop import Loop, keep

log = structlog.get_logger()

# A source waits for messages itself; this is only what stands between two empty answers.
_PAUSE_SECONDS = 0.05
SourcesOf = Callable[[DrillId | None], Sequence[Source]]


async def take_in(transactions: Transactions, source: Source, registered: Registered) -> bool:
    """Receive once and keep what came. Return whether anything did."""
    parcels = await source.receive()
    if not parcels:
        return False
    async with transactions() as tx:
        await signals.keep(tx, registered, parcels)
    await source.done([parcel.receipt for parcel in parcels])
    return True


@dataclass(slots=True)
class Intakes:
    """Keeps one task for each source: those of the real world always, a drill's while it runs."""

    transactions: Transactions
    hub: Hub
    sources_of: SourcesOf
    _tasks: dict[DrillId | None, list[asyncio.Task[None]]] = field(
        default_factory=dict[DrillId | None, list[asyncio.Task[None]]]
    )

    async def turn(self) -> bool:
        """Start what should run and end what should not."""
        async with self.transactions() as tx:
            running = await drills.listed(tx.db, open_only=True)
        wanted = {None, *(DrillId(row.id) for row in running if row.ready_at is not None)}
        for world in set(self._tasks) - wanted:
            for task in self._tasks.pop(world):
                task.cancel()
        for world in wanted - set(self._tasks):
            sources = await asyncio.to_thread(self.sources_of, world)
            self._tasks[world] = [await self._start(source, world) for source in sources]
        return False

    async def stop(self) -> None:
        """End every task and wait for it."""
        tasks = [task for started in self._tasks.values() for task in started]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    async def _start(self, source: Source, world: DrillId | None) -> asyncio.Task[None]:
        async with self.transactions() as tx:
            registered = await signals.register_source(tx, source.name, drill=world)

        async def turn() -> bool:
            return await take_in(self.transactions, source, registered)

        log.info("intake.started", source=source.name, drill=str(world) if world else None)
        loop = Loop(f"intake {source.name}", turn, _PAUSE_SECONDS)
        return asyncio.create_task(keep(loop, self.hub), name=loop.name)
