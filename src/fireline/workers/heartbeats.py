"""Look every few seconds who has become silent, and who is heard again."""

from fireline.usecases import heartbeats, idempotency
from fireline.usecases.transaction import Transactions


async def watch_for_silence(transactions: Transactions) -> bool:
    """Say so of heartbeats and sources, and forget the keys of yesterday's posts."""
    async with transactions() as tx:
        more = await heartbeats.watch(tx)
    async with transactions() as tx:
        forgotten = await idempotency.forget(tx)
    return more or forgotten
