"""AWS Config: a rule finds a resource wanting, or in order again; and what was reconfigured.

Shape: https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
and https://docs.aws.amazon.com/config/latest/developerguide/example-config-rule-compliance-notification.html
(the same object is an SNS message and an EventBridge event's detail).
"""

from fireline.core.signals.aws_names import Place, named_by_arn, named_by_type
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.fields import inner, required, text
from fireline.core.signals.formats.aws_event import about
from fireline.core.signals.notice import ChangeNotice, Kind, Notice, Said, Status
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

_FIRES = "NON_COMPLIANT"


def is_notification(said: JsonObject) -> bool:
    """Say whether this is one of Config's own messages, as its SNS topic carries them."""
    return "messageType" in said and "notificationCreationTime" in said


def read(detail: JsonObject, around: Place) -> tuple[Said, ...]:
    """Read one of Config's messages; those that tell of no resource say nothing. Raises Wrong."""
    match text(detail, "messageType"):
        case "ComplianceChangeNotification":
            return (_compliance(detail, around),)
        case "ConfigurationItemChangeNotification":
            return (_changed(detail, around),)
        case "":
            required(detail, "messageType")
            return ()
        case _:
            # Snapshots delivered, evaluations started: Config speaks of its own work.
            return ()


def _compliance(detail: JsonObject, around: Place) -> Notice:
    rule, resource = required(detail, "configRuleName"), required(detail, "resourceId")
    type_ = text(detail, "resourceType")
    place = Place(
        text(detail, "awsAccountId") or around.account, text(detail, "awsRegion") or around.region
    )
    result = inner(detail, "newEvaluationResult")
    verdict = required(result, "complianceType", "newEvaluationResult.complianceType")
    named = named_by_type(type_, resource, place)
    fires = verdict == _FIRES
    return Notice(
        key=f"config:{place.account}:{place.region}:{rule}:{type_}:{resource}",
        # NOT_APPLICABLE and INSUFFICIENT_DATA: the resource is gone, or nothing speaks against it.
        status=Status.FIRING if fires else Status.RESOLVED,
        title=f"{resource} is {'not compliant' if fires else verdict.lower()} with {rule}",
        priority=Priority.P4,
        at=moment_of(result.get("resultRecordedTime"))
        or moment_of(detail.get("notificationCreationTime")),
        kind=f"config.{rule}",
        description=text(result, "annotation"),
        entities=about((named,), place),
        assets=(named,),
        tags=("config",),
        labels={
            "account": place.account,
            "region": place.region,
            "rule": rule,
            "rule_arn": text(detail, "configRuleARN"),
            "resource_type": type_,
            "compliance": verdict,
        },
        by="" if fires else "AWS Config",
    )


def _changed(detail: JsonObject, around: Place) -> ChangeNotice:
    item = inner(detail, "configurationItem")
    resource = required(item, "resourceId", "configurationItem.resourceId")
    type_ = text(item, "resourceType")
    place = Place(
        text(item, "awsAccountId") or around.account, text(item, "awsRegion") or around.region
    )
    named = named_by_arn(text(item, "ARN"), place) or named_by_type(type_, resource, place)
    how = text(inner(detail, "configurationItemDiff"), "changeType").lower() or "update"
    return ChangeNotice(
        key=f"config:{resource}:{text(item, 'configurationStateId')}",
        title=f"{resource}: {how} of {type_ or 'a resource'}",
        kind=Kind.CONFIGURATION,
        at=moment_of(item.get("configurationItemCaptureTime")),
        entities=about((named,), place),
        assets=(named,),
        labels={"account": place.account, "region": place.region, "resource_type": type_},
    )
