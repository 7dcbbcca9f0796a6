"""Take what is due of one kind and do it, a few claims at a time, never losing a poisoned one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from fireline.store import due
from fireline.store.due import Claim
from fireline.usecases.transaction import Transactions

log = structlog.get_logger()

# One slow mail server must not hold up the others; more would empty the pool of connections.
BATCH = 6
LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 5
RETRY = timedelta(seconds=1)

Work = Callable[[Claim], Awaitable[None]]


async def take_due(transactions: Transactions, kind: str, work: Work) -> bool:
    """Claim a batch of what is due of `kind` and work through it. Return whether there was any.

    `work` ends each claim itself (finish, again, cancel). One that raises is put off a little; one
    that raised `MAX_ATTEMPTS` times is parked with the reason, where the auditor and people see it.
    """
    async with transactions() as tx:
        claims = await due.claim(tx.db, kind, now=tx.now, lease=LEASE, limit=BATCH)
    await asyncio.gather(*(_do(transactions, claim, work) for claim in claims))
    return bool(claims)


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
    async with transactions() as tx:
        if claim.attempts >= MAX_ATTEMPTS:
            await due.park(tx.db, claim, why=why[:500], now=tx.now)
        else:
            await due.again(tx.db, claim, tx.now + RETRY * 2**claim.attempts, failed=True)
