"""Trails as DescribeTrails, GetTrailStatus and GetEventSelectors answer."""

from collections.abc import Sequence
from typing import Any

from tests.labelled.labels import DENIED, Labels, Thing

BASIC: dict[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


def basic(*values: str, **over: Any) -> dict[str, Any]:
    """Write a basic selector, with data events of these S3 ARNs."""
    data = [{"Type": "AWS::S3::Object", "Values": list(values)}] if values else []
    return {**BASIC, "DataResources": data, **over}


def advanced(name: str, **fields: str | Sequence[str]) -> dict[str, Any]:
    """Write an advanced selector; `__` in a field's name is a dot."""
    return {
        "Name": name,
        "FieldSelectors": [
            {
                "Field": field.replace("__", "."),
                "Equals": [value] if isinstance(value, str) else list(value),
            }
            for field, value in fields.items()
        ],
    }


def trail(
    account: str,
    name: str,
    says: Labels | None = None,
    *,
    region: str = "eu-west-1",
    owner: str = "",
    events: Any = (BASIC,),
    logs: Any = True,
    **over: Any,
) -> Thing:
    """Make a trail. `owner` is the account an organisation's is of; `...` could not be read."""
    arn = f"arn:aws:cloudtrail:{region}:{owner or account}:trail/{name}"
    said: dict[str, Any] = {
        "Name": name,
        "S3BucketName": f"{name}-{owner or account}",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "HomeRegion": region,
        "TrailARN": arn,
        "LogFileValidationEnabled": True,
        "CloudWatchLogsLogGroupArn": f"arn:aws:logs:{region}:{owner or account}"
        ":log-group:CloudTrail/logs:*",
        "CloudWatchLogsRoleArn": f"arn:aws:iam::{owner or account}:role/CloudTrail_Logs",
        "KmsKeyId": f"arn:aws:kms:{region}:{owner or account}:key/"
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "HasCustomEventSelectors": True,
        "HasInsightSelectors": False,
        "IsOrganizationTrail": bool(owner),
        **over,
    }
    said = {key: value for key, value in said.items() if value is not None}
    unread: dict[str, str] = {key: DENIED for key, value in said.items() if value is ...}
    if logs is ...:
        unread["Status"] = DENIED
    elif logs is not None:
        said["Status"] = {
            "IsLogging": logs,
            "LatestDeliveryTime": "2026-05-31T23:55:00Z",
            "StartLoggingTime": "2024-01-01T00:00:00Z",
        }
    if events is ...:
        unread["Selectors"] = DENIED
    else:
        kind = "AdvancedEventSelectors" if events and "Name" in events[0] else "EventSelectors"
        said["Selectors"] = {"TrailARN": arn, kind: list(events)}
    known = {key: value for key, value in said.items() if value is not ...}
    return Thing("aws.cloudtrail.trail", known, says or {}, region, unread)
