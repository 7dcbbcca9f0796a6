"""What clients of the Opsgenie API post, read as notices."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.entity import HOST, Entity
from fireline.core.signals.formats.opsgenie import Responder, Wrong, read, told_of, wrong_with
from fireline.core.signals.formats.opsgenie_edits import (
    AddNote,
    AddResponder,
    Assign,
    ChangeTags,
    RemoveDetails,
    RunAction,
    Snooze,
    Unacknowledge,
    edit_of,
)
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.priority import Priority

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def posted(call: str, body: Any, **meta: str) -> Payload:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Payload("opsgenie", call, raw, NOON, meta)


def notice(call: str, body: Any, **meta: str) -> Notice:
    (said,) = read(posted(call, body, **meta)).said
    assert isinstance(said, Notice)
    return said


def unread(call: str, body: Any) -> Unread:
    (part,) = read(posted(call, body)).unread
    return part


def test_an_alert_is_read_with_all_it_says():
    said = notice(
        "create",
        {
            "message": " disk full ",
            "alias": "event_573",
            "description": "99%",
            "responders": [{"type": "user", "username": "a@x.test"}, {"type": "team", "name": "S"}],
            "tags": ["t1", "t1", "t2", 3],
            "details": {"alertname": "DiskFull", "instance": "db2:9100", "n": 1, "service": "shop"},
            "entity": "db1",
            "source": "http://prom/graph",
            "priority": "p2",
            "user": "u",
            "note": "n",
            "IdentifierType": 1,
        },
    )
    assert (said.key, said.status, said.title) == ("event_573", Status.FIRING, "disk full")
    assert (said.priority, said.kind, said.description) == (Priority.P2, "DiskFull", "99%")
    assert (said.team, said.service) == ("S", "shop")
    assert said.tags == ("t1", "t2", "3")
    assert said.labels["n"] == "1"
    assert said.entities == (Entity(HOST, "db1"), Entity(HOST, "db2"))
    assert [link.href for link in said.links] == ["http://prom/graph"]
    assert (said.by, said.note) == ("u", "n")


def test_what_a_client_leaves_out_has_the_vendors_defaults():
    said = notice("create", {"message": "m", "entity": "the whole site"}, request="r-1")
    assert (said.key, said.priority, said.links) == ("r-1", Priority.P3, ())
    assert said.entities == (Entity("entity", "the whole site"),)


def test_an_incident_is_tagged_and_never_joins_another():
    said = notice("incident", {"message": "m", "serviceId": "shop", "alias": "a"}, request="r-1")
    assert (said.key, said.service) == ("opsgenie-incident:r-1", "shop")
    assert said.tags == ("opsgenie-incident",)


@pytest.mark.parametrize(
    ("call", "status"), [("acknowledge", Status.ACKNOWLEDGED), ("close", Status.RESOLVED)]
)
def test_answers_name_the_problem_they_are_about(call: str, status: Status):
    said = notice(call, b"", key="event_573", user="u")
    assert (said.key, said.status, said.by) == ("event_573", status, "u")
    said = notice(call, {"user": "v", "note": "n"}, key="event_573")
    assert (said.by, said.note) == ("v", "n")
    assert read(posted(call, b"", key="")) == Reading()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"{", "opsgenie.unparsable", "body"),
        (b'{"message": NaN}', "opsgenie.unparsable", "body"),
        (b"[]", "opsgenie.invalid", "body"),
        (b"null", "opsgenie.missing", "message"),
        (b'{"message": null}', "opsgenie.missing", "message"),
        (b'{"message": "m", "priority": "P0"}', "opsgenie.invalid", "priority"),
        (b"[" * 100_000, "opsgenie.unparsable", "body"),
    ],
)
def test_what_cannot_be_read_names_the_field(body: bytes, code: str, field: str):
    part = unread("create", body)
    assert (part.code, part.field) == (code, field)
    assert wrong_with("create", body) == part


def test_an_unknown_call_is_set_apart():
    assert unread("sing", b"{}").code == "opsgenie.unknown_call"


def test_bytes_that_are_no_characters_cost_a_character_not_the_page():
    said = notice("create", b'{"message": "disk \xff full", "alias": "a\\u0000b"}')
    assert (said.title, said.key) == ("disk \ufffd full", "a\ufffdb")


def test_a_long_message_is_kept_whole_in_the_description():
    said = notice("create", {"message": "m" * 200, "description": "d"})
    assert (said.title, said.description) == ("m" * 130, "m" * 200 + "\n\nd")
    said = notice("create", {"message": "m" * 200, "description": "m" * 300})
    assert said.description == "m" * 300


def test_details_are_held_to_what_an_alert_holds():
    said = notice("create", {"message": "m", "details": {str(n): "v" * 100 for n in range(500)}})
    assert sum(len(name) + len(value) for name, value in said.labels.items()) <= 8_200
    assert notice("create", {"message": "m", "details": [1]}).labels == {}


def test_what_a_symptom_does_not_hold_is_read_from_the_body_again():
    body = {"source": "s", "entity": "e", "actions": "a,b", "user": "u"}
    told = told_of(json.dumps(body).encode())
    assert (told.source, told.entity, told.actions) == ("s", "e", ("a", "b"))
    assert told_of(b"{").entity == ""


def test_a_responder_that_is_none_is_passed_over():
    body = {"message": "m", "responders": [3, {}, {"type": "team"}, {"type": "team", "id": "x"}]}
    assert notice("create", body).team == "x"
    assert notice("create", {"message": "m", "responders": "x"}).team == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
_FIELDS = (
    "message",
    "alias",
    "description",
    "responders",
    "responder",
    "tags",
    "details",
    "entity",
    "source",
    "priority",
    "user",
    "note",
    "serviceId",
    "endTime",
    "owner",
    "team",
    "escalation",
)
_CALLS = st.sampled_from(["create", "incident", "acknowledge", "close", "other", ""])


@given(_CALLS, st.binary(max_size=200))
def test_any_bytes_give_a_reading(call: str, body: bytes):
    reading = read(posted(call, body, key="k", request="r"))
    assert isinstance(reading, Reading)
    assert reading == read(posted(call, body, key="k", request="r"))


@given(_CALLS, st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=8))
def test_any_object_gives_a_reading_that_can_be_kept(call: str, body: dict[str, Any]):
    for said in read(posted(call, body, key="k", request="r")).said:
        assert isinstance(said, Notice)
        assert said.title
        assert len(said.title) <= 130
        assert len(said.key) <= 512
        for text in (said.title, said.key, said.description, said.note, *said.tags):
            assert "\x00" not in text


def test_details_nested_too_deep_cost_no_page():
    deep = b'{"message": "m", "details": {"k": ' + b"[" * 600 + b"]" * 600 + b"}}"
    reading = read(posted("create", deep))
    assert reading.said or reading.unread


@given(
    st.sampled_from(
        [
            "POST unacknowledge",
            "POST notes",
            "POST snooze",
            "POST escalate",
            "POST assign",
            "POST responders",
            "POST teams",
            "POST tags",
            "DELETE tags",
            "POST details",
            "DELETE details",
            "PUT priority",
            "PUT message",
            "PUT description",
            "POST actions",
            "PUT nothing",
        ]
    ),
    st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=8),
    st.dictionaries(st.sampled_from(["tags", "keys", "action"]), st.text(max_size=20)),
)
def test_any_edit_is_read_or_its_field_is_named(
    call: str, body: dict[str, Any], query: dict[str, str]
):
    found: object = None
    with contextlib.suppress(Wrong):
        found = edit_of(call, body, query)
    assert found is None or call != "PUT nothing"


@pytest.mark.parametrize(
    ("call", "body", "query", "edit"),
    [
        ("POST unacknowledge", {}, {}, Unacknowledge()),
        ("POST notes", {"note": "n"}, {}, AddNote("n")),
        ("POST snooze", {"endTime": "2026-11-21T14:00:00+02:00"}, {}, Snooze(NOON)),
        ("POST assign", {"owner": {"username": "a@x"}}, {}, Assign("a@x")),
        ("POST teams", {"team": {"id": "t"}}, {}, AddResponder(Responder("team", "t"))),
        ("DELETE tags", {}, {"tags": "a,b"}, ChangeTags(("a", "b"), remove=True)),
        ("DELETE details", {}, {"keys": "a"}, RemoveDetails(("a",))),
        ("POST actions", {}, {"action": "Restart"}, RunAction("Restart")),
    ],
)
def test_edits_are_read(call: str, body: dict[str, Any], query: dict[str, str], edit: object):
    assert edit_of(call, body, query) == edit
