import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals import readers
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading

NOW = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
GROUP: Mapping[str, Any] = {
    "receiver": "fireline",
    "status": "firing",
    "orgId": 1,
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "High CPU", "instance": "web-1", "severity": "critical"},
            "annotations": {"summary": "CPU is high"},
            "startsAt": "2026-11-21T01:40:00.5+01:00",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://grafana/alerting/1/edit",
            "fingerprint": "c6eadffa33fcdf37",
            "silenceURL": "https://grafana/silence",
            "dashboardURL": "https://grafana/d/1",
            "panelURL": "https://grafana/d/1?viewPanel=2",
            "imageURL": "nothing",
            "values": {"B": 44.2, "C": 1},
            "valueString": "",
        }
    ],
    "groupKey": '{}/{team="web"}:{alertname="High CPU"}',
    "title": "[FIRING:1] High CPU",
    "state": "alerting",
    "message": "**Firing**",
    "truncatedAlerts": 0,
    "version": "1",
    "appVersion": "12.0.0",
}
OLD: Mapping[str, Any] = {
    "dashboardId": 1,
    "evalMatches": [{"value": 1, "metric": "Count", "tags": {"instance": "web-1"}}],
    "imageUrl": "https://grafana/image.png",
    "message": "Notification Message",
    "orgId": 1,
    "panelId": 2,
    "ruleId": 7,
    "ruleName": "Panel Title alert",
    "ruleUrl": "https://grafana/d/1?tab=alert",
    "state": "alerting",
    "tags": {"severity": "high", "service": "cart"},
    "title": "[Alerting] Panel Title alert",
}


def read(post: object) -> Reading:
    body = post if isinstance(post, bytes) else json.dumps(post).encode()
    return readers.read(Payload("grafana", "", body, NOW))


def only(post: object) -> Notice:
    (notice,) = read(post).said
    assert isinstance(notice, Notice)
    return notice


def test_an_alert_of_grafanas_is_alertmanagers_with_links_and_values():
    notice = only(GROUP)
    assert (notice.key, notice.title) == ("c6eadffa33fcdf37", "CPU is high")
    assert notice.group == GROUP["groupKey"]
    assert "B = 44.2, C = 1" in notice.description
    assert {link.text for link in notice.links} == {
        "Where it comes from",
        "Dashboard",
        "Panel",
        "Silence it in Grafana",
    }


def test_what_an_alert_was_judged_by_is_told_in_grafanas_words_where_it_has_some():
    alert = {**GROUP["alerts"][0], "valueString": "[ var='B' value=44.2 ]"}
    assert "Values: [ var='B' value=44.2 ]" in only({**GROUP, "alerts": [alert]}).description


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("alerting", Status.FIRING),
        ("no_data", Status.FIRING),
        ("ok", Status.RESOLVED),
        ("paused", Status.RESOLVED),
    ],
)
def test_an_alert_of_old_grafana_is_known_by_its_rule(state: str, status: Status):
    notice = only({**OLD, "state": state})
    assert (notice.key, notice.status) == ("1/7", status)
    assert (notice.title, notice.service, notice.priority.name) == (
        "Panel Title alert",
        "cart",
        "P2",
    )
    assert notice.description == "Notification Message\n\nCount = 1"
    assert [entity.value for entity in notice.entities] == ["web-1"]
    assert [link.text for link in notice.links] == ["Rule", "Image"]


def test_an_old_alert_that_is_only_pending_says_nothing_yet():
    assert read({**OLD, "state": "pending"}) == Reading()


def test_a_template_of_somebodys_own_is_told_all_the_same():
    notice = only({"title": "Orders are late", "severity": "critical", "status": "firing"})
    assert (notice.title, notice.status) == ("Orders are late", Status.FIRING)


@pytest.mark.parametrize(
    ("body", "code"), [(b"not json", "grafana.unreadable"), (b"[]", "grafana.nothing")]
)
def test_what_says_nothing_is_set_apart(body: bytes, code: str):
    assert [one.code for one in read(body).unread] == [code]


@given(st.binary())
def test_any_bytes_are_read(body: bytes):
    assert all(one.code != "reader.failed" for one in read(body).unread)


@given(
    st.dictionaries(
        st.sampled_from([*GROUP, *OLD]),
        st.recursive(
            st.none() | st.text() | st.integers() | st.floats(allow_nan=False),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
        min_size=1,
    )
)
def test_fields_of_any_shape_are_read(post: dict[str, object]):
    assert all(one.code != "reader.failed" for one in read(post).unread)
