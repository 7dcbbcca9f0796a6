"""Which resources a CloudTrail record is about.

Event names are not listed: AWS adds dozens a month. What a parameter's name means depends only on
the service it is sent to, and EC2's ids tell their kind themselves; so new calls are understood on
the day they appear.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, ROLE, SESSION, USER
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Who
from fireline.core.values.json import JsonObject

MAX_ASSETS = 64
MAX_VALUES = 2000
MAX_ID_CHARACTERS = 2048

BUCKET = "aws.s3.bucket"
OBJECT = "aws.s3.object"

# What belongs to no region, by the beginning of its kind.
GLOBAL_KINDS = ("aws.iam.", "aws.s3.", "aws.sts.", "aws.cloudfront.", "aws.route53.", ACCOUNT)

# By service, then by the parameter's name in lower case.
_KINDS: dict[str, dict[str, str]] = {
    "iam": {
        "username": USER,
        "rolename": ROLE,
        "groupname": "aws.iam.group",
        "policyarn": "aws.iam.policy",
        "arn": "aws.iam.policy",
        "instanceprofilename": "aws.iam.instance_profile",
        "accesskeyid": ACCESS_KEY,
        "serialnumber": "aws.iam.mfa_device",
        "samlproviderarn": "aws.iam.saml_provider",
        "openidconnectproviderarn": "aws.iam.oidc_provider",
    },
    "sts": {"rolearn": ROLE, "accesskeyid": SESSION},
    "s3": {"bucketname": BUCKET},
    "kms": {"keyid": "aws.kms.key", "targetkeyid": "aws.kms.key", "aliasname": "aws.kms.alias"},
    "lambda": {"functionname": "aws.lambda.function", "layername": "aws.lambda.layer"},
    "secretsmanager": {"secretid": "aws.secretsmanager.secret", "arn": "aws.secretsmanager.secret"},
    "ssm": {
        "instanceid": "aws.ec2.instance",
        "instanceids": "aws.ec2.instance",
        "target": "aws.ec2.instance",
        "name": "aws.ssm.parameter",
        "names": "aws.ssm.parameter",
        "documentname": "aws.ssm.document",
    },
    "rds": {
        "dbinstanceidentifier": "aws.rds.instance",
        "dbclusteridentifier": "aws.rds.cluster",
        "dbsnapshotidentifier": "aws.rds.snapshot",
        "dbclustersnapshotidentifier": "aws.rds.cluster_snapshot",
    },
    "dynamodb": {"tablename": "aws.dynamodb.table"},
    "ecr": {"repositoryname": "aws.ecr.repository"},
    "sns": {"topicarn": "aws.sns.topic", "name": "aws.sns.topic"},
    "sqs": {"queueurl": "aws.sqs.queue", "queuename": "aws.sqs.queue"},
    "logs": {"loggroupname": "aws.logs.group", "loggroupidentifier": "aws.logs.group"},
    "cloudtrail": {"name": "aws.cloudtrail.trail", "trailname": "aws.cloudtrail.trail"},
    "config": {"configurationrecordername": "aws.config.recorder"},
    "guardduty": {"detectorid": "aws.guardduty.detector"},
    "cloudformation": {"stackname": "aws.cloudformation.stack"},
    "organizations": {"policyid": "aws.organizations.policy", "accountid": ACCOUNT},
    "eks": {"name": "aws.eks.cluster", "clustername": "aws.eks.cluster"},
    "ecs": {
        "cluster": "aws.ecs.cluster",
        "clustername": "aws.ecs.cluster",
        "service": "aws.ecs.service",
        "taskdefinition": "aws.ecs.task_definition",
        "task": "aws.ecs.task",
    },
    "ec2-instance-connect": {"instanceid": "aws.ec2.instance"},
}

# EC2 says in an id what it names.
EC2_KINDS = {
    "i": "aws.ec2.instance",
    "sg": "aws.ec2.security_group",
    "vol": "aws.ec2.volume",
    "snap": "aws.ec2.snapshot",
    "ami": "aws.ec2.image",
    "eni": "aws.ec2.network_interface",
    "vpc": "aws.ec2.vpc",
    "subnet": "aws.ec2.subnet",
    "rtb": "aws.ec2.route_table",
    "acl": "aws.ec2.network_acl",
    "eipalloc": "aws.ec2.address",
    "fl": "aws.ec2.flow_log",
    "igw": "aws.ec2.internet_gateway",
    "nat": "aws.ec2.nat_gateway",
    "lt": "aws.ec2.launch_template",
    "vpce": "aws.ec2.vpc_endpoint",
}
_EC2_ID = re.compile(rf"({'|'.join(EC2_KINDS)})-[0-9a-f]{{8,17}}")
_NAMES_EC2_IDS = frozenset(
    {"ec2", "autoscaling", "elasticloadbalancing", "rds", "ssm", "eks", "ec2-instance-connect"}
)

_ON_ONESELF = frozenset(
    {"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "ListAccessKeys", "ChangePassword"}
    | {"CreateLoginProfile", "UpdateLoginProfile", "GetUser"}
)
_ROLE_IN_ARN = re.compile(r"arn:[\w-]+:(?:sts|iam)::\d{12}:(?:assumed-)?role/(?:.*/)?")
_FUNCTION_IN_ARN = re.compile(r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:([^:]+)")


@dataclass(frozen=True, slots=True)
class Call:
    """What of a record says which resources it is about; `service` as in `iam`."""

    service: str
    name: str
    request: JsonObject
    response: JsonObject
    who: Who
    account: str
    region: str


def affected(call: Call) -> tuple[AssetRef, ...]:
    """List the resources a call names in its parameters or its answer, each once."""
    found: dict[AssetRef, None] = {}
    for kind, identifier in _named(call.service, call.request, call.response):
        region = "" if kind.startswith(GLOBAL_KINDS) else call.region
        found.setdefault(AssetRef(kind, call.account, identifier, region))
        if len(found) >= MAX_ASSETS:
            break
    users = any(asset.kind == USER for asset in found)
    on_oneself = call.service == "iam" and call.name in _ON_ONESELF and not users
    if on_oneself and call.who.kind == "IAMUser" and call.who.name:
        # Without a userName these calls are about the caller.
        found.setdefault(AssetRef(USER, call.account, call.who.name))
    return tuple(found)


def role_name(arn: str) -> str:
    """Name the role of a role's or an assumed role's ARN; other text is returned as it is."""
    match = re.fullmatch(r"arn:[\w-]+:sts::\d{12}:assumed-role/([^/]+)/.*", arn)
    if match:
        return match[1]
    match = _ROLE_IN_ARN.match(arn)
    return arn[match.end() :] if match else arn


def _named(service: str, request: JsonObject, response: JsonObject) -> Iterator[tuple[str, str]]:
    kinds = _KINDS.get(service, {})
    bucket, key = request.get("bucketName"), request.get("key")
    for name, text in (*_texts(request), *_texts(response)):
        kind = kinds.get(name.lower())
        if kind is not None and _plausible(service, kind, text):
            yield kind, _identifier(kind, text)
        elif service in _NAMES_EC2_IDS and (match := _EC2_ID.fullmatch(text)):
            yield EC2_KINDS[match[1]], text
    if service == "s3" and isinstance(bucket, str) and isinstance(key, str) and key:
        yield OBJECT, f"{bucket}/{key}"[:MAX_ID_CHARACTERS]


def _plausible(service: str, kind: str, text: str) -> bool:
    if not text:
        return False
    if service == "ssm" and kind == "aws.ec2.instance":
        return text.startswith(("i-", "mi-"))
    return kind != "aws.iam.policy" or ":policy/" in text


def _identifier(kind: str, text: str) -> str:
    if kind == ROLE:
        return role_name(text)
    if kind == "aws.lambda.function" and (match := _FUNCTION_IN_ARN.match(text)):
        return match[1]
    return text


def _texts(holder: JsonObject) -> list[tuple[str, str]]:
    """List the texts in an object with the name of the nearest key that says something."""
    texts: list[tuple[str, str]] = []
    waiting: list[tuple[str, object]] = [("", holder)]
    while waiting and len(texts) < MAX_VALUES:
        name, node = waiting.pop()
        if isinstance(node, str):
            if len(node) <= MAX_ID_CHARACTERS:
                texts.append((name, node))
        elif isinstance(node, Mapping):
            inner = list(cast("Mapping[str, object]", node).items())
            # EC2 wraps lists in `items` and tagged values in `content`.
            waiting.extend(
                (name if key in ("items", "content") else key, value)
                for key, value in reversed(inner)
            )
        elif isinstance(node, list):
            waiting.extend((name, value) for value in reversed(cast("list[object]", node)))
    return texts
