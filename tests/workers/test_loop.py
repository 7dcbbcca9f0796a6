"""The turns of a loop that gives way to others."""

import asyncio

from structlog.testing import capture_logs

from fireline.core.values.refusals import Unavailable
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


async def test_a_database_that_does_not_answer_is_no_mistake_of_the_workers():
    third = asyncio.Event()
    met = [Unavailable("The database does not answer.", hint="Try again."), ZeroDivisionError()]

    async def turn() -> bool:
        if met:
            raise met.pop(0)
        third.set()
        return False

    with capture_logs() as logs:
        running = asyncio.create_task(keep(Loop("poor", turn, 60.0), Hub()))
        try:
            async with asyncio.timeout(5):
                await third.wait()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert [(one["event"], one["log_level"]) for one in logs] == [
        ("worker.turn_late", "warning"),
        ("worker.turn_failed", "error"),
    ]
