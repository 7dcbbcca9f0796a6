"""Topics and queues, and who may write to them."""

from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from tests.labelled.iam_shapes import text
from tests.labelled.labels import DENIED, FAIL, PASS, THROTTLED, UNKNOWN, Account, Thing

ABOUT = ("sns-", "sqs-")
ID = "750000000001"
REGION = "eu-west-1"


def lets(who: Any, condition: Any = None, action: Any = "*", effect: str = "Allow") -> Any:
    """Write a statement."""
    said = {"Sid": "s", "Effect": effect, "Principal": who, "Action": action, "Resource": "*"}
    return {**said, "Condition": condition} if condition else said


def topic(name: str, label: Verdict, policy: Any, unread: str = "") -> Thing:
    """Make a topic; `...` is one whose attributes do not name a policy."""
    arn = f"arn:aws:sns:{REGION}:{ID}:{name}"
    said: dict[str, Any] = {"TopicArn": arn}
    if not unread:
        said["Attributes"] = {
            "TopicArn": arn,
            "Owner": ID,
            "DisplayName": "",
            "SubscriptionsConfirmed": "2",
            "SubscriptionsPending": "0",
            "EffectiveDeliveryPolicy": '{"http":{"defaultHealthyRetryPolicy":{"numRetries":3}}}',
            **({} if policy is ... else {"Policy": policy}),
        }
    there = {"Attributes": unread} if unread else {}
    return Thing("aws.sns.topic", said, {"sns-topic-public": label}, REGION, there, {})


def queue(name: str, label: Verdict, policy: Any, unread: str = "") -> Thing:
    """Make a queue; most have no policy at all."""
    said: dict[str, Any] = {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ID}/{name}"}
    if not unread:
        said["Attributes"] = {
            "QueueArn": f"arn:aws:sqs:{REGION}:{ID}:{name}",
            "ApproximateNumberOfMessages": "0",
            "CreatedTimestamp": "1711111111",
            "VisibilityTimeout": "30",
            "SqsManagedSseEnabled": "true",
            **({} if policy is ... else {"Policy": policy}),
        }
    there = {"Attributes": unread} if unread else {}
    return Thing("aws.sqs.queue", said, {"sqs-queue-public": label}, REGION, there, {})


def source(test: str, value: Any) -> Any:
    """Ask where a message comes from."""
    return {test: {"aws:SourceArn": value}}


OPEN = {
    "star": text(lets("*")),
    "aws-star": text(lets({"AWS": "*"}, action=["SNS:Publish", "SQS:SendMessage"])),
    "listed": text(lets({"AWS": [ID, "*"]}, action="SQS:*")),
    "single": '{"Version":"2008-10-17","Id":"x","Statement":{"Effect":"Allow","Principal":"*",'
    '"Action":"*","Resource":"*"}}',
    "https": text(lets("*", {"Bool": {"aws:SecureTransport": "true"}})),
    "any-source": text(lets({"AWS": "*"}, source("ArnLike", "arn:aws:s3:*:*:*"))),
    "everywhere": text(lets("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})),
    "second": text(lets({"AWS": ID}), lets("*", action="sns:Subscribe")),
}
CLOSED = {
    # What SNS writes by itself.
    "default": '{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":'
    '"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:Publish",'
    '"SNS:Subscribe"],"Resource":"arn:aws:sns:eu-west-1:750000000001:default","Condition":'
    '{"StringEquals":{"AWS:SourceOwner":"750000000001"}}}]}',
    "owner": text(lets({"AWS": f"arn:aws:iam::{ID}:root"})),
    "service": text(lets({"Service": "events.amazonaws.com"}, action="sns:Publish")),
    "from-topic": text(lets("*", source("ArnEquals", f"arn:aws:sns:eu-west-1:{ID}:orders"))),
    "from-bucket": text(lets("*", source("ArnEquals", "arn:aws:s3:::acme-uploads"))),
    "from-account": text(lets({"AWS": "*"}, {"StringEquals": {"aws:SourceAccount": ID}})),
    "org": text(lets("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    "denies": text(lets("*", {"Bool": {"aws:SecureTransport": "false"}}, effect="Deny")),
    "partner": text(lets({"AWS": "750000009999"}, action="sqs:SendMessage")),
}
BAD = {"garbled": '{"Statement": [', "number": "7"}
KINDS = (topic, queue)
ACCOUNTS = (
    Account(
        ID,
        ABOUT,
        (
            *(make(name, FAIL, policy) for make in KINDS for name, policy in OPEN.items()),
            *(make(name, PASS, policy) for make in KINDS for name, policy in CLOSED.items()),
            *(make(name, UNKNOWN, policy) for make in KINDS for name, policy in BAD.items()),
            *(make("denied", UNKNOWN, ..., DENIED) for make in KINDS),
            *(make("slow", UNKNOWN, ..., THROTTLED) for make in KINDS),
            queue("plain", PASS, ...),
            queue("emptied", PASS, ""),
        ),
    ),
)
