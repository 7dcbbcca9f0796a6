"""Look every minute whether the promises are kept, and sweep what has ended."""

import structlog

from fireline.usecases import access, status
from fireline.usecases.transaction import Transactions

log = structlog.get_logger()


async def audit(transactions: Transactions) -> bool:
    """Say in the log what is late or was set aside; `fireline status` shows the same."""
    async with transactions() as tx:
        seen = await status.look(tx)
        await access.sweep(tx)
    for late in seen.late:
        log.error("auditor.late", kind=late.kind, due_at=str(late.due_at), by=late.late_seconds)
    for aside in seen.set_aside:
        log.error("auditor.set_aside", kind=aside.kind, id=str(aside.id), why=aside.parked_why)
    return False
