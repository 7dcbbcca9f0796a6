"""Secrets: that they are there and who may read them, never what they say."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.secretsmanager.secret",
        service="secretsmanager",
        operation="ListSecrets",
        result="SecretList",
        parameters={"MaxResults": 100},
        find="DescribeSecret",
        find_result="[@]",
        again={"SecretId": "{id}"},
        none_when=frozenset({"ResourceNotFoundException"}),
        id="{ARN}",
        name="{Name}",
        arn="{ARN}",
        arn_form="secretsmanager:secret:.+",
        # Calls may name one by its name alone, which is no ARN.
        forms=(r"[\w/+=.@-]+",),
        tags="Tags",
        details=(
            Detail("Policy", "GetResourcePolicy", {"SecretId": "{ARN}"}, take="ResourcePolicy"),
        ),
        links=(
            LinkRule("encrypted with", KEY, "KmsKeyId"),
            LinkRule("turned by", "aws.lambda.function", "RotationLambdaARN"),
        ),
        volatile=(
            "LastAccessedDate",
            "LastChangedDate",
            # Listed under one name, described under another.
            "SecretVersionsToStages",
            "VersionIdsToStages",
            "ReplicationStatus",
            "CrossAccount*",
        ),
        event_services=("secretsmanager",),
        named_by=("secretid", "arn"),
        cloudformation="AWS::SecretsManager::Secret",
    ),
)
