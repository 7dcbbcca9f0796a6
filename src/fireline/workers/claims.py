"""Take what is due of one kind and do it, several at once, never losing a poisoned one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from fireline.core.values.refusals import Unavailable
from fireline.store import due
from fireline.store.due import Claim
from fireline.usecases.transaction import Transactions

log = structlog.get_logger()

# More at once would empty the pool of connections; work that mostly waits may ask for more.
AT_ONCE = 6
# While something is being done, others of its kind that become due wait this long at most.
LOOK_SECONDS = 0.05
# How long work is out of reach after whoever did it was killed: longer than it ever takes.
LEASE = timedelta(seconds=30)
# The same for work that is one short transaction, and harmless to do again.
SHORT_LEASE = timedelta(seconds=5)
MAX_ATTEMPTS = 5
RETRY = timedelta(seconds=1)

Work = Callable[[Claim], Awaitable[None]]


async def take_due(
    transactions: Transactions,
    kind: str,
    work: Work,
    *,
    at_once: int = AT_ONCE,
    lease: timedelta = LEASE,
) -> bool:
    """Work through what is due of `kind` until nothing is. Return whether there was anything.

    `work` ends each claim itself (finish, again, cancel). One that raises is put off a little; one
    that raised `MAX_ATTEMPTS` times is parked with the reason, where the auditor and people see it.
    A slow one keeps its own place and nobody else's: what becomes due meanwhile is taken.
    """
    running: set[asyncio.Task[None]] = set()
    took = False
    try:
        while True:
            for claim in await _claim(transactions, kind, at_once - len(running), lease):
                running.add(asyncio.create_task(_do(transactions, claim, work)))
                took = True
            if not running:
                return took
            running = await _still_running(running, at_once)
    except asyncio.CancelledError:
        for task in running:
            task.cancel()
        raise
    finally:
        # Whatever went wrong here, what has begun outside must not be left half done.
        await asyncio.gather(*running, return_exceptions=True)


async def _claim(
    transactions: Transactions, kind: str, limit: int, lease: timedelta
) -> list[Claim]:
    if limit < 1:
        return []
    async with transactions() as tx:
        return await due.claim(tx.db, kind, now=tx.now, lease=lease, limit=limit)


async def _still_running(running: set[asyncio.Task[None]], at_once: int) -> set[asyncio.Task[None]]:
    """Wait until half the places are free, or it is time to look; return what still runs.

    Claiming each free place at once would cost a transaction for every piece of work.
    """
    clock = asyncio.get_running_loop()
    ends = clock.time() + LOOK_SECONDS
    while running:
        done, running = await asyncio.wait(
            running, timeout=max(ends - clock.time(), 0), return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()  # what a piece of work raised was dealt with; anything else is a bug
        if not done or len(running) <= at_once // 2:
            break
    return running


async def _do(transactions: Transactions, claim: Claim, work: Work) -> None:
    try:
        await work(claim)
    except Exception as error:
        # The boundary of a piece of work: its neighbours must go on.
        log.exception(
            "worker.claim_failed", kind=claim.kind, id=str(claim.id), attempt=claim.attempts
        )
        await _put_off(transactions, claim, why=f"{type(error).__name__}: {error}")


async def _put_off(transactions: Transactions, claim: Claim, *, why: str) -> None:
    try:
        async with transactions() as tx:
            if claim.attempts >= MAX_ATTEMPTS:
                await due.park(tx.db, claim, why=why[:500], now=tx.now)
            else:
                await due.again(tx.db, claim, tx.now + RETRY * 2**claim.attempts, failed=True)
    except Unavailable:
        # Without the database nothing can be put off; the lease ends by itself.
        log.warning("worker.claim_kept", kind=claim.kind, id=str(claim.id))
