"""Regions that AWS's own watchers watch, or do not."""

from collections.abc import Mapping
from typing import Any

from fireline.ports.inventory import Why
from tests.labelled.labels import DENIED, FAIL, PASS, THROTTLED, UNKNOWN, Account, Hole, Thing

ABOUT = ("guardduty-off", "config-not-recording", "securityhub-off", "accessanalyzer-off")
ID = "210987654321"
OTHER = "210987654322"


def detector(region: str, status: str | None = "ENABLED", **unread: str) -> Thing:
    """Give a region its detector, as GetDetector answers."""
    said: dict[str, Any] = {
        "DetectorId": "12abc34d567e8fa901bc2d34e56789f0"[:-2] + f"{len(region):02d}",
        "CreatedAt": "2024-02-11T09:12:44.123Z",
        "FindingPublishingFrequency": "SIX_HOURS",
        "ServiceRole": f"arn:aws:iam::{ID}:role/aws-service-role/guardduty.amazonaws.com"
        "/AWSServiceRoleForAmazonGuardDuty",
        "UpdatedAt": "2026-03-02T00:00:00.000Z",
        "Tags": {},
        "Features": [{"Name": "CLOUD_TRAIL", "Status": "ENABLED"}],
    }
    return Thing(
        "aws.guardduty.detector",
        said if status is None else {**said, "Status": status},
        region=region,
        unread=unread,
    )


ALL: Mapping[str, Any] = {
    "allSupported": True,
    "includeGlobalResourceTypes": True,
    "resourceTypes": [],
    "exclusionByResourceTypes": {"resourceTypes": []},
    "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
}
RUNS: Mapping[str, Any] = {"name": "default", "recording": True, "lastStatus": "SUCCESS"}
CHANNELS = [
    {
        "name": "default",
        "s3BucketName": f"config-bucket-{ID}",
        "configSnapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
    }
]


def recorder(region: str, **over: Any) -> Thing:
    """Give a region a recorder; a part given as `...` could not be read."""
    name = str(over.get("name", "default"))
    said: dict[str, Any] = {
        "arn": f"arn:aws:config:{region}:{ID}:configuration-recorder/{name}/abcdefgh12345678",
        "name": name,
        "roleARN": f"arn:aws:iam::{ID}:role/aws-service-role/config.amazonaws.com"
        "/AWSServiceRoleForConfig",
        "recordingGroup": ALL,
        "recordingMode": {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": []},
        "recordingScope": "PAID",
        "Status": {**RUNS, "name": name},
        "DeliveryChannels": CHANNELS,
        **over,
    }
    unread = {key: DENIED for key, value in said.items() if value is ...}
    known = {key: value for key, value in said.items() if value is not ...}
    return Thing("aws.config.recorder", known, region=region, unread=unread)


def hub(region: str, **over: Any) -> Thing:
    """Give a region its hub."""
    said: dict[str, Any] = {
        "HubArn": f"arn:aws:securityhub:{region}:{ID}:hub/default",
        "SubscribedAt": "2024-02-11T09:12:44.123Z",
        "AutoEnableControls": True,
        "ControlFindingGenerator": "SECURITY_CONTROL",
    }
    return Thing("aws.securityhub.hub", {**said, **over}, region=region)


def analyzer(region: str, name: str, type_: str, state: str | None) -> Thing:
    """Give a region an analyzer; one without a state was not told."""
    said: dict[str, Any] = {
        "arn": f"arn:aws:access-analyzer:{region}:{ID}:analyzer/{name}",
        "name": name,
        "type": type_,
        "createdAt": "2024-02-11T09:12:44Z",
        "tags": {},
    }
    known = said if state is None else {**said, "status": state}
    unread = {} if state else {"status": DENIED}
    return Thing("aws.accessanalyzer.analyzer", known, region=region, unread=unread)


def place(name: str, guard: Any, config: Any, hub_: Any, watch: Any) -> Thing:
    """Label a region: GuardDuty, Config, Security Hub, Access Analyzer."""
    says: dict[str, Any] = dict(zip(ABOUT, (guard, config, hub_, watch), strict=True))
    return Thing("aws.region", {"Region": name, "EbsEncryptionByDefault": True}, says, name)


THINGS = (
    # All four, as they should be.
    place("eu-west-1", PASS, PASS, PASS, PASS),
    detector("eu-west-1"),
    recorder("eu-west-1"),
    hub("eu-west-1"),
    analyzer("eu-west-1", "ConsoleAnalyzer-1", "ACCOUNT", "ACTIVE"),
    # None of them.
    place("eu-central-1", FAIL, FAIL, FAIL, FAIL),
    # All four there, and asleep or about something else. Security Hub has no such state.
    place("us-west-2", FAIL, FAIL, PASS, FAIL),
    detector("us-west-2", "DISABLED"),
    recorder("us-west-2", Status={"name": "default", "recording": False, "lastStatus": "SUCCESS"}),
    hub("us-west-2", AutoEnableControls=False, ControlFindingGenerator="STANDARD_CONTROL"),
    # It looks for permissions nobody uses, and not for what is shared outside.
    analyzer("us-west-2", "unused", "ACCOUNT_UNUSED_ACCESS", "ACTIVE"),
    # A few types are not all; an organisation's analyzer watches this account too.
    place("ap-southeast-1", PASS, FAIL, FAIL, PASS),
    detector("ap-southeast-1"),
    recorder(
        "ap-southeast-1",
        recordingGroup={
            "allSupported": False,
            "includeGlobalResourceTypes": False,
            "resourceTypes": ["AWS::EC2::SecurityGroup", "AWS::S3::Bucket"],
            "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"},
        },
    ),
    analyzer("ap-southeast-1", "org", "ORGANIZATION", "ACTIVE"),
    # What could not be read in a row.
    place("ap-south-1", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    detector("ap-south-1", None, Status=THROTTLED),
    recorder("ap-south-1", Status=...),
    analyzer("ap-south-1", "ConsoleAnalyzer-2", "ACCOUNT", None),
    # It runs, and what it writes arrives nowhere. One analyzer failed, the other works.
    place("sa-east-1", PASS, FAIL, PASS, PASS),
    detector("sa-east-1"),
    recorder("sa-east-1", Status={"name": "default", "recording": True, "lastStatus": "FAILURE"}),
    hub("sa-east-1"),
    analyzer("sa-east-1", "first", "ACCOUNT", "FAILED"),
    analyzer("sa-east-1", "second", "ACCOUNT", "ACTIVE"),
    # No channel, no history.
    place("ca-central-1", UNKNOWN, FAIL, UNKNOWN, FAIL),
    recorder("ca-central-1", DeliveryChannels=[]),
    analyzer("ca-central-1", "old", "ACCOUNT", "DISABLED"),
    # Global resources are recorded in one region; once a day is history, too.
    place("eu-north-1", FAIL, PASS, FAIL, UNKNOWN),
    recorder(
        "eu-north-1",
        recordingGroup={**ALL, "includeGlobalResourceTypes": False},
        recordingMode={"recordingFrequency": "DAILY", "recordingModeOverrides": []},
    ),
    # A service's own recorder sees what that service asks for.
    place("us-east-1", UNKNOWN, FAIL, UNKNOWN, UNKNOWN),
    recorder(
        "us-east-1",
        name="AWSConfigurationRecorderForObservabilityAdmin_a1b2",
        recordingGroup={"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]},
        recordingScope="INTERNAL",
        servicePrincipal="observabilityadmin.amazonaws.com",
    ),
)
MORE = (
    # Beside a service's recorder the account's own still counts.
    place("eu-west-1", PASS, PASS, PASS, FAIL),
    detector("eu-west-1"),
    recorder("eu-west-1"),
    recorder(
        "eu-west-1",
        name="AWSConfigurationRecorderForObservabilityAdmin_a1b2",
        recordingGroup={"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]},
        recordingScope="INTERNAL",
        servicePrincipal="observabilityadmin.amazonaws.com",
        Status={"name": "AWSConfigurationRecorderForObservabilityAdmin_a1b2", "recording": True},
    ),
    hub("eu-west-1"),
    analyzer("eu-west-1", "inside", "ACCOUNT_INTERNAL_ACCESS", "ACTIVE"),
    # Channels unread: stopped is stopped all the same, running is not enough.
    place("eu-west-2", FAIL, FAIL, FAIL, PASS),
    recorder("eu-west-2", DeliveryChannels=..., Status={"name": "default", "recording": False}),
    analyzer("eu-west-2", "inside", "ORGANIZATION_INTERNAL_ACCESS", "ACTIVE"),
    analyzer("eu-west-2", "outside", "ACCOUNT", "ACTIVE"),
    place("eu-west-3", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    recorder("eu-west-3", DeliveryChannels=...),
    # Nobody could look: no detector is listed, and that means nothing.
    place("eu-south-1", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
)
ACCOUNTS = (
    Account(
        ID,
        ABOUT,
        THINGS,
        (
            Hole("aws.securityhub.hub", "ap-south-1", Why.THROTTLED, "AWS asked to slow down"),
            Hole("aws.guardduty.detector", "ca-central-1"),
            Hole("aws.securityhub.hub", "ca-central-1"),
            Hole("aws.accessanalyzer.analyzer", "eu-north-1"),
            Hole("aws.guardduty.detector", "us-east-1"),
            Hole("aws.securityhub.hub", "us-east-1"),
            Hole("aws.accessanalyzer.analyzer", "us-east-1", Why.THROTTLED, "slow down"),
        ),
    ),
    Account(
        OTHER,
        ABOUT,
        MORE,
        (
            Hole("aws.guardduty.detector", "eu-west-3"),
            Hole("aws.securityhub.hub", "eu-west-3"),
            Hole("aws.accessanalyzer.analyzer", "eu-west-3"),
            Hole("aws.guardduty.detector", "eu-south-1"),
            Hole("aws.config.recorder", "eu-south-1"),
            Hole("aws.securityhub.hub", "eu-south-1"),
            Hole("aws.accessanalyzer.analyzer", "eu-south-1"),
        ),
    ),
)
