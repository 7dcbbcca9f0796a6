"""The levers of the cloud: its clock, what GuardDuty finds, and who signs in."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from fireline.lab.clients import Caller
from tests.lab.running import Running

# The keys of a real finding as EventBridge carries it.
REAL_DETAIL = {
    *("description", "resource", "severity", "service", "title", "region", "partition"),
    *("createdAt", "updatedAt", "schemaVersion", "type", "id", "arn", "accountId"),
}


def pull(running: Running, lever: str, body: object) -> httpx2.Response:
    return httpx2.post(f"{running.state.endpoint}/lab/{lever}", json=body, trust_env=False)


def changes(running: Running, detail_type: str) -> Mapping[str, Any]:
    sqs = running.lab._hand(running.place).client("sqs")
    end = time.monotonic() + 8
    while time.monotonic() < end:
        answer = sqs.receive_message(QueueUrl=running.state.queues.changes, MaxNumberOfMessages=10)
        for one in answer.get("Messages", []):
            sqs.delete_message(
                QueueUrl=running.state.queues.changes, ReceiptHandle=one["ReceiptHandle"]
            )
            event = json.loads(one["Body"])
            if event["detail-type"] == detail_type:
                return event
        time.sleep(0.05)
    raise AssertionError(f"no {detail_type} came")


def test_a_finding_comes_through_eventbridge_in_its_real_shape(running: Running) -> None:
    user = running.user("found-out")
    wish = {
        "type": "UnauthorizedAccess:IAMUser/TorIPCaller",
        "about": user.access_key,
        "severity": 5,
    }
    assert len(pull(running, "findings", wish).json()["findings"]) == 1
    event = changes(running, "GuardDuty Finding")
    assert event["source"] == "aws.guardduty"
    detail = event["detail"]
    assert set(detail) == REAL_DETAIL
    assert detail["resource"]["resourceType"] == "AccessKey"
    assert detail["resource"]["accessKeyDetails"]["userName"] == "found-out"
    assert detail["service"]["action"]["actionType"] == "AWS_API_CALL"


def test_a_finding_without_a_real_type_is_refused(running: Running) -> None:
    assert pull(running, "findings", {"type": "Bad", "about": "x"}).status_code == 422


def test_a_sign_in_is_recorded_and_carried_as_one(running: Running) -> None:
    pull(running, "signins", {"user": "root", "mfa": False})
    event = changes(running, "AWS Console Sign In via CloudTrail")
    record = event["detail"]
    assert event["source"] == "aws.signin"
    assert (record["eventType"], record["userIdentity"]["type"]) == ("AwsConsoleSignIn", "Root")
    assert record["additionalEventData"]["MFAUsed"] == "No"
    assert record["responseElements"] == {"ConsoleLogin": "Success"}


def test_the_clock_is_set_moved_and_stopped_by_its_lever(running: Running) -> None:
    moment = datetime(2031, 5, 4, 12, tzinfo=UTC)
    told = pull(running, "clock", {"set": moment.isoformat(), "rate": 0}).json()
    assert datetime.fromisoformat(told["now"]) == moment
    told = pull(running, "clock", {"advance_seconds": 3600}).json()
    assert datetime.fromisoformat(told["now"]) == moment.replace(hour=13)
    caller: Caller = running.user("time-traveller")
    caller.client("sts").get_caller_identity()
    assert running.records_of(caller)[-1]["eventTime"] == "2031-05-04T13:00:00Z"
    assert pull(running, "clock", {"rate": -1}).status_code == 422
    real = datetime.now(UTC)  # noqa: TID251 - back to the machine's time
    pull(running, "clock", {"set": real.isoformat(), "rate": 1})
