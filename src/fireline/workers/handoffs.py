"""Watch pagers change hands, and look ahead for hours that nobody covers.

A look at every schedule takes in whatever was pushed, overridden or forgotten since; between looks,
what is due wakes it at the very moment of a hand-over.
"""

from fireline.store import due
from fireline.store.due import Claim
from fireline.store.handoffs import HANDOFF
from fireline.store.shift_requests import SHIFT_REQUEST
from fireline.usecases import handoffs, oncall_warnings, shift_requests
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import SHORT_LEASE, take_due


async def look_at_schedules(transactions: Transactions) -> bool:
    """Look who has each schedule's pager, and who has it next."""
    async with transactions() as tx:
        names = await handoffs.watched(tx)
    for name in names:
        async with transactions() as tx:
            await handoffs.turn(tx, name)
    return False


async def look_ahead(transactions: Transactions) -> bool:
    """Tell leads what their schedules lack in the coming weeks."""
    async with transactions() as tx:
        await oncall_warnings.warn(tx)
    return False


async def hand_over(transactions: Transactions) -> bool:
    """Tell of hand-overs as they happen."""

    async def tell(claim: Claim) -> None:
        async with transactions() as tx:
            await handoffs.turn_due(tx, claim.id)
            # Planned anew, this claim is nobody's any more; else there is nothing to wait for.
            await due.finish(tx.db, claim)

    return await take_due(transactions, HANDOFF, tell, lease=SHORT_LEASE)


async def expire_requests(transactions: Transactions) -> bool:
    """Let swaps and covers that nobody answered run out."""

    async def expire(claim: Claim) -> None:
        async with transactions() as tx:
            await shift_requests.expire(tx, claim.id)
            await due.finish(tx.db, claim)

    return await take_due(transactions, SHIFT_REQUEST, expire, lease=SHORT_LEASE)
