"""Look every minute whether the promises are kept, say so outside, and sweep what has ended."""

import structlog

from fireline.ports.heartbeat import Heartbeat
from fireline.usecases import access, audit, status
from fireline.usecases.transaction import Transactions

log = structlog.get_logger()


async def audit_all(transactions: Transactions, heartbeat: Heartbeat | None = None) -> bool:
    """Look once. Only a look that found nothing is told outside: silence there is the alarm."""
    async with transactions() as tx:
        found = await audit.look(tx)
        seen = await status.look(tx)
        await access.sweep(tx)
    for late in seen.late:
        log.error("auditor.late", kind=late.kind, due_at=str(late.due_at), by=late.late_seconds)
    for aside in seen.set_aside:
        log.error("auditor.set_aside", kind=aside.kind, id=str(aside.id), why=aside.parked_why)
    if found is None:
        return False
    for breach in found.broken:
        log.error("auditor.broken", promise=breach.promise, count=breach.count)
    if found.passed and heartbeat is not None:
        await _beat(transactions, heartbeat, found)
    return False


async def _beat(transactions: Transactions, heartbeat: Heartbeat, found: audit.AuditView) -> None:
    why = await heartbeat.beat()
    if why is not None:
        log.error("auditor.heartbeat_failed", why=why)
        return
    async with transactions() as tx:
        await audit.told_outside(tx, found.at)
