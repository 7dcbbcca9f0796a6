"""What AWS calls a thing in its findings, in the inventory's words.

ARNs, CloudFormation's types (`AWS::EC2::Instance`) and Security Hub's (`AwsEc2Instance`) become the
same references that CloudTrail records do, so that a finding and a call meet on the same asset.
"""

import re

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, SESSION
from fireline.core.assets.naming import (
    MAX_ID_CHARACTERS,
    Arn,
    Place,
    identified,
    parse_arn,
    region_of,
)
from fireline.core.assets.naming import identifier as identifier_of
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.cloudtrail_assets import EC2_KINDS, OBJECT
from fireline.core.signals.entity import ASSET, CREDENTIAL, HOST, Entity

__all__ = [
    "INSTANCE",
    "REGIONS",
    "Place",
    "asset",
    "credential",
    "ec2",
    "entity_of",
    "named_by_arn",
    "named_by_type",
    "parse_arn",
]

INSTANCE = "aws.ec2.instance"

_EC2_ID = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _undivided(type_: str) -> str:
    return "".join(word for word in type_.split("::") if word != "AWS").lower()


# By CloudFormation's type in small letters, without its dividers; and where Security Hub's differs.
_TYPES = {
    **{_undivided(row.cloudformation): row.kind for row in TABLE.values() if row.cloudformation},
    "cloudformationstack": "aws.cloudformation.stack",
    "ecrcontainerimage": "aws.ecr.image",
    "iampolicy": "aws.iam.policy",
    "loadbalancer": "aws.elb.load_balancer",
}

# As CloudWatch's messages name regions; ARNs name them properly, and are preferred.
REGIONS = {
    "US East (N. Virginia)": "us-east-1",
    "US East (Ohio)": "us-east-2",
    "US West (N. California)": "us-west-1",
    "US West (Oregon)": "us-west-2",
    "Africa (Cape Town)": "af-south-1",
    "Asia Pacific (Hong Kong)": "ap-east-1",
    "Asia Pacific (Hyderabad)": "ap-south-2",
    "Asia Pacific (Jakarta)": "ap-southeast-3",
    "Asia Pacific (Malaysia)": "ap-southeast-5",
    "Asia Pacific (Melbourne)": "ap-southeast-4",
    "Asia Pacific (Mumbai)": "ap-south-1",
    "Asia Pacific (Osaka)": "ap-northeast-3",
    "Asia Pacific (Seoul)": "ap-northeast-2",
    "Asia Pacific (Singapore)": "ap-southeast-1",
    "Asia Pacific (Sydney)": "ap-southeast-2",
    "Asia Pacific (Thailand)": "ap-southeast-7",
    "Asia Pacific (Tokyo)": "ap-northeast-1",
    "Canada (Central)": "ca-central-1",
    "Canada West (Calgary)": "ca-west-1",
    "China (Beijing)": "cn-north-1",
    "China (Ningxia)": "cn-northwest-1",
    "EU (Frankfurt)": "eu-central-1",
    "Europe (Frankfurt)": "eu-central-1",
    "EU (Ireland)": "eu-west-1",
    "Europe (Ireland)": "eu-west-1",
    "EU (London)": "eu-west-2",
    "Europe (London)": "eu-west-2",
    "EU (Milan)": "eu-south-1",
    "Europe (Milan)": "eu-south-1",
    "EU (Paris)": "eu-west-3",
    "Europe (Paris)": "eu-west-3",
    "EU (Spain)": "eu-south-2",
    "Europe (Spain)": "eu-south-2",
    "EU (Stockholm)": "eu-north-1",
    "Europe (Stockholm)": "eu-north-1",
    "EU (Zurich)": "eu-central-2",
    "Europe (Zurich)": "eu-central-2",
    "Israel (Tel Aviv)": "il-central-1",
    "Mexico (Central)": "mx-central-1",
    "Middle East (Bahrain)": "me-south-1",
    "Middle East (UAE)": "me-central-1",
    "South America (Sao Paulo)": "sa-east-1",
    "AWS GovCloud (US-East)": "us-gov-east-1",
    "AWS GovCloud (US-West)": "us-gov-west-1",
}


def asset(kind: str, identifier: str, place: Place) -> AssetRef:
    """Refer to an asset; what is global has no region."""
    region = region_of(kind, place.region)
    return AssetRef(kind, place.account, identifier[:MAX_ID_CHARACTERS], region)


def named_by_arn(value: str, place: Place) -> AssetRef | None:
    """Return the asset an ARN names; what it leaves out of account and region is the place's."""
    arn = parse_arn(value)
    if arn is None:
        return None
    where = Place(arn.account or place.account, arn.region or place.region)
    kind, identifier = _kind_in_arn(arn)
    return asset(kind, identifier, where)


def named_by_type(type_: str, identifier: str, place: Place) -> AssetRef:
    """Return the asset of a CloudFormation or Security Hub type; its ARN, where that is the id."""
    # AWS::::Account:111122223333 and AWS::IAM::AccessKey:AKIA… say their type once more.
    bare = identifier.rpartition(":")[2] if identifier.startswith("AWS::") else identifier
    kind = _kind_of_type(type_)
    if kind == ACCOUNT or identifier.startswith("AWS::::Account:"):
        return AssetRef(ACCOUNT, bare, bare)
    if kind == ACCESS_KEY:
        return credential(bare, place.account)
    row = TABLE.get(kind)
    # Config calls queues by their URLs.
    found = identifier_of(row, bare) if row is not None else None
    return named_by_arn(identifier, place) or asset(kind, found or bare, place)


def ec2(identifier: str, place: Place) -> AssetRef | None:
    """Return the asset of an EC2 id, which tells its kind itself."""
    found = _EC2_ID.fullmatch(identifier)
    kind = EC2_KINDS.get(found[1]) if found else None
    return asset(kind, identifier, place) if kind else None


def credential(access_key: str, account: str) -> AssetRef:
    """Return the asset of an access key, which is a session's when it is temporary."""
    kind = SESSION if access_key.startswith("ASIA") else ACCESS_KEY
    return AssetRef(kind, account, access_key)


def entity_of(named: AssetRef) -> tuple[Entity, ...]:
    """Return what others may share of an asset."""
    if named.kind in (ACCESS_KEY, SESSION):
        return (Entity(CREDENTIAL, named.id), Entity(ASSET, str(named)))
    if named.kind == ACCOUNT:
        return ()
    if named.kind == INSTANCE:
        return (Entity(ASSET, str(named)), Entity(HOST, named.id))
    return (Entity(ASSET, str(named)),)


def _kind_in_arn(arn: Arn) -> tuple[str, str]:
    service, resource = arn.service, arn.resource
    if service == "s3" and "/" in resource and not arn.region:
        return OBJECT, resource
    named = identified(arn)
    if named is not None:
        return named
    # A type and a name stand apart by a slash or a colon, whichever comes first.
    cut = re.search(r"[/:]", resource)
    if cut is None:
        return f"aws.{service}.{service}", resource
    type_, name = resource[: cut.start()], resource[cut.end() :]
    return f"aws.{service}.{type_.replace('-', '_').lower()}", name


def _kind_of_type(type_: str) -> str:
    words = [word for word in type_[:200].split("::") if word and word != "AWS"]
    if len(words) == 1 and type_.startswith("Aws"):  # AwsEc2Instance
        service, *rest = _WORDS.split(type_[3:])
        words = [service, "".join(rest)] if rest else [service]
    known = _TYPES.get("".join(words).lower())
    if known is not None:
        return known
    parts = [re.sub(r"[^a-z0-9]+", "_", _WORDS.sub("_", word).lower()) for word in words]
    return f"aws.{'.'.join(parts)}" if parts else "aws.resource"
