"""Findings in ASFF, as Security Hub's BatchImportFindings takes them, cut to its limits.

Shape and limits:
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html and
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from fireline.core.detection.posture_export import Exported
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.json import JsonObject, JsonValue, canonical, digest
from fireline.core.values.priority import Level

MAX_IN_BATCH = 100
_MAX_ID, _MAX_TITLE, _MAX_DESCRIPTION, _MAX_FIX = 512, 256, 1024, 512
_MAX_VALUE, _MAX_TAGS, _MAX_TAG = 2048, 50, 256
_ACCOUNT = re.compile(r"\d{12}")
# Where Security Hub keeps what belongs to no region, as AWS's own products do.
_HOME = "us-east-1"
_TYPE = "Software and Configuration Checks/AWS Security Best Practices"
_COMPLIANCE: Mapping[Verdict, str] = {
    Verdict.FAIL: "FAILED",
    Verdict.PASS: "PASSED",
    Verdict.UNKNOWN: "NOT_AVAILABLE",
    Verdict.NOT_APPLICABLE: "NOT_AVAILABLE",
}
_NORMALIZED: Mapping[Level, int] = {
    Level.INFORMATIONAL: 0,
    Level.LOW: 1,
    Level.MEDIUM: 40,
    Level.HIGH: 70,
    Level.CRITICAL: 90,
}
# https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html
_TYPES: Mapping[str, str] = {
    "aws.acm.certificate": "AwsCertificateManagerCertificate",
    "aws.account": "AwsAccount",
    "aws.autoscaling.group": "AwsAutoScalingAutoScalingGroup",
    "aws.cloudfront.distribution": "AwsCloudFrontDistribution",
    "aws.cloudtrail.trail": "AwsCloudTrailTrail",
    "aws.cloudwatch.alarm": "AwsCloudWatchAlarm",
    "aws.dynamodb.table": "AwsDynamoDbTable",
    "aws.ec2.address": "AwsEc2Eip",
    "aws.ec2.instance": "AwsEc2Instance",
    "aws.ec2.launch_template": "AwsEc2LaunchTemplate",
    "aws.ec2.network_acl": "AwsEc2NetworkAcl",
    "aws.ec2.network_interface": "AwsEc2NetworkInterface",
    "aws.ec2.route_table": "AwsEc2RouteTable",
    "aws.ec2.security_group": "AwsEc2SecurityGroup",
    "aws.ec2.subnet": "AwsEc2Subnet",
    "aws.ec2.volume": "AwsEc2Volume",
    "aws.ec2.vpc": "AwsEc2Vpc",
    "aws.ecr.repository": "AwsEcrRepository",
    "aws.ecs.cluster": "AwsEcsCluster",
    "aws.ecs.service": "AwsEcsService",
    "aws.ecs.task_definition": "AwsEcsTaskDefinition",
    "aws.efs.file_system": "AwsEfsFileSystem",
    "aws.eks.cluster": "AwsEksCluster",
    "aws.elb.load_balancer": "AwsElbv2LoadBalancer",
    "aws.guardduty.detector": "AwsGuardDutyDetector",
    "aws.iam.access_key": "AwsIamAccessKey",
    "aws.iam.group": "AwsIamGroup",
    "aws.iam.policy": "AwsIamPolicy",
    "aws.iam.role": "AwsIamRole",
    "aws.iam.user": "AwsIamUser",
    "aws.kms.key": "AwsKmsKey",
    "aws.lambda.function": "AwsLambdaFunction",
    "aws.opensearch.domain": "AwsOpenSearchServiceDomain",
    "aws.rds.cluster": "AwsRdsDbCluster",
    "aws.rds.cluster_snapshot": "AwsRdsDbClusterSnapshot",
    "aws.rds.instance": "AwsRdsDbInstance",
    "aws.rds.snapshot": "AwsRdsDbSnapshot",
    "aws.redshift.cluster": "AwsRedshiftCluster",
    "aws.s3.access_point": "AwsS3AccessPoint",
    "aws.s3.bucket": "AwsS3Bucket",
    "aws.secretsmanager.secret": "AwsSecretsManagerSecret",
    "aws.sns.topic": "AwsSnsTopic",
    "aws.sqs.queue": "AwsSqsQueue",
    "aws.waf.web_acl": "AwsWafv2WebAcl",
}


def as_asff(one: Exported, *, product: str) -> JsonObject | None:
    """Return a finding as Security Hub imports it; `None` for what is in no AWS account."""
    ref = one.asset
    if not ref.kind.startswith("aws.") or not _ACCOUNT.fullmatch(ref.account):
        return None
    region, partition = ref.region or _HOME, _partition(one.arn)
    hub = f"arn:{partition}:securityhub:{region}:{ref.account}:product/{ref.account}/default"
    first = one.first_failed_at or one.since
    found: dict[str, JsonValue] = {
        "SchemaVersion": "2018-10-08",
        "Id": _id(one),
        "ProductArn": hub,
        "ProductName": "fireline",
        "CompanyName": "fireline",
        "Region": region,
        "GeneratorId": f"fireline/{one.signature}"[:_MAX_ID],
        "AwsAccountId": ref.account,
        "Types": [_TYPE],
        "FirstObservedAt": _moment(first),
        "LastObservedAt": _moment(one.judged_at),
        "CreatedAt": _moment(first),
        "UpdatedAt": _moment(max(one.since, first)),
        "Severity": {
            "Label": one.severity.value.upper(),
            "Normalized": _NORMALIZED[one.severity],
            "Original": one.severity.value,
        },
        "Title": _cut(one.title, _MAX_TITLE),
        "Description": _cut(f"{one.why} {one.reason}", _MAX_DESCRIPTION),
        "Remediation": {"Recommendation": {"Text": _cut(one.fix, _MAX_FIX)}},
        "ProductFields": _fields(one, product),
        "Resources": [_resource(one, partition, region)],
        "Compliance": _compliance(one),
        "Workflow": {"Status": _workflow(one)},
        "RecordState": "ACTIVE" if one.is_open or one.verdict is Verdict.PASS else "ARCHIVED",
    }
    return found


def _id(one: Exported) -> str:
    return one.uid if len(one.uid) <= _MAX_ID else f"fireline/{digest(one.uid)}"


def _workflow(one: Exported) -> str:
    if not one.is_open:
        return "RESOLVED"
    return "SUPPRESSED" if one.excepted else "NEW"


def _compliance(one: Exported) -> JsonObject:
    said: dict[str, JsonValue] = {"Status": _COMPLIANCE[one.verdict]}
    if one.cis:
        said["RelatedRequirements"] = list(one.cis[:32])
    return said


def _resource(one: Exported, partition: str, region: str) -> JsonObject:
    ref = one.asset
    id_ = f"AWS::::Account:{ref.account}" if ref.kind == "aws.account" else one.resource
    found: dict[str, JsonValue] = {
        "Type": _TYPES.get(ref.kind, "Other"),
        "Id": _cut(id_, _MAX_ID),
        "Partition": partition,
        "Region": region,
    }
    tags = list(one.tags.items())[:_MAX_TAGS]
    if tags:
        found["Tags"] = {name: value[:_MAX_TAG] for name, value in tags}
    return found


def _fields(one: Exported, product: str) -> JsonObject:
    said = {
        "fireline/Version": product,
        "fireline/Signature": one.signature,
        "fireline/Asset": str(one.asset),
        "fireline/Service": one.service or "",
        "fireline/Finding": str(one.finding or ""),
        "fireline/Reopened": str(one.reopened),
        "fireline/Evidence": canonical(one.evidence) if one.evidence else "",
    }
    if one.excepted is not None:
        said["fireline/ExceptedBy"] = one.excepted.owner
        said["fireline/ExceptedWhy"] = one.excepted.reason
        said["fireline/ExceptedUntil"] = one.excepted.until.isoformat()
    return {name: _cut(value, _MAX_VALUE) for name, value in said.items() if value}


def _partition(arn: str) -> str:
    parts = arn.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "arn" and parts[1] else "aws"


def _cut(text: str, most: int) -> str:
    # AWS refuses what is empty or blank.
    said = " ".join(text.split()) or "-"
    return said if len(said) <= most else f"{said[: most - 1]}…"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
