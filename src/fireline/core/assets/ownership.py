"""Which service an asset or an actor belongs to, and which team answers for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import PolicyId, ServiceId, TeamId

# The tag that is fireline's own says it before anything in the plan does.
OWN_TAG = "fireline:service"
# What people commonly call the service in a tag, asked when no claim fits.
SERVICE_TAGS = ("service", "app", "application", "app.kubernetes.io/part-of")

_NO_TAGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class AssetPattern:
    """Matches assets of one kind whose id fits a glob: `aws.iam.user` and `shop-*`.

    Where `tags` are named, an asset must have all of them, with values that fit their globs. A
    pattern of tags alone has `*` for the kind and the id.
    """

    kind: str
    id: str
    tags: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        tags = " and ".join(f"the tag {name}={value}" for name, value in self.tags)
        bare = "" if self.kind == "*" else f"{self.kind} {self.id}"
        return " with ".join(part for part in (bare, tags) if part)


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


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose an asset is, and why, in a sentence for people."""

    service: Service
    reason: str


def why_owner(
    asset: AssetRef, tags: Mapping[str, str], services: Iterable[Service]
) -> Owned | None:
    """Return the service an asset belongs to with the reason; `None` when nobody says so.

    Asked in this order: the tag `fireline:service`; the services' claims; the tags that commonly
    name a service; and the account.
    """
    known = tuple(services)
    found = said_owner(asset, tags, known) or tagged_owner(tags, known)
    if found is not None:
        return found
    where = next((one for one in known if asset.account in one.accounts), None)
    return Owned(where, f"{where.name} has the account {asset.account}") if where else None


def said_owner(
    asset: AssetRef, tags: Mapping[str, str], services: Iterable[Service]
) -> Owned | None:
    """Return the service that the tag `fireline:service` names, else the first that claims it."""
    known = tuple(services)
    return _by_tag((OWN_TAG,), tags, known) or _by_claim(asset, tags, known)


def tagged_owner(tags: Mapping[str, str], services: Iterable[Service]) -> Owned | None:
    """Return the service that one of the tags names by which services are commonly named."""
    return _by_tag(SERVICE_TAGS, tags, tuple(services))


def owner_of(assets: Iterable[AssetRef], services: Iterable[Service]) -> Service | None:
    """Return the service that owns the first asset anyone claims; by pattern first, then account.

    A pattern speaks of the asset itself, an account only of where it stands. `None`: nobody owns
    it, which callers must face (the plan's catch-all does). Nothing is known of tags here.
    """
    wanted, known = tuple(assets), tuple(services)
    for asset in wanted:
        if (service := claimant(asset, known)) is not None:
            return service
    accounts = [asset.account for asset in wanted]
    return next((s for a in accounts for s in known if a in s.accounts), None)


def claimant(
    asset: AssetRef, services: Iterable[Service], tags: Mapping[str, str] = _NO_TAGS
) -> Service | None:
    """Return the first service with a pattern for this asset; accounts are not asked."""
    found = _by_claim(asset, tags, services)
    return found.service if found else None


def _by_claim(
    asset: AssetRef, tags: Mapping[str, str], services: Iterable[Service]
) -> Owned | None:
    for service in services:
        for claim in service.claims:
            if _fits(asset, tags, claim):
                return Owned(service, f"{service.name} claims {claim}")
    return None


def _by_tag(
    names: Iterable[str], tags: Mapping[str, str], services: tuple[Service, ...]
) -> Owned | None:
    """Find the service that a tag names, by its id or its name; letters of either size."""
    written = {name.casefold(): value for name, value in tags.items()}
    for name in names:
        value = written.get(name, "").strip().casefold()
        for service in services:
            if value and value in (service.id.casefold(), service.name.casefold()):
                return Owned(service, f"its tag {name} says {service.name}")
    return None


def _fits(asset: AssetRef, tags: Mapping[str, str], pattern: AssetPattern) -> bool:
    return (
        pattern.kind in ("*", asset.kind)
        and fnmatchcase(asset.id, pattern.id)
        and all(name in tags and fnmatchcase(tags[name], glob) for name, glob in pattern.tags)
    )
