"""Any JSON and a mapping over it: every mistake at once, good guesses, and never silence."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.entity import Entity
from fireline.core.signals.formats import generic
from fireline.core.signals.mapping import Compiled, compile_mapping
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading
from fireline.core.values.priority import Priority

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


def read(body: object, mapping: str = "", **meta: str) -> Reading:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return generic.read(Payload("json", "", raw, AT, meta, mapping))


def one(body: object, mapping: str = "", **meta: str) -> Notice:
    (said,) = read(body, mapping, **meta).said
    assert isinstance(said, Notice)
    return said


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("resolved", Status.RESOLVED),
        ("OK", Status.RESOLVED),
        ("closed", Status.RESOLVED),
        ("Recovered", Status.RESOLVED),
        ("up", Status.RESOLVED),
        ("success", Status.RESOLVED),
        (0, Status.RESOLVED),
        ("acked", Status.ACKNOWLEDGED),
        ("firing", Status.FIRING),
        ("whatever", Status.FIRING),
        (None, Status.FIRING),
        (["ok"], Status.FIRING),
    ],
)
def test_a_status_is_guessed_and_what_is_unknown_is_firing(written: object, status: Status):
    assert one({"title": "x", "status": written}).status is status


def test_what_nobody_mapped_is_guessed():
    said = one(
        {
            "alert_id": 17,
            "summary": "Disk full",
            "Severity": "high",
            "service": "checkout",
            "host": "web1",
            "timestamp": 1763370000,
            "url": "https://example.org/17",
            "tags": "disk, web",
            "labels": {"zone": "b"},
            "description": "97 % used",
        }
    )
    assert (said.key, said.title, said.priority) == ("17", "Disk full", Priority.P2)
    assert (said.service, said.entities) == ("checkout", (Entity("host", "web1"),))
    assert said.at == datetime(2025, 11, 17, 9, 0, tzinfo=UTC)
    assert said.links == (Weblink("https://example.org/17", "url"),)
    assert (said.tags, said.labels["zone"]) == (("disk", "web"), "b")
    assert said.description == "97 % used"


def test_without_an_id_the_title_and_what_it_is_about_name_the_problem():
    first = {"title": "Disk full", "host": "web1"}
    assert one(first).key == one({**first, "used": 97}).key
    assert one(first).key != one({**first, "host": "web2"}).key
    assert one({"n": 1}).key == ""  # nothing to know it by: each is a problem of its own


def test_a_mapping_says_where_everything_is():
    mapping = """
    key: item.a.b
    title: '"Queue " + item.q + " is long"'
    severity: 'item.n > 10 ? "critical" : "low"'
    status: 'item.n > 5 ? "firing" : "ok"'
    service: headers["x-team"]
    description: string(received_at)
    entities: {host: item.hosts, pod: item.pod}
    links: ['"https://example.org/" + item.q', item.bad]
    labels: {n: item.n}
    tags: item.hosts
    team: item.nothing.orElse
    """
    body = {"a": {"b": 7}, "q": "mail", "n": 11, "hosts": ["a", "b"], "pod": "p"}
    body["bad"] = "javascript:x"
    said = one(body, mapping, **{"x-team": "post"})
    assert (said.key, said.title, said.priority) == ("7", "Queue mail is long", Priority.P1)
    assert (said.status, said.service) == (Status.FIRING, "post")
    assert said.entities == (Entity("host", "a"), Entity("host", "b"), Entity("pod", "p"))
    assert [link.href for link in said.links] == ["https://example.org/mail"]
    assert said.labels == {"n": "11"}
    assert said.tags == ("a", "b", "mapping-failed")
    assert said.description == (
        'Mapping failed: team: Key not found in map "nothing".\n2026-11-17T09:00:00Z'
    )


def test_a_failed_title_or_status_is_told_in_the_title_and_is_never_good_news():
    said = one({"summary": "Disk full", "status": "ok"}, "title: item.headline")
    assert said.title == "Mapping failed: Disk full"
    assert said.status is Status.RESOLVED  # of the status nothing failed
    state = one({"summary": "Disk full", "status": "ok"}, "status: item.state")
    assert (state.title, state.status) == ("Mapping failed: Disk full", Status.FIRING)
    batch = one({"summary": "Disk full", "status": "ok"}, "items: body.alerts")
    assert (batch.title, batch.status) == ("Mapping failed: Disk full", Status.FIRING)
    assert "mapping-failed" in batch.tags
    broken = one({"summary": "Disk full"}, "title: item..x")
    assert broken.title == "Mapping failed: Disk full"


def test_a_batch_is_one_notice_each_and_a_bad_member_costs_its_neighbours_nothing():
    body = {"alerts": [{"id": 1, "t": "A"}, "odd", {"id": 3, "t": "C"}]}
    reading = read(body, "items: body.alerts\ntitle: item.t")
    titles = [said.title for said in reading.said if isinstance(said, Notice)]
    assert titles == ["A", "Mapping failed: odd", "C"]
    assert len(read([{"id": 1}, {"id": 2}]).said) == 2
    assert read([]) == Reading()


def test_a_batch_beyond_the_limit_says_so():
    reading = read([{"id": n} for n in range(600)])
    assert len(reading.said) == generic.MAX_MEMBERS
    assert [(part.code, part.position) for part in reading.unread] == [("json.too_many", 500)]


def test_what_is_no_json_is_unread_and_half_json_is_read():
    for torn in (b"", b'{"a": ', b"\xff\xfe", b"title=x", b"[" * 100_000):
        assert [part.code for part in read(torn).unread] == ["json.malformed"]
    assert one(b'{"title": "x", "n": NaN}').title == "x"
    assert one(b'{"title": "a\\u0000b \\ud800"}').title == "a\ufffdb ?"
    assert one(b'{"title": "big", "id": 123456789012345678901234567890}').title == "big"
    assert one(b'"just a text"').title == "just a text"
    assert one(b"5").title == "5"


def test_long_things_are_cut_and_long_keys_stay_different():
    first, second = (one({"id": "k" * 600 + end, "title": "t" * 5000}) for end in "ab")
    assert len(first.key) <= 512
    assert first.key != second.key
    assert len(first.title) == 1024


def test_every_mistake_of_a_mapping_is_told_with_its_field_and_a_fix():
    mistakes = compile_mapping(
        "title: item.x\nseverity: high\npriority: item.p\nkey: 5\ncolour: item.c\n"
        "status: item..x\nlabels: [item.a]\nentities: {host: nope}\ndescription: [a]\n"
    )
    assert isinstance(mistakes, tuple)
    assert [mistake.field for mistake in mistakes] == [
        "severity",
        "priority",
        "key",
        "colour",
        "status",
        "labels",
        "entities.host",
        "description",
    ]
    assert mistakes[0].fix == "Did you mean item.high, or the text '\"high\"'?"
    assert all(mistake.why and mistake.fix for mistake in mistakes)


@pytest.mark.parametrize(
    "text",
    [
        "title: a: b",
        "- title",
        "title",
        "x" * 20_000,
        "title: '" + "(" * 900 + "1" + ")" * 90 + "'",
        "title: item.x.replace('a', 'b').replace('b', 'c')",
        "labels: {" + ", ".join(f"a{n}: item.a" for n in range(40)) + "}",
        "title: " + "a" * 1_001,
    ],
)
def test_what_is_no_mapping_is_refused_with_a_reason(text: str):
    mistakes = compile_mapping(text)
    assert isinstance(mistakes, tuple)
    assert mistakes[0].fix


def test_an_empty_mapping_is_one():
    assert compile_mapping("") == Compiled()
    assert compile_mapping("# nothing yet\n") == Compiled()


@given(JSON)
def test_any_json_is_said_or_unread_and_the_same_again(body: object):
    mapping = "items: body.a\ntitle: item.t\nentities: item.e\nlinks: item.l\nat: item.at"
    for text in ("", mapping):
        reading = read(body, text)
        assert reading == read(body, text)
        nothing = body == [] or (isinstance(body, dict) and body.get("a") == [])
        assert reading.said or reading.unread or nothing


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reading(body: bytes):
    reading = read(body)
    assert reading.said or reading.unread or body.strip() == b"[]"


@given(st.text(max_size=60))
def test_any_text_compiles_or_says_why_not(text: str):
    compiled = compile_mapping(text)
    assert isinstance(compiled, Compiled) or all(str(mistake) for mistake in compiled)
