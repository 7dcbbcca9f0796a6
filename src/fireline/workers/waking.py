"""Wake the workers of what is due: one look at the table for all kinds, and not one for each.

Work is due at moments nobody pokes for. Each worker also looks for itself, but seldom.
"""

from collections.abc import Collection

from fireline.store import due
from fireline.store.hub import Hub
from fireline.usecases.transaction import Transactions


def topic_of(kind: str) -> str:
    """Return what is poked when work of a kind is planned or due."""
    return f"due:{kind}"


async def wake_due(transactions: Transactions, hub: Hub, kinds: Collection[str]) -> bool:
    """Poke the workers in this process of those kinds that have work due and free."""
    async with transactions() as tx:
        found = await due.kinds_due(tx.db, kinds, now=tx.now)
    for kind in found:
        hub.poke(topic_of(kind))
    return False
