import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.cloudtrail import normalise
from fireline.core.signals.event import Event, Outcome, Rejected, Who

ACCOUNT = "111122223333"
RECORD = {
    "eventVersion": "1.09",
    "userIdentity": {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/shop-ci",
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAEXAMPLE1",
        "userName": "shop-ci",
    },
    "eventTime": "2026-03-01T03:15:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreateAccessKey",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "198.51.100.7",
    "userAgent": "aws-cli/2.31",
    "requestParameters": {"userName": "svc-backup"},
    "responseElements": {
        "accessKey": {"accessKeyId": "AKIAEXAMPLE2", "userName": "svc-backup", "status": "Active"}
    },
    "readOnly": False,
    "eventID": "c5d6c1b4-0000-4000-8000-000000000001",
    "recipientAccountId": ACCOUNT,
}


def event(**changes: object) -> Event:
    found = normalise({**RECORD, **changes})
    assert isinstance(found, Event), found
    return found


def rejection(**changes: object) -> str:
    found = normalise({key: value for key, value in {**RECORD, **changes}.items() if value != ...})
    assert isinstance(found, Rejected)
    assert found.why
    return found.code


def test_a_record_becomes_an_event():
    assert event() == Event(
        external_id="c5d6c1b4-0000-4000-8000-000000000001",
        kind="iam.CreateAccessKey",
        time=datetime(2026, 3, 1, 3, 15, tzinfo=UTC),
        account=ACCOUNT,
        region="us-east-1",
        who=Who(
            kind="IAMUser",
            name="shop-ci",
            arn=f"arn:aws:iam::{ACCOUNT}:user/shop-ci",
            account=ACCOUNT,
            access_key="AKIAEXAMPLE1",
            address="198.51.100.7",
            user_agent="aws-cli/2.31",
        ),
        assets=(
            AssetRef("aws.iam.user", ACCOUNT, "svc-backup"),
            AssetRef("aws.iam.access_key", ACCOUNT, "AKIAEXAMPLE2"),
        ),
        outcome=Outcome.SUCCEEDED,
        error_code="",
        read_only=False,
        record=RECORD,
    )


def test_a_record_may_come_as_its_text():
    assert normalise(json.dumps(RECORD).encode()) == event()


def test_the_record_goes_along_untouched():
    assert normalise(RECORD).record is RECORD


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"eventVersion": ...}, "cloudtrail.unknown_version"),
        ({"eventVersion": "2.0"}, "cloudtrail.unknown_version"),
        ({"eventVersion": "10.1"}, "cloudtrail.unknown_version"),
        ({"eventVersion": 1.08}, "cloudtrail.unknown_version"),
        ({"eventID": ...}, "cloudtrail.no_event_id"),
        ({"eventID": ""}, "cloudtrail.no_event_id"),
        ({"eventID": 5}, "cloudtrail.bad_event_id"),
        ({"eventID": "x" * 300}, "cloudtrail.bad_event_id"),
        ({"eventName": ...}, "cloudtrail.no_event_name"),
        ({"eventName": []}, "cloudtrail.bad_event_name"),
        ({"eventSource": ...}, "cloudtrail.no_event_source"),
        ({"eventSource": {}}, "cloudtrail.bad_event_source"),
        ({"eventTime": ...}, "cloudtrail.no_event_time"),
        ({"eventTime": 5}, "cloudtrail.bad_event_time"),
        ({"eventTime": "yesterday"}, "cloudtrail.bad_event_time"),
        ({"eventTime": "0001-01-01T00:00:00+23:59"}, "cloudtrail.bad_event_time"),
        ({"userIdentity": "me"}, "cloudtrail.bad_identity"),
        ({"requestParameters": [1]}, "cloudtrail.bad_parameters"),
        ({"responseElements": 5}, "cloudtrail.bad_response"),
    ],
)
def test_a_record_that_lacks_what_an_event_needs_is_rejected(changes, code):
    assert rejection(**changes) == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "cloudtrail.not_json"),
        (b"\xff", "cloudtrail.not_json"),
        (b"[]", "cloudtrail.not_an_object"),
        (b"[" * 3000, "cloudtrail.not_json"),
        (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "cloudtrail.too_deep"),
    ],
)
def test_garbage_is_rejected(raw, code):
    found = normalise(raw)
    assert isinstance(found, Rejected)
    assert found.code == code


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"errorCode": "AccessDenied"}, Outcome.REFUSED),
        ({"errorCode": "Client.UnauthorizedOperation"}, Outcome.REFUSED),
        ({"errorCode": "AccessDeniedException"}, Outcome.REFUSED),
        ({"errorCode": "InvalidClientTokenId"}, Outcome.REFUSED),
        ({"errorCode": "NoSuchBucket"}, Outcome.FAILED),
        ({"errorMessage": "something"}, Outcome.FAILED),
        ({"responseElements": {"ConsoleLogin": "Failure"}}, Outcome.REFUSED),
        ({"responseElements": {"ConsoleLogin": "Success"}}, Outcome.SUCCEEDED),
        ({"errorCode": None}, Outcome.SUCCEEDED),
    ],
)
def test_refused_is_told_from_failed(changes, outcome):
    assert event(**changes).outcome is outcome


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"readOnly": True}, True),
        ({"readOnly": "true"}, True),
        ({"readOnly": "false"}, False),
        ({"readOnly": None, "eventName": "GetObject"}, True),
        ({"readOnly": None, "eventName": "PutObject"}, False),
    ],
)
def test_old_records_tell_reading_by_their_name(changes, expected):
    assert event(**changes).read_only is expected


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"type": "Root"}, ""),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com"),
        ({"principalId": "AROA:session"}, "AROA:session"),
        ({"sessionContext": {"sessionIssuer": {"userName": "deploy"}}}, "deploy"),
        ({"sessionContext": 5, "principalId": "p"}, "p"),
        ({"userName": 5}, ""),
        (None, ""),
    ],
)
def test_who_acted_is_named_as_well_as_the_record_can(identity, name):
    who = event(userIdentity=identity).who
    assert who.name == name
    assert who.access_key == ""


def test_what_no_database_stores_cannot_hide_a_call():
    found = event(requestParameters={"bucketName": "a\x00b", "k\ud800": ["\udfff"]})
    assert found.record["requestParameters"] == {
        "bucketName": "a\N{REPLACEMENT CHARACTER}b",
        "k\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER}"],
    }
    json.dumps(found.record).encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*RECORD, "errorCode", "x"]), json_values, max_size=4))
def test_any_record_becomes_an_event_or_a_reason(changes: dict):
    for record in (changes, {**RECORD, **changes}):
        match normalise(record):
            case Event() as found:
                assert found.time.tzinfo is UTC
                assert found.external_id
            case Rejected() as found:
                assert found.code.startswith("cloudtrail.")


@given(json_values | st.binary(max_size=40))
def test_anything_at_all_becomes_a_reason(raw: object):
    assert isinstance(normalise(raw), Rejected)  # pyright: ignore[reportArgumentType] - on purpose
