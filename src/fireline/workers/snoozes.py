"""Wake the alerts whose snooze is over."""

from fireline.core.values.ids import AlertId
from fireline.store.alert_hands import SNOOZE
from fireline.store.due import Claim
from fireline.usecases.alert_hands import wake_alert
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import SHORT_LEASE, take_due


async def end_snoozes(transactions: Transactions) -> bool:
    """Wake what is due. The use case forgets the work itself, or plans it for later."""

    async def wake(claim: Claim) -> None:
        async with transactions() as tx:
            await wake_alert(tx, AlertId(claim.id))

    return await take_due(transactions, SNOOZE, wake, lease=SHORT_LEASE)
