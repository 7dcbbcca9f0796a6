"""Advance the runs that are due. The engine opens a transaction around each of its steps."""

from fireline.core.values.ids import RunId
from fireline.store import due
from fireline.store.due import Claim
from fireline.usecases.run_engine import RUN, advance
from fireline.usecases.run_hold import Engine
from fireline.workers.claims import SHORT_LEASE, take_due


async def advance_runs(engine: Engine) -> bool:
    """Take each run that is due as far as it goes now."""

    async def go_on(claim: Claim) -> None:
        await advance(engine, RunId(claim.id))
        # The engine plans its own next turn, which takes the row from this claim; what is still
        # ours afterwards has nothing left to wait for.
        async with engine.transactions() as tx:
            await due.finish(tx.db, claim)

    # The run has a lease of its own, which the engine renews; this one only spreads the work.
    return await take_due(engine.transactions, RUN, go_on, lease=SHORT_LEASE)
