import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.fields import Wrong
from fireline.core.signals.sns_message import (
    is_signers_name,
    parse,
    why_not_certificate,
    why_not_confirmation,
    why_stale,
)
from fireline.core.signals.sns_proof import why_unproven
from tests.intake.sns_letters import CERTIFICATE_URL, confirmation, notification, signer

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SNS = signer(NOW)


def written(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def signed(**said: Any) -> dict[str, Any]:
    version = said.pop("SignatureVersion", "2")
    return SNS.signed(notification(NOW, "hello", **said), version=version)


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/x.pem",
        CERTIFICATE_URL,
    ],
)
def test_a_certificate_may_be_fetched_from_sns(url: str):
    assert why_not_certificate(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com:8443/x.pem",
        "https://sns.us-east-1.amazonaws.com:443/x.pem",
        "https://sns.us-east-1.amazonaws.com:/x.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
        "https://a@sns.us-east-1.amazonaws.com/x.pem",
        "https://@sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.txt",
        "https://sns.us-east-1.amazonaws.com/x.pem?y=1",
        "https://sns.us-east-1.amazonaws.com/x.pem#y",
        "https://sns.us-east-1.amazonaws.com\\@evil.example/x.pem",
        "https://sns.us-east-1.amazonaws.com\n.evil.example/x.pem",
        "https://sns.us_east_1.amazonaws.com/x.pem",
        "https://SNS.us-east-1.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com./x.pem",
        "https://snsxus-east-1xamazonawsxcom/x.pem",
        "https://169.254.169.254/latest/meta-data/x.pem",
        "https://[::1]/x.pem",
        "https://[bad/x.pem",
        "https://sns.us-east-1.amazonaws.com:99999/x.pem",
        "file:///etc/x.pem",
        "//sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.\u0131us-east-1.amazonaws.com/x.pem",
        "",
        "https://sns.us-east-1.amazonaws.com/" + "a" * 3000 + ".pem",
    ],
)
def test_a_certificate_is_fetched_from_nowhere_else(url: str):
    assert why_not_certificate(url) != ""


@given(st.text())
def test_no_address_is_too_odd_to_judge(url: str):
    assert isinstance(why_not_certificate(url), str)
    message = replace(parse(written(signed())), subscribe_url=url)
    assert why_not_confirmation(message) != ""


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_sns_signed_is_proven(version: str):
    for said in (signed(SignatureVersion=version), signed(Subject="s", SignatureVersion=version)):
        assert why_unproven(parse(written(said)), SNS.pem, NOW) == ""


@pytest.mark.parametrize("kind", ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_what_sns_signed_of_a_subscription_is_proven(kind: str):
    message = parse(written(SNS.signed(confirmation(NOW, kind))))
    assert why_unproven(message, SNS.pem, NOW) == ""
    assert why_not_confirmation(message) == ""


@pytest.mark.parametrize(
    "name", ["Message", "MessageId", "Timestamp", "TopicArn", "Subject", "Signature"]
)
def test_a_changed_part_is_not_proven(name: str):
    said = signed(Subject="s")
    changed = {**said, name: f"{said[name]} "} if name != "Timestamp" else said | {name: "2026"}
    if name == "Timestamp":
        changed = {**said, name: "2026-01-01T12:00:01.000Z"}
    if name == "Signature":
        changed = {**said, name: said[name][:-8] + "AAAAAAA="}
    assert why_unproven(parse(written(changed)), SNS.pem, NOW) != ""


def test_a_subject_added_or_taken_away_is_not_proven():
    added = signed() | {"Subject": "s"}
    assert why_unproven(parse(written(added)), SNS.pem, NOW) != ""
    taken = {name: value for name, value in signed(Subject="s").items() if name != "Subject"}
    assert why_unproven(parse(written(taken)), SNS.pem, NOW) != ""


def test_a_version_that_was_not_signed_with_is_not_proven():
    said = signed(SignatureVersion="1") | {"SignatureVersion": "2"}
    assert why_unproven(parse(written(said)), SNS.pem, NOW) != ""


def test_a_certificate_must_be_valid_now_and_snss_own_and_the_signers():
    message = parse(written(signed()))
    assert "valid" in why_unproven(message, SNS.pem, NOW + timedelta(days=31))
    assert "valid" in why_unproven(message, SNS.pem, NOW - timedelta(days=61))
    other = signer(NOW, name="evil.example")
    assert "not SNS's" in why_unproven(message, other.pem, NOW)
    assert "signature" in why_unproven(message, signer(NOW).pem, NOW)
    assert "read" in why_unproven(message, b"not pem", NOW)
    assert "chain" in why_unproven(message, SNS.pem + other.pem, NOW)
    assert why_unproven(message, SNS.pem + SNS.pem, NOW) != "its certificate is not SNS's"


def test_a_message_is_fresh_for_an_hour_either_way():
    message = parse(written(signed()))
    assert why_stale(message, NOW + timedelta(minutes=59)) == ""
    assert why_stale(message, NOW + timedelta(minutes=61)) != ""
    assert why_stale(message, NOW - timedelta(minutes=61)) != ""


@pytest.mark.parametrize(
    "query",
    [
        "Action=Subscribe&TopicArn={topic}&Token={token}",
        "Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:1:other&Token={token}",
        "Action=ConfirmSubscription&TopicArn={topic}&Token=other",
        "Action=ConfirmSubscription&TopicArn={topic}",
        "Action=ConfirmSubscription&Action=DeleteTopic&TopicArn={topic}&Token={token}",
    ],
)
def test_only_the_confirmation_of_the_messages_own_topic_is_visited(query: str):
    said = confirmation(NOW)
    filled = query.format(topic=said["TopicArn"], token=said["Token"])
    said["SubscribeURL"] = f"https://sns.eu-central-1.amazonaws.com/?{filled}"
    assert why_not_confirmation(parse(written(SNS.signed(said)))) != ""


def test_a_confirmation_is_visited_at_sns_only():
    said = confirmation(NOW)
    said["SubscribeURL"] = said["SubscribeURL"].replace(
        "sns.eu-central-1.amazonaws.com", "169.254.169.254"
    )
    assert why_not_confirmation(parse(written(SNS.signed(said)))) == "its host is not SNS's"
    said = confirmation(NOW)
    said["SubscribeURL"] = said["SubscribeURL"].replace("com/?", "com/admin?")
    assert why_not_confirmation(parse(written(SNS.signed(said)))) == "it names a path"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"Type": "Other"}, "Type"),
        ({"Type": None}, "Type"),
        ({"MessageId": ""}, "MessageId"),
        ({"MessageId": "x" * 300}, "MessageId"),
        ({"Timestamp": "yesterday"}, "Timestamp"),
        ({"SignatureVersion": "3"}, "SignatureVersion"),
        ({"Signature": None}, "Signature"),
        ({"SigningCertURL": None}, "SigningCertURL"),
        ({"Message": 5}, "Message"),
        ({"TopicArn": None}, "TopicArn"),
    ],
)
def test_what_is_no_message_names_the_field(said: dict[str, Any], field: str):
    with pytest.raises(Wrong) as wrong:
        parse(written(signed() | said))
    assert wrong.value.field == field


@pytest.mark.parametrize(
    ("name", "is_so"),
    [
        ("sns.amazonaws.com", True),
        ("sns-us-gov-west-1.amazonaws.com", True),
        ("sns.eu-central-1.amazonaws.com", True),
        ("sns-cn-north-1.amazonaws.com.cn", True),
        ("sqs.amazonaws.com", False),
        ("sns.amazonaws.com.evil.example", False),
    ],
)
def test_the_names_sns_signs_with_are_known(name: str, is_so: bool):
    assert is_signers_name(name) is is_so


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.text()).map(written))
def test_any_bytes_are_a_message_or_say_why_not(body: bytes):
    with pytest.raises(Wrong) as wrong:
        parse(body)
    assert wrong.value.why
