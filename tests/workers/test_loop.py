"""The turns of a loop that gives way to others."""

import asyncio

from fireline.store.hub import Hub
from fireline.workers.loop import Loop, keep


async def test_a_turn_that_hung_is_not_rested_from_for_long():
    began: list[float] = []
    again = asyncio.Event()

    async def turn() -> bool:
        began.append(asyncio.get_running_loop().time())
        if len(began) > 1:
            again.set()
        else:
            await asyncio.sleep(2)
        return False

    running = asyncio.create_task(keep(Loop("slow", turn, 60.0, ("slow",), 0.02), hub := Hub()))
    try:
        async with asyncio.timeout(6):
            while not again.is_set():
                hub.poke("slow")
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert began[1] - began[0] < 5
