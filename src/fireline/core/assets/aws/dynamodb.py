"""DynamoDB tables and whether they can be put back to what they were."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import Batch, Detail, LinkRule, ResourceType

_GONE = frozenset({"ResourceNotFoundException"})

TYPES = (
    ResourceType(
        kind="aws.dynamodb.table",
        service="dynamodb",
        operation="ListTables",
        result="TableNames[].{TableName: @}",
        batch=Batch("DescribeTable", "TableName", "[Table]", 1, "TableName", gone=_GONE),
        id="{TableName}",
        name="{TableName}",
        arn="{TableArn}",
        arn_form="dynamodb:table/([^/]+)(?:/.*)?",
        tagged="dynamodb:table",
        details=(
            Detail(
                "ContinuousBackups",
                "DescribeContinuousBackups",
                {"TableName": "{TableName}"},
                take="ContinuousBackupsDescription",
            ),
        ),
        links=(LinkRule("encrypted with", KEY, "SSEDescription.KMSMasterKeyArn"),),
        volatile=(
            "ItemCount",
            "TableSizeBytes",
            "ProvisionedThroughput",
            "GlobalSecondaryIndexes.*",
            "LocalSecondaryIndexes.*",
            "ContinuousBackups.*.*RestorableDateTime",
        ),
        event_services=("dynamodb",),
        named_by=("tablename",),
        cloudformation="AWS::DynamoDB::Table",
    ),
)
