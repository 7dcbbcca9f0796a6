"""CloudWatch alarms: metric, metric maths, anomaly and composite, by SNS and by EventBridge.

Shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html.
Both ways give the same key, the alarm's ARN. `INSUFFICIENT_DATA` says nothing unless the source's
settings say what it means.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fireline.core.assets.naming import partition_of
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import REGIONS, Place, asset, named_by_arn, parse_arn
from fireline.core.signals.cloudtrail_assets import BUCKET
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import HOST, POD, Entity
from fireline.core.signals.fields import Wrong, inner, objects, required, single_text, text
from fireline.core.signals.formats.aws_event import AwsEvent, about
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.values.json import JsonObject

INSUFFICIENT_DATA = "insufficient_data"  # the setting, and its name among a payload's meta
_STATES = {"ALARM": Status.FIRING, "OK": Status.RESOLVED}
_MEANINGS = {"firing": Status.FIRING, "resolved": Status.RESOLVED}

# By dimension; a few names mean different things in different namespaces.
_KINDS = {
    "AutoScalingGroupName": "aws.autoscaling.group",
    "BucketName": BUCKET,
    "CacheClusterId": "aws.elasticache.cluster",
    "ClusterIdentifier": "aws.redshift.cluster",
    "ClusterName": "aws.ecs.cluster",
    "DBClusterIdentifier": "aws.rds.cluster",
    "DBInstanceIdentifier": "aws.rds.instance",
    "DomainName": "aws.opensearch.domain",
    "DistributionId": "aws.cloudfront.distribution",
    "FileSystemId": "aws.efs.file_system",
    "FunctionName": "aws.lambda.function",
    "InstanceId": "aws.ec2.instance",
    "LoadBalancer": "aws.elb.load_balancer",
    "LoadBalancerName": "aws.elb.load_balancer",
    "LogGroupName": "aws.logs.group",
    "NatGatewayId": "aws.ec2.nat_gateway",
    "QueueName": "aws.sqs.queue",
    "StateMachineArn": "aws.states.state_machine",
    "StreamName": "aws.kinesis.stream",
    "TableName": "aws.dynamodb.table",
    "TargetGroup": "aws.elb.target_group",
    "VolumeId": "aws.ec2.volume",
    "WebACL": "aws.waf.web_acl",
}
# A cluster with one of these is of Kubernetes.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-EKS.html
_IN_KUBERNETES = frozenset({"Namespace", "NodeName", "PodName"})
# What is known by its ARN, of which the dimension is the end.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
_ENDS_OF_ARNS = {
    "LoadBalancer": "elasticloadbalancing:{place}:loadbalancer/{value}",
    "TargetGroup": "elasticloadbalancing:{place}:{value}",
    "TopicName": "sns:{place}:{value}",
}
_ALARM = "aws.cloudwatch.alarm"
_HOSTS = ("host", "Host", "Hostname", "NodeName")


@dataclass(frozen=True, slots=True)
class _Alarm:
    """One change of an alarm's state, whichever way it came."""

    arn: str
    name: str
    state: str
    status: Status
    place: Place
    at: datetime | None
    described: str
    reason: str
    dimensions: tuple[tuple[str, str], ...]
    labels: Mapping[str, str]


def is_alarm(said: JsonObject) -> bool:
    """Say whether this is the message CloudWatch publishes to a topic."""
    return "AlarmName" in said and "NewStateValue" in said


def read_message(said: JsonObject, meta: Mapping[str, str]) -> tuple[Notice, ...]:
    """Read an alarm's SNS message. Raises Wrong."""
    name, state = required(said, "AlarmName"), required(said, "NewStateValue")
    status = _status(state, "NewStateValue", meta)
    if status is None:
        return ()
    named, arn = text(said, "Region"), parse_arn(text(said, "AlarmArn"))
    place = Place(
        text(said, "AWSAccountId") or (arn.account if arn else ""),
        arn.region if arn else REGIONS.get(named, named),
    )
    trigger = inner(said, "Trigger")
    # Metric maths has its metrics in a list, each as a metric alarm has its one.
    maths = objects(trigger, "Metrics")
    metrics = [trigger, *(inner(each, "MetricStat", "Metric") for each in maths)]
    children = [text(each, "Arn") for each in objects(said, "TriggeringChildren")]
    alarm = _Alarm(
        arn=text(said, "AlarmArn") or _arn(name, place),
        name=name,
        state=state,
        status=status,
        place=place,
        at=moment_of(said.get("StateChangeTime")),
        described=text(said, "AlarmDescription"),
        reason=text(said, "NewStateReason"),
        dimensions=tuple(
            (text(each, "name"), text(each, "value"))
            for metric in metrics
            for each in objects(metric, "Dimensions")
        ),
        labels={
            "region_name": named,
            "namespace": _any(metrics, "Namespace"),
            "metric": _any(metrics, "MetricName"),
            "expression": _any(maths, "Expression"),
            "threshold": text(trigger, "Threshold"),
            "rule": text(said, "AlarmRule"),
            "children": ", ".join(children),
        },
    )
    return (_notice(alarm),)


def read_event(event: AwsEvent, meta: Mapping[str, str]) -> tuple[Notice, ...]:
    """Read an alarm's change of state as EventBridge tells it. Raises Wrong."""
    detail, place = event.detail, event.place
    name, now = required(detail, "alarmName", "detail.alarmName"), inner(detail, "state")
    state = required(now, "value", "detail.state.value")
    status = _status(state, "detail.state.value", meta)
    if status is None:
        return ()
    setup = inner(detail, "configuration")
    maths = objects(setup, "metrics")
    metrics = [inner(each, "metricStat", "metric") for each in maths]
    alarm = _Alarm(
        arn=next((arn for arn in event.resources if ":alarm:" in arn), "") or _arn(name, place),
        name=name,
        state=state,
        status=status,
        place=place,
        at=moment_of(now.get("timestamp")) or event.at,
        described=text(setup, "description"),
        reason=text(now, "reason"),
        dimensions=tuple(
            (key, single_text(value))
            for metric in metrics
            for key, value in inner(metric, "dimensions").items()
        ),
        labels={
            "namespace": _any(metrics, "namespace"),
            "metric": _any(metrics, "name"),
            "expression": _any(maths, "expression"),
            "rule": text(setup, "alarmRule"),
        },
    )
    return (_notice(alarm),)


def _notice(alarm: _Alarm) -> Notice:
    place = alarm.place
    assets = tuple(_assets(alarm.dimensions, place))
    parts = [each for each in (alarm.described, alarm.reason) if each]
    dimensions = {f"dimension.{name}": value for name, value in alarm.dimensions if name}
    return Notice(
        key=alarm.arn,
        status=alarm.status,
        title=alarm.name,
        at=alarm.at,
        kind=alarm.name,
        description="\n\n".join(parts),
        service=_service(alarm.dimensions),
        entities=(*_others(alarm.dimensions), *about(assets, place)),
        # Whose the alarm is tells whose the trouble is where no dimension does.
        assets=(*assets, asset(_ALARM, alarm.name, place)),
        tags=("cloudwatch",),
        labels={
            "account": place.account,
            "region": place.region,
            "state": alarm.state,
            **alarm.labels,
            **dimensions,
        },
        links=(_console(alarm.name, place.region),),
        by="CloudWatch" if alarm.status is Status.RESOLVED else "",
    )


def _status(state: str, field: str, meta: Mapping[str, str]) -> Status | None:
    if state == "INSUFFICIENT_DATA":
        return _MEANINGS.get(meta.get(INSUFFICIENT_DATA, ""))
    known = _STATES.get(state)
    if known is None:
        why = f"{field} is {state[:100]!r}, and not ALARM, OK or INSUFFICIENT_DATA"
        raise Wrong(code="bad_state", field=field, why=why)
    return known


def _arn(name: str, place: Place) -> str:
    partition = "aws-cn" if place.region.startswith("cn-") else "aws"
    partition = "aws-us-gov" if place.region.startswith("us-gov-") else partition
    return f"arn:{partition}:cloudwatch:{place.region}:{place.account}:alarm:{name}"


def _any(holders: Iterable[JsonObject], name: str) -> str:
    return next((found for each in holders if (found := text(each, name))), "")


def _assets(dimensions: tuple[tuple[str, str], ...], place: Place) -> Iterator[AssetRef]:
    named = dict(dimensions)
    if named.get("ClusterName") and named.get("ServiceName"):
        both = f"{named['ClusterName']}/{named['ServiceName']}"
        yield asset("aws.ecs.service", both, place)
    for name, value in dimensions:
        if not value:
            continue
        kind = _KINDS.get(name)
        if name == "ClusterName" and _IN_KUBERNETES & named.keys():
            kind = "aws.eks.cluster"
        arn = _arn_ending(name, value, place) or value
        if known := named_by_arn(arn, place) or (kind and asset(kind, value, place)):
            yield known


def _arn_ending(name: str, value: str, place: Place) -> str:
    """Write the ARN that a dimension is the end of, empty where it is none."""
    form = _ENDS_OF_ARNS.get(name)
    if form is None:
        return ""
    end = form.format(place=f"{place.region}:{place.account}", value=value)
    return f"arn:{partition_of(place.region)}:{end}"


def _others(dimensions: tuple[tuple[str, str], ...]) -> Iterator[Entity]:
    named = dict(dimensions)
    for name in _HOSTS:
        yield Entity(HOST, named.get(name, ""))
    if pod := named.get("PodName"):
        space = named.get("Namespace", "")
        yield Entity(POD, f"{space}/{pod}" if space else pod)


def _service(dimensions: tuple[tuple[str, str], ...]) -> str:
    named = dict(dimensions)
    return next((named[name] for name in ("ServiceName", "Service") if named.get(name)), "")


def _console(name: str, region: str) -> Weblink:
    href = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    shown = f"{href}#alarmsV2:alarm/{quote(name)}" if region.isascii() and region else ""
    return Weblink(shown, "CloudWatch")
