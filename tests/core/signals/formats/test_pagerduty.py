import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals import readers
from fireline.core.signals.entity import ADDRESS, ASSET, HOST, Entity
from fireline.core.signals.formats.pagerduty import CHANGE, EVENT, EVENT_V1, MADE_KEY
from fireline.core.signals.notice import ChangeNotice, Notice, Status
from fireline.core.signals.payload import Payload, Reading

NOW = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
KEY = "a" * 32
# As the `pagerduty` package posts.
EVENT_V2: Mapping[str, Any] = {
    "event_action": "trigger",
    "payload": {
        "summary": "disk full",
        "source": "db1",
        "severity": "critical",
        "component": "mysql",
        "group": "g",
        "class": "disk",
        "timestamp": "2026-01-01T00:00:00Z",
        "custom_details": {"a": 1, "b": {"c": [True]}},
    },
    "images": [{"src": "http://x/i.png"}, {"src": "nothing"}, "x"],
    "links": [{"href": "http://x/", "text": "l"}, {"href": "javascript:x"}],
    "client": "Monitor",
    "client_url": "https://monitor",
    "routing_key": KEY,
    "dedup_key": "k1",
}
V1: Mapping[str, Any] = {
    "service_key": KEY,
    "event_type": "trigger",
    "incident_key": "srv01/HTTP",
    "description": "FAILURE for production/HTTP on machine srv01",
    "details": {"host": "srv01", "severity": "warning", "message": "ping time 1500ms"},
    "contexts": [
        {"type": "link", "href": "http://acme", "text": "view"},
        {"type": "image", "src": "https://chart", "href": "https://google", "alt": "a chart"},
    ],
}


def read(post: object, call: str = EVENT, **meta: str) -> Reading:
    body = post if isinstance(post, bytes) else json.dumps(post).encode()
    return readers.read(Payload("pagerduty", call, body, NOW, meta))


def only(post: object, call: str = EVENT, **meta: str) -> Notice:
    reading = read(post, call, **meta)
    (notice,) = reading.said
    assert isinstance(notice, Notice)
    return notice


def _must(field: str, allowed: str) -> str:
    return f"'{field}' is invalid (must be one of the following: {allowed})"


def with_payload(**changed: object) -> dict[str, Any]:
    return {**EVENT_V2, "payload": {**EVENT_V2["payload"], **changed}}


def test_an_event_says_what_is_wrong_with_what():
    notice = only(EVENT_V2)
    assert (notice.key, notice.status, notice.title) == ("k1", Status.FIRING, "disk full")
    assert (notice.priority.name, notice.kind, notice.service) == ("P1", "disk", "mysql")
    assert notice.at == datetime(2026, 1, 1, tzinfo=UTC)
    assert notice.entities == (Entity(HOST, "db1"),)
    assert notice.labels["a"] == "1"
    assert notice.labels["b.c"] == "[true]"
    assert notice.labels["source"] == "db1"
    assert [(link.href, link.text) for link in notice.links] == [
        ("http://x/", "l"),
        ("http://x/i.png", "image"),
        ("https://monitor", "Monitor"),
    ]


@pytest.mark.parametrize(
    ("severity", "priority"),
    [("critical", "P1"), ("error", "P2"), ("warning", "P3"), ("info", "P5"), ("CRITICAL", "P1")],
)
def test_a_severity_is_a_priority(severity: str, priority: str):
    assert only(with_payload(severity=severity)).priority.name == priority


@pytest.mark.parametrize(
    ("source", "entities"),
    [
        ("10.0.0.5", (Entity(ADDRESS, "10.0.0.5"),)),
        (
            "arn:aws:sqs:eu-central-1:123456789012:q",
            (Entity(ASSET, "arn:aws:sqs:eu-central-1:123456789012:q"),),
        ),
        ("the whole of production", ()),
        ("http://[", ()),
        ("Monitor", ()),
    ],
)
def test_a_source_is_a_host_an_address_or_an_asset(source: str, entities: tuple[Entity, ...]):
    assert only(with_payload(source=source)).entities == entities


@pytest.mark.parametrize("timestamp", ["2015-07-17T08:42:58.315+0000", "yesterday", None, 12, {}])
def test_no_time_is_so_odd_that_a_page_is_lost(timestamp: object):
    reading = read(with_payload(timestamp=timestamp))
    assert (len(reading.said), reading.unread) == (1, ())


@pytest.mark.parametrize(
    ("details", "description"),
    [
        ("all of it", "all of it"),
        ({"firing": "Labels:\n - a = b\n"}, "Labels:\n - a = b"),
        ({"n": 1}, ""),
        (None, ""),
        ([1], ""),
    ],
)
def test_details_are_told_whatever_their_shape(details: object, description: str):
    assert only(with_payload(custom_details=details)).description == description


def test_details_end_somewhere():
    deep: object = "x"
    for _ in range(50):
        deep = {"d": deep}
    notice = only(with_payload(custom_details={"deep": deep, **{f"n{n}": n for n in range(500)}}))
    assert len(notice.labels) <= 256


@pytest.mark.parametrize(
    ("action", "status"),
    [("acknowledge", Status.ACKNOWLEDGED), ("resolve", Status.RESOLVED)],
)
def test_an_event_may_say_no_more_than_what_became_of_it(action: str, status: Status):
    notice = only({"routing_key": KEY, "event_action": action, "dedup_key": "k1"})
    assert (notice.key, notice.status, notice.title) == ("k1", status, "k1")


def test_a_trigger_without_a_key_has_the_one_it_was_given():
    post = {name: value for name, value in EVENT_V2.items() if name != "dedup_key"}
    assert only(post, **{MADE_KEY: "f00"}).key == "f00"
    first = {name: value for name, value in V1.items() if name != "incident_key"}
    assert only(first, EVENT_V1, **{MADE_KEY: "f00"}).key == "f00"


@pytest.mark.parametrize(
    ("post", "call", "errors"),
    [
        (
            {},
            EVENT,
            [
                "'routing_key' is missing or blank",
                "'event_action' is missing or blank",
                "'dedup_key' is missing or blank",
            ],
        ),
        (
            {"routing_key": KEY, "event_action": "trigger"},
            EVENT,
            [
                "'payload.summary' is missing or blank",
                "'payload.source' is missing or blank",
                "'payload.severity' is missing or blank",
            ],
        ),
        (
            with_payload(severity="bad"),
            EVENT,
            [
                _must("payload.severity", "'critical', 'warning', 'error' or 'info'"),
            ],
        ),
        (
            {"routing_key": KEY, "event_action": "explode", "dedup_key": "k"},
            EVENT,
            [
                _must("event_action", "'trigger', 'acknowledge' or 'resolve'"),
            ],
        ),
        ({"routing_key": KEY}, CHANGE, ["'payload.summary' is missing or blank"]),
        (
            {"service_key": KEY, "event_type": "trigger"},
            EVENT_V1,
            ["Description is missing or blank"],
        ),
        (
            {"event_type": "resolve"},
            EVENT_V1,
            ["'service_key' is missing or blank", "'incident_key' is missing or blank"],
        ),
    ],
)
def test_what_pagerduty_refuses_is_said_in_its_words(post: object, call: str, errors: list[str]):
    reading = read(post, call)
    assert reading.said == ()
    assert [one.why for one in reading.unread] == errors
    assert all(one.field for one in reading.unread)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"[" * 3000, b'{"a": NaN}'])
def test_what_is_no_event_is_set_apart(body: bytes):
    assert [one.code for one in read(body).unread] == ["pagerduty.unparsable"]


def test_an_event_of_the_first_version_says_the_same():
    notice = only(V1, EVENT_V1)
    assert (notice.key, notice.title) == ("srv01/HTTP", V1["description"])
    assert (notice.priority.name, notice.description) == ("P3", "ping time 1500ms")
    assert notice.entities == (Entity(HOST, "srv01"),)
    assert [link.text for link in notice.links] == ["view", "", "a chart"]
    over = only({"service_key": KEY, "event_type": "resolve", "incident_key": "k"}, EVENT_V1)
    assert (over.key, over.status) == ("k", Status.RESOLVED)


def test_a_change_event_is_a_change():
    post = {
        "routing_key": KEY,
        "payload": {
            "summary": "deployed v2",
            "timestamp": "2026-01-01T00:00:00Z",
            "source": "ci",
            "custom_details": {"sha": "abc", "service": "cart", "actor": "ana"},
        },
        "links": [{"href": "http://x"}],
    }
    (change,) = read(post, CHANGE).said
    assert isinstance(change, ChangeNotice)
    assert (change.title, change.revision) == ("deployed v2", "abc")
    assert (change.service, change.actor) == ("cart", "ana")
    assert change.labels["source"] == "ci"
    assert [link.href for link in change.links] == ["http://x"]


@given(st.binary(), st.sampled_from([EVENT, CHANGE, EVENT_V1]))
def test_any_bytes_are_read(body: bytes, call: str):
    assert all(one.code != "reader.failed" for one in read(body, call).unread)


VALUES = st.recursive(
    st.none() | st.text() | st.integers() | st.floats(allow_nan=False) | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from([*EVENT_V2, *V1]), VALUES),
    st.dictionaries(st.sampled_from([*EVENT_V2["payload"]]), VALUES),
    st.sampled_from([EVENT, CHANGE, EVENT_V1]),
)
def test_fields_of_any_shape_are_read(
    post: dict[str, object], payload: dict[str, object], call: str
):
    whole = {**EVENT_V2, **V1, **post, "payload": {**EVENT_V2["payload"], **payload}}
    reading = read(whole, call)
    assert all(one.code != "reader.failed" for one in reading.unread)
    assert bool(reading.said) is not bool(reading.unread)
