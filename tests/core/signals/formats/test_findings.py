"""Findings of other tools by the file: what fails fires, what passes is over, none is urgent."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.bounds import bounded
from fireline.core.signals.entity import Entity
from fireline.core.signals.fields import Wrong
from fireline.core.signals.formats.findings import MAX_FINDINGS, read, read_one
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.priority import Priority
from tests.core.signals.formats import samples
from tests.core.signals.formats.corpus import FINDINGS, payload

ACCOUNT = "111122223333"
# Written after what Prowler's documentation shows of its OCSF; nothing of it is copied.
OCSF: dict[str, Any] = {
    "message": "Security group sg-0a1b2c3d has SSH open.",
    "metadata": {
        "event_code": "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
        "product": {"name": "Prowler", "uid": "prowler", "vendor_name": "Prowler"},
    },
    "severity_id": 4,
    "severity": "High",
    "status": "New",
    "status_code": "FAIL",
    "status_detail": "Security group sg-0a1b2c3d has SSH open.",
    "status_id": 1,
    "finding_info": {"title": "No SSH from the internet", "uid": "prowler-aws-ssh-sg", "desc": "d"},
    "resources": [
        {
            "uid": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/sg-0a1b2c3d",
            "name": "web",
            "type": "AwsEc2SecurityGroup",
            "region": "eu-west-1",
            "labels": ["service:shop", "odd"],
        }
    ],
    "cloud": {"account": {"uid": ACCOUNT}, "provider": "aws", "region": "eu-west-1"},
    "remediation": {"desc": "Close it.", "references": ["https://docs.example.com/ssh", 7]},
    "time": 1_770_273_520,
    "time_dt": "2026-02-05T06:38:40.430622",
    "class_uid": 2004,
}
NATIVE: dict[str, Any] = {
    "AssessmentStartTime": "2023-09-01T10:00:00.000000",
    "FindingUniqueId": "prowler-aws-iam_root_mfa_enabled",
    "Provider": "aws",
    "CheckID": "iam_root_mfa_enabled",
    "CheckTitle": "Root has MFA",
    "Status": "FAIL",
    "StatusExtended": "MFA is not enabled for root.",
    "Severity": "critical",
    "ResourceType": "AwsIamUser",
    "ResourceArn": f"arn:aws:iam::{ACCOUNT}:root",
    "ResourceId": "root",
    "ResourceTags": {"team": "web"},
    "AccountId": ACCOUNT,
    "Region": "us-east-1",
    "Risk": "Root can do everything.",
    "Remediation": {"Recommendation": {"Text": "Enable it.", "Url": "https://docs.example.com"}},
}
SHAPES = [OCSF, NATIVE, samples.ASFF]


def notice(said: dict[str, Any]) -> Notice:
    found = read_one(said)
    assert found is not None
    return found


def test_a_failing_check_of_prowler_fires_about_its_asset():
    one = notice(OCSF)
    group = AssetRef("aws.ec2.security_group", ACCOUNT, "sg-0a1b2c3d", "eu-west-1")
    assert (one.key, one.status, one.assets) == ("prowler-aws-ssh-sg", Status.FIRING, (group,))
    assert one.title == "Security group sg-0a1b2c3d has SSH open."
    assert (one.service, one.labels["severity"]) == ("shop", "high")
    assert Entity("asset", str(group)) in one.entities
    assert one.at is not None
    assert one.at.isoformat().startswith("2026-02-05T06:38:40")
    assert "First: Close it." in one.description


def test_the_json_of_prowler_3_is_read_too():
    one = notice(NATIVE)
    assert (one.key, one.status) == ("prowler-aws-iam_root_mfa_enabled", Status.FIRING)
    assert one.assets == (AssetRef("aws.account", ACCOUNT, ACCOUNT),)
    assert one.labels["check"] == "iam_root_mfa_enabled"
    assert read_one({**NATIVE, "Status": "MANUAL"}) is None
    assert notice({**NATIVE, "Status": "PASS"}).status is Status.RESOLVED


@pytest.mark.parametrize("said", SHAPES)
def test_none_is_urgent_and_all_of_an_account_are_one_group(said: dict[str, Any]):
    one = notice(said)
    assert one.priority >= Priority.P4
    assert one.group.startswith("findings/")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"status_code": "PASS"}, Status.RESOLVED),
        ({"status_code": "MANUAL"}, None),
        ({"status_code": "INFO"}, None),
        ({"status_code": "FAIL", "status_id": 3, "status": "Suppressed"}, Status.RESOLVED),
        ({"status_code": "", "compliance": {"status_id": 3}}, Status.FIRING),
        ({"status_code": "", "compliance": {"status_id": 1}}, Status.RESOLVED),
        ({"status_code": "", "compliance": {"status_id": 2}}, None),
        ({"status_code": "MUTED"}, Status.RESOLVED),
    ],
)
def test_only_what_fails_fires_and_only_what_passes_or_is_muted_is_over(
    said: dict[str, Any], status: Status | None
):
    found = read_one({**OCSF, **said})
    assert (found.status if found else None) == status


def test_security_hub_is_read_as_its_own_reader_does_but_calmer():
    one = notice(samples.ASFF)
    assert one.status is Status.FIRING
    unknown = {**samples.ASFF, "Compliance": {"Status": "NOT_AVAILABLE"}}
    assert read_one(unknown) is None


@pytest.mark.parametrize("frame", [list, lambda found: {"Findings": found}, lambda found: found[0]])
def test_a_list_what_getfindings_answers_and_a_single_one_are_read(frame: Any):
    body = json.dumps(frame([OCSF])).encode()
    reading = read(payload("findings", body))
    assert [one.key for one in reading.said if isinstance(one, Notice)] == ["prowler-aws-ssh-sg"]


def test_one_that_is_wrong_costs_the_others_nothing_and_is_named():
    body = json.dumps([OCSF, {"class_uid": 2004}, "text", {"a": 1}, NATIVE]).encode()
    reading = read(payload("findings", body))
    assert len(reading.said) == 2
    assert [(each.position, each.code) for each in reading.unread] == [
        (1, "findings.no_field"),
        (2, "findings.not_an_object"),
        (3, "findings.unknown_shape"),
    ]
    assert reading.unread[0].field == "finding_info.uid"


@pytest.mark.parametrize("body", [b"{", b"7", b'"x"', b"null"])
def test_what_is_no_finding_at_all_is_said(body: bytes):
    assert read(payload("findings", body)).unread


def test_too_many_at_once_are_refused():
    with pytest.raises(Wrong, match="a JSON object"):
        read_one([])
    reading = read(payload("findings", json.dumps([{}] * (MAX_FINDINGS + 1)).encode()))
    assert reading.unread[0].code == "findings.too_many"


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(st.sampled_from(SHAPES), st.data())
def test_law_any_odd_part_gives_a_notice_none_or_a_reason(
    shape: dict[str, Any], data: st.DataObject
):
    name = data.draw(st.sampled_from(sorted(shape)))
    odd = {**shape, name: data.draw(values)}
    reading = bounded(read(payload("findings", json.dumps([odd]).encode())))
    assert len(reading.said) + len(reading.unread) <= 1


@pytest.mark.skipif(not FINDINGS.exists(), reason="the corpus is not here")
@pytest.mark.parametrize("file", sorted((FINDINGS / "asff").glob("*.json")), ids=lambda f: f.name)
def test_real_findings_of_security_hub_are_read(file: Path):
    reading = read(payload("findings", file.read_bytes()))
    if "detail-type" in json.loads(file.read_bytes()):
        assert reading.unread[0].code == "findings.unknown_shape"  # an event is not a finding
        return
    assert not reading.unread
    for one in reading.said:
        assert isinstance(one, Notice)
        assert one.priority >= Priority.P4
        assert one.assets
