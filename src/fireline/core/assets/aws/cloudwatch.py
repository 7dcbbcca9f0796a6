"""CloudWatch alarms over metrics."""

from fireline.core.assets.kinds import ACCOUNT
from fireline.core.assets.resource_type import LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.cloudwatch.alarm",
        service="cloudwatch",
        operation="DescribeAlarms",
        result="MetricAlarms",
        parameters={"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100},
        again={"AlarmNames": ["{id}"], "AlarmTypes": ["MetricAlarm"]},
        id="{AlarmName}",
        name="{AlarmName}",
        arn="{AlarmArn}",
        arn_form="cloudwatch:alarm:(.+)",
        tagged="cloudwatch:alarm",
        links=(
            LinkRule("account", ACCOUNT, ""),
            LinkRule(
                "watches",
                "aws.cloudwatch.metric",
                "[@][?Namespace && MetricName].join('/', [Namespace, MetricName])",
            ),
            LinkRule(
                "watches",
                "aws.cloudwatch.metric",
                "Metrics[].MetricStat.Metric.join('/', [Namespace, MetricName])",
            ),
            LinkRule("tells", "aws.sns.topic", "AlarmActions"),
        ),
        volatile=("State*",),
        event_services=("monitoring",),
        named_by=("alarmname", "alarmnames"),
        cloudformation="AWS::CloudWatch::Alarm",
    ),
)
