import asyncio
from contextlib import suppress

from fireline.app.fireline import _end


async def test_a_task_that_loses_its_cancellation_is_cancelled_again():
    lost: list[bool] = []

    async def work() -> None:
        with suppress(asyncio.CancelledError):  # as `wait_for` of Python 3.11 may
            await asyncio.sleep(60)
        lost.append(True)
        await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await _end([task])
    assert lost == [True]
    assert task.cancelled()
