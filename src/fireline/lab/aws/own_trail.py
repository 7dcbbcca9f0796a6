"""LookupEvents over the latest records, as CloudTrail's event history answers it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked, Own
from fireline.lab.aws.settings import Record

_MOST = 50
# Event history reaches back 90 days ("Viewing events with CloudTrail Event history").
_REACH = timedelta(days=90)


def lookup_events(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer LookupEvents: management events of the region, newest first, 50 a page.

    More than one attribute is refused, as API_LookupEvents says.
    """
    attributes = cast("Sequence[Mapping[str, str]]", asked.given("LookupAttributes", ()))
    if len(attributes) > 1:
        said = "You can specify only one LookupAttribute."
        return Denial(400, "InvalidLookupAttributesException", said)
    most = int(asked.given("MaxResults", _MOST))
    if not 0 < most <= _MOST:
        return Denial(400, "InvalidMaxResultsException", f"MaxResults must be 1 to {_MOST}.")
    start = _position(str(asked.given("NextToken", "")))
    if start is None:
        return Denial(400, "InvalidNextTokenException", "The NextToken is not one of ours.")
    found = [one for one in _within(asked) if all(_has(one, wanted) for wanted in attributes)]
    # Newest first, whatever came in since the page before: positions count from the oldest.
    end = len(found) if start == 0 else min(start, len(found))
    page = list(reversed(found[max(0, end - most) : end]))
    answer: dict[str, Any] = {"Events": [_event(one) for one in page]}
    if end > most:
        answer["NextToken"] = urlsafe_b64encode(str(end - most).encode()).decode()
    return answer


def _within(asked: Asked) -> list[Record]:
    since = _moment(asked.given("StartTime")) or asked.now - _REACH
    until = _moment(asked.given("EndTime")) or asked.now
    category = "Insight" if asked.given("EventCategory") else "Management"
    return [
        one
        for one in list(asked.cloud.history)
        if one["recipientAccountId"] == asked.account
        and one["awsRegion"] == asked.call.region
        and one["eventCategory"] == category
        and since <= datetime.fromisoformat(one["eventTime"]) <= until
    ]


def _has(record: Record, wanted: Mapping[str, str]) -> bool:
    read = _READ.get(wanted.get("AttributeKey", ""))
    value = wanted.get("AttributeValue", "")
    return read is not None and value in read(record)


def username(record: Record) -> str:
    """Return the name event history files a record under."""
    who: Record = record["userIdentity"]
    if who["type"] == "Root":
        return "root"
    return str(who.get("userName") or str(who.get("arn", "")).split("/")[-1])


def _resources(record: Record) -> list[dict[str, str]]:
    told = cast("list[dict[str, str]]", record.get("resources") or [])
    found = [{"ResourceType": one.get("type", ""), "ResourceName": one["ARN"]} for one in told]
    asked = cast("Record", record.get("requestParameters") or {})
    for name, kind in _NAMING.items():
        if isinstance(asked.get(name), str):
            found.append({"ResourceType": kind, "ResourceName": asked[name]})
    return found


_NAMING = {
    "userName": "AWS::IAM::User",
    "roleName": "AWS::IAM::Role",
    "accessKeyId": "AWS::IAM::AccessKey",
    "policyArn": "AWS::IAM::Policy",
    "bucketName": "AWS::S3::Bucket",
    "groupId": "AWS::EC2::SecurityGroup",
    "instanceId": "AWS::EC2::Instance",
    "functionName": "AWS::Lambda::Function",
}
_READ: Mapping[str, Callable[[Record], Sequence[str]]] = {
    "EventId": lambda one: [one["eventID"]],
    "EventName": lambda one: [one["eventName"]],
    "EventSource": lambda one: [one["eventSource"]],
    "ReadOnly": lambda one: [str(one["readOnly"]).lower()],
    "AccessKeyId": lambda one: [str(one["userIdentity"].get("accessKeyId", ""))],
    "Username": lambda one: [username(one)],
    "ResourceType": lambda one: [row["ResourceType"] for row in _resources(one)],
    "ResourceName": lambda one: [row["ResourceName"] for row in _resources(one)],
}


def _event(record: Record) -> dict[str, Any]:
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": record["userIdentity"].get("accessKeyId"),
        "EventTime": datetime.fromisoformat(record["eventTime"]),
        "EventSource": record["eventSource"],
        "Username": username(record),
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(record),
    }


def _position(token: str) -> int | None:
    try:
        return int(urlsafe_b64decode(token.encode())) if token else 0
    except ValueError:
        return None


def _moment(given: object) -> datetime | None:
    match given:
        case datetime():
            return given if given.tzinfo else given.replace(tzinfo=UTC)
        case int() | float():
            return datetime.fromtimestamp(given, UTC)
        case _:
            return None


TRAIL: Mapping[str, Own] = {"cloudtrail:LookupEvents": lookup_events}
