"""Where CloudTrail's names of calls differ from the API's, and which calls only look.

From the services' own CloudTrail pages, checked against real records.
"""

import re

from moto.core.utils import get_service_model

_LAMBDA = {
    "20150331": (
        *("CreateFunction", "DeleteFunction", "ListFunctions", "CreateAlias", "DeleteAlias"),
        *("GetAlias", "ListAliases", "UpdateAlias", "PublishVersion", "ListVersionsByFunction"),
        *("CreateEventSourceMapping", "DeleteEventSourceMapping", "GetEventSourceMapping"),
        *("ListEventSourceMappings", "UpdateEventSourceMapping"),
    ),
    "20150331v2": (
        *("AddPermission", "RemovePermission", "GetPolicy", "GetFunction"),
        *("GetFunctionConfiguration", "UpdateFunctionCode", "UpdateFunctionConfiguration"),
    ),
    "20171031": ("PutFunctionConcurrency", "DeleteFunctionConcurrency"),
    "20181031": (
        *("PublishLayerVersion", "DeleteLayerVersion", "GetLayerVersion", "ListLayers"),
        *("ListLayerVersions", "AddLayerVersionPermission", "RemoveLayerVersionPermission"),
    ),
    "20170331": ("ListTags",),
    "20170331v2": ("TagResource", "UntagResource"),
    "20160819": ("GetAccountSettings",),
}
_NAMES = {
    "s3:ListObjectsV2": "ListObjects",
    "s3:PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "s3:GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "s3:PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "s3:GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "s3:GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "s3:PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "s3:GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "s3:PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "s3:GetBucketNotificationConfiguration": "GetBucketNotification",
    "s3:PutBucketNotificationConfiguration": "PutBucketNotification",
    "s3control:GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    "s3control:DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
    "logs:ListTagsLogGroup": "ListTagsLogGroup",
    **{
        f"lambda:{operation}": f"{operation}{suffix}"
        for suffix, operations in _LAMBDA.items()
        for operation in operations
    },
}
_SOURCES = {
    "s3control": "s3",
    "cloudwatch": "monitoring",
    "accessanalyzer": "access-analyzer",
    "resourcegroupstaggingapi": "tagging",
    "ses": "ses",
    "sesv2": "ses",
    "ecr": "ecr",
    "organizations": "organizations",
}
# IAM and its like live in one region, whatever region their callers speak of.
_GLOBAL = frozenset({"iam", "organizations", "route53", "cloudfront", "account"})
_READS = re.compile(
    r"^(Describe|Get|List|Lookup|Head|BatchGet|Search|Select|Filter|Generate|Simulate|Query|Scan"
    r"|Check|Verify|AssumeRole|Decode|Preview|Receive|Encrypt|Decrypt|ReEncrypt)"
)
# Real records say so, though the names read like reads.
_CHANGES = frozenset(
    {"sts:GetSessionToken", "sts:GetFederationToken", "iam:GenerateCredentialReport"}
)
_S3_OBJECT = re.compile(r"^s3:((Get|Put|Head|Delete|Copy|Restore)Objects?|ListObjects(V2)?)$")
_CLOUDFRONT = "2020_05_31"


def event_name(service: str, operation: str) -> str:
    """Return the name CloudTrail gives a call."""
    if service == "cloudfront":
        return f"{operation}{_CLOUDFRONT}"
    return _NAMES.get(f"{service}:{operation}", operation)


def event_source(service: str) -> str:
    """Return the source CloudTrail gives a service's calls."""
    return f"{_SOURCES.get(service) or _endpoint(service)}.amazonaws.com"


def region_of(service: str, region: str) -> str:
    """Return the region a call is recorded in."""
    return "us-east-1" if service in _GLOBAL else region


def host_of(service: str, region: str) -> str:
    """Return the host a client of AWS would have spoken to."""
    if service in _GLOBAL:
        return f"{_endpoint(service)}.amazonaws.com"
    return f"{_endpoint(service)}.{region}.amazonaws.com"


def is_read_only(name: str) -> bool:
    """Tell whether a call, in IAM's spelling, only looks."""
    operation = name.partition(":")[2]
    return name not in _CHANGES and _READS.match(operation) is not None


def is_data(name: str) -> bool:
    """Tell whether a call, in IAM's spelling, is a data event."""
    return _S3_OBJECT.match(name) is not None or name == "lambda:Invoke"


def _endpoint(service: str) -> str:
    return str(get_service_model(service).endpoint_prefix)
