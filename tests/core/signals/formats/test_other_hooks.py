"""Falco, Datadog, Sentry and Splunk: what their hooks say."""

import json
from typing import Any

import pytest

from fireline.core.signals.entity import ADDRESS, HOST, POD, PRINCIPAL, Entity
from fireline.core.signals.formats import datadog, falco, sentry, splunk
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Reader
from fireline.core.values.priority import Priority
from tests.core.signals.formats import samples
from tests.core.signals.formats.corpus import payload


def notice_of(reader: Reader, said: object, **meta: str) -> Notice:
    reading = reader(payload("x", said, meta))
    assert reading.unread == ()
    (one,) = reading.said
    assert isinstance(one, Notice)
    return one


def test_falco_says_which_rule_broke_where_and_to_what_end():
    notice = notice_of(falco.read, samples.FALCO)
    assert notice.title == "Terminal shell in container on shop/cart-1"
    assert (notice.priority, notice.kind) == (Priority.P3, "Terminal shell in container")
    assert notice.tactics == ("execution", "lateral-movement")
    assert "T1059" in notice.tags
    assert set(notice.entities) == {Entity(POD, "shop/cart-1"), Entity(HOST, "node-3")}
    assert notice.at is not None
    assert notice.labels["proc.name"] == "bash"


def test_falco_on_the_same_container_is_the_same_problem():
    again = {**samples.FALCO, "uuid": "another", "time": "2026-01-01T00:06:00Z"}
    other = json.loads(json.dumps(samples.FALCO))
    other["output_fields"]["container.id"] = "another"
    key = notice_of(falco.read, samples.FALCO).key
    assert notice_of(falco.read, again).key == key
    assert notice_of(falco.read, other).key != key


@pytest.mark.parametrize(
    ("said", "priority"),
    [("Emergency", 1), ("CRITICAL", 1), ("Error", 2), ("Notice", 4), ("Debug", 5), ("odd", 3)],
)
def test_falco_grades_as_syslog_does(said: str, priority: int):
    assert notice_of(falco.read, {**samples.FALCO, "priority": said}).priority == priority


def test_falco_on_a_host_knows_who_unless_it_is_root():
    fields = {"user.name": "bo", "proc.name": "vi", "container.id": "host"}
    said = {**samples.FALCO, "output_fields": fields}
    assert Entity(PRINCIPAL, "bo") in notice_of(falco.read, said).entities
    root = {**said, "output_fields": {**fields, "user.name": "root"}}
    assert all(each.kind != PRINCIPAL for each in notice_of(falco.read, root).entities)


@pytest.mark.parametrize(
    ("transition", "status"),
    [
        ("Triggered", Status.FIRING),
        ("Re-Triggered", Status.FIRING),
        ("No Data", Status.FIRING),
        ("Warn", Status.FIRING),
        ("Recovered", Status.RESOLVED),
        ("No Data Recovered", Status.RESOLVED),
    ],
)
def test_datadogs_template_is_read(transition: str, status: Status):
    notice = notice_of(datadog.read, {**samples.DATADOG, "transition": transition})
    assert (notice.status, notice.key) == (status, "9bd4:c-1")
    assert notice.title == "CPU is high"
    assert notice.priority is Priority.P2
    assert (notice.service, notice.team) == ("shop", "web")
    assert Entity(HOST, "web-1") in notice.entities
    assert "$HOSTNAME" not in str(notice)


def test_datadogs_own_body_is_read_by_its_title():
    body: dict[str, Any] = {
        "id": "42",
        "event_type": "metric_alert_monitor",
        "title": "[P1] [Triggered on {host:web-1}] CPU is high",
        "body": "It is 99 %.",
        "date": 1767225900000,
        "last_updated": 1767225901000,
        "org": {"id": "1", "name": "Shop"},
    }
    fires = notice_of(datadog.read, body)
    over = notice_of(
        datadog.read, {**body, "id": "43", "title": "[Recovered on {host:web-1}] CPU is high"}
    )
    assert (fires.status, over.status) == (Status.FIRING, Status.RESOLVED)
    assert fires.key == over.key == "CPU is high:host:web-1"
    assert fires.at is not None
    assert fires.at.isoformat() == "2026-01-01T00:05:00+00:00"
    assert fires.labels["org.name"] == "Shop"


def test_sentrys_issue_is_one_problem_however_it_is_told():
    meta = {"sentry-hook-resource": "event_alert"}
    alert = notice_of(sentry.read, samples.SENTRY_EVENT, **meta)
    assert (alert.status, alert.priority) == (Status.FIRING, Priority.P2)
    assert Entity(HOST, "web-1") in alert.entities
    assert alert.labels["release"] == "1.2.3"
    issue = {"action": "resolved", "data": {"issue": {"id": "1117540176", "title": "Zero"}}}
    over = notice_of(sentry.read, issue, **{"sentry-hook-resource": "issue"})
    assert (over.status, over.key) == (Status.RESOLVED, alert.key)
    taken = {**issue, "action": "assigned", "actor": {"name": "Bo"}}
    acknowledged = notice_of(sentry.read, taken, **{"sentry-hook-resource": "issue"})
    assert (acknowledged.status, acknowledged.by) == (Status.ACKNOWLEDGED, "Bo")


def test_sentrys_metric_alert_fires_and_resolves():
    meta = {"sentry-hook-resource": "metric_alert"}
    fires = notice_of(sentry.read, samples.SENTRY_METRIC, **meta)
    over = notice_of(sentry.read, {**samples.SENTRY_METRIC, "action": "resolved"}, **meta)
    assert (fires.priority, fires.service) == (Priority.P1, "shop")
    assert (over.status, over.key) == (Status.RESOLVED, fires.key)


def test_sentry_without_its_header_is_told_by_its_body():
    assert notice_of(sentry.read, samples.SENTRY_EVENT).key == "sentry:issue:1117540176"


@pytest.mark.parametrize("resource", ["installation", "comment"])
def test_what_sentry_says_of_itself_says_nothing(resource: str):
    reading = sentry.read(payload("sentry", {}, {"sentry-hook-resource": resource}))
    assert (reading.said, reading.unread) == ((), ())


def test_an_issue_that_was_merely_archived_elsewhere_or_commented_says_nothing_new():
    said = {"action": "deleted", "data": {"issue": {"id": "1"}}}
    assert sentry.read(payload("x", said, {"sentry-hook-resource": "issue"})).said == ()


def test_splunks_search_is_the_problem_and_not_its_run():
    notice = notice_of(splunk.read, samples.SPLUNK)
    assert notice.title == "Too many failed logins on web-1"
    assert notice.priority is Priority.P2
    assert {
        Entity(HOST, "web-1"),
        Entity(ADDRESS, "198.51.100.7"),
        Entity(PRINCIPAL, "root2"),
    } == set(notice.entities)
    again = {**samples.SPLUNK, "sid": "scheduler__admin__search__RMD5abc_at_1767229500_133"}
    assert notice_of(splunk.read, again).key == notice.key
    nameless = {**samples.SPLUNK, "search_name": None}
    assert notice_of(splunk.read, nameless).kind == "scheduler__admin__search__RMD5abc"
    again = {**again, "search_name": None}
    assert notice_of(splunk.read, again).key == notice_of(splunk.read, nameless).key


@pytest.mark.parametrize(
    ("reader", "said", "meta", "code", "field"),
    [
        (falco.read, {}, {}, "falco.no_field", "rule"),
        (falco.read, b"\xff", {}, "falco.not_json", ""),
        (datadog.read, {"title": "$EVENT_TITLE"}, {}, "datadog.no_field", "title"),
        (splunk.read, {"result": {}}, {}, "splunk.no_field", "sid"),
        (sentry.read, {"data": {"event": {}}}, {}, "sentry.no_field", "data.event.issue_id"),
        (sentry.read, {}, {}, "sentry.unknown_resource", "Sentry-Hook-Resource"),
        (
            sentry.read,
            {"data": {"metric_alert": {"id": 1}}},
            {"sentry-hook-resource": "metric_alert"},
            "sentry.no_field",
            "action",
        ),
    ],
)
def test_what_cannot_be_read_names_the_field(
    reader: Reader, said: object, meta: dict[str, str], code: str, field: str
):
    (unread,) = reader(payload("x", said, meta)).unread
    assert (unread.code, unread.field) == (code, field)
    assert unread.why
