"""Bodies written for these tests after the vendors' documentation; nothing of them is copied."""

import json
from typing import Any

from tests.core.signals.formats.corpus import sample

ACCOUNT, REGION = "111122223333", "eu-central-1"
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:checkout-errors"

GUARDDUTY: dict[str, Any] = sample(
    detail={
        "id": "36b01b60",
        "type": "UnauthorizedAccess:IAMUser/TorIPCaller",
        "title": "An API was called from a Tor exit node.",
        "description": "The API GetObject was called from 198.51.100.7.",
        "accountId": ACCOUNT,
        "region": REGION,
        "severity": 5,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-01-01T00:04:00.000Z",
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {
                "accessKeyId": "AKIAEXAMPLE",
                "userName": "shop-ci",
                "userType": "IAMUser",
                "principalId": "AIDAEXAMPLE",
            },
            "instanceDetails": {
                "instanceId": "i-0abc1234def567890",
                "tags": [{"key": "service", "value": "shop"}],
            },
        },
        "service": {
            "archived": False,
            "count": 3,
            "detectorId": "c0b018e3",
            "eventLastSeen": "2026-01-01T00:04:00Z",
            "action": {
                "actionType": "AWS_API_CALL",
                "awsApiCallAction": {"remoteIpDetails": {"ipAddressV4": "198.51.100.7"}},
            },
        },
    }
)

METRIC_ALARM: dict[str, Any] = {
    "AlarmName": "checkout-errors",
    "AlarmDescription": "Too many errors",
    "AWSAccountId": ACCOUNT,
    "NewStateValue": "ALARM",
    "OldStateValue": "OK",
    "NewStateReason": "Threshold crossed",
    "StateChangeTime": "2026-01-01T00:05:00.000+0000",
    "Region": "EU (Frankfurt)",
    "AlarmArn": ALARM_ARN,
    "Trigger": {
        "MetricName": "5XXError",
        "Namespace": "AWS/ApplicationELB",
        "Dimensions": [
            {"name": "LoadBalancer", "value": "app/checkout/50dc6c49"},
            {"name": "InstanceId", "value": "i-0abc1234def567890"},
        ],
        "Threshold": 5.0,
    },
}

COMPOSITE_ALARM: dict[str, Any] = {
    **{name: METRIC_ALARM[name] for name in METRIC_ALARM if name != "Trigger"},
    "AlarmRule": f"ALARM({ALARM_ARN}-a) OR ALARM({ALARM_ARN}-b)",
    "TriggeringChildren": [{"Arn": f"{ALARM_ARN}-a", "State": {"Value": "ALARM"}}],
}

ALARM_EVENT: dict[str, Any] = sample(
    detail_type="CloudWatch Alarm State Change",
    source="aws.cloudwatch",
    resources=[ALARM_ARN],
    detail={
        "alarmName": "checkout-errors",
        "state": {
            "value": "ALARM",
            "reason": "Threshold crossed",
            "timestamp": "2026-01-01T00:05:00.000+0000",
        },
        "previousState": {"value": "OK"},
        "configuration": {
            "description": "Too many errors",
            "metrics": [
                {
                    "id": "m1",
                    "metricStat": {
                        "metric": {
                            "namespace": "AWS/ApplicationELB",
                            "name": "5XXError",
                            "dimensions": {"LoadBalancer": "app/checkout/50dc6c49"},
                        }
                    },
                }
            ],
        },
    },
)

COMPLIANCE: dict[str, Any] = {
    "messageType": "ComplianceChangeNotification",
    "notificationCreationTime": "2026-01-01T00:05:00.000Z",
    "awsAccountId": ACCOUNT,
    "awsRegion": REGION,
    "configRuleName": "bucket-is-private",
    "resourceType": "AWS::S3::Bucket",
    "resourceId": "invoices",
    "newEvaluationResult": {
        "complianceType": "NON_COMPLIANT",
        "resultRecordedTime": "2026-01-01T00:04:59.000Z",
        "annotation": "Anybody may read it.",
    },
}

HEALTH: dict[str, Any] = {
    "eventArn": f"arn:aws:health:{REGION}::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/one",
    "service": "EC2",
    "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE",
    "eventTypeCategory": "issue",
    "statusCode": "open",
    "startTime": "Thu, 01 Jan 2026 00:01:00 GMT",
    "eventDescription": [
        {"language": "de_DE", "latestDescription": "Es gibt ein Problem."},
        {"language": "en_US", "latestDescription": "There is a problem."},
    ],
    "affectedEntities": [{"entityValue": "i-0abc1234def567890"}],
}

INSPECTOR: dict[str, Any] = {
    "findingArn": f"arn:aws:inspector2:{REGION}:{ACCOUNT}:finding/one",
    "awsAccountId": ACCOUNT,
    "type": "PACKAGE_VULNERABILITY",
    "title": "CVE-2026-0001 - openssl",
    "description": "It reads too far.",
    "severity": "CRITICAL",
    "status": "ACTIVE",
    "lastObservedAt": "Jan 1, 2026, 12:04:00 AM",
    "packageVulnerabilityDetails": {
        "vulnerabilityId": "CVE-2026-0001",
        "sourceUrl": "https://example.com/cve",
    },
    "resources": [
        {
            "type": "AWS_EC2_INSTANCE",
            "id": "i-0abc1234def567890",
            "region": REGION,
            "tags": {"service": "shop"},
        }
    ],
}

MACIE: dict[str, Any] = {
    "id": "macie-1",
    "type": "SensitiveData:S3Object/Credentials",
    "title": "The object holds credentials",
    "accountId": ACCOUNT,
    "region": REGION,
    "severity": {"score": 3, "description": "High"},
    "category": "CLASSIFICATION",
    "updatedAt": "2026-01-01T00:04:00Z",
    "resourcesAffected": {"s3Bucket": {"name": "invoices"}, "s3Object": {"key": "a/keys.csv"}},
}

ASFF: dict[str, Any] = {
    "SchemaVersion": "2018-10-08",
    "Id": "arn:aws:securityhub:eu-central-1:111122223333:finding/one",
    "ProductArn": "arn:aws:securityhub:eu-central-1::product/aws/securityhub",
    "GeneratorId": "security-control/S3.2",
    "AwsAccountId": ACCOUNT,
    "Types": ["TTPs/Initial Access/UnauthorizedAccess:S3"],
    "UpdatedAt": "2026-01-01T00:04:00Z",
    "Severity": {"Label": "CRITICAL", "Normalized": 90},
    "Title": "Buckets should be private",
    "Description": "One is not.",
    "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::invoices", "Region": REGION}],
    "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.2"},
    "Workflow": {"Status": "NEW"},
    "RecordState": "ACTIVE",
}

FALCO: dict[str, Any] = {
    "uuid": "5d3a",
    "output": "A shell was spawned in a container (user=root pod=cart-1)",
    "priority": "Warning",
    "rule": "Terminal shell in container",
    "time": "2026-01-01T00:05:00.123456789Z",
    "source": "syscall",
    "hostname": "node-3",
    "tags": ["container", "mitre_execution", "mitre_lateral_movement", "T1059"],
    "output_fields": {
        "container.id": "3ad7b26ded6d",
        "container.name": "cart",
        "k8s.ns.name": "shop",
        "k8s.pod.name": "cart-1",
        "proc.name": "bash",
        "user.name": "root",
        "evt.time": 1767225900123456789,
        "fd.rip": "<NA>",
    },
}

DATADOG: dict[str, Any] = {
    "alert_id": "1234",
    "cycle": "c-1",
    "agg": "9bd4",
    "transition": "Triggered",
    "type": "error",
    "priority": "P2",
    "title": "[Triggered on {host:web-1}] CPU is high",
    "msg": "It is 99 %.",
    "scope": "host:web-1",
    "tags": "env:prod,service:shop,team:web",
    "link": "https://app.example.com/monitors/1234",
    "host": "$HOSTNAME",
}

SENTRY_EVENT: dict[str, Any] = {
    "action": "triggered",
    "data": {
        "event": {
            "issue_id": "1117540176",
            "title": "ZeroDivisionError: division by zero",
            "level": "error",
            "culprit": "shop.cart in total",
            "web_url": "https://sentry.example.com/issues/1117540176",
            "datetime": "2026-01-01T00:05:00.000000Z",
            "environment": "prod",
            "tags": [["server_name", "web-1"], ["release", "1.2.3"]],
            "metadata": {"type": "ZeroDivisionError"},
        },
        "triggered_rule": "Too many",
    },
}

SENTRY_METRIC: dict[str, Any] = {
    "action": "critical",
    "data": {
        "metric_alert": {
            "id": "7",
            "date_started": "2026-01-01T00:05:00Z",
            "alert_rule": {"name": "Errors", "aggregate": "count()"},
            "projects": ["shop"],
        },
        "description_title": "Critical: Errors",
        "web_url": "https://sentry.example.com/alerts/7",
    },
}

SPLUNK: dict[str, Any] = {
    "sid": "scheduler__admin__search__RMD5abc_at_1767225900_132",
    "search_name": "Too many failed logins",
    "results_link": "http://splunk.example.com:8000/app/search/@go?sid=x",
    "owner": "admin",
    "app": "search",
    "result": {"host": "web-1", "src": "198.51.100.7", "user": "root2", "severity": "high"},
}

AUDIT_EVENT: dict[str, Any] = {
    "kind": "Event",
    "auditID": "0e4d1a46-0000-4000-8000-000000000001",
    "stage": "ResponseStarted",
    "verb": "create",
    "requestReceivedTimestamp": "2026-01-01T00:05:00.867116Z",
    "user": {"username": "bo@example.com", "groups": ["system:authenticated"]},
    "sourceIPs": ["198.51.100.7"],
    "userAgent": "kubectl/v1.34",
    "objectRef": {
        "resource": "pods",
        "subresource": "exec",
        "namespace": "shop",
        "name": "cart-1",
    },
    "responseStatus": {"code": 101},
}


def audit_list(*events: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": list(events)}


def letter(message: object, **said: Any) -> dict[str, Any]:
    """Write an SNS notification around a message."""
    return {
        "Type": "Notification",
        "MessageId": "dc1e94d9",
        "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-01-01T00:05:01.000Z",
        "SignatureVersion": "2",
        **said,
    }
