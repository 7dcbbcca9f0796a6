"""CloudWatch Logs: groups, and the filters that count what they hold."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.kinds import ACCOUNT
from fireline.core.assets.resource_type import LinkRule, ResourceType

GROUP = "aws.logs.group"
_GONE = frozenset({"ResourceNotFoundException"})

TYPES = (
    ResourceType(
        kind=GROUP,
        service="logs",
        operation="DescribeLogGroups",
        result="logGroups",
        again={"logGroupNamePrefix": "{id}"},
        id="{logGroupName}",
        name="{logGroupName}",
        arn="arn:{partition}:logs:{region}:{account}:log-group:{id}",
        arn_form="logs:log-group:([^:]+)(?::.*)?",
        tagged="logs:log-group",
        links=(LinkRule("encrypted with", KEY, "kmsKeyId"),),
        volatile=("storedBytes", "metricFilterCount"),
        event_services=("logs",),
        named_by=("loggroupname", "loggroupidentifier"),
        cloudformation="AWS::Logs::LogGroup",
    ),
    ResourceType(
        kind="aws.logs.metric_filter",
        service="logs",
        operation="DescribeMetricFilters",
        result="metricFilters",
        again={"logGroupName": "{part1}", "filterNamePrefix": "{part2}"},
        none_when=_GONE,
        id="{logGroupName}:{filterName}",
        name="{filterName}",
        forms=("[^:*]+:[^:*]+",),
        links=(
            LinkRule("account", ACCOUNT, ""),
            LinkRule("counts", GROUP, "logGroupName"),
            LinkRule(
                "feeds",
                "aws.cloudwatch.metric",
                "metricTransformations[].join('/', [metricNamespace, metricName])",
            ),
        ),
        event_services=("logs",),
        named_by=("loggroupname:filtername",),
        cloudformation="AWS::Logs::MetricFilter",
    ),
)
