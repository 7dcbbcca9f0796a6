"""What AWS calls a thing in its findings, in the inventory's words.

ARNs, CloudFormation's types (`AWS::EC2::Instance`) and Security Hub's (`AwsEc2Instance`) become the
same references that CloudTrail records do, so that a finding and a call meet on the same asset.
"""

import re
from dataclasses import dataclass

from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, ROLE, SESSION, USER
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.cloudtrail_assets import (
    BUCKET,
    EC2_KINDS,
    GLOBAL_KINDS,
    MAX_ID_CHARACTERS,
    OBJECT,
    role_name,
)
from fireline.core.signals.entity import ASSET, CREDENTIAL, HOST, Entity

INSTANCE = "aws.ec2.instance"

_EC2_ID = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# By service and the beginning of what an ARN names; the id is what follows.
_IN_ARN = {
    ("iam", "user"): USER,
    ("iam", "role"): ROLE,
    ("sts", "assumed-role"): ROLE,
    ("rds", "db"): "aws.rds.instance",
    ("lambda", "function"): "aws.lambda.function",
    ("logs", "log-group"): "aws.logs.group",
    ("autoscaling", "autoScalingGroup"): "aws.autoscaling.group",
    ("elasticloadbalancing", "loadbalancer"): "aws.elb.load_balancer",
    ("elasticloadbalancing", "targetgroup"): "aws.elb.target_group",
}
# What people and calls name by the whole ARN.
_BY_ARN = frozenset({"aws.iam.policy", "aws.secretsmanager.secret"})

# Types whose word in the inventory is not theirs in small letters; written without its dividers.
_TYPES = {
    "account": ACCOUNT,
    "autoscalingautoscalinggroup": "aws.autoscaling.group",
    "cloudformationstack": "aws.cloudformation.stack",
    "cloudtrailtrail": "aws.cloudtrail.trail",
    "dynamodbtable": "aws.dynamodb.table",
    "ec2eip": "aws.ec2.address",
    "ecrcontainerimage": "aws.ecr.image",
    "ekscluster": "aws.eks.cluster",
    "iamaccesskey": ACCESS_KEY,
    "loadbalancer": "aws.elb.load_balancer",
    "logsloggroup": "aws.logs.group",
    "rdsdbcluster": "aws.rds.cluster",
    "rdsdbinstance": "aws.rds.instance",
    "rdsdbsnapshot": "aws.rds.snapshot",
    "secretsmanagersecret": "aws.secretsmanager.secret",
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


@dataclass(frozen=True, slots=True)
class Place:
    """The account and region something is in, as far as is known."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def parse_arn(value: str) -> Arn | None:
    """Take an ARN apart; `None` for what is none."""
    parts = value[:MAX_ID_CHARACTERS].split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[5]:
        return None
    return Arn(*parts[1:])


def asset(kind: str, identifier: str, place: Place) -> AssetRef:
    """Refer to an asset; what is global has no region."""
    region = "" if kind.startswith(GLOBAL_KINDS) else place.region
    return AssetRef(kind, place.account, identifier[:MAX_ID_CHARACTERS], region)


def named_by_arn(value: str, place: Place) -> AssetRef | None:
    """Return the asset an ARN names; what it leaves out of account and region is the place's."""
    arn = parse_arn(value)
    if arn is None:
        return None
    where = Place(arn.account or place.account, arn.region or place.region)
    kind, identifier = _kind_in_arn(arn, value)
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
    return named_by_arn(identifier, place) or asset(kind, bare, place)


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


def _kind_in_arn(arn: Arn, value: str) -> tuple[str, str]:
    service, resource = arn.service, arn.resource
    match service:
        case "s3":
            return (OBJECT if "/" in resource else BUCKET), resource
        case "sns":
            return "aws.sns.topic", value
        case "sqs":
            return "aws.sqs.queue", resource
        case _:
            # A type and a name stand apart by a slash or a colon, whichever comes first.
            cut = re.search(r"[/:]", resource)
    if cut is None:
        return f"aws.{service}.{service}", resource
    type_, name = resource[: cut.start()], resource[cut.end() :]
    kind = _IN_ARN.get((service, type_), f"aws.{service}.{type_.replace('-', '_').lower()}")
    return kind, value if kind in _BY_ARN else _bare_name(kind, name, value)


def _bare_name(kind: str, name: str, value: str) -> str:
    match kind:
        case "aws.iam.role":
            return role_name(value)
        case "aws.iam.user":
            return name.rpartition("/")[2]
        case "aws.lambda.function" | "aws.logs.group" | "aws.ecr.repository":
            return name.partition(":")[0].partition("/sha256")[0]
        case "aws.autoscaling.group":
            return name.partition("autoScalingGroupName/")[2] or name
        case _:
            return name


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
