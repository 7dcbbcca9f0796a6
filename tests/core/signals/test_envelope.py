import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals import envelope
from fireline.core.signals.envelope import MAX_RECORD_DEPTH, is_deeper, unwrap

RECORD = {"eventVersion": "1.08", "eventName": "StopLogging"}


def body(content: object) -> bytes:
    return json.dumps(content).encode()


def codes(parcel: bytes) -> list[str]:
    return [each.rejected.code for each in unwrap(parcel).rejected]


@pytest.mark.parametrize(
    "content",
    [
        RECORD,
        {"Records": [RECORD]},
        {"detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "detail": RECORD},
        {"detail-type": "AWS Console Sign In via CloudTrail", "detail": RECORD},
        {"Type": "Notification", "Message": json.dumps(RECORD)},
        {"Type": "Notification", "Message": json.dumps({"Records": [RECORD]})},
    ],
)
def test_every_wrapper_is_taken_off(content):
    unwrapped = unwrap(body(content))
    assert [record.content for record in unwrapped.records] == [RECORD]
    assert json.loads(unwrapped.records[0].raw) == RECORD
    assert unwrapped.rejected == ()


def test_one_bad_record_never_blocks_its_neighbours():
    deep = "[" * 100 + "]" * 100
    parcel = body({"Records": [RECORD, 5, None, RECORD, "DEEP", {"n": 2}]})
    unwrapped = unwrap(parcel.replace(b'"DEEP"', b'{"x":' + deep.encode() + b"}"))
    assert [record.position for record in unwrapped.records] == [0, 3, 5]
    assert [(each.position, each.rejected.code) for each in unwrapped.rejected] == [
        (1, "envelope.not_an_object"),
        (2, "envelope.not_an_object"),
        (4, "envelope.too_deep"),
    ]
    assert unwrapped.rejected[0].raw == b"5"


def test_a_record_that_is_not_utf8_is_rejected_alone():
    parcel = b'{"Records":[{"a":"\xff"},{"eventName":"x"}]}'
    assert codes(parcel) == ["envelope.not_json"]
    assert len(unwrap(parcel).records) == 1


@pytest.mark.parametrize(
    ("parcel", "code"),
    [
        (b"", "envelope.not_json"),
        (b"garbage", "envelope.not_json"),
        (b'{"Records": [{"a": 1}', "envelope.not_json"),
        (b"[]", "envelope.unknown_shape"),
        (b"5", "envelope.unknown_shape"),
        (b"{}", "envelope.unknown_shape"),
        (b'{"Records": {}}', "envelope.unknown_shape"),
        (b'{"detail-type": "GuardDuty Finding", "detail": {}}', "envelope.unknown_detail_type"),
        (b'{"detail-type": "AWS API Call via CloudTrail"}', "envelope.no_detail"),
        (b"[" * 5000 + b"]" * 5000, "envelope.unknown_shape"),
        (b'{"Records":' + b"[" * 5000 + b"]" * 5000 + b"}", "envelope.too_deep"),
    ],
)
def test_a_parcel_that_cannot_be_read_is_one_rejected_part(parcel, code):
    unwrapped = unwrap(parcel)
    assert unwrapped.records == ()
    assert codes(parcel) == [code]
    assert unwrapped.rejected[0].raw == parcel


def test_notifications_in_notifications_end():
    parcel = body(RECORD)
    for _ in range(5):
        parcel = body({"Type": "Notification", "Message": parcel.decode()})
    assert codes(parcel) == ["envelope.too_many_wrappers"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("MAX_BODY_BYTES", "envelope.too_large"),
        ("MAX_RECORDS", "envelope.too_many_records"),
        ("MAX_RECORD_BYTES", "envelope.record_too_large"),
    ],
)
def test_what_is_too_much_is_rejected(monkeypatch, limit, code):
    monkeypatch.setattr(envelope, limit, 1)
    assert set(codes(body({"Records": [RECORD, RECORD]}))) == {code}


def test_depth_is_counted_in_objects_and_lists():
    nested: object = "x"
    for _ in range(MAX_RECORD_DEPTH):
        nested = [nested]
    assert not is_deeper(nested, MAX_RECORD_DEPTH)
    assert is_deeper({"x": nested}, MAX_RECORD_DEPTH)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Records", "detail", "detail-type", "Type", "Message", "eventName"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(json_values.map(body) | st.binary(max_size=50))
def test_any_parcel_is_accounted_for(parcel: bytes):
    unwrapped = unwrap(parcel)
    positions = [each.position for each in (*unwrapped.records, *unwrapped.rejected)]
    assert sorted(positions) == list(range(len(positions)))
    assert all(each.rejected.code.startswith("envelope.") for each in unwrapped.rejected)
