import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from fireline.core.signals import readers
from fireline.core.signals.formats.prometheus import fingerprint
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading

NOW = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
LABELS = {"alertname": "DiskFull", "instance": "db1:9100", "severity": "critical"}
# As Alertmanager 0.25 posts.
FIRING: Mapping[str, Any] = {
    "receiver": "all",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": LABELS,
            "annotations": {"description": "99%", "summary": "disk full"},
            "startsAt": "2026-11-21T01:47:31.017735947Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prom/graph",
            "fingerprint": "efb0c6c488e007da",
        }
    ],
    "groupLabels": {"alertname": "DiskFull"},
    "commonLabels": LABELS,
    "commonAnnotations": {"description": "99%", "summary": "disk full"},
    "externalURL": "http://host:9190",
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "truncatedAlerts": 0,
}
OVER = {**FIRING["alerts"][0], "status": "resolved", "endsAt": "2026-11-21T01:47:34Z"}


def read(post: object) -> Reading:
    return readers.read(Payload("alertmanager", "", json.dumps(post).encode(), NOW))


def notices(post: object) -> list[Notice]:
    return [one for one in read(post).said if isinstance(one, Notice)]


def test_an_alert_is_known_by_its_fingerprint_and_its_group_by_the_groups_key():
    (notice,) = notices(FIRING)
    assert notice.key == "efb0c6c488e007da" == fingerprint(LABELS)
    assert notice.group == '{}:{alertname="DiskFull"}'
    assert notice.status is Status.FIRING
    assert notice.at == datetime(2026, 11, 21, 1, 47, 31, 17735, tzinfo=UTC)
    assert notice.ends_at is None


def test_a_group_mixes_what_fires_and_what_is_over():
    firing, over = notices({**FIRING, "alerts": [FIRING["alerts"][0], OVER]})
    assert (firing.status, over.status) == (Status.FIRING, Status.RESOLVED)
    assert over.at == datetime(2026, 11, 21, 1, 47, 34, tzinfo=UTC)


def test_the_groups_status_counts_where_an_alert_says_none():
    silent = {name: value for name, value in OVER.items() if name != "status"}
    (notice,) = notices({**FIRING, "status": "resolved", "alerts": [silent]})
    assert notice.status is Status.RESOLVED


def test_the_groups_labels_count_where_an_alert_has_none():
    (notice,) = notices({**FIRING, "alerts": [{"status": "firing"}]})
    assert notice.title == "disk full"
    assert notice.key == fingerprint(LABELS)


def test_a_group_without_any_label_is_known_by_its_key():
    (notice,) = notices({"alerts": [{}], "groupKey": "{}:{}"})
    assert (notice.key, notice.status) == ("{}:{}", Status.FIRING)


def test_what_was_left_out_is_said():
    (notice,) = notices({**FIRING, "truncatedAlerts": 3})
    assert "3 more alerts of this group were left out" in notice.description
    assert notice.labels["truncated_alerts"] == "3"
    assert notice.key == "efb0c6c488e007da"


def test_what_is_no_alert_is_set_apart_from_its_neighbours():
    reading = read({**FIRING, "alerts": [FIRING["alerts"][0], "x", OVER]})
    assert len(reading.said) == 2
    (unread,) = reading.unread
    assert (unread.field, unread.position) == ("alerts[1]", 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "alertmanager.unreadable"), (b'{"a":1}', "alertmanager.no_alerts")],
)
def test_what_is_no_group_is_set_apart(body: bytes, code: str):
    reading = readers.read(Payload("alertmanager", "", body, NOW))
    assert [one.code for one in reading.unread] == [code]
