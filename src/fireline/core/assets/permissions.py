"""What the monitor role must be allowed: every call the table makes, and those around it.

IAM does not always name a permission as the operation. Which one guards which is listed in AWS's
Service Authorization Reference, a page for each service:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator

from fireline.core.assets.aws import iam
from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.resource_type import ResourceType

# As permissions call a service whose calls go by another name.
_SERVICES = {
    "accessanalyzer": "access-analyzer",
    "ce": "ce",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
}
_NAMES = {
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
}
# Which regions there are, tags of all at once, what things cost, and what was called where no
# trail is delivered.
_AROUND = (
    ("ec2", "DescribeRegions"),
    ("resourcegroupstaggingapi", "GetResources"),
    ("ce", "GetCostAndUsageWithResources"),
    ("cloudtrail", "LookupEvents"),
)


def permissions() -> tuple[str, ...]:
    """List the permissions, such as `s3:ListAllMyBuckets`, in the order of the alphabet."""
    calls = {call for row in TABLE.values() for call in calls_of(row)}
    return tuple(sorted({permission(*call) for call in (*calls, *_AROUND)}))


def permission(service: str, operation: str) -> str:
    """Return the permission that an operation of a service asks for."""
    name = _NAMES.get((service, operation), operation)
    return f"{_SERVICES.get(service, service)}:{name}"


def calls_of(row: ResourceType) -> Iterator[tuple[str, str]]:
    """Give the service and the operation of every call that a type is looked at by."""
    operations = (row.operation, row.find, row.batch.operation if row.batch else "")
    yield from ((row.service, operation) for operation in operations if operation)
    yield from ((detail.service or row.service, detail.operation) for detail in row.details)
    if row.tagged:
        yield "resourcegroupstaggingapi", "GetResources"
    if row.composed:
        yield from (("iam", operation) for operation in iam.COMPOSED[row.kind])
