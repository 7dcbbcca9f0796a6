"""Let time pass for what only waits for it: deadlines and approvals.

The use case runs first and locks what it belongs to, as everywhere; the row of `due` comes last.
Both are harmless when somebody else was faster.
"""

from fireline.core.values.ids import ApprovalId
from fireline.store import due
from fireline.store.due import Claim
from fireline.usecases import approvals, deadlines
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import SHORT_LEASE, take_due

DEADLINE, APPROVAL = "deadline", "approval"


async def pass_deadlines(transactions: Transactions) -> bool:
    """Mark the deadlines that passed."""

    async def miss(claim: Claim) -> None:
        async with transactions() as tx:
            await deadlines.pass_deadline(tx, claim.id)
            await due.finish(tx.db, claim)

    return await take_due(transactions, DEADLINE, miss, lease=SHORT_LEASE)


async def expire_approvals(transactions: Transactions) -> bool:
    """Let approvals nobody gave run out."""

    async def expire(claim: Claim) -> None:
        async with transactions() as tx:
            await approvals.expire_approval(tx, ApprovalId(claim.id))
            await due.finish(tx.db, claim)

    return await take_due(transactions, APPROVAL, expire, lease=SHORT_LEASE)
