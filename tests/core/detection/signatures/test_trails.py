"""What trails record, and which alarms ring over them."""

from typing import Any

import pytest

from fireline.core.detection.signatures.telling import CannotTell
from fireline.core.detection.signatures.trails import (
    alarm_rings,
    trail_records_everything,
    trail_records_objects,
)

KEYS = ["kms:DisableKey", "kms:ScheduleKeyDeletion"]
ALL = {"ReadWriteType": "All", "IncludeManagementEvents": True}
UNLOOKED = {"related.cloudtrail.trail": "denied", "related.logs.metric_filter": "denied"}


def row(name: str, config: dict[str, Any], **unread: str) -> dict[str, Any]:
    return {
        "id": name,
        "region": "eu-west-1",
        "account": "111122223333",
        "config": config,
        "unread": unread,
    }


def trail(*selectors: dict[str, Any], logs: bool = True, **over: Any) -> dict[str, Any]:
    config = {
        "IsMultiRegionTrail": True,
        "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*",
        "Status": {"IsLogging": logs},
        "Selectors": {"EventSelectors": list(selectors or (ALL,))},
        **over,
    }
    return row("main", config)


def counted(call: str, group: str = "trail") -> dict[str, Any]:
    metric = {"metricName": call, "metricNamespace": "Trail", "metricValue": "1"}
    pattern = f"{{ $.eventSource = kms.amazonaws.com && $.eventName = {call} }}"
    return row(
        call,
        {"filterPattern": pattern, "logGroupName": group, "metricTransformations": [metric]},
    )


def alarm(call: str) -> dict[str, Any]:
    return row(call, {"Namespace": "Trail", "MetricName": call, "AlarmActions": ["arn"]})


def seen(*trails: Any, filters: Any = (), alarms: Any = ()) -> dict[str, Any]:
    return {
        "cloudtrail.trail": list(trails),
        "logs.metric_filter": list(filters),
        "cloudwatch.alarm": list(alarms),
    }


def all_alarmed(*trails: Any) -> dict[str, Any]:
    calls = ("DisableKey", "ScheduleKeyDeletion")
    return seen(*trails, filters=map(counted, calls), alarms=map(alarm, calls))


def test_one_trail_that_records_everything_is_enough():
    good = seen(trail(logs=False), row("shut", {}, Status="denied"), trail())
    assert trail_records_everything(good, UNLOOKED)


def test_what_nobody_looked_at_may_hold_a_trail():
    assert not trail_records_everything(seen(trail(logs=False)), {})
    with pytest.raises(CannotTell, match=r"could not look at cloudtrail\.trail: denied"):
        trail_records_everything(seen(trail(logs=False)), UNLOOKED)


def test_a_trail_that_leaves_a_service_out_records_not_everything():
    quiet = {**ALL, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    assert not trail_records_everything(seen(trail(quiet)), {})
    assert trail_records_everything(seen(trail(quiet, ALL)), {})


def test_a_stopped_trail_records_nothing_whatever_else_is_unread():
    shut = row("main", {"Status": {"IsLogging": False}}, Selectors="throttled")
    assert not trail_records_objects(seen(shut), {}, "read")
    running = row("main", {"Status": {"IsLogging": True}}, Selectors="throttled")
    with pytest.raises(CannotTell, match="could not read Selectors: throttled"):
        trail_records_objects(seen(running), {}, "read")


@pytest.mark.parametrize(
    ("way", "reads", "writes"),
    [("All", True, True), ("ReadOnly", True, False), ("WriteOnly", False, True)],
)
def test_objects_are_recorded_one_way_or_both(way: str, reads: bool, writes: bool):
    data = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::vault/"]}]
    there = seen(trail({"ReadWriteType": way, "DataResources": data}))
    assert trail_records_objects(there, {}, "read") is reads
    assert trail_records_objects(there, {}, "write") is writes


def test_an_alarm_rings_for_each_event_or_not_at_all():
    assert alarm_rings(all_alarmed(trail()), {}, KEYS)
    half = seen(trail(), filters=[counted("DisableKey")], alarms=[alarm("DisableKey")])
    assert not alarm_rings(half, {}, KEYS)
    assert alarm_rings(half, {}, [{"eventSource": "kms.amazonaws.com", "eventName": "DisableKey"}])


def test_a_filter_beside_the_trail_rings_nothing():
    elsewhere = "arn:aws:logs:eu-west-1:111122223333:log-group:trail-of-another:*"
    assert not alarm_rings(all_alarmed(trail(CloudWatchLogsLogGroupArn=elsewhere)), {}, KEYS)
    assert not alarm_rings(all_alarmed(), {}, KEYS)


def test_no_filter_is_a_no_whatever_is_known_of_trails():
    assert not alarm_rings(seen(), {"related.cloudtrail.trail": "denied"}, KEYS)
    with pytest.raises(CannotTell, match=r"logs\.metric_filter"):
        alarm_rings(seen(trail()), UNLOOKED, KEYS)
