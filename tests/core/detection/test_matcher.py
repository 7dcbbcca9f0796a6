import json

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection import matcher as matching
from fireline.core.detection.matcher import Matcher
from fireline.core.detection.oracle import holds
from fireline.core.detection.rules import load_rules
from fireline.core.detection.terms import Field, Term, Text
from tests.core.detection.terms_and_events import as_rule, events, terms

STOP = Field("eventName", Text(("StopLogging",)))


def raw(event: object) -> bytes:
    return json.dumps(event).encode()


@given(st.lists(terms, min_size=1, max_size=6), st.lists(events, min_size=1, max_size=4))
def test_the_matcher_says_what_the_oracle_says(conditions: list[Term], seen: list[dict]):
    rules = [as_rule(number, condition) for number, condition in enumerate(conditions)]
    matcher = Matcher(rules)
    for event in seen:
        assert matcher.match(event) == [
            rule.card.id for rule in rules if holds(rule.condition, event)
        ]


@given(st.lists(terms, min_size=1, max_size=6), st.lists(events, min_size=1, max_size=4))
def test_raw_records_are_matched_as_their_events_are(conditions: list[Term], seen: list[dict]):
    rules = [as_rule(number, condition) for number, condition in enumerate(conditions)]
    lines = [raw(event) for event in seen if b"\\ud800" not in raw(event)]
    readable = [json.loads(line) for line in lines]
    expected = [
        (position, hits)
        for position, event in enumerate(readable)
        if (hits := [rule.card.id for rule in rules if holds(rule.condition, event)])
    ]
    assert list(Matcher(rules).match_raw(lines)) == expected


def test_garbage_among_raw_records_matches_nothing_and_stops_nothing():
    matcher = Matcher([as_rule(1, STOP)])
    good = raw({"eventName": "stoplogging"})
    deep = b'{"eventName":' + b"[" * 5000 + b"]" * 5000 + b"}"
    lines = [b"", b"garbage", b"[]", b"5", b'{"eventName":', b"\xff", deep, good]
    assert list(matcher.match_raw(lines)) == [(len(lines) - 1, ["rule-1"])]


def test_rules_are_named_in_the_order_they_were_given():
    conditions = (STOP, Field("errorCode", Text(("x",))), STOP)
    matcher = Matcher([as_rule(number, term) for number, term in enumerate(conditions)])
    event = {"eventName": "StopLogging", "errorCode": "X"}
    assert matcher.match(event) == ["rule-0", "rule-1", "rule-2"]
    assert list(matcher.match_raw([raw(event)])) == [(0, ["rule-0", "rule-1", "rule-2"])]


def test_what_is_remembered_of_event_names_is_bounded(monkeypatch):
    monkeypatch.setattr(matching, "MAX_REMEMBERED_KEYS", 10)
    matcher = Matcher([as_rule(1, STOP)])
    names = [f"name-{number}" for number in range(100)]
    for name in [*names, "x" * 10_000, "StopLogging"]:
        hits = ["rule-1"] if name == "StopLogging" else []
        assert matcher.match({"eventName": name}) == hits
        assert [rules for _, rules in matcher.match_raw([raw({"eventName": name})])] == (
            [hits] if hits else []
        )
    assert len(matcher._events) <= 10
    assert len(matcher._heads) <= 10
    assert not any(len(str(key)) > 1000 for key in matcher._events)


def test_no_rule_text_becomes_code():
    trap = "'+__import__('os').system('false')+'"
    text = json.dumps(
        {
            "title": "trap",
            "id": "5f7cb3f5-8f6b-4a5c-8a50-b7de1ff4b4a4",
            "logsource": {"product": "aws"},
            "detection": {
                "s": {"eventName": ["a", trap], f"userIdentity.{trap}": [trap, "<l0>", "\\"]},
                "k": [trap],
                "condition": "s or k",
            },
        }
    )
    loaded = load_rules({"trap.yml": text})
    assert loaded.mistakes == ()
    event = {"eventName": trap, "userIdentity": {trap: "<L0>"}}
    matcher = Matcher(loaded.rules)
    assert matcher.match(event) == [loaded.rules[0].card.id]
    assert [position for position, _ in matcher.match_raw([raw(event)])] == [0]
