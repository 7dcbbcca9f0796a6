"""Take what is due of one kind and do it, several at once, never losing a poisoned one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

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
# Of what is taken worst and newest first, each so many-th place is for what has waited longest.
OLDEST_EVERY = 4
MAX_ATTEMPTS = 5
RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=1)

Work = Callable[[Claim], Awaitable[None]]


async def take_due(  # noqa: PLR0913 - how a kind of work is taken, each with what is usual
    transactions: Transactions,
    kind: str,
    work: Work,
    *,
    at_once: int = AT_ONCE,
    lease: timedelta = LEASE,
    worst_first: bool = False,
    parks_after: int = MAX_ATTEMPTS,
) -> bool:
    """Work through what is due of `kind` until nothing is. Return whether there was anything.

    What has waited longest comes first; with `worst_first`, what is worst and newest, with a place
    now and then for the oldest, so that nothing waits for ever.

    `work` ends each claim itself (finish, again, cancel). One that raises is put off a little; one
    that raised `MAX_ATTEMPTS` times is parked with the reason, where the auditor and people see it.
    A slow one keeps its own place and nobody else's: what becomes due meanwhile is taken.
    """
    running: set[asyncio.Task[None]] = set()
    order = _Order(kind, lease, worst_first=worst_first)
    do = partial(_do, transactions, work=work, parks_after=parks_after)
    try:
        while True:
            for claim in await _claim(transactions, order, at_once - len(running)):
                running.add(asyncio.create_task(do(claim)))
            if not running:
                return order.taken > 0
            running = await _still_running(running, at_once)
    except asyncio.CancelledError:
        for task in running:
            task.cancel()
        raise
    finally:
        # Whatever went wrong here, what has begun outside must not be left half done.
        await asyncio.gather(*running, return_exceptions=True)


@dataclass(slots=True)
class _Order:
    """In which order work is taken, and how much was."""

    kind: str
    lease: timedelta
    worst_first: bool
    taken: int = 0

    def oldest_of(self, limit: int) -> int:
        """Return how many of the next places are for what has waited longest."""
        return (self.taken + limit) // OLDEST_EVERY - self.taken // OLDEST_EVERY


async def _claim(transactions: Transactions, order: _Order, limit: int) -> list[Claim]:
    if limit < 1:
        return []
    kind, lease = order.kind, order.lease
    async with transactions() as tx:
        if order.worst_first:
            oldest = order.oldest_of(limit)
            claims = await due.claim_worst(
                tx.db, kind, now=tx.now, lease=lease, limit=limit, oldest=oldest
            )
        else:
            claims = await due.claim(tx.db, kind, now=tx.now, lease=lease, limit=limit)
    order.taken += len(claims)
    return claims


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


async def _do(transactions: Transactions, claim: Claim, *, work: Work, parks_after: int) -> None:
    try:
        await work(claim)
    except Unavailable as weather:
        why = repr(weather.__cause__ or weather)
        log.warning("worker.claim_late", kind=claim.kind, id=str(claim.id), why=why)
        await _put_off(transactions, claim)
    except Exception as error:
        # The boundary of a piece of work: its neighbours must go on.
        log.exception(
            "worker.claim_failed", kind=claim.kind, id=str(claim.id), attempt=claim.attempts
        )
        why = f"{type(error).__name__}: {error}"
        await _put_off(transactions, claim, parked=why if claim.attempts >= parks_after else None)


async def _put_off(transactions: Transactions, claim: Claim, *, parked: str | None = None) -> None:
    try:
        async with transactions() as tx:
            if parked is not None:
                await due.park(tx.db, claim, why=parked[:500], now=tx.now)
            else:
                wait = min(RETRY * 2 ** min(claim.attempts, 10), LONGEST_RETRY)
                await due.again(tx.db, claim, tx.now + wait, failed=True)
    except Unavailable:
        # Without the database nothing can be put off; the lease ends by itself.
        log.warning("worker.claim_kept", kind=claim.kind, id=str(claim.id))
