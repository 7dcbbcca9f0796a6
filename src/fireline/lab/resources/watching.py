"""What watches: trails, detectors, recorders, hubs, log groups, filters and alarms."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Any, Literal

from moto.logs.models import logs_backends
from pydantic import Field

from fireline.lab.resources.resource import Resource, Spot, given
from fireline.lab.world_part import Refers

LogGroupName = Annotated[str, Refers("logs.group")]


class LogGroup(Resource):
    """A log group."""

    kind: Literal["logs.group"]
    kept_days: int | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("logs")
        client.create_log_group(logGroupName=self.name, **given(tags=dict(self.tags)))
        if self.kept_days:
            client.put_retention_policy(logGroupName=self.name, retentionInDays=self.kept_days)
        logs_backends[at.account][at.region].groups[self.name].creation_time = at.born
        return self.name


class MetricFilter(Resource):
    """A filter that counts lines of a log group."""

    kind: Literal["logs.metric_filter"]
    group: LogGroupName
    pattern: str
    metric: str
    namespace: str = "Trail"

    def make(self, at: Spot) -> str:
        """Make it."""
        counts = {
            "metricName": self.metric,
            "metricNamespace": self.namespace,
            "metricValue": "1",
        }
        at.client("logs").put_metric_filter(
            logGroupName=self.group,
            filterName=self.name,
            filterPattern=self.pattern,
            metricTransformations=[counts],
        )
        return self.name


class Alarm(Resource):
    """An alarm on a metric, telling topics."""

    kind: Literal["cloudwatch.alarm"]
    metric: str
    namespace: str = "Trail"
    threshold: float = 1
    tells: Annotated[Sequence[str], Refers("sns.topic")] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("cloudwatch").put_metric_alarm(
            AlarmName=self.name,
            MetricName=self.metric,
            Namespace=self.namespace,
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=self.threshold,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            ActionsEnabled=True,
            **given(AlarmActions=at.ids_of("sns.topic", self.tells), Tags=self.tag_list),
        )
        return self.name


class Trail(Resource):
    """A trail of CloudTrail."""

    kind: Literal["cloudtrail.trail"]
    bucket: Annotated[str, Refers("s3.bucket")]
    all_regions: bool = True
    logging: bool = True
    validated: bool = True
    key: Annotated[str, Refers("kms.key")] | None = None
    log_group: LogGroupName | None = None
    log_role: Annotated[str, Refers("iam.role")] | None = None
    # Which management events it keeps, and whether those of objects too.
    events: Literal["All", "ReadOnly", "WriteOnly"] = "All"
    objects: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("cloudtrail")
        at.client("s3").put_bucket_policy(Bucket=self.bucket, Policy=_trail_policy(self.bucket))
        client.create_trail(
            Name=self.name,
            S3BucketName=self.bucket,
            IsMultiRegionTrail=self.all_regions,
            IncludeGlobalServiceEvents=True,
            EnableLogFileValidation=self.validated,
            **given(
                KmsKeyId=at.id_of("kms.key", self.key) if self.key else None,
                TagsList=self.tag_list,
                **self._logs(at),
            ),
        )
        selector: dict[str, Any] = {
            "ReadWriteType": self.events,
            "IncludeManagementEvents": True,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
            if self.objects
            else [],
        }
        client.put_event_selectors(TrailName=self.name, EventSelectors=[selector])
        if self.logging:
            client.start_logging(Name=self.name)
        return self.name

    def _logs(self, at: Spot) -> dict[str, str]:
        if self.log_group is None or self.log_role is None:
            return {}
        group = f"arn:aws:logs:{at.region}:{at.account}:log-group:{self.log_group}:*"
        role = f"arn:aws:iam::{at.account}:role/{self.log_role}"
        return {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role}


def _trail_policy(bucket: str) -> str:
    # moto, as AWS, asks whether the bucket lets CloudTrail in.
    service = '{"Service":"cloudtrail.amazonaws.com"}'
    look = f'"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::{bucket}"'
    write = f'"Action":"s3:PutObject","Resource":"arn:aws:s3:::{bucket}/AWSLogs/*"'
    each = ",".join(f'{{"Effect":"Allow","Principal":{service},{one}}}' for one in (look, write))
    return f'{{"Version":"2012-10-17","Statement":[{each}]}}'


class Detector(Resource):
    """GuardDuty's detector of a region; its name serves in the file alone."""

    kind: Literal["guardduty.detector"]
    name: str = "detector"
    enabled: bool = True
    often: Literal["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"] = "SIX_HOURS"

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("guardduty").create_detector(
            Enable=self.enabled,
            FindingPublishingFrequency=self.often,
            **given(Tags=dict(self.tags)),
        )
        return str(made["DetectorId"])


class Recorder(Resource):
    """AWS Config's recorder and its channel."""

    kind: Literal["config.recorder"]
    name: str = "default"
    bucket: Annotated[str, Refers("s3.bucket")]
    role: Annotated[str, Refers("iam.role")]
    recording: bool = True
    all_kinds: bool = True
    with_global: bool = True

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("config")
        types = [] if self.all_kinds else ["AWS::EC2::Instance"]
        client.put_configuration_recorder(
            ConfigurationRecorder={
                "name": self.name,
                "roleARN": f"arn:aws:iam::{at.account}:role/{self.role}",
                "recordingGroup": {
                    "allSupported": self.all_kinds,
                    "includeGlobalResourceTypes": self.with_global and self.all_kinds,
                    "resourceTypes": types,
                },
            }
        )
        channel = {"name": self.name, "s3BucketName": self.bucket}
        client.put_delivery_channel(DeliveryChannel=channel)
        if self.recording:
            client.start_configuration_recorder(ConfigurationRecorderName=self.name)
        return self.name


class Hub(Resource):
    """Security Hub, switched on in a region."""

    kind: Literal["securityhub.hub"]
    name: str = "hub"
    standards: bool = True
    count: Annotated[int, Field(ge=1, le=1)] = 1

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("securityhub").enable_security_hub(EnableDefaultStandards=self.standards)
        return f"arn:aws:securityhub:{at.region}:{at.account}:hub/default"


class Analyzer(Resource):
    """An access analyzer of a region."""

    kind: Literal["accessanalyzer.analyzer"]
    name: str = "analyzer"
    looks_at: Literal["ACCOUNT", "ORGANIZATION"] = "ACCOUNT"

    def make(self, at: Spot) -> str:
        """Make it, where the lab keeps its analyzers: moto has none."""
        arn = f"arn:aws:access-analyzer:{at.region}:{at.account}:analyzer/{self.name}"
        at.settings.region(at.region).analyzers[self.name] = {
            "arn": arn,
            "name": self.name,
            "type": self.looks_at,
            "createdAt": at.born.replace(tzinfo=UTC),
            "status": "ACTIVE",
            "tags": dict(self.tags),
        }
        return arn


FIRST_KINDS: tuple[type[Resource], ...] = (LogGroup,)
KINDS: tuple[type[Resource], ...] = (MetricFilter, Alarm, Trail, Detector, Recorder, Hub, Analyzer)
