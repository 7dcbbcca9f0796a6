"""Climb the ladders whose next step is due."""

from fireline.core.values.ids import AlertId, RevisionId
from fireline.store import alerts
from fireline.store.due import Claim
from fireline.store.ladders import LADDER
from fireline.usecases import escalations, plans
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import SHORT_LEASE, take_due


async def climb(transactions: Transactions) -> bool:
    """Take the steps that are due. The use case plans the next one in the same transaction."""

    async def step(claim: Claim) -> None:
        async with transactions() as tx:
            # The plan the alert was raised under: a push in between re-routes no running ladder.
            row = await alerts.get(tx.db, AlertId(claim.id))
            plan = (
                await plans.of(tx, RevisionId(row.plan_revision))
                if row
                else await plans.current(tx)
            )
            await escalations.take_step(tx, plan, AlertId(claim.id))

    return await take_due(transactions, LADDER, step, lease=SHORT_LEASE, worst_first=True)
