import re
from pathlib import Path

import pytest

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.permissions import calls_of, permissions
from tests.core.assets.aws_shapes import operations

CONNECTOR = Path(__file__).resolve().parents[3] / "src/fireline/connectors/aws"
# `Ask("iam", "ListAccessKeys"`, and IAM's own `ask("GetUser"` and `every("ListUserPolicies"`.
_ASKED = re.compile(r'\b(?:Ask\(\s*"(?P<service>[a-z0-9]+)",|ask\(|every\()\s*"(?P<name>[A-Z]\w+)"')
# Anybody may ask who they are, and assuming the role is allowed on the other side.
NEEDS_NONE = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})


def test_permissions_only_read():
    for permission in permissions():
        _, _, name = permission.partition(":")
        assert name.startswith(("Describe", "Get", "List", "Generate", "Lookup")), permission


def test_nothing_that_is_kept_in_a_store_may_be_read():
    """A monitor that could read objects, secrets or messages would be worth stealing."""
    content = {
        "dynamodb:GetItem",
        "kms:Decrypt",
        "logs:GetLogEvents",
        "s3:GetObject",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
        "ssm:GetParameter",
    }
    assert content.isdisjoint(permissions())


@pytest.mark.parametrize(
    "named",
    [
        "access-analyzer:ListAnalyzers",
        "elasticfilesystem:DescribeFileSystems",
        "elasticloadbalancing:DescribeLoadBalancers",
        "es:DescribeDomains",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration",
        "s3:ListAccessPoints",
        "s3:ListAllMyBuckets",
        "tag:GetResources",
    ],
)
def test_permissions_go_by_the_names_iam_has_for_them(named: str):
    assert named in permissions()


def test_every_call_a_permission_is_for_exists():
    for service, operation in (call for row in TABLE.values() for call in calls_of(row)):
        assert operation in operations(service), operation


def test_what_is_asked_beside_the_table_is_allowed_too():
    asked = {
        f"{found['service'] or 'iam'}:{found['name']}"
        for path in CONNECTOR.glob("*.py")
        for found in _ASKED.finditer(path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 20
    assert asked - set(permissions()) - NEEDS_NONE == set()
