"""What an account has set that moto has no place for: regions, root, defaults of EC2."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fireline.lab.clock import Clock, Ids

Record = dict[str, Any]

KEPT_RECORDS = 5_000
# Regions an account must opt in to; every other is on from the beginning. From "Enable or disable
# AWS Regions in your account" (docs.aws.amazon.com/accounts/latest/reference/
# manage-acct-regions.html).
OPT_IN = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4"),
    *("ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2"),
    *("eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1"),
)
ALWAYS_ON = (
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1"),
    *("ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"),
    *("eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
REGIONS = tuple(sorted((*OPT_IN, *ALWAYS_ON)))


@dataclass(slots=True)
class RootKeyState:
    """A key of the root as reports tell of it."""

    access_key: str
    made: datetime
    active: bool = True
    last_used: datetime | None = None


@dataclass(slots=True)
class Root:
    """An account's root user. MFA is how a careful world leaves it."""

    made: datetime | None = None
    password_last_used: datetime | None = None
    mfa: bool = True
    hardware_mfa: bool = False
    keys: list[RootKeyState] = field(default_factory=list[RootKeyState])


@dataclass(slots=True)
class RegionSettings:
    """What an account has set in one region. Sharing is blocked nowhere until somebody does."""

    snapshot_block: str = "unblocked"
    image_block: str = "unblocked"
    serial_console: bool = False
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    default_key: str = ""
    analyzers: dict[str, Record] = field(default_factory=dict[str, Record])


@dataclass(slots=True)
class AccountSettings:
    """What an account has set."""

    opted_in: set[str] = field(default_factory=set[str])
    root: Root = field(default_factory=Root)
    regions: dict[str, RegionSettings] = field(default_factory=dict[str, RegionSettings])

    def is_on(self, region: str) -> bool:
        """Tell whether calls to a region are answered at all."""
        return region not in OPT_IN or region in self.opted_in

    def opt_in_status(self, region: str) -> str:
        """Say how a region stands, in EC2's words."""
        if region not in OPT_IN:
            return "opt-in-not-required"
        return "opted-in" if region in self.opted_in else "not-opted-in"

    def region(self, name: str) -> RegionSettings:
        """Return the settings of a region."""
        return self.regions.setdefault(name, RegionSettings())


@dataclass(slots=True)
class Cloud:
    """The simulated cloud besides moto: its time, its ids, its settings and its latest history."""

    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=Ids)
    history: deque[Record] = field(default_factory=lambda: deque[Record](maxlen=KEPT_RECORDS))
    accounts: dict[str, AccountSettings] = field(default_factory=dict[str, AccountSettings])

    def account(self, account: str) -> AccountSettings:
        """Return the settings of an account."""
        return self.accounts.setdefault(account, AccountSettings())
