"""The pieces of the AWS inventory: expressions, pace, plain JSON, outcomes and reports."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st

from fireline.connectors.aws.expressions import each, filled, search, written
from fireline.connectors.aws.iam_report import has_keys, last_use, with_keys
from fireline.connectors.aws.listing import Reading, tags_of
from fireline.connectors.aws.looking_outcomes import could_not_look
from fireline.connectors.aws.pace import RATES, Bucket, Pace, Rate, Stopped
from fireline.connectors.aws.plain_json import clean, plain
from fireline.connectors.aws.policy_text import unescape, written_as
from fireline.core.assets.aws.table import TABLE
from fireline.ports.inventory import Why

KNOWN = {"account": "111122223333", "region": "eu-west-1", "partition": "aws", "id": "i-1"}
ROW: dict[str, Any] = {"Name": "orders", "Size": 3, "Url": "https://x/1/orders", "Tags": []}
DAY = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{Name}", "orders"),
        ("{Size}", 3),
        ("{Tags}", []),
        (
            "arn:{partition}:sqs:{region}:{account}:{Name}",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
        ),
        ("{id}", "i-1"),
        ("{Url/}", "orders"),
        ("{Size/}", None),
        ("{[{a: Name}]}", [{"a": "orders"}]),
        ("{Missing}", None),
        ("x:{Missing}", None),
        ("plain", "plain"),
        ("", ""),
        ("{Name", "{Name"),
        ("Name}", "Name}"),
    ],
)
def test_braces_are_filled_from_the_row(text: str, value: object) -> None:
    assert written(text, ROW, KNOWN) == value


def test_parameters_are_filled_however_deep_and_missing_ones_go() -> None:
    parameters = {"Ids": ["{id}"], "Filters": [{"Name": "x", "Values": ["{Name}"]}], "No": "{No}"}
    assert filled(parameters, ROW, KNOWN) == {
        "Ids": ["i-1"],
        "Filters": [{"Name": "x", "Values": ["orders"]}],
    }


def test_an_expression_that_does_not_fit_finds_nothing() -> None:
    assert search("length(Size)", ROW) is None
    assert each("length(Size)", ROW) == []
    assert each("Name", ROW) == ["orders"]
    assert each("", ROW) == [ROW]


def test_a_trail_is_listed_where_it_is_at_home_whoever_it_belongs_to() -> None:
    of_the_organisation = "arn:aws:cloudtrail:eu-west-1:999988887777:trail/all"
    shown = [
        {"Name": "own", "HomeRegion": "eu-west-1"},
        {"Name": "shadow", "HomeRegion": "us-east-1"},
        {"Name": "all", "HomeRegion": "eu-west-1", "TrailARN": of_the_organisation},
    ]
    asked: list[Any] = []

    def pages(ask: Any) -> list[dict[str, Any]]:
        asked.append(ask.parameters)
        return [{"trailList": shown}]

    clients = SimpleNamespace(way=SimpleNamespace(region="eu-west-1"))
    asking: Any = SimpleNamespace(account="111122223333", clients=clients, pages=pages)
    spread: Any = None
    reading = Reading(TABLE, TABLE["aws.cloudtrail.trail"], "eu-west-1", asking, spread)
    assert [row["Name"] for row in reading.rows()] == ["own", "all"]
    assert reading.one("shadow") is None
    assert asked == [{"includeShadowTrails": True}] * 2


@given(
    a_second=st.floats(0.5, 50),
    burst=st.integers(1, 50),
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=60),
)
def test_no_bucket_lets_more_through_than_its_burst_and_its_rate(
    a_second: float, burst: int, gaps: list[float]
) -> None:
    now = [0.0]
    bucket = Bucket(Rate(a_second, burst), clock=lambda: now[0])
    let_through: list[float] = []
    for gap in gaps:
        now[0] += gap
        let_through.append(now[0] + bucket.reserve())
    until = max(let_through)
    assert len(let_through) <= burst + a_second * until + 1e-6


def test_throttling_halves_the_rate_holds_everybody_and_is_forgotten_slowly() -> None:
    now = [100.0]
    bucket = Bucket(Rate(10, 5), clock=lambda: now[0], first_pause=1.0)
    assert bucket.reserve() == 0
    bucket.throttled()
    bucket.throttled()
    assert bucket.a_second == 5
    assert bucket.reserve() >= 1
    now[0] += 2
    bucket.throttled()
    assert bucket.a_second == 2.5
    assert bucket.reserve() >= 2
    for _ in range(30):
        bucket.answered()
    assert 2.5 < bucket.a_second < 10
    for _ in range(30):
        bucket.answered()
    assert bucket.a_second == 10


def test_buckets_are_of_one_service_in_one_place() -> None:
    pace = Pace(RATES)
    one = pace.bucket("1", "eu-west-1", "ec2")
    assert one is pace.bucket("1", "eu-west-1", "ec2")
    assert one is not pace.bucket("1", "us-east-1", "ec2")
    assert one is not pace.bucket("2", "eu-west-1", "ec2")


def test_waiting_ends_when_fireline_does() -> None:
    pace = Pace({"ec2": Rate(0.01, 1)})
    bucket = pace.bucket("1", "", "ec2")
    pace.wait(bucket)
    pace.stop()
    with pytest.raises(Stopped):
        pace.wait(bucket)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.binary() | st.datetimes(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_whatever_aws_answers_becomes_json_the_database_takes(value: Any) -> None:
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in text
    text.encode()


def test_moments_are_utc_and_bytes_are_base64() -> None:
    east = DAY.astimezone(timezone(timedelta(hours=2)))
    assert plain({"At": east, "Data": b"\x00\xff"}) == {
        "At": "2026-11-17T09:30:00Z",
        "Data": base64.b64encode(b"\x00\xff").decode(),
    }
    assert clean("a\x00b\ud800") == "a\ufffdb\ufffd"


def _refused(code: str, operation: str = "ListThings") -> ClientError:
    error = {"Code": code, "Message": "the Canonical String was x-amz-security-token:SECRET"}
    answer: Any = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, operation)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("AccessDenied", Why.DENIED),
        ("AccessDeniedException", Why.DENIED),
        ("UnauthorizedOperation", Why.DENIED),
        ("AuthorizationError", Why.DENIED),
        ("Throttling", Why.THROTTLED),
        ("ThrottlingException", Why.THROTTLED),
        ("RequestLimitExceeded", Why.THROTTLED),
        ("SlowDown", Why.THROTTLED),
        ("TooManyRequestsException", Why.THROTTLED),
        ("ExpiredToken", Why.CREDENTIALS),
        ("ExpiredTokenException", Why.CREDENTIALS),
        ("InvalidClientTokenId", Why.CREDENTIALS),
        ("UnrecognizedClientException", Why.CREDENTIALS),
        ("AuthFailure", Why.CREDENTIALS),
        ("InvalidAccessKeyId", Why.CREDENTIALS),
        ("SignatureDoesNotMatch", Why.CREDENTIALS),
        ("OptInRequired", Why.UNSUPPORTED),
        ("SubscriptionRequiredException", Why.UNSUPPORTED),
        ("UnknownOperationException", Why.UNSUPPORTED),
        ("404", Why.UNSUPPORTED),
        ("500", Why.UNSUPPORTED),
        ("InternalError", Why.UNREACHABLE),
        ("ServiceUnavailable", Why.UNREACHABLE),
        ("ValidationException", Why.UNREADABLE),
        ("NoSuchThing", Why.UNREADABLE),
    ],
)
def test_each_code_of_aws_has_its_reason(code: str, why: Why) -> None:
    could_not = could_not_look(_refused(code), "eu-west-1")
    assert could_not.why is why
    assert code in could_not.said
    assert why is Why.DENIED or "SECRET" not in could_not.said


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (NoCredentialsError(), Why.CREDENTIALS),
        (EndpointConnectionError(endpoint_url="https://x"), Why.UNREACHABLE),
        (ConnectTimeoutError(endpoint_url="https://x"), Why.UNREACHABLE),
        (ResponseParserError("<html>"), Why.UNSUPPORTED),
        (ValueError("secret"), Why.UNREADABLE),
        (Stopped(), Why.UNREACHABLE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_weather_has_its_reason(error: Exception, why: Why) -> None:
    could_not = could_not_look(error, "eu-west-1")
    assert could_not.why is why
    assert "secret" not in could_not.said


def test_a_role_that_is_refused_is_about_credentials_unless_aws_was_busy() -> None:
    refused = could_not_look(
        _refused("AccessDenied", "AssumeRole"), "x", role="arn:aws:iam::1:role/m"
    )
    assert refused.why is Why.CREDENTIALS
    assert "arn:aws:iam::1:role/m" in refused.said
    busy = could_not_look(_refused("Throttling", "AssumeRole"), "x")
    assert busy.why is Why.THROTTLED


POLICY = '{"Statement": [{"Resource": "arn:aws:s3:::a%20b+c/*"}]}'
ESCAPED = (
    "%7B%22Statement%22%3A%20%5B%7B%22Resource%22%3A%20%22arn%3Aaws%3As3%3A%3A%3A"
    "a%2520b%2Bc%2F%2A%22%7D%5D%7D"
)


def test_policies_are_the_text_that_was_written_escaped_or_not() -> None:
    assert written_as(ESCAPED) == POLICY
    assert written_as(POLICY) == POLICY
    answer = {"RoleDetailList": [{"AssumeRolePolicyDocument": ESCAPED, "Description": "a%20b"}]}
    unescape(answer)
    assert answer["RoleDetailList"] == [
        {"AssumeRolePolicyDocument": POLICY, "Description": "a%20b"}
    ]


@pytest.mark.parametrize(
    "tags",
    [
        {"team": "shop"},
        [{"Key": "team", "Value": "shop"}],
        [{"key": "team", "value": "shop"}],
        [{"TagKey": "team", "TagValue": "shop"}],
        [{"Key": "team", "Value": "shop"}, "odd", {"Value": "no key"}],
    ],
)
def test_tags_are_read_in_every_form(tags: object) -> None:
    assert tags_of(tags) == {"team": "shop"}


def test_tags_that_are_none_are_none() -> None:
    assert tags_of(None) == tags_of("x") == tags_of([]) == {}


def _key(day: int, status: str = "Active") -> dict[str, Any]:
    return {"AccessKeyId": f"AKIA{day}", "Status": status, "CreateDate": DAY + timedelta(days=day)}


ROWS: dict[str, Any] = {
    "access_key_1_active": True,
    "access_key_1_last_rotated": "2026-11-18T09:30:00Z",
    "access_key_1_last_used_date": "2026-11-19T00:00:00Z",
    "access_key_1_last_used_region": "eu-west-1",
    "access_key_1_last_used_service": "s3",
    "access_key_2_active": False,
    "access_key_2_last_rotated": None,
    "access_key_2_last_used_date": None,
    "access_key_2_last_used_region": None,
    "access_key_2_last_used_service": None,
}


def test_the_report_says_when_a_key_was_used_if_it_is_certain_which() -> None:
    assert last_use(ROWS, _key(1)) == {
        "Date": "2026-11-19T00:00:00Z",
        "Service": "s3",
        "Region": "eu-west-1",
    }
    assert last_use(ROWS, _key(2)) is None
    both = {**ROWS, "access_key_2_last_rotated": ROWS["access_key_1_last_rotated"]}
    assert last_use(both, _key(1)) is None
    assert last_use({**ROWS, "access_key_1_last_used_service": None}, _key(1)) is None


def test_keys_listed_now_correct_an_older_report() -> None:
    inactive = with_keys(ROWS, [_key(1, "Inactive")])
    assert inactive == {**ROWS, "access_key_1_active": False}
    newer = with_keys(ROWS, [_key(1), _key(3)])
    assert newer["access_key_2_active"] is True
    assert newer["access_key_2_last_rotated"] == "2026-11-20T09:30:00Z"
    replaced = with_keys(ROWS, [_key(3)])
    assert replaced["access_key_1_last_used_date"] is None
    assert replaced["access_key_1_last_rotated"] == "2026-11-20T09:30:00Z"
    assert replaced["access_key_2_active"] is False
    gone = with_keys(ROWS, [])
    assert (gone["access_key_1_active"], gone["access_key_1_last_rotated"]) == (False, None)
    assert has_keys(ROWS)
    assert not has_keys(gone)
