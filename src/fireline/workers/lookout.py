"""What workers look at the cloud with: an account, and the inventory of its world."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.core.values.ids import DrillId
from fireline.ports.inventory import Account, CouldNotLook, Inventories, Inventory, Why
from fireline.store.cloud_accounts import CloudAccountRow
from fireline.usecases import cloud_accounts
from fireline.usecases.cloud_accounts import REFUSED, Own
from fireline.usecases.transaction import Transactions

NO_ACCOUNT = CouldNotLook(Why.CREDENTIALS, "Nobody looks at this account any more.")
_NO_INVENTORY = CouldNotLook(Why.UNSUPPORTED, "Nothing is set up to look at such an account.")


@dataclass(frozen=True, slots=True)
class Lookout:
    """What looking needs: transactions, the clouds, the settings' own account, and how often."""

    transactions: Transactions
    inventories: Inventories
    own: Own
    every: timedelta

    def at(self, row: CloudAccountRow | None, *, tried: bool = True) -> "Place | CouldNotLook":
        """Return an account and what looks at it, or why nothing may.

        One whose role was found to let strangers in is not entered; `tried` says to mind that.
        """
        account = cloud_accounts.to_look_at(row, self.own) if row else None
        if row is None or account is None:
            return NO_ACCOUNT
        if tried and row.probe == REFUSED:
            return CouldNotLook(Why.CREDENTIALS, f"The account is refused: {row.probe_said}")
        drill = DrillId(row.drill_id) if row.drill_id else None
        inventory = self.inventories.of(drill, row.provider)
        return _NO_INVENTORY if inventory is None else Place(account, inventory)


@dataclass(frozen=True, slots=True)
class Place:
    """An account, and what looks at it."""

    account: Account
    inventory: Inventory
