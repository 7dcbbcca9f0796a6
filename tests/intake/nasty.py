"""Every door that takes posts, a good post for each, and what is nasty of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.core.signals.formats.samples import DATADOG, FALCO, SENTRY_EVENT, SPLUNK

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
MEGABYTES = 3_000_000
_DEEP = 100_000


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: its path, what it takes, and whether a good post makes an alert."""

    name: str
    format: str
    path: str  # `TOKEN` stands for the source's token
    good: Callable[[str, str], Any]  # of a title and the token: the body
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    alerts: bool = True
    json: bool = True

    def body(self, title: str, token: str) -> bytes:
        """Return a post with nothing wrong in it."""
        made = self.good(title, token)
        return made if isinstance(made, bytes) else json.dumps(made).encode()

    def all_headers(self, token: str) -> dict[str, str]:
        """Return the headers of a post."""
        kind = "application/json" if self.json else "message/rfc822"
        shown = {name: value.replace("TOKEN", token) for name, value in self.headers.items()}
        return {"content-type": kind, **shown}


def _pagerduty(title: str, token: str) -> dict[str, Any]:
    payload = {"summary": title, "source": title, "severity": "critical"}
    return {"routing_key": token, "event_action": "trigger", "payload": payload}


def _pagerduty_v1(title: str, token: str) -> dict[str, Any]:
    return {"service_key": token, "event_type": "trigger", "description": title}


def _pagerduty_change(title: str, token: str) -> dict[str, Any]:
    return {"routing_key": token, "payload": {"summary": title}}


def _alertmanager(title: str, _: str) -> list[dict[str, Any]]:
    return [{"labels": {"alertname": title, "host": title}, "annotations": {"summary": title}}]


def _webhook(title: str, _: str) -> dict[str, Any]:
    (alert,) = _alertmanager(title, "")
    alert = {**alert, "status": "firing", "startsAt": "2026-01-01T00:00:00Z", "fingerprint": title}
    return {"version": "4", "status": "firing", "alerts": [alert], "title": title}


def _sentry(title: str, _: str) -> dict[str, Any]:
    event = {**SENTRY_EVENT["data"]["event"], "title": title, "issue_id": title}
    return {**SENTRY_EVENT, "data": {**SENTRY_EVENT["data"], "event": event}}


def _eventbridge(title: str, _: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": title,
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "111122223333",
        "time": "2026-01-01T00:00:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{title}"],
        "detail": {"alarmName": title, "state": {"value": "ALARM", "reason": title}},
    }


def _audit(title: str, _: str) -> dict[str, Any]:
    event = {
        "auditID": title,
        "verb": "create",
        "stage": "ResponseComplete",
        "requestReceivedTimestamp": "2026-01-01T00:00:00Z",
        "user": {"username": title},
        "objectRef": {"resource": "pods", "name": title},
    }
    return {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event]}


def _github(title: str, _: str) -> dict[str, Any]:
    return {
        "deployment": {"id": 4242, "sha": "a" * 40, "ref": title, "creator": {"login": "bo"}},
        "deployment_status": {"state": "success", "created_at": "2026-03-02T10:00:00Z"},
        "repository": {"name": "shop", "full_name": "acme/shop", "default_branch": "main"},
    }


def _nothing(_title: str, _token: str) -> bytes:
    return b""


def _mail(title: str, _: str) -> bytes:
    return f"From: a@example.com\nTo: b@example.com\nSubject: {title}\n\n{title}\n".encode()


DOORS = (
    Door(
        "opsgenie",
        "opsgenie",
        "/v2/alerts",
        lambda title, _: {"message": title, "alias": title},
        {"authorization": "GenieKey TOKEN"},
    ),
    Door("pagerduty", "pagerduty", "/v2/enqueue", _pagerduty),
    Door("pagerduty v1", "pagerduty", "/generic/2010-04-15/create_event.json", _pagerduty_v1),
    Door("pagerduty change", "pagerduty", "/v2/change/enqueue", _pagerduty_change, alerts=False),
    Door(
        "alertmanager",
        "alertmanager",
        "/api/v2/alerts",
        _alertmanager,
        {"authorization": "Bearer TOKEN"},
    ),
    Door(
        "alertmanager v1",
        "alertmanager",
        "/integrations/alertmanager/TOKEN/api/v1/alerts",
        _alertmanager,
    ),
    Door("webhook", "alertmanager", "/integrations/alertmanager/TOKEN", _webhook),
    Door("grafana", "grafana", "/integrations/grafana/TOKEN", _webhook),
    Door(
        "victorops",
        "victorops",
        "/integrations/victorops/TOKEN/routing",
        lambda title, _: {"message_type": "CRITICAL", "entity_id": title, "state_message": title},
    ),
    Door(
        "sns",
        "sns",
        "/integrations/sns/TOKEN",
        lambda title, _: {
            "AlarmName": title,
            "NewStateValue": "ALARM",
            "AWSAccountId": "111122223333",
        },
        {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": TOPIC},
    ),
    Door("eventbridge", "eventbridge", "/integrations/eventbridge/TOKEN", _eventbridge),
    Door("falco", "falco", "/integrations/falco/TOKEN", lambda t, _: {**FALCO, "rule": t}),
    Door("audit", "kubernetes_audit", "/integrations/kubernetes_audit/TOKEN", _audit, alerts=False),
    Door("datadog", "datadog", "/integrations/datadog/TOKEN", lambda t, _: {**DATADOG, "title": t}),
    Door(
        "sentry",
        "sentry",
        "/integrations/sentry/TOKEN",
        _sentry,
        {"sentry-hook-resource": "event_alert"},
    ),
    Door(
        "splunk",
        "splunk",
        "/integrations/splunk/TOKEN",
        lambda t, _: {**SPLUNK, "sid": t, "search_name": t},
    ),
    Door("json", "json", "/hooks/json/TOKEN", lambda t, _: {"title": t, "id": t}),
    Door(
        "deploy",
        "deploy",
        "/integrations/deploy/TOKEN",
        lambda t, _: {"service": "shop", "title": t},
        alerts=False,
    ),
    Door(
        "github",
        "github",
        "/integrations/github/TOKEN",
        _github,
        {"x-github-event": "deployment_status"},
        alerts=False,
    ),
    Door(
        "gitlab",
        "gitlab",
        "/integrations/gitlab/TOKEN",
        lambda t, _: {"object_kind": "deployment", "status": "success", "deployment_id": t},
        alerts=False,
    ),
    Door("heartbeat", "heartbeat", "/integrations/heartbeat/TOKEN", _nothing, alerts=False),
    Door("mail", "mail", "/integrations/mail/TOKEN", _mail, json=False),
)

_VALUES: Mapping[str, bytes] = {
    "nul": rb'"a\u0000b"',
    "half a character": rb'"a\ud800b"',
    "wrong type: number": b"5",
    "wrong type: truth": b"true",
    "wrong type: list": b'["x", {"y": [1]}]',
    "wrong type: object": b'{"x": {"y": [1]}}',
    "nothing": b"null",
    "400 digits": b"9" * 400,
    "exponent": b"1e400",
    "year 1": b'"0001-01-01T00:00:00+14:00"',
    "year 9999": b'"9999-12-31T23:59:59-14:00"',
    "long ago": b"-99999999999999",
    "looks odd": b"\"=cmd|' /C calc'!A0 \\u001b[2J\\u202e <script>alert(1)</script> {{7*7}}\"",
}


def bodies(door: Door, token: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is nasty of a door's good post, each with its name."""
    good = door.body("nasty", token)
    yield "empty", b""
    yield "not json", b"<html>nothing</html>"
    yield "truncated", good[:-3]
    yield "no utf-8", good.replace(b"nasty", b"n\xff\xc3\x28\xed\xa0\x80")
    yield "raw nul", good.replace(b"nasty", b"na\x00sty")
    yield "only nul", b"\x00" * 100
    yield "deep lists", b"[" * _DEEP + b"]" * _DEEP
    yield "deep objects", b'{"a":' * _DEEP + b"1" + b"}" * _DEEP
    for top in (b"null", b"5", b'"text"', b"[]", b"{}", b"[[]]", b"NaN", b"[NaN]", b"9" * 400):
        yield f"top is {top[:9]!r}", top
    if not door.json:
        yield "long line", b"Subject: " + b"a" * MEGABYTES + b"\n\n"
        return
    yield "twice the same keys", b'{"message":"a","message":5,"routing_key":1,' + good[1:]
    for name, value in _VALUES.items():
        made = _with(json.loads(good or b"{}"), "\ue000", token)
        yield name, json.dumps(made).encode().replace(rb'"\ue000"', value)


def huge_bodies(door: Door, token: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is nasty for its size."""
    good = door.body("nasty", token)
    if not door.json or not good:
        return
    yield "a million members", b"[" + b"1," * 999_999 + b"1]"
    yield "a million empty objects", b"[" + b"{}," * 999_999 + b"{}]"
    yield "a million in every field", _swollen(good, token, b"[" + b"1," * 400_000 + b"1]")
    yield "3 MB of text", _swollen(good, token, b'"' + b"a" * MEGABYTES + b'"')
    labels = ",".join(f'"l{n}":"v{n}"' for n in range(100_000)).encode()
    yield "100,000 labels", _swollen(good, token, b"{" + labels + b"}")


def _swollen(good: bytes, token: str, value: bytes) -> bytes:
    """Put one large value into every field that is not the token's, as far as a post is long."""
    made = json.dumps(_with(json.loads(good), "\ue000", token)).encode()
    times = max(made.count(rb'"\ue000"'), 1)
    most = max(3_900_000 // len(value), 1)
    swollen = made.replace(rb'"\ue000"', value, most)
    return swollen.replace(rb'"\ue000"', b'"x"') if times > most else swollen


def _with(value: Any, leaf: str, token: str) -> Any:
    match value:
        case dict():
            members = cast("dict[str, Any]", value)
            return {name: _with(each, leaf, token) for name, each in members.items()}
        case list():
            return [_with(each, leaf, token) for each in cast("list[Any]", value)]
        case str() if value == token:
            return value
        case _:
            return leaf
