"""The rarer parts of AWS's findings: other resources, other identities, older fields."""

import json
from typing import Any

import pytest

from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ADDRESS, HOST, POD, PRINCIPAL, Entity
from fireline.core.signals.formats import (
    datadog,
    eventbridge,
    kubernetes_audit,
    sentry,
    sns,
    splunk,
)
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.priority import Priority
from tests.core.signals.formats import samples
from tests.core.signals.formats.corpus import payload, sample


def event(detail: dict[str, Any], detail_type: str) -> Notice:
    said = sample(detail_type=detail_type, detail=detail)
    (one,) = eventbridge.read(payload("eventbridge", said)).said
    assert isinstance(one, Notice)
    return one


def guardduty(resource: dict[str, Any], action: dict[str, Any] | None = None) -> Notice:
    detail = json.loads(json.dumps(samples.GUARDDUTY["detail"]))
    detail["resource"] = resource
    detail["service"]["action"] = action or {}
    return event(detail, "GuardDuty Finding")


@pytest.mark.parametrize(
    ("resource", "asset"),
    [
        ({"s3BucketDetails": [{"name": "invoices"}]}, "aws.s3.bucket/111122223333/global/invoices"),
        ({"eksClusterDetails": {"name": "c"}}, "aws.eks.cluster/111122223333/eu-central-1/c"),
        ({"ecsClusterDetails": {"name": "c"}}, "aws.ecs.cluster/111122223333/eu-central-1/c"),
        (
            {"lambdaDetails": {"functionName": "f"}},
            "aws.lambda.function/111122223333/eu-central-1/f",
        ),
        (
            {"rdsDbInstanceDetails": {"dbInstanceIdentifier": "db"}},
            "aws.rds.instance/111122223333/eu-central-1/db",
        ),
        (
            {
                "ebsVolumeDetails": {
                    "scannedVolumeDetails": [{"volumeArn": "arn:aws:ec2:r:1:volume/vol-1"}]
                }
            },
            "aws.ec2.volume/1/r/vol-1",
        ),
        (
            {"accessKeyDetails": {"userName": "ci", "userType": "Role"}},
            "aws.iam.role/111122223333/global/ci",
        ),
    ],
)
def test_guardduty_names_whatever_it_is_about(resource: dict[str, Any], asset: str):
    assert [str(each) for each in guardduty(resource).assets] == [asset]


@pytest.mark.parametrize(
    ("key", "who"),
    [
        ({"userType": "Root", "userName": "Root"}, "arn:aws:iam::111122223333:root"),
        ({"userType": "Role", "userName": "ci"}, "arn:aws:iam::111122223333:role/ci"),
        ({"userType": "FederatedUser", "principalId": "1:bo"}, "1:bo"),
    ],
)
def test_guardduty_names_whoever_acted(key: dict[str, str], who: str):
    assert Entity(PRINCIPAL, who) in guardduty({"accessKeyDetails": key}).entities


def test_guardduty_in_a_cluster_names_pod_and_user_and_the_other_side():
    resource = {
        "instanceDetails": {"networkInterfaces": [{"privateDnsName": "ip-10-0-0-1"}]},
        "kubernetesDetails": {
            "kubernetesUserDetails": {"username": "bo"},
            "kubernetesWorkloadDetails": {"type": "pods", "namespace": "shop", "name": "cart-1"},
        },
    }
    probes = [{"remoteIpDetails": {"ipAddressV4": f"198.51.100.{last}"}} for last in (1, 2)]
    notice = guardduty(resource, {"portProbeAction": {"portProbeDetails": probes}})
    assert {
        Entity(PRINCIPAL, "bo"),
        Entity(POD, "shop/cart-1"),
        Entity(HOST, "ip-10-0-0-1"),
        Entity(ADDRESS, "198.51.100.1"),
        Entity(ADDRESS, "198.51.100.2"),
    } <= set(notice.entities)


def test_macie_names_whoever_opened_the_bucket():
    identity = {
        "assumedRole": {"arn": "arn:aws:sts::1:assumed-role/ci/run", "accessKeyId": "ASIA1"}
    }
    actor = {"userIdentity": identity, "ipAddressDetails": {"ipAddressV4": "198.51.100.7"}}
    said = samples.MACIE | {"policyDetails": {"actor": actor}, "severity": {"description": "Low"}}
    notice = event({**said, "resourcesAffected": {}}, "Macie Finding")
    assert notice.priority is Priority.P4
    assert Entity(ADDRESS, "198.51.100.7") in notice.entities
    assert Entity(PRINCIPAL, "arn:aws:sts::1:assumed-role/ci/run") in notice.entities
    assert [str(asset) for asset in notice.assets] == ["aws.sts.session/111122223333/global/ASIA1"]


def test_inspector_names_an_image_by_its_arn_and_skips_what_has_no_name():
    arn = "arn:aws:ecr:eu-central-1:111122223333:repository/cart/sha256:abc"
    resources = [{"type": "AWS_ECR_CONTAINER_IMAGE", "id": arn}, {"type": "AWS_EC2_INSTANCE"}]
    notice = event({**samples.INSPECTOR, "resources": resources}, "Inspector2 Finding")
    assert [str(asset) for asset in notice.assets] == [
        "aws.ecr.repository/111122223333/eu-central-1/cart"
    ]


def test_health_names_what_has_no_arn_by_its_service():
    said = samples.HEALTH | {"affectedEntities": [{"entityValue": "mydb"}, {}], "service": "RDS"}
    assert [str(asset) for asset in event(said, "AWS Health Event").assets] == [
        "aws.rds/111122223333/eu-central-1/mydb"
    ]


def test_dimensions_name_topics_pods_hosts_and_services():
    dimensions = {
        "TopicName": "alarms",
        "PodName": "cart-1",
        "Namespace": "shop",
        "host": "web-1",
        "ServiceName": "cart",
        "QueueName": "",
    }
    pairs = [{"name": name, "value": value} for name, value in dimensions.items()]
    said = {**samples.METRIC_ALARM, "Trigger": {"Dimensions": pairs}}
    (notice,) = sns.read(payload("sns", samples.letter(said))).said
    assert isinstance(notice, Notice)
    assert notice.service == "cart"
    assert {Entity(POD, "shop/cart-1"), Entity(HOST, "web-1")} <= set(notice.entities)
    assert [str(asset) for asset in notice.assets] == [
        "aws.sns.topic/111122223333/eu-central-1/arn:aws:sns:eu-central-1:111122223333:alarms",
        "aws.cloudwatch.alarm/111122223333/eu-central-1/checkout-errors",
    ]


@pytest.mark.parametrize(
    ("severity", "priority"),
    [
        ({"Normalized": 95}, 1),
        ({"Normalized": 70}, 2),
        ({"Normalized": 40}, 3),
        ({"Normalized": 1}, 4),
        ({"Normalized": 0}, 5),
        ({}, 3),
    ],
)
def test_security_hub_without_a_label_grades_by_number(severity: dict[str, int], priority: int):
    finding = {**samples.ASFF, "Severity": severity}
    said = event({"findings": [finding]}, "Security Hub Findings - Imported")
    assert said.priority == priority


def test_configs_letter_without_a_type_names_it():
    said = sample(detail_type="Config Rules Compliance Change", detail={})
    (unread,) = eventbridge.read(payload("eventbridge", said)).unread
    assert unread.field == "messageType"


def test_what_is_too_often_told_says_nothing():
    for said in (
        sample(detail_type="Inspector2 Scan"),
        sample(detail_type="Object Deleted", source="aws.s3"),
    ):
        reading = eventbridge.read(payload("eventbridge", said))
        assert (reading.said, reading.unread) == ((), ())


def test_what_is_not_json_has_no_reading_by_topic_either():
    (unread,) = sns.read(payload("sns", b"text")).unread
    assert unread.code == "sns.not_json"
    records = {"Records": [{"Sns": samples.letter(samples.METRIC_ALARM)}] * 2}
    assert len(sns.read(payload("sns", records)).said) == 2
    by_letter = sns.read(payload("sns", samples.letter(samples.ASFF))).said
    assert [each.key for each in by_letter if isinstance(each, Notice)] == [samples.ASFF["Id"]]


def test_the_other_hooks_corners():
    host = {**samples.SPLUNK, "result": {"src": "web-7", "severity": "4"}}
    (found,) = splunk.read(payload("x", host)).said
    assert isinstance(found, Notice)
    assert (found.priority, found.entities) == (Priority.P3, (Entity(HOST, "web-7"),))
    said = {name: value for name, value in samples.DATADOG.items() if name != "priority"}
    (warned,) = datadog.read(payload("x", said | {"transition": "Warn", "tags": "prod"})).said
    assert isinstance(warned, Notice)
    assert warned.priority is Priority.P3
    error = {"action": "created", "data": {"error": {"issue_id": "1", "tags": [["odd"], 5]}}}
    (raised,) = sentry.read(payload("x", error)).said
    assert isinstance(raised, Notice)
    assert (raised.key, raised.status) == ("sentry:issue:1", Status.FIRING)
    assert kubernetes_audit.read(payload("x", {})).said == ()


@pytest.mark.parametrize(
    "odd", ["yesterday", "Mon, nonsense", "", None, [], "Jan 99, 2026, 1:1:1 AM"]
)
def test_what_is_no_moment_is_none(odd: object):
    assert moment_of(odd) is None
