import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals import readers
from fireline.core.signals.formats.victorops import MADE_KEY, ROUTING_KEY
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading

NOW = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
# As Alertmanager 0.25 posts.
POSTED = {
    "entity_display_name": "[FIRING:1] DiskFull (db1:9100 critical)",
    "entity_id": "17c4e445d234645c9e547ff6d32a864a",
    "message_type": "CRITICAL",
    "monitoring_tool": "Alertmanager",
    "state_message": "99% disk full\nAlerts Firing:\n",
}


def read(post: object, **meta: str) -> Reading:
    body = post if isinstance(post, bytes) else json.dumps(post).encode()
    return readers.read(Payload("victorops", "", body, NOW, meta))


def only(post: object, **meta: str) -> Notice:
    (notice,) = read(post, **meta).said
    assert isinstance(notice, Notice)
    return notice


def test_an_alert_goes_to_the_team_in_its_path():
    notice = only(POSTED, **{ROUTING_KEY: "storage"})
    assert (notice.key, notice.title) == (POSTED["entity_id"], POSTED["entity_display_name"])
    assert (notice.team, notice.status) == ("storage", Status.FIRING)
    assert notice.labels == {"monitoring_tool": "Alertmanager"}


@pytest.mark.parametrize(
    ("type_", "status", "priority"),
    [
        ("CRITICAL", Status.FIRING, "P1"),
        ("warning", Status.FIRING, "P3"),
        ("INFO", Status.FIRING, "P5"),
        ("ACKNOWLEDGEMENT", Status.ACKNOWLEDGED, "P3"),
        ("RECOVERY", Status.RESOLVED, "P3"),
    ],
)
def test_a_message_type_says_how_it_stands(type_: str, status: Status, priority: str):
    notice = only({**POSTED, "message_type": type_})
    assert (notice.status, notice.priority.name) == (status, priority)


def test_who_acknowledged_it_there_is_kept():
    post = {
        "message_type": "ACKNOWLEDGEMENT",
        "entity_id": "k",
        "ack_author": "ana",
        "ack_msg": "on it",
        "state_start_time": 1767323045,
        "hostname": "web-1",
        "alert_url": "https://monitor/1",
    }
    notice = only(post)
    assert (notice.by, notice.note, notice.title) == ("ana", "on it", "k")
    assert notice.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert [entity.value for entity in notice.entities] == ["web-1"]
    assert [link.href for link in notice.links] == ["https://monitor/1"]


def test_an_alert_without_a_name_has_the_one_it_was_given():
    notice = only({"message_type": "CRITICAL", "state_message": "a\nb"}, **{MADE_KEY: "f00"})
    assert (notice.key, notice.title) == ("f00", "a")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "victorops.unparsable"),
        (b"[]", "victorops.unparsable"),
        (b"{}", "victorops.bad_type"),
        (b'{"message_type": "X"}', "victorops.bad_type"),
    ],
)
def test_what_is_no_alert_is_set_apart(body: bytes, code: str):
    assert [one.code for one in read(body).unread] == [code]


@given(st.binary())
def test_any_bytes_are_read(body: bytes):
    assert all(one.code != "reader.failed" for one in read(body).unread)


@given(
    st.dictionaries(
        st.text() | st.sampled_from([*POSTED, "state_start_time", "host"]),
        st.text() | st.integers() | st.none() | st.dictionaries(st.text(), st.text()),
    )
)
def test_fields_of_any_shape_are_read(post: dict[str, object]):
    assert len(read({**post, "message_type": "CRITICAL"}).said) == 1
