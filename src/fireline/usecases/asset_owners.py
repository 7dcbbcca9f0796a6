"""Keep whose assets are, and what they cost, as the plan and the bill have it."""

from collections.abc import Sequence
from uuid import UUID

from fireline.core.plan.plan import Plan
from fireline.ports.inventory import Cost
from fireline.store import assets, cloud_accounts, pokes
from fireline.store.assets import Costed, Owned
from fireline.store.cloud_accounts import CloudAccountRow
from fireline.usecases.asset_saving import owner_of
from fireline.usecases.cloud_accounts import TOPIC
from fireline.usecases.transaction import Tx


async def own_again(tx: Tx, plan: Plan) -> bool:
    """Find out anew whose the assets of an account are, after the plan changed.

    `False`: those of every account are as this plan has them.
    """
    row = await cloud_accounts.owned_otherwise(tx.db, plan.revision)
    if row is None:
        return False
    after: UUID | None = None
    while True:
        page = await assets.to_own(tx.db, row.account, drill=row.drill_id, after=after)
        await _own(tx, plan, page)
        if len(page) < assets.MAX_LISTED:
            break
        after = page[-1].id
    await cloud_accounts.set_owners(tx.db, row.id, plan.revision)
    await pokes.poke(tx.db, TOPIC)
    return True


async def keep_costs(tx: Tx, row: CloudAccountRow, costs: Sequence[Cost], *, anew: bool) -> None:
    """Keep what resources of an account cost; `anew` forgets first what was said before."""
    if anew:
        await assets.forget_costs(tx.db, row.account, drill=row.drill_id)
    said = [Costed(one.resource, str(one.amount), one.currency, one.since) for one in costs]
    if said:
        await assets.set_costs(tx.db, row.account, said, drill=row.drill_id)
    await cloud_accounts.set_costs(tx.db, row.id, now=tx.now)


async def _own(tx: Tx, plan: Plan, page: Sequence[assets.ToOwnRow]) -> None:
    owned: list[Owned] = []
    for row in page:
        owner = owner_of(plan, row.ref, {name: str(value) for name, value in row.tags.items()})
        if (row.service, row.owner_reason) != (owner.service, owner.reason):
            owned.append(Owned(row.id, owner.service, owner.reason))
    if owned:
        await assets.own(tx.db, owned)
