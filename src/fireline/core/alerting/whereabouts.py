"""What a notice is about: as the plan claims it, and as the inventory may know it.

Sources write the same machine as an asset, an ARN or a host's name. Claims are tried on what is
written; the inventory is asked for what that names in its own words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.kinds import ACCOUNT, REGION
from fireline.core.assets.kubernetes import PREFIX
from fireline.core.assets.ref import AssetRef
from fireline.core.signals import entity
from fireline.core.signals.aws_names import INSTANCE, Place, named_by_arn
from fireline.core.signals.cloudtrail_assets import BUCKET, OBJECT
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice

MAX_REMEMBERED = 10_000
# Of these the account is known anyway, and is claimed by itself.
_PLACES = frozenset({ACCOUNT, REGION})
_INSTANCE_ID = re.compile(r"i-[0-9a-f]{8,17}")
_WEB_ACL = "aws.waf.web_acl"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Config and Security Hub may write IAM's and RDS's inner ids, which are in the configuration.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_INNER: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "aws.iam.user": ("UserId", re.compile(r"AIDA[A-Z0-9]{12,}")),
    "aws.iam.role": ("RoleId", re.compile(r"AROA[A-Z0-9]{12,}")),
    "aws.iam.group": ("GroupId", re.compile(r"AGPA[A-Z0-9]{12,}")),
    "aws.iam.policy": ("PolicyId", re.compile(r"ANPA[A-Z0-9]{12,}")),
    "aws.rds.instance": ("DbiResourceId", re.compile(r"db-[A-Z0-9]{20,}")),
    "aws.rds.cluster": ("DbClusterResourceId", re.compile(r"cluster-[A-Z0-9]{20,}")),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """Something the inventory may know. `ref` is what routing calls it, `asset` the inventory.

    An empty account or region means any. `by` is the part of the configuration that holds the id,
    empty where it is the asset's own.
    """

    ref: AssetRef
    asset: AssetRef
    by: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the inventory knows of something a notice names."""

    asset: AssetRef
    tags: Mapping[str, str]


def whereabouts(notice: Notice) -> Iterator[AssetRef]:
    """List what may be claimed, the surest first; accounts are claimed by whoever has them."""
    yield from notice.assets
    for one in notice.entities:
        yield from _as_asset(one)


def sought(notice: Notice) -> Iterator[Sought]:
    """List what the inventory may know; nothing where only hosts by name and the like are named."""
    for ref in notice.assets:
        if (found := _sought(ref, ref)) is not None:
            yield found
    for one in notice.entities:
        if one.kind == entity.HOST:
            if _INSTANCE_ID.fullmatch(one.value):
                yield Sought(AssetRef(one.kind, "", one.value), AssetRef(INSTANCE, "", one.value))
        elif one.kind == entity.ASSET or one.value.startswith("arn:"):
            yield from _named(one)


@lru_cache(maxsize=MAX_REMEMBERED)
def _named(one: Entity) -> tuple[Sought, ...]:
    """Return what an entity names. The same people and machines are named again and again."""
    pairs = (
        (ref, named_by_arn(ref.id, Place("", "")) if ref.kind == "arn" else ref)
        for ref in _as_asset(one)
    )
    found = (_sought(ref, asset) for ref, asset in pairs if asset is not None)
    return tuple(one for one in found if one is not None)


def _sought(ref: AssetRef, asset: AssetRef) -> Sought | None:
    kind, id_ = asset.kind, asset.id
    if kind == OBJECT:
        return Sought(ref, AssetRef(BUCKET, asset.account, id_.partition("/")[0]))
    if kind in _PLACES or not (kind in TABLE or kind.startswith(PREFIX)):
        return None
    if kind == _WEB_ACL and not _UUID.fullmatch(id_):
        return Sought(ref, asset, "Name")  # as metrics call it
    field, form = _INNER.get(kind, ("", None))
    return Sought(ref, asset, field if form is not None and form.fullmatch(id_) else "")


def _as_asset(one: Entity) -> Iterator[AssetRef]:
    if one.value.startswith("arn:"):
        parts = one.value.split(":", 5)
        if len(parts) == 6:
            yield AssetRef("arn", parts[4], one.value, parts[3])
    elif one.kind == entity.ASSET and one.value.count("/") >= 3:
        kind, account, region, name = one.value.split("/", 3)
        yield AssetRef(kind, account, name, "" if region == "global" else region)
    elif one.kind == entity.ACCOUNT:
        yield AssetRef(ACCOUNT, one.value, one.value)
    yield AssetRef(one.kind, "", one.value)
