"""Try the roles of cloud accounts, ask what they cost, and keep whose their assets are."""

from fireline.ports.inventory import Cost, CouldNotLook
from fireline.store import cloud_accounts as account_rows
from fireline.store import due
from fireline.store.cloud_accounts import CloudAccountRow
from fireline.store.due import Claim
from fireline.usecases import asset_owners, cloud_accounts, looks
from fireline.usecases.cloud_accounts import COSTS, PROBE
from fireline.workers.claims import take_due
from fireline.workers.looking import ACCOUNTS_AT_ONCE, LEASE
from fireline.workers.lookout import Lookout, Place

_COSTS_AT_ONCE = 500


async def probe_accounts(lookout: Lookout) -> bool:
    """Try the roles that wait to be tried."""

    async def probe(claim: Claim) -> None:
        row = await _account(lookout, claim)
        if row is not None:
            # One that was refused may have been put right since.
            place = lookout.at(row, tried=False)
            if isinstance(place, CouldNotLook):
                found = place
            else:
                found = await place.inventory.probe(place.account)
            async with lookout.transactions() as tx:
                await cloud_accounts.keep_probe(tx, row, found)
        async with lookout.transactions() as tx:
            await due.finish(tx.db, claim)

    return await take_due(lookout.transactions, PROBE, probe, at_once=ACCOUNTS_AT_ONCE, lease=LEASE)


async def ask_costs(lookout: Lookout) -> bool:
    """Ask what the assets of accounts cost, where somebody says."""

    async def ask(claim: Claim) -> None:
        row = await _account(lookout, claim)
        place = lookout.at(row)
        if row is not None and isinstance(place, Place):
            await _keep_costs(lookout, row, place)
        async with lookout.transactions() as tx:
            await due.finish(tx.db, claim)

    return await take_due(lookout.transactions, COSTS, ask, at_once=1, lease=LEASE)


async def own_assets(lookout: Lookout) -> bool:
    """Find out anew whose assets are, account by account, once the plan has changed."""
    async with lookout.transactions() as tx:
        plan = await looks.plan_or_none(tx)
        return plan is not None and await asset_owners.own_again(tx, plan)


async def _account(lookout: Lookout, claim: Claim) -> CloudAccountRow | None:
    async with lookout.transactions() as tx:
        return await account_rows.get(tx.db, claim.id)


async def _keep_costs(lookout: Lookout, row: CloudAccountRow, place: Place) -> None:
    batch: list[Cost] = []
    anew = True
    async for cost in place.inventory.costs(place.account):
        batch.append(cost)
        if len(batch) == _COSTS_AT_ONCE:
            await _keep(lookout, row, batch, anew=anew)
            batch, anew = [], False
    if batch or anew:
        await _keep(lookout, row, batch, anew=anew)


async def _keep(lookout: Lookout, row: CloudAccountRow, batch: list[Cost], *, anew: bool) -> None:
    async with lookout.transactions() as tx:
        await asset_owners.keep_costs(tx, row, batch, anew=anew)
