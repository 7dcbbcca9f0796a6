"""Every successful write must lead to what it changed, or the change is seen hours later.

Judged on the public records of the corpus beside the project (`../shared/corpus`); without it, on
the small sample kept here. Calls of a service whose resources are not looked at cannot lead to one.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fireline.core.assets.aws.table import PART_KINDS, TABLE
from fireline.core.signals.cloudtrail import normalise
from fireline.core.signals.cloudtrail_assets import Call, affected
from fireline.core.signals.event import Event, Outcome, Who

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "cloudtrail"
SAMPLE = ROOT / "tests" / "samples" / "sigma" / "cloudtrail"
FLOOR = 0.99

# What they change is nothing of the inventory: models, certificates that roles trust, query logs,
# APIs, and the people of IAM Identity Center.
NOT_LOOKED_AT = frozenset(
    {"bedrock", "rolesanywhere", "route53resolver", "apigateway", "signin", "sso", "sso-directory"}
)
ACCOUNT = "111122223333"
ARN = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-Ab12Cd"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"
ME = Who("IAMUser", "shop-ci", f"arn:aws:iam::{ACCOUNT}:user/shop-ci", ACCOUNT, "AKIA1", "", "")


def records() -> Iterator[dict[str, Any]]:
    folder = CORPUS if CORPUS.is_dir() else SAMPLE
    for path in sorted(folder.rglob("*.json")):
        waiting = [json.loads(path.read_text(encoding="utf-8"))]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict) and "eventName" in node:
                yield node
            elif isinstance(node, dict):
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)


def writes() -> list[Event]:
    found: dict[str, Event] = {}
    for record in records():
        event = normalise(record)
        if isinstance(event, Event) and not event.read_only:
            found[f"{event.external_id} {event.kind} {event.time}"] = event
    return list(found.values())


def leads_somewhere(event: Event) -> bool:
    return any(asset.kind in TABLE or asset.kind in PART_KINDS for asset in event.assets)


def test_calls_that_changed_something_lead_to_what_they_changed():
    events = [event for event in writes() if event.outcome is Outcome.SUCCEEDED]
    ours = [event for event in events if event.kind.partition(".")[0] not in NOT_LOOKED_AT]
    lost = Counter(event.kind for event in ours if not leads_somewhere(event))
    assert len(ours) > (390 if CORPUS.is_dir() else 3)
    assert lost.total() <= (1 - FLOOR) * len(ours), lost


def test_hardly_any_call_is_of_a_service_that_is_not_looked_at():
    events = [event for event in writes() if event.outcome is Outcome.SUCCEEDED]
    apart = [event for event in events if event.kind.partition(".")[0] in NOT_LOOKED_AT]
    assert len(apart) <= 0.04 * len(events)


def assets(service: str, name: str, request: Any, response: Any = None, more: Any = None):
    call = Call(service, name, request, response or {}, ME, ACCOUNT, "eu-west-1", more or {})
    return {f"{ref.kind} {ref.id} {ref.region}".strip() for ref in affected(call)}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            ("iam", "UpdateAccountPasswordPolicy", {"minimumPasswordLength": 8}),
            {f"aws.account {ACCOUNT}"},
        ),
        (
            ("s3", "PutAccountPublicAccessBlock", {"accountId": ACCOUNT}),
            {f"aws.account {ACCOUNT}"},
        ),
        (("ec2", "EnableEbsEncryptionByDefault", {}), {"aws.region eu-west-1 eu-west-1"}),
        (("securityhub", "DisableSecurityHub", {}), {"aws.securityhub.hub default eu-west-1"}),
        (("s3", "PutBucketPublicAccessBlock", {"bucketName": "shop"}), {"aws.s3.bucket shop"}),
        (
            ("s3", "PutAccessPointPolicy", {"name": "counter", "accountId": ACCOUNT}),
            {"aws.s3.access_point counter eu-west-1"},
        ),
        (("s3", "PutObject", {"name": "no access point"}), set()),
        (
            ("ec2", "DisassociateRouteTable", {"associationId": "rtbassoc-0123456789abcdef0"}),
            {"aws.ec2.association rtbassoc-0123456789abcdef0 eu-west-1"},
        ),
        (
            ("ec2", "DescribeRouteTables", {"associationId": "rtbassoc-0123456789abcdef0"}),
            set(),
        ),
        (
            (
                "ec2",
                "CreateFlowLogs",
                {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-01234567"}}},
                {"CreateFlowLogsResponse": {"flowLogIdSet": {"item": "fl-0123456789abcdef0"}}},
            ),
            {
                "aws.ec2.vpc vpc-01234567 eu-west-1",
                "aws.ec2.flow_log fl-0123456789abcdef0 eu-west-1",
            },
        ),
        (
            (
                "ec2",
                "ModifySnapshotAttribute",
                {
                    "snapshotId": "snap-0123456789abcdef0",
                    "attributeType": "CREATE_VOLUME_PERMISSION",
                    "createVolumePermission": {"add": {"items": [{"group": "all"}]}},
                },
            ),
            {"aws.ec2.snapshot snap-0123456789abcdef0 eu-west-1"},
        ),
        (
            ("lambda", "AddPermission20150331v2", {"functionName": "pay:live"}),
            {"aws.lambda.function pay eu-west-1"},
        ),
        (
            (
                "lambda",
                "TagResource20170331v2",
                {"resource": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:pay"},
            ),
            {"aws.lambda.function pay eu-west-1"},
        ),
        (
            (
                "lambda",
                "CreateFunction20150331",
                {"functionName": "pay", "role": f"arn:aws:iam::{ACCOUNT}:role/pay"},
            ),
            {"aws.lambda.function pay eu-west-1"},
        ),
        (
            ("secretsmanager", "DeleteSecret", {"secretId": "db"}, {"aRN": "arn:aws:secrets"}),
            {"aws.secretsmanager.secret db eu-west-1"},
        ),
        (
            (
                "secretsmanager",
                "EndSecretVersionDelete",
                {},
                {},
                {"additionalEventData": {"ARN": SECRET}},
            ),
            {f"aws.secretsmanager.secret {SECRET} eu-west-1"},
        ),
        (
            ("elasticloadbalancing", "ModifyRule", {"ruleArn": f"{ARN}:listener-rule/app/a/1/2/3"}),
            {
                f"aws.elb.load_balancer {ARN}:loadbalancer/app/a/1 eu-west-1",
                f"aws.elb.listener {ARN}:listener/app/a/1/2 eu-west-1",
            },
        ),
        (
            (
                "elasticloadbalancing",
                "DeleteListener",
                {"listenerArn": f"{ARN}:listener/net/a/1/2"},
            ),
            {
                f"aws.elb.load_balancer {ARN}:loadbalancer/net/a/1 eu-west-1",
                f"aws.elb.listener {ARN}:listener/net/a/1/2 eu-west-1",
            },
        ),
        (
            ("ecs", "UpdateService", {"cluster": "shop", "service": "web"}),
            {"aws.ecs.cluster shop eu-west-1", "aws.ecs.service shop/web eu-west-1"},
        ),
        (
            ("ecs", "UpdateService", {"service": "web", "taskDefinition": "web:7"}),
            {"aws.ecs.service default/web eu-west-1", "aws.ecs.task_definition web eu-west-1"},
        ),
        (
            ("logs", "PutMetricFilter", {"logGroupName": "trail", "filterName": "root"}),
            {"aws.logs.group trail eu-west-1", "aws.logs.metric_filter trail:root eu-west-1"},
        ),
        (
            ("kms", "ScheduleKeyDeletion", {"keyId": "alias/db"}),
            {"aws.kms.key alias/db eu-west-1"},
        ),
        (("sns", "CreateTopic", {"name": "t"}), {f"aws.sns.topic {TOPIC} eu-west-1"}),
        (
            ("sqs", "SetQueueAttributes", {"queueUrl": f"https://sqs.x/{ACCOUNT}/q"}),
            {"aws.sqs.queue q eu-west-1"},
        ),
        (
            ("config", "StopConfigurationRecorder", {"configurationRecorderName": "default"}),
            {"aws.config.recorder default eu-west-1"},
        ),
        (
            ("wafv2", "DeleteWebACL", {"name": "w", "scope": "REGIONAL", "id": "a1b2"}),
            {"aws.waf.web_acl a1b2 eu-west-1"},
        ),
        (("wafv2", "DeleteIPSet", {"name": "w", "id": "a1b2"}), set()),
        (
            ("cloudfront", "UpdateDistribution2020_05_31", {"id": "E1ABCDEFGH2345"}),
            {"aws.cloudfront.distribution E1ABCDEFGH2345"},
        ),
        (("cloudfront", "UpdateDistribution", {"origins": [{"id": "my-origin"}]}), set()),
        (
            (
                "iam",
                "AddRoleToInstanceProfile",
                {"instanceProfileName": "web", "roleName": "web"},
            ),
            {"aws.iam.instance_profile web", "aws.iam.role web"},
        ),
        (
            ("iam", "PutRolePolicy", {"roleName": "web", "policyName": "inline"}),
            {"aws.iam.role web"},
        ),
        (
            ("iam", "DeleteAccessKey", {"accessKeyId": "AKIA2"}),
            {"aws.iam.access_key AKIA2", "aws.iam.user shop-ci"},
        ),
        (
            ("organizations", "CloseAccount", {"accountId": "444455556666"}),
            {"aws.organizations.account 444455556666"},
        ),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_call_leads_to_what_it_changes(call: Any, expected: set[str]):
    assert assets(*call) == expected


def test_a_role_of_another_account_is_that_accounts():
    arn = "arn:aws:iam::444455556666:role/theirs"
    (ref,) = affected(Call("sts", "AssumeRole", {"roleArn": arn}, {}, ME, ACCOUNT, "eu-west-1"))
    assert (ref.account, ref.id) == ("444455556666", "theirs")


def test_the_key_that_all_read_with_is_not_what_a_read_is_about():
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
    said = {
        "eventVersion": "1.08",
        "eventID": "1",
        "eventName": "Decrypt",
        "eventSource": "kms.amazonaws.com",
        "eventTime": "2026-01-01T00:00:00Z",
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "readOnly": True,
        "resources": [{"ARN": key}],
    }
    reading, writing = normalise(said), normalise({**said, "readOnly": False})
    assert isinstance(reading, Event)
    assert isinstance(writing, Event)
    assert reading.assets == ()
    assert [asset.kind for asset in writing.assets] == ["aws.kms.key"]
