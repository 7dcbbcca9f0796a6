"""Read again what somebody just changed: outside any transaction, and saved and judged in one.

It never waits behind a look: finding what became dangerous within seconds is all it is for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from fireline.core.values.refusals import Unavailable
from fireline.ports.inventory import CouldNotLook, Reread
from fireline.store import cloud_accounts
from fireline.store import rereads as reread_rows
from fireline.store.rereads import RereadClaim
from fireline.usecases import rereads
from fireline.workers.leased import Leased
from fireline.workers.lookout import NO_ACCOUNT, Lookout

log = structlog.get_logger()
AT_ONCE = 12
LEASE = timedelta(seconds=60)


class Rereader:
    """Grants the wishes that assets be read again, many at once."""

    def __init__(self, lookout: Lookout, *, at_once: int = AT_ONCE) -> None:
        self._lookout = lookout
        self._began: dict[RereadClaim, datetime] = {}
        # One reading is a few calls and never outlives its lease.
        self._leased = Leased(
            "rereading", self._claim, self._reread, self._keep, at_once, LEASE.total_seconds()
        )

    async def turn(self) -> bool:
        """Read again what is due until nothing is. Return whether there was anything."""
        return await self._leased.turn()

    async def _claim(self, limit: int) -> Sequence[RereadClaim]:
        async with self._lookout.transactions() as tx:
            held = await reread_rows.claim(tx.db, now=tx.now, until=tx.now + LEASE, limit=limit)
        self._began |= dict.fromkeys(held, tx.now)
        return held

    async def _keep(self, held: Sequence[RereadClaim]) -> None:
        """Keep nothing: a lease that ends is taken by another, who reads it again."""

    async def _reread(self, held: RereadClaim) -> None:
        began = self._began.pop(held)
        found = await self._ask(held)
        try:
            await self._settle(held, found, began)
        except Unavailable as weather:
            # Waiting for whoever writes the same may take too long: what was read is read anew.
            log.warning("rereading.again", asset=str(held.ref), why=str(weather))
            async with self._lookout.transactions() as tx:
                await rereads.again(tx, held)

    async def _settle(
        self, held: RereadClaim, found: Reread | CouldNotLook, began: datetime
    ) -> None:
        async with self._lookout.transactions() as tx:
            if found is NO_ACCOUNT:
                await rereads.drop(tx, held)
            elif isinstance(found, CouldNotLook):
                await rereads.reread_not_seen(tx, held, found)
            else:
                await rereads.reread_seen(tx, held, found, read_at=began)

    async def _ask(self, held: RereadClaim) -> Reread | CouldNotLook:
        async with self._lookout.transactions() as tx:
            row = await cloud_accounts.named(tx.db, held.account, drill=held.drill_id)
        place = self._lookout.at(row)
        if isinstance(place, CouldNotLook):
            return place
        return await place.inventory.reread(place.account, held.ref)
