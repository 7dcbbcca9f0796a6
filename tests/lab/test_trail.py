"""Records have CloudTrail's shape and arrive as AWS delivers them."""

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from fireline.lab.attacker import credentials_in
from fireline.lab.clients import Caller, Credentials
from fireline.lab.world import Origin
from tests.lab.running import Running, make

T = TypeVar("T")

# The keys of real records: DataDog's stratus-red-team (CreateAccessKey, of an IAM user).
REAL_KEYS = {
    *("awsRegion", "eventCategory", "eventID", "eventName", "eventSource", "eventTime"),
    *("eventType", "eventVersion", "managementEvent", "readOnly", "recipientAccountId"),
    *("requestID", "requestParameters", "responseElements", "sourceIPAddress", "tlsDetails"),
    *("userAgent", "userIdentity"),
}
REAL_IDENTITY = {"accessKeyId", "accountId", "arn", "principalId", "type", "userName"}


def eventually(look: Callable[[], T], *, seconds: float = 8) -> T:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
    return found


def only(records: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    [record] = [one for one in records if one["eventName"] == name]
    return record


def test_a_change_in_iam_is_recorded_in_the_real_shape(running: Running) -> None:
    caller, _ = running.user("recorded-1"), running.user("recorded-2")
    caller.client("iam").create_access_key(UserName="recorded-2")
    record = only(running.records_of(caller), "CreateAccessKey")
    assert set(record) == REAL_KEYS
    assert set(record["userIdentity"]) == REAL_IDENTITY
    assert record["eventVersion"] == "1.11"
    assert record["eventSource"] == "iam.amazonaws.com"
    assert record["awsRegion"] == "us-east-1"
    assert record["readOnly"] is False
    assert record["requestParameters"] == {"userName": "recorded-2"}
    made = record["responseElements"]["accessKey"]
    assert set(made) == {"accessKeyId", "createDate", "status", "userName"}
    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M", made["createDate"])


def test_no_secret_is_ever_recorded(running: Running) -> None:
    caller = running.user("secretive")
    made = caller.client("iam").create_access_key(UserName="secretive")["AccessKey"]
    session = caller.client("sts").get_session_token()["Credentials"]
    caller.client("iam").create_login_profile(UserName="secretive", Password="hunter2-hunter2")
    text = json.dumps(list(running.lab.records))
    for secret in (made["SecretAccessKey"], session["SecretAccessKey"], session["SessionToken"]):
        assert secret not in text
    assert "hunter2-hunter2" not in text


def test_a_session_is_recorded_with_its_issue_time(running: Running) -> None:
    caller = running.user("session-taker")
    session = Caller(running.place, credentials_in(caller.client("sts").get_session_token()))
    make(session, "s3", "ListBuckets")
    identity = running.records_of(session)[0]["userIdentity"]
    assert identity["type"] == "IAMUser"
    assert identity["accessKeyId"].startswith("ASIA")
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
    assert identity["sessionContext"]["attributes"]["creationDate"].endswith("Z")
    assert only(running.records_of(caller), "GetSessionToken")["readOnly"] is False


def test_an_assumed_role_is_recorded_with_its_issuer(running: Running) -> None:
    own = running.state.identity
    fireline = Caller(running.place, Credentials(own.access_key_id, own.secret_access_key))
    answer = fireline.client("sts").assume_role(
        RoleArn=own.monitor_role_arn, RoleSessionName="watch", ExternalId=own.external_id
    )
    session = Caller(running.place, credentials_in(answer))
    make(session, "iam", "ListUsers")
    identity = running.records_of(session)[0]["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"].endswith(":assumed-role/fireline-monitor/watch")
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == "fireline-monitor"
    assumed = running.records_of(fireline)[-1]
    assert assumed["resources"][0]["ARN"] == own.monitor_role_arn


def test_an_object_read_is_a_data_event_with_bucket_and_key(running: Running) -> None:
    caller = running.user("reader")
    outcome = make(
        caller, "s3", "GetObject", Bucket="shop-customer-exports", Key="exports/2026-11-20.csv"
    )
    assert outcome == "succeeded"
    [record] = running.records_of(caller)
    assert (record["eventName"], record["eventCategory"]) == ("GetObject", "Data")
    assert record["managementEvent"] is False
    assert record["requestParameters"]["bucketName"] == "shop-customer-exports"
    assert record["requestParameters"]["key"] == "exports/2026-11-20.csv"
    assert {one["type"] for one in record["resources"]} == {"AWS::S3::Object", "AWS::S3::Bucket"}
    assert record["additionalEventData"]["bytesTransferredOut"] > 0


def test_the_record_says_where_a_call_came_from_and_with_what(running: Running) -> None:
    known = running.user("traveller")
    origin = Origin(address="203.0.113.9", agent="curious/1.0")
    caller = Caller(running.place, known._credentials, origin)
    make(caller, "iam", "ListUsers")
    [record] = running.records_of(caller)
    assert record["sourceIPAddress"] == "203.0.113.9"
    assert record["userAgent"] == "curious/1.0"


def test_a_refused_call_is_recorded_with_its_error(running: Running) -> None:
    caller = running.user("refused")
    make(caller, "iam", "GetUser", UserName="nobody-at-all")
    record = only(running.records_of(caller), "GetUser")
    assert record["errorCode"] == "NoSuchEntityException"
    assert "nobody-at-all" in record["errorMessage"]
    assert record["responseElements"] is None


def test_polling_and_reading_the_trail_are_not_recorded(running: Running) -> None:
    own = running.state.identity
    fireline = Caller(running.place, Credentials(own.access_key_id, own.secret_access_key))
    before = len(running.records_of(fireline))
    sqs, s3 = fireline.client("sqs"), fireline.client("s3")
    sqs.receive_message(QueueUrl=running.state.queues.changes, VisibilityTimeout=0)
    s3.list_objects_v2(Bucket=running.state.trail_bucket)
    assert len(running.records_of(fireline)) == before
    s3.list_objects_v2(Bucket="shop-customer-exports")
    assert len(running.records_of(fireline)) == before + 1


def received(running: Running, queue: str) -> list[Mapping[str, Any]]:
    sqs = running.lab._hand(running.place).client("sqs")
    answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    for one in answer.get("Messages", []):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
    return [json.loads(one["Body"]) for one in answer.get("Messages", [])]


def test_a_change_comes_through_eventbridge_and_a_look_does_not(running: Running) -> None:
    caller = running.user("changer")
    make(caller, "iam", "ListUsers")
    make(caller, "iam", "CreateUser", UserName="changed")
    came: list[Mapping[str, Any]] = []

    def mine() -> list[Mapping[str, Any]]:
        came.extend(received(running, running.state.queues.changes))
        keys = [one for one in came if one["detail"]["eventName"] == "CreateUser"]
        return [one for one in keys if one["detail"]["userIdentity"]["userName"] == "changer"]

    [envelope] = eventually(mine)
    assert set(envelope) == {
        *("version", "id", "detail-type", "source", "account", "time", "region", "resources"),
        "detail",
    }
    assert envelope["detail-type"] == "AWS API Call via CloudTrail"
    assert envelope["source"] == "aws.iam"
    assert not [one for one in came if one["detail"]["readOnly"]]


def test_everything_comes_as_announced_gzip_objects_and_some_twice(running: Running) -> None:
    caller = running.user("busy")
    s3 = running.lab._hand(running.place).client("s3")
    announced: Counter[str] = Counter()
    seen: set[str] = set()

    def delivered() -> bool:
        make(caller, "iam", "ListUsers")
        for message in received(running, running.state.queues.objects):
            [one] = message["Records"]
            assert one["eventSource"] == "aws:s3"
            assert one["eventName"] == "ObjectCreated:Put"
            key = unquote_plus(one["s3"]["object"]["key"])
            announced[key] += 1
            bucket = one["s3"]["bucket"]["name"]
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            assert len(body) == one["s3"]["object"]["size"]
            records = json.loads(gzip.decompress(body))["Records"]
            seen.update(record["eventID"] for record in records)
        mine = {record["eventID"] for record in running.records_of(caller)[:1]}
        return bool(mine) and mine <= seen and max(announced.values()) == 2

    eventually(delivered, seconds=15)
    shape = (
        r"AWSLogs/111122223333/CloudTrail/([a-z0-9-]+)/\d{4}/\d\d/\d\d/"
        r"111122223333_CloudTrail_\1_\d{8}T\d{4}Z_\w+\.json\.gz"
    )
    assert all(re.fullmatch(shape, key) for key in announced)
    assert min(announced.values()) == 1
