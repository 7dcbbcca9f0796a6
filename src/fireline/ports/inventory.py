"""Somewhere assets are: looked at part by part, or one asset again.

Three bodies: AWS, Kubernetes, and a drill's lab. What could not be looked at is said, never taken
for nothing there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from fireline.core.assets.asset import Asset
from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import DrillId
from fireline.core.values.secret import Secret


@dataclass(frozen=True, slots=True)
class Account:
    """A cloud account to look at, and how: a role to assume with its external id, or none.

    Without a role, fireline's own credentials are the account's. No regions means all that are
    switched on. `provider` is `aws` or `kubernetes` (whose accounts are clusters).
    """

    id: str
    name: str = ""
    provider: str = "aws"
    role_arn: str = ""
    external_id: Secret | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One thing to look at: everything of one listing in one place.

    `region` is empty where it is the whole account. `listing` is the kind it lists, or the name
    of a reading that gives several kinds.
    """

    account: str
    region: str
    listing: str


class Why(StrEnum):
    """Why something could not be looked at."""

    DENIED = "denied"
    THROTTLED = "throttled"
    UNSUPPORTED = "unsupported"
    REGION_OFF = "region off"
    CREDENTIALS = "credentials"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CouldNotLook:
    """It is not known what is there. `said` is a sentence for a person, without secrets."""

    why: Why
    said: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything a part holds of `kinds`: what is not among the assets is not there.

    A reading that gives several kinds may miss some: of those in `missed` some assets may be here,
    but what is not may be there all the same.
    """

    kinds: tuple[str, ...]
    assets: tuple[Asset, ...]
    calls: int = 0
    missed: Mapping[str, CouldNotLook] = field(default_factory=dict[str, CouldNotLook])


@dataclass(frozen=True, slots=True)
class Reread:
    """One asset read again; `None` when it is not there any more. `calls` were made for it."""

    ref: AssetRef
    asset: Asset | None
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a resource cost in a month so far, in a currency."""

    account: str
    resource: str
    amount: Decimal
    currency: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Probed:
    """What trying an account's role showed: who fireline is there, or why it must not be used."""

    identity: str
    refused: str = ""


class Inventory(Protocol):
    """Looks; changes nothing. Nothing here raises for what a cloud or a network did."""

    async def probe(self, account: Account) -> Probed | CouldNotLook:
        """Assume the role; try it without and with a wrong external id, too: both must fail."""
        ...

    async def parts(self, account: Account) -> Sequence[Part] | CouldNotLook:
        """List what there is to look at, in the order to begin it in."""
        ...

    async def look(self, account: Account, part: Part) -> Looked | CouldNotLook:
        """Look at one part. Called for many at once; what AWS may be asked a second is kept to."""
        ...

    async def reread(self, account: Account, ref: AssetRef) -> Reread | CouldNotLook:
        """Read one asset again, with as few calls as can be (at most 12)."""
        ...

    def costs(self, account: Account) -> AsyncIterator[Cost]:
        """Give what resources cost this month; nothing where nobody may say."""
        ...


class Inventories(Protocol):
    """Gives the inventory of a world: a drill's lab for what is a drill's, else the real one."""

    def of(self, drill: DrillId | None, provider: str = "aws") -> Inventory | None:
        """Return the one inventory this may look at; `None` when there is none."""
        ...
