"""Let silences begin and end on time, and tell people of what nothing holds any more."""

from fireline.core.values.ids import SilenceId
from fireline.store.due import Claim
from fireline.store.silences import SILENCE
from fireline.usecases import silences
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import take_due


async def turn_silences(transactions: Transactions) -> bool:
    """Do what is due of silences: a page of alerts in each transaction."""

    async def turn(claim: Claim) -> None:
        after = None
        while True:
            async with transactions() as tx:
                after = await silences.turn_silence(tx, SilenceId(claim.id), after=after)
            if after is None:
                return

    return await take_due(transactions, SILENCE, turn)


async def lift_silences(transactions: Transactions) -> bool:
    """Look whether everything that is held is still held; say whether there is more to look at."""
    async with transactions() as tx:
        return await silences.lift(tx)
