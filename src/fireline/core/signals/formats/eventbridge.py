"""EventBridge: whatever AWS tells by an API destination, or through a queue or a topic.

Shape: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html. What is
known by its `detail-type` is read by its own module. A schedule is a heartbeat: the way through
EventBridge is alive. An instance that starts or stops, a deployment, a stack's update are changes,
not alerts. The rest of AWS, and one's own applications, are read by how they say things went.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.aws_names import asset, ec2, named_by_arn
from fireline.core.signals.decoding import key_of
from fireline.core.signals.envelope import FROM_CLOUDTRAIL
from fireline.core.signals.fields import Wrong, decode_object, first, flat, text
from fireline.core.signals.formats import (
    aws_config,
    aws_health,
    cloudwatch,
    guardduty,
    inspector,
    macie,
    securityhub,
)
from fireline.core.signals.formats.aws_event import AwsEvent, about, event_of
from fireline.core.signals.notice import Beat, ChangeNotice, Kind, Notice, Said, Status
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.signals.tidying import one_line, tidied
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

FORMAT = "eventbridge"
_FAILED = frozenset(
    {"failed", "failure", "error", "fault", "unhealthy", "timed_out", "timedout", "aborted"}
    | {"impaired", "unsuccessful", "alarm", "fail", "stopped_with_error"}
)
_WENT_WELL = frozenset(
    {"succeeded", "success", "successful", "completed", "complete", "ok", "healthy", "resolved"}
    | {"passed", "recovered", "closed", "available", "started", "running", "ready"}
)
_OUTCOMES = ("state", "status", "result", "outcome", "severity")
_CHANGES: Mapping[str, Kind] = {
    "EC2 Instance State-change Notification": Kind.SCALE,
    "EC2 Instance Terminate Successful": Kind.SCALE,
    "EC2 Spot Instance Interruption Warning": Kind.SCALE,
    "CodeDeploy Deployment State-change Notification": Kind.DEPLOY,
    "CodePipeline Pipeline Execution State Change": Kind.DEPLOY,
    "ECS Deployment State Change": Kind.DEPLOY,
    "CloudFormation Stack Status Change": Kind.CONFIGURATION,
    "Parameter Store Change": Kind.CONFIGURATION,
}
_OF_A_CHANGE = re.compile(r" (?:Execution )?(?:Stat(?:e|us)[- ])?[Cc]hange(?: Notification)?$")
# Told so often, or so far from any problem, that they would only be noise.
_QUIET = frozenset(
    {"Inspector2 Scan", "Inspector2 Coverage", "EC2 Instance-launch Lifecycle Action"}
)
_QUIET_SOURCES = frozenset({"aws.s3"})  # objects come and go
_LAUNCH_FAILED = "EC2 Instance Launch Unsuccessful"
_LAUNCHED = "EC2 Instance Launch Successful"

Read = Callable[[AwsEvent, Mapping[str, str]], tuple[Said, ...]]


def read(payload: Payload) -> Reading:
    """Read an event, or a bare finding of Security Hub."""
    try:
        return read_object(decode_object(payload.body), payload.meta)
    except Wrong as wrong:
        return wrong.unread(FORMAT)


def read_object(said: JsonObject, meta: Mapping[str, str]) -> Reading:
    """Read one decoded event. Raises Wrong."""
    if "detail-type" not in said:
        if securityhub.is_finding(said):
            around = event_of({}).place
            return reading([securityhub.read_finding(said, around)])
        why = "neither an EventBridge event nor a finding of Security Hub"
        raise Wrong(code="unknown_shape", field="detail-type", why=why)
    event = event_of(said)
    if event.detail_type.startswith("Security Hub Findings"):
        notices, wrong = securityhub.read(event)
        return reading(notices, wrong)
    return reading(_read(event, meta))


def is_log_record(said: JsonObject) -> bool:
    """Say whether this is a CloudTrail record, or carries one: rules judge those, as signals."""
    bare = "eventName" in said and "eventSource" in said and "eventVersion" in said
    return bare or text(said, "detail-type").endswith(FROM_CLOUDTRAIL)


def reading(said: tuple[Said, ...] | list[Notice], wrong: list[Unread] | None = None) -> Reading:
    """Return a reading in which everything is within the limits."""
    return Reading(tuple(_fit(each) for each in said), tuple(wrong or ()))


def _fit(said: Said) -> Said:
    match said:
        case Notice():
            return tidied(said)
        case ChangeNotice():
            return replace(said, key=key_of(said.key), title=one_line(said.title))
        case Beat():
            return said


def _read(event: AwsEvent, meta: Mapping[str, str]) -> tuple[Said, ...]:
    known = _READERS.get(event.detail_type)
    if known is not None:
        return known(event, meta)
    if event.detail_type.endswith(FROM_CLOUDTRAIL):
        why = "a CloudTrail record is no alert: rules judge it as a signal"
        raise Wrong(code="log_record", field="detail-type", why=why)
    if event.detail_type in _QUIET or event.source in _QUIET_SOURCES:
        return ()
    kind = _CHANGES.get(event.detail_type)
    return (_change(event, kind),) if kind is not None else (_anything(event),)


def _scheduled(event: AwsEvent, _: Mapping[str, str]) -> tuple[Said, ...]:
    rule = next(iter(event.resources), "").rpartition("/")[2]
    return (Beat(rule or "EventBridge schedule"),)


def _launch_failed(event: AwsEvent, _: Mapping[str, str]) -> tuple[Said, ...]:
    return (_launch(event, Status.FIRING),)


def _launched(event: AwsEvent, _: Mapping[str, str]) -> tuple[Said, ...]:
    """Read that a group launched an instance: over its trouble, and changed."""
    return (_launch(event, Status.RESOLVED), _change(event, Kind.SCALE))


def _launch(event: AwsEvent, status: Status) -> Notice:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html."""
    group = text(event.detail, "AutoScalingGroupName") or next(iter(event.resources), "")
    named = asset("aws.autoscaling.group", group, event.place)
    return Notice(
        key=f"autoscaling:{event.place.account}:{event.place.region}:{group}:launch",
        status=status,
        title=f"{group} cannot launch instances",
        at=event.at,
        kind=_LAUNCH_FAILED,
        description="\n".join(
            each
            for each in (text(event.detail, "StatusMessage"), text(event.detail, "Cause"))
            if each
        ),
        entities=about((named,), event.place),
        assets=(named,),
        tags=("autoscaling",),
        labels={"account": event.place.account, "region": event.place.region, "group": group},
        by="Auto Scaling" if status is Status.RESOLVED else "",
    )


@dataclass(frozen=True, slots=True)
class _Gist:
    """What an event of no known kind is about, and how it says it went."""

    assets: tuple[AssetRef, ...]
    outcome: str
    name: str


def _gist(event: AwsEvent) -> _Gist:
    detail, place = event.detail, event.place
    named = [named_by_arn(each, place) or ec2(each, place) for each in event.resources]
    outcome = first(detail, *_OUTCOMES, *(f"detail-{each}" for each in _OUTCOMES))
    ids = first(detail, "instance-id", "EC2InstanceId", "name", "pipeline", "stack-id")
    if not any(named) and ids:
        named.append(ec2(ids, place) or named_by_arn(ids, place))
    assets = tuple(each for each in named if each is not None)
    return _Gist(assets, outcome, ids or (assets[0].id if assets else ""))


def _change(event: AwsEvent, kind: Kind) -> ChangeNotice:
    gist = _gist(event)
    thing = _OF_A_CHANGE.sub("", event.detail_type)
    what = " ".join(each for each in (thing, gist.name, gist.outcome) if each)
    # A deployment tells each of its states; they are one change.
    run = first(event.detail, "deploymentId", "execution-id", "deployment-id")
    return ChangeNotice(
        key=f"{event.source}:{run}" if run else event.id,
        title=one_line(what),
        kind=kind,
        at=event.at,
        service=first(event.detail, "application", "pipeline"),
        description=first(event.detail, "Cause", "message", "description"),
        entities=about(gist.assets, event.place),
        assets=gist.assets,
        labels=flat(event.detail)
        | {"account": event.place.account, "region": event.place.region, "from": event.source},
    )


def _anything(event: AwsEvent) -> Notice:
    """Read what nobody knows: it fires, unless it says that all is well.

    Somebody made a rule that sends it here, so it is not dropped; but only what says that it failed
    asks for more than a look.
    """
    gist = _gist(event)
    outcome = gist.outcome.lower().replace("-", "_").replace(" ", "_")
    over = outcome in _WENT_WELL
    subject = ":".join((*event.resources, gist.name if not event.resources else ""))
    what = " ".join(each for each in (event.detail_type, gist.name, gist.outcome) if each)
    return Notice(
        key=f"{event.source}:{event.detail_type}:{event.place.account}:{event.place.region}:{subject}",
        status=Status.RESOLVED if over else Status.FIRING,
        title=what or event.source,
        priority=Priority.P3 if outcome in _FAILED else Priority.P4,
        at=event.at,
        kind=event.detail_type,
        description=first(event.detail, "message", "description", "reason", "cause"),
        entities=about(gist.assets, event.place),
        assets=gist.assets,
        tags=("eventbridge", event.source),
        labels=flat(event.detail)
        | {"account": event.place.account, "region": event.place.region, "from": event.source},
        by=event.source if over else "",
    )


_READERS: Mapping[str, Read] = {
    "GuardDuty Finding": lambda event, _: guardduty.read(event),
    "Config Rules Compliance Change": lambda event, _: aws_config.read(event.detail, event.place),
    "Config Configuration Item Change": lambda event, _: aws_config.read(event.detail, event.place),
    "AWS Health Event": lambda event, _: aws_health.read(event),
    "AWS Health Abuse Event": lambda event, _: aws_health.read(event),
    "Inspector2 Finding": lambda event, _: inspector.read(event),
    "Macie Finding": lambda event, _: macie.read(event),
    "CloudWatch Alarm State Change": cloudwatch.read_event,
    "ECR Image Scan": lambda event, _: inspector.read_scan(event),
    "Scheduled Event": _scheduled,
    _LAUNCH_FAILED: _launch_failed,
    _LAUNCHED: _launched,
}
