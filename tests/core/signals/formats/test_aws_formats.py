import json
from typing import Any

import pytest

from fireline.core.signals.aws_names import Place, named_by_arn, named_by_type
from fireline.core.signals.entity import CREDENTIAL, HOST, PRINCIPAL, Entity
from fireline.core.signals.formats import eventbridge, sns
from fireline.core.signals.notice import Beat, ChangeNotice, Kind, Notice, Status
from fireline.core.values.priority import Priority
from tests.core.signals.formats import samples
from tests.core.signals.formats.corpus import payload, sample
from tests.core.signals.formats.samples import ACCOUNT, ALARM_ARN, REGION, letter

SECRET = "arn:aws:secretsmanager:eu-central-1:1:secret:s-1"


def event(said: dict[str, Any], **meta: str) -> Any:
    """Read an event that says one thing."""
    reading = eventbridge.read(payload("eventbridge", said, meta))
    assert reading.unread == ()
    (one,) = reading.said
    return one


def told(said: object, **meta: str) -> Any:
    """Read a letter of SNS that says one thing."""
    reading = sns.read(payload("sns", said, meta))
    assert reading.unread == ()
    (one,) = reading.said
    return one


def of(detail: dict[str, Any], detail_type: str, **said: Any) -> dict[str, Any]:
    return sample(detail_type=detail_type, detail=detail, **said)


@pytest.mark.parametrize(
    ("severity", "priority"),
    [(1, 4), (3.9, 4), (4, 3), (6.9, 3), (7, 2), (8.9, 2), (9, 1), ("8", 2), (None, 3), (True, 3)],
)
def test_guardduty_grades_by_its_own_scale(severity: object, priority: int):
    said = json.loads(json.dumps(samples.GUARDDUTY))
    said["detail"]["severity"] = severity
    assert event(said).priority == priority


def test_an_alarm_has_one_key_by_either_way():
    by_topic, by_bus = told(letter(samples.METRIC_ALARM)), event(samples.ALARM_EVENT)
    assert by_topic.key == by_bus.key == ALARM_ARN
    assert by_topic.at == by_bus.at
    assert by_topic.title == by_bus.title == "checkout-errors"
    arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer"
    for notice in (by_topic, by_bus):
        assert f"aws.elb.load_balancer/111122223333/eu-central-1/{arn}/app/checkout/50dc6c49" in {
            str(asset) for asset in notice.assets
        }
    assert Entity(HOST, "i-0abc1234def567890") in by_topic.entities


def test_an_old_alarm_without_an_arn_still_has_that_key():
    said = {name: value for name, value in samples.METRIC_ALARM.items() if name != "AlarmArn"}
    assert told(letter(said)).key == ALARM_ARN


def test_a_composite_alarm_fires_and_says_by_which_children():
    notice = told(letter(samples.COMPOSITE_ALARM))
    assert (notice.status, notice.key) == (Status.FIRING, ALARM_ARN)
    assert notice.labels["rule"].startswith("ALARM(")
    assert notice.labels["children"] == f"{ALARM_ARN}-a"


def test_an_alarm_that_is_ok_again_is_over():
    said = {**samples.METRIC_ALARM, "NewStateValue": "OK"}
    assert told(letter(said)).status is Status.RESOLVED
    assert told(said).status is Status.RESOLVED  # by raw delivery, or out of a queue


@pytest.mark.parametrize(("meaning", "status"), [("firing", "firing"), ("resolved", "resolved")])
def test_an_alarm_without_data_means_what_the_source_says(meaning: str, status: str):
    said = {**samples.METRIC_ALARM, "NewStateValue": "INSUFFICIENT_DATA"}
    assert sns.read(payload("sns", letter(said))).said == ()
    assert told(letter(said), insufficient_data=meaning).status == status
    bus = json.loads(json.dumps(samples.ALARM_EVENT))
    bus["detail"]["state"]["value"] = "INSUFFICIENT_DATA"
    assert eventbridge.read(payload("eventbridge", bus)).said == ()
    assert event(bus, insufficient_data=meaning).status == status


def test_a_rule_of_config_fires_and_resolves_by_rule_and_resource_by_either_way():
    fires = event(of(samples.COMPLIANCE, "Config Rules Compliance Change"))
    assert (fires.status, fires.priority) == (Status.FIRING, Priority.P4)
    over = json.loads(json.dumps(samples.COMPLIANCE))
    over["newEvaluationResult"]["complianceType"] = "COMPLIANT"
    assert told(letter(over)).status is Status.RESOLVED
    assert told(letter(over)).key == fires.key
    assert "bucket-is-private" in fires.key
    assert [str(asset) for asset in fires.assets] == ["aws.s3.bucket/111122223333/global/invoices"]


def test_what_config_says_of_its_own_work_says_nothing():
    said = {"messageType": "ConfigRulesEvaluationStarted", "notificationCreationTime": "x"}
    assert sns.read(payload("sns", letter(said))).said == ()


def test_a_changed_resource_is_a_change():
    item = {
        "messageType": "ConfigurationItemChangeNotification",
        "notificationCreationTime": "2026-01-01T00:05:00Z",
        "configurationItemDiff": {"changeType": "UPDATE"},
        "configurationItem": {
            "resourceId": "sg-0abc1234",
            "resourceType": "AWS::EC2::SecurityGroup",
            "awsAccountId": ACCOUNT,
            "awsRegion": REGION,
            "configurationItemCaptureTime": "2026-01-01T00:04:00Z",
            "configurationStateId": "17",
        },
    }
    change = event(of(item, "Config Configuration Item Change"))
    assert isinstance(change, ChangeNotice)
    assert change.kind is Kind.CONFIGURATION
    assert str(change.assets[0]) == "aws.ec2.security_group/111122223333/eu-central-1/sg-0abc1234"


@pytest.mark.parametrize(
    ("category", "state", "priority", "status"),
    [
        ("issue", "open", Priority.P2, Status.FIRING),
        ("issue", "closed", Priority.P2, Status.RESOLVED),
        ("scheduledChange", "upcoming", Priority.P4, Status.FIRING),
        ("investigation", "open", Priority.P3, Status.FIRING),
    ],
)
def test_health_says_what_is_wrong_with_aws(
    category: str, state: str, priority: Priority, status: Status
):
    said = {**samples.HEALTH, "eventTypeCategory": category, "statusCode": state}
    notice = event(of(said, "AWS Health Event"))
    assert (notice.priority, notice.status) == (priority, status)
    assert notice.description == "There is a problem."
    assert notice.at.isoformat() == "2026-01-01T00:01:00+00:00"
    assert notice.title == "EC2: operational issue"
    assert "aws.ec2.instance/111122223333/eu-central-1/i-0abc1234def567890" in {
        str(asset) for asset in notice.assets
    }


def test_inspector_and_macie_are_read():
    weak = event(of(samples.INSPECTOR, "Inspector2 Finding"))
    assert (weak.priority, weak.kind) == (Priority.P1, "inspector.PACKAGE_VULNERABILITY")
    assert weak.service == "shop"
    assert weak.at.isoformat() == "2026-01-01T00:04:00+00:00"
    closed = event(of({**samples.INSPECTOR, "status": "CLOSED"}, "Inspector2 Finding"))
    assert (closed.status, closed.key) == (Status.RESOLVED, weak.key)
    found = event(of(samples.MACIE, "Macie Finding"))
    assert (found.priority, found.key) == (Priority.P2, "macie-1")
    assert [str(asset) for asset in found.assets] == [
        "aws.s3.bucket/111122223333/global/invoices",
        "aws.s3.object/111122223333/global/invoices/a/keys.csv",
    ]
    done = event(of({**samples.MACIE, "archived": True}, "Macie Finding"))
    assert done.status is Status.RESOLVED


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, Status.FIRING),
        ({"RecordState": "ARCHIVED"}, Status.RESOLVED),
        ({"Workflow": {"Status": "RESOLVED"}}, Status.RESOLVED),
        ({"Workflow": {"Status": "SUPPRESSED"}}, Status.RESOLVED),
        ({"Workflow": {"Status": "NOTIFIED"}}, Status.FIRING),
        ({"Compliance": {"Status": "PASSED"}}, Status.RESOLVED),
        ({"Compliance": {"Status": "WARNING"}}, Status.FIRING),
    ],
)
def test_a_finding_of_security_hub_is_over_by_its_own_word(said: dict[str, Any], status: Status):
    finding = {**samples.ASFF, **said}
    imported = of({"findings": [finding]}, "Security Hub Findings - Imported")
    notice = event(imported)
    assert (notice.status, notice.key) == (status, samples.ASFF["Id"])
    assert notice.tactics == ("initial-access",)
    pressed = of(
        {"actionName": "to fireline", "findings": [finding]},
        "Security Hub Findings - Custom Action",
    )
    assert event(pressed).status is Status.FIRING
    assert "to fireline" in event(pressed).tags


def test_a_key_in_security_hub_is_the_key_and_its_user_is_known():
    key = {
        "Type": "AwsIamAccessKey",
        "Id": "AWS::IAM::AccessKey:AKIAEXAMPLE",
        "Details": {"AwsIamAccessKey": {"PrincipalName": "shop-ci", "PrincipalType": "User"}},
    }
    said = of({"findings": [{**samples.ASFF, "Resources": [key]}]}, "Security Hub Findings")
    notice = event(said)
    assert [str(asset) for asset in notice.assets] == [
        "aws.iam.access_key/111122223333/global/AKIAEXAMPLE"
    ]
    assert Entity(CREDENTIAL, "AKIAEXAMPLE") in notice.entities
    assert Entity(PRINCIPAL, "arn:aws:iam::111122223333:user/shop-ci") in notice.entities


@pytest.mark.parametrize(
    ("arn", "named"),
    [
        ("arn:aws:iam::111122223333:role/path/ci", "aws.iam.role/111122223333/global/ci"),
        ("arn:aws:sts::111122223333:assumed-role/ci/run", "aws.iam.role/111122223333/global/ci"),
        ("arn:aws:sqs:eu-central-1:111122223333:q", "aws.sqs.queue/111122223333/eu-central-1/q"),
        ("arn:aws:rds:eu-central-1:1:db:one", "aws.rds.instance/1/eu-central-1/one"),
        ("arn:aws:s3:::b/a/key", "aws.s3.object/111122223333/global/b/a/key"),
        (
            SECRET,
            f"aws.secretsmanager.secret/1/eu-central-1/{SECRET}",
        ),
        ("arn:aws:lambda:eu-central-1:1:function:f:7", "aws.lambda.function/1/eu-central-1/f"),
        ("arn:aws:glue:eu-central-1:1:catalog", "aws.glue.glue/1/eu-central-1/catalog"),
        ("arn:aws:eks:eu-central-1:1:cluster/c", "aws.eks.cluster/1/eu-central-1/c"),
    ],
)
def test_an_arn_is_the_asset_that_calls_name(arn: str, named: str):
    assert str(named_by_arn(arn, Place("111122223333", "eu-central-1"))) == named


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("AWS::EC2::SecurityGroup", "aws.ec2.security_group"),
        ("AwsEc2SecurityGroup", "aws.ec2.security_group"),
        ("AWS::RDS::DBInstance", "aws.rds.instance"),
        ("AwsRdsDbInstance", "aws.rds.instance"),
        ("AWS::AutoScaling::AutoScalingGroup", "aws.autoscaling.group"),
        ("AwsAutoScalingAutoScalingGroup", "aws.autoscaling.group"),
        ("Other", "aws.other"),
        ("", "aws.resource"),
    ],
)
def test_a_type_is_the_kind_the_inventory_knows(type_: str, kind: str):
    assert named_by_type(type_, "x", Place("1", "r")).kind == kind


def test_one_bad_finding_costs_no_other():
    findings = [samples.ASFF, {"Title": "No id"}, "text", {**samples.ASFF, "Id": "two"}]
    said = of({"findings": findings}, "Security Hub Findings - Imported")
    reading = eventbridge.read(payload("eventbridge", said))
    assert [each.key for each in reading.said if isinstance(each, Notice)] == [
        samples.ASFF["Id"],
        "two",
    ]
    assert [(each.field, each.position, each.code) for each in reading.unread] == [
        ("detail.findings[1].Id", 1, "securityhub.no_field"),
        ("detail.findings[2].Id", 2, "securityhub.no_field"),
    ]


def test_a_schedule_is_a_heartbeat():
    rule = "arn:aws:events:eu-central-1:111122223333:rule/every-minute"
    assert event(of({}, "Scheduled Event", resources=[rule])) == Beat("every-minute")


def test_an_instance_that_stops_is_a_change_and_no_alert():
    detail = {"instance-id": "i-0abc1234def567890", "state": "stopped"}
    change = event(of(detail, "EC2 Instance State-change Notification", source="aws.ec2"))
    assert isinstance(change, ChangeNotice)
    assert change.kind is Kind.SCALE
    assert change.title == "EC2 Instance i-0abc1234def567890 stopped"
    assert str(change.assets[0]).startswith("aws.ec2.instance/")


def test_the_states_of_one_deployment_are_one_change():
    states = [
        event(
            of(
                {"deploymentId": "d-1", "state": state, "application": "shop"},
                "CodeDeploy Deployment State-change Notification",
                source="aws.codedeploy",
                id=state,
            )
        )
        for state in ("START", "SUCCESS")
    ]
    assert [each.key for each in states] == ["aws.codedeploy:d-1"] * 2
    assert states[1].kind is Kind.DEPLOY
    assert states[1].title == "CodeDeploy Deployment SUCCESS"
    assert states[1].service == "shop"


def test_a_group_that_cannot_launch_fires_until_it_can():
    detail = {"AutoScalingGroupName": "web", "StatusMessage": "No capacity."}
    fires = event(of(detail, "EC2 Instance Launch Unsuccessful", source="aws.autoscaling"))
    assert fires.status is Status.FIRING
    said = of(detail, "EC2 Instance Launch Successful", source="aws.autoscaling")
    over, change = eventbridge.read(payload("eventbridge", said)).said
    assert isinstance(over, Notice)
    assert (over.status, over.key) == (Status.RESOLVED, fires.key)
    assert isinstance(change, ChangeNotice)


@pytest.mark.parametrize(
    ("detail", "status", "priority"),
    [
        ({"status": "FAILED"}, Status.FIRING, Priority.P3),
        ({"state": "SUCCEEDED"}, Status.RESOLVED, Priority.P4),
        ({"order": 5}, Status.FIRING, Priority.P4),
    ],
)
def test_what_nobody_knows_is_read_by_how_it_says_it_went(
    detail: dict[str, Any], status: Status, priority: Priority
):
    notice = event(of(detail, "Order", source="my.shop"))
    assert (notice.status, notice.priority) == (status, priority)
    assert notice.key == event(of({}, "Order", source="my.shop")).key


def test_an_image_without_grave_holes_is_over():
    scan = {"scan-status": "COMPLETE", "repository-name": "cart", "image-digest": "sha256:a"}
    grave = event(of({**scan, "finding-severity-counts": {"HIGH": 2}}, "ECR Image Scan"))
    clean = event(of({**scan, "finding-severity-counts": {"LOW": 9}}, "ECR Image Scan"))
    assert (grave.status, grave.priority) == (Status.FIRING, Priority.P2)
    assert (clean.status, clean.key) == (Status.RESOLVED, grave.key)


def test_a_scripts_own_message_is_an_alert_by_its_subject():
    notice = told(letter("the disk is full\nsince noon", Subject="Disk full"))
    assert (notice.title, notice.status) == ("Disk full", Status.FIRING)
    assert notice.key.endswith(":Disk full")
    own = {"title": "Disk full", "key": "disk-1", "severity": "critical", "status": "resolved"}
    over = told(letter(own))
    assert (over.status, over.priority) == (Status.RESOLVED, Priority.P1)
    assert over.key.endswith(":disk-1")
    bare = told(b"not json at all", **{sns.RAW: "true", sns.TOPIC: f"{ALARM_ARN}x"})
    assert bare.title == "not json at all"


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        (b"{", "eventbridge.not_json", ""),
        (b"[]", "eventbridge.not_an_object", ""),
        (b"{}", "eventbridge.unknown_shape", "detail-type"),
        (of({}, "GuardDuty Finding"), "eventbridge.no_field", "detail.id"),
        (of({"id": "x"}, "GuardDuty Finding"), "eventbridge.no_field", "detail.type"),
        (of({}, "AWS Health Event"), "eventbridge.no_field", "detail.eventArn"),
        (of({}, "Security Hub Findings - Imported"), "eventbridge.no_field", "detail.findings"),
        (of({}, "AWS API Call via CloudTrail"), "eventbridge.log_record", "detail-type"),
        (
            of(
                {"alarmName": "a", "state": {"value": "MAYBE"}},
                "CloudWatch Alarm State Change",
            ),
            "eventbridge.bad_state",
            "detail.state.value",
        ),
    ],
)
def test_what_cannot_be_read_names_the_field(said: object, code: str, field: str):
    (unread,) = eventbridge.read(payload("eventbridge", said)).unread
    assert (unread.code, unread.field) == (code, field)
    assert unread.why
