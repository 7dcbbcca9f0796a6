"""Which service an asset or an actor belongs to, and which team answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import PolicyId, ServiceId, TeamId


@dataclass(frozen=True, slots=True)
class AssetPattern:
    """Matches assets of one kind whose id fits a glob: `aws.iam.user` and `shop-*`."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Service:
    """Something users notice when it is gone. `tier` 1 matters most; `data` names its data classes.

    `claims` are tried in the order written; `accounts` claim whatever nothing else claims.
    """

    id: ServiceId
    name: str
    owner: TeamId
    policy: PolicyId
    tier: int
    accounts: tuple[str, ...]
    claims: tuple[AssetPattern, ...]
    data: tuple[str, ...]
    depends_on: tuple[ServiceId, ...]
    protected: bool


def owner_of(assets: Iterable[AssetRef], services: Iterable[Service]) -> Service | None:
    """Return the service that owns the first asset anyone claims; by pattern first, then account.

    A pattern speaks of the asset itself, an account only of where it stands. `None`: nobody owns
    it, which callers must face (the plan's catch-all does).
    """
    wanted, known = tuple(assets), tuple(services)
    for asset in wanted:
        if (service := claimant(asset, known)) is not None:
            return service
    accounts = [asset.account for asset in wanted]
    return next((s for a in accounts for s in known if a in s.accounts), None)


def claimant(asset: AssetRef, services: Iterable[Service]) -> Service | None:
    """Return the first service with a pattern for this asset; accounts are not asked."""
    return next((s for s in services if any(_fits(asset, claim) for claim in s.claims)), None)


def _fits(asset: AssetRef, pattern: AssetPattern) -> bool:
    return asset.kind == pattern.kind and fnmatchcase(asset.id, pattern.id)
