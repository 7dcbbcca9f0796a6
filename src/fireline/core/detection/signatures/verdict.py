"""What a signature says of an asset: it fails, passes, is not asked, or nobody can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fireline.core.assets.asset import Asset
from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject, JsonValue

# What is asked about and linked only to what lies between: by its kind, the kind between. A route
# table is its network's, not an instance's; a prefix list is named by a group, not by who wears it.
BEYOND: Mapping[str, str] = {
    "aws.ec2.route_table": "aws.ec2.vpc",
    "aws.ec2.network_acl": "aws.ec2.vpc",
    "aws.ec2.managed_prefix_list": "aws.ec2.security_group",
}


class Verdict(StrEnum):
    """A signature's word on an asset."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - a verdict
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason in a sentence, and the values it rests on."""

    signature: str
    asset: AssetRef
    verdict: Verdict
    reason: str
    evidence: JsonObject = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Subject:
    """An asset with all that may be asked about it.

    `related` holds the assets linked to it either way, by kind without `aws.`, and those of
    `BEYOND` linked to what is between; a kind nobody links is an empty list. `unlooked` says of a
    kind why it could not be looked at, here or in the account: what asks for it is unknown.
    `account` and `region` are the assets `aws.account` and `aws.region` the asset is in, where
    they were seen. `mark` names the state of all of it: another one, another state; it is empty
    where nobody says.
    """

    asset: Asset
    related: Mapping[str, tuple[Asset, ...]] = field(default_factory=dict[str, tuple[Asset, ...]])
    account: Asset | None = None
    region: Asset | None = None
    unlooked: Mapping[str, str] = field(default_factory=dict[str, str])
    mark: str = ""
