import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals import readers
from fireline.core.signals.bounds import bounded
from fireline.core.signals.formats.alertmanager import (
    API,
    BAD_LINK,
    INVALID,
    MISSING,
    RESOLVE_AFTER,
    UNPARSABLE,
    members,
)
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading

NOW = datetime(2026, 11, 21, 1, 50, tzinfo=UTC)
# As Prometheus 2.42 posts one that fires and one that is over.
POSTED = [
    {
        "annotations": {"runbook_url": "http://rb", "summary": "127.0.0.1:1 down"},
        "endsAt": "2026-11-21T01:53:50.632Z",
        "startsAt": "2026-11-21T01:49:50.632Z",
        "generatorURL": "http://host:9190/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
        "labels": {
            "alertname": "TargetDown",
            "cluster": "c1",
            "instance": "web-1:9100",
            "job": "none",
            "severity": "critical",
        },
    },
    {
        "annotations": {"summary": "flip"},
        "endsAt": "2026-11-21T01:49:50.632Z",
        "startsAt": "2026-11-21T01:49:42.632Z",
        "labels": {"alertname": "Flip", "cluster": "c1"},
    },
]


def read(post: object, call: str = API) -> Reading:
    body = post if isinstance(post, bytes) else json.dumps(post).encode()
    return readers.read(Payload("alertmanager", call, body, NOW))


def notices(reading: Reading) -> list[Notice]:
    assert all(isinstance(one, Notice) for one in reading.said)
    return [one for one in reading.said if isinstance(one, Notice)]


def test_an_alert_fires_until_it_ends_and_is_over_after():
    firing, over = notices(read(POSTED))
    assert (firing.status, firing.title) == (Status.FIRING, "127.0.0.1:1 down")
    assert firing.at == datetime(2026, 11, 21, 1, 49, 50, 632000, tzinfo=UTC)
    assert firing.ends_at == datetime(2026, 11, 21, 1, 53, 50, 632000, tzinfo=UTC)
    assert (over.status, over.kind) == (Status.RESOLVED, "Flip")
    assert over.at == datetime(2026, 11, 21, 1, 49, 50, 632000, tzinfo=UTC)


@pytest.mark.parametrize(
    "zero",
    [
        {},
        {"startsAt": None, "endsAt": ""},
        {"startsAt": "0001-01-01T00:00:00.000Z", "endsAt": "0001-01-01T00:00:00.000Z"},
    ],
)
def test_an_alert_that_says_no_times_fires_now_and_ends_when_nobody_repeats_it(
    zero: Mapping[str, object],
):
    (notice,) = notices(read([{"labels": {"alertname": "X"}, **zero}]))
    assert notice.status is Status.FIRING
    assert notice.at is None
    assert notice.ends_at == NOW + RESOLVE_AFTER


def test_an_alert_that_begins_later_ends_later():
    starts = NOW + timedelta(hours=1)
    (notice,) = notices(read([{"labels": {"a": "b"}, "startsAt": starts.isoformat()}]))
    assert notice.ends_at == starts + RESOLVE_AFTER


def test_empty_labels_are_none_and_change_no_identity():
    (one,) = notices(read([{"labels": {"a": "b", "c": "", "d": None}}]))
    (other,) = notices(read([{"labels": {"a": "b"}}]))
    assert one.key == other.key
    assert one.labels == {"a": "b"}


GOOD = {"labels": {"good": "1"}}


@pytest.mark.parametrize(
    ("member", "code", "field", "why"),
    [
        (1, UNPARSABLE, "[1]", "json: cannot unmarshal number into an alert"),
        (None, UNPARSABLE, "[1]", "json: cannot unmarshal null into an alert"),
        ({}, MISSING, "[1].labels", "1.labels in body is required"),
        ({"labels": None}, MISSING, "[1].labels", "1.labels in body is required"),
        ({"labels": {}}, INVALID, "[1].labels", "at least one label pair required"),
        (
            {"labels": {"bad-name": "x"}},
            INVALID,
            "[1].labels",
            'invalid label set: invalid name "bad-name"',
        ),
        (
            {"labels": {"a": "b"}, "annotations": {"": "x"}},
            INVALID,
            "[1].annotations",
            'invalid annotations: invalid name ""',
        ),
        (
            {"labels": {"a": 1}},
            UNPARSABLE,
            "[1].labels.a",
            "json: cannot unmarshal number into Go struct field Alert.labels of type string",
        ),
        (
            {"labels": ["a"]},
            UNPARSABLE,
            "[1].labels",
            "json: cannot unmarshal array into Go struct field Alert.labels of type models.LabelSet",  # noqa: E501 - as it is
        ),
        (
            {"labels": {"a": "b"}, "startsAt": 5},
            UNPARSABLE,
            "[1].startsAt",
            "json: cannot unmarshal number into Go struct field .startsAt of type string",
        ),
        (
            {"labels": {"a": "b"}, "endsAt": "junk"},
            UNPARSABLE,
            "[1].endsAt",
            'parsing time "junk" as "2006-01-02 15:04:05": cannot parse it',
        ),
        (
            {"labels": {"a": "b"}, "generatorURL": 5},
            UNPARSABLE,
            "[1].generatorURL",
            "json: cannot unmarshal number into Go struct field Alert.generatorURL of type string",
        ),
        (
            {"labels": {"a": "b"}, "generatorURL": "no url"},
            BAD_LINK,
            "[1].generatorURL",
            '1.generatorURL in body must be of type uri: "no url"',
        ),
        (
            {"labels": {"a": "b"}, "generatorURL": "http://x/%zz"},
            BAD_LINK,
            "[1].generatorURL",
            '1.generatorURL in body must be of type uri: "http://x/%zz"',
        ),
        (
            {"labels": {"a": "b"}, "generatorURL": "http://["},
            BAD_LINK,
            "[1].generatorURL",
            '1.generatorURL in body must be of type uri: "http://["',
        ),
        (
            {
                "labels": {"a": "b"},
                "startsAt": "2026-01-02T00:00:00Z",
                "endsAt": "2026-01-01T00:00:00Z",
            },
            INVALID,
            "[1].endsAt",
            "start time must be before end time",
        ),
    ],
)
def test_a_member_that_is_wrong_is_set_apart_and_costs_no_neighbour(
    member: object, code: str, field: str, why: str
):
    reading = read([GOOD, member, {"labels": {"good": "2"}}])
    assert [one.labels["good"] for one in notices(reading)] == ["1", "2"]
    (unread,) = reading.unread
    assert (unread.code, unread.field, unread.why, unread.position) == (code, field, why, 1)


@pytest.mark.parametrize(
    ("body", "code", "why"),
    [
        (b"", MISSING, "alerts in body is required"),
        (b"[", UNPARSABLE, "unexpected EOF"),
        (b"[NaN]", UNPARSABLE, "line 1"),
        (b"[" * 5000, UNPARSABLE, "depth"),
        (b"{}", UNPARSABLE, "json: cannot unmarshal object into Go value"),
        (b'"x"', UNPARSABLE, "json: cannot unmarshal string into Go value"),
    ],
)
def test_a_body_that_is_no_list_of_alerts_is_set_apart_whole(body: bytes, code: str, why: str):
    reading = read(body)
    assert reading.said == ()
    (unread,) = reading.unread
    assert unread.code == code
    assert why in unread.why


@pytest.mark.parametrize("body", [b"[]", b"null"])
def test_nothing_said_is_nothing_wrong(body: bytes):
    assert read(body) == Reading()


def test_strange_characters_cost_no_page():
    (notice,) = notices(read(b'[{"labels":{"a":"\xff\\u0000\\ud800"}}]'))
    assert notice.labels == {"a": "\ufffd\ufffd\ufffd"}


@given(st.binary())
def test_any_bytes_are_read(body: bytes):
    for call in (API, ""):
        reading = read(body, call)
        assert all(one.code != "reader.failed" for one in reading.unread)


MEMBER = st.fixed_dictionaries(
    {},
    optional={
        name: st.none()
        | st.text()
        | st.integers()
        | st.dictionaries(st.text(), st.text() | st.integers() | st.none())
        for name in ("labels", "annotations", "startsAt", "endsAt", "generatorURL", "status")
    },
)


@given(st.lists(MEMBER | st.integers() | st.none(), max_size=20))
def test_every_member_is_read_or_set_apart(post: list[object]):
    reading = read(post)
    assert len(reading.said) + len(reading.unread) == len(post)
    posted, wrong = members(json.dumps(post).encode())
    assert bounded(Reading((), wrong)).unread == reading.unread
    assert len(posted) == len(reading.said)
    hook = read({"alerts": post}, "")
    assert len(hook.said) + len(hook.unread) == len(post)
