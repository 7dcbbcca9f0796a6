"""What rules mean, as written in Sigma: each row is a selection, an event and the verdict."""

import json
from uuid import NAMESPACE_URL, uuid5

import pytest

from fireline.core.detection.oracle import holds
from fireline.core.detection.rules import load_rules

IN_KYIV = "2026-03-01T01:15:00+02:00"  # 23:15 on the last day of February, in UTC


def verdict(detection: dict, event: dict, **placeholders: list[str]) -> bool:
    rule = {
        "title": "t",
        "id": str(uuid5(NAMESPACE_URL, repr(detection))),
        "logsource": {"product": "test"},
        "detection": detection,
    }
    loaded = load_rules({"t.yml": json.dumps(rule)}, placeholders=placeholders)
    assert loaded.mistakes == ()
    return holds(loaded.rules[0].condition, event)


def selects(selection: object, event: dict, **placeholders: list[str]) -> bool:
    return verdict({"s": selection, "condition": "s"}, event, **placeholders)


@pytest.mark.parametrize(
    ("selection", "value", "expected"),
    [
        ({"f": "StopLogging"}, "stoplogging", True),
        ({"f": "Straße"}, "STRASSE", False),
        ({"f": "pro?"}, "prom", True),
        ({"f": "pro?"}, "pro", False),
        ({"f": "a*c"}, "ABBC", True),
        ({"f": "a*c"}, "a\nc", True),
        ({"f": "a*c"}, "acd", False),
        ({"f": r"a\*c"}, "abc", False),
        ({"f": r"a\*c"}, "a*c", True),
        ({"f": r"C:\Windows"}, r"c:\windows", True),
        ({"f": "*"}, "", True),
        ({"f": "*"}, None, False),
        ({"f": ""}, "", True),
        ({"f": ""}, None, False),
        ({"f": 5}, "5", True),
        ({"f": 5}, 5.0, True),
        ({"f": 5}, "5.0", False),
        ({"f": 1}, True, False),
        ({"f": "true"}, True, True),
        ({"f": False}, "FALSE", True),
        ({"f|cased": "ABC"}, "abc", False),
        ({"f|cased": "AB?"}, "ABc", True),
        ({"f|contains": "log"}, "StopLogging", True),
        ({"f|startswith": "log"}, "StopLogging", False),
        ({"f|endswith": "ING"}, "StopLogging", True),
        ({"f|contains|all": ["stop", "log"]}, "StopLogging", True),
        ({"f|contains|all": ["stop", "start"]}, "StopLogging", False),
        ({"f|neq": "a"}, "A", False),
        ({"f|neq": "a"}, "b", True),
        ({"f|neq": "a"}, None, True),
        ({"f|re": "b+c"}, "abbc", True),
        ({"f|re": "ABC"}, "abc", False),
        ({"f|re|i": "ABC"}, "xabcx", True),
        ({"f|re|m": "^b$"}, "a\nb\nc", True),
        ({"f|re|s": "a.b"}, "a\nb", True),
        ({"f|re": "a.b"}, "a\nb", False),
        ({"f|re": "b$"}, "b\n", False),
        ({"f|cidr": "10.0.0.0/8"}, "10.9.8.7", True),
        ({"f|cidr": "10.0.0.0/8"}, "AWS Internal", False),
        ({"f|cidr": "10.0.0.0/8"}, 167772161, False),
        ({"f|cidr": "::/0"}, "10.0.0.1", False),
        ({"f|cidr": "2001:db8::/32"}, "2001:db8::1", True),
        ({"f|base64": "whoami"}, "d2hvYW1p", True),
        ({"f|base64offset|contains": "foobar"}, "YmFyIGZvb2Jhcg==", True),
        ({"f|utf16le|base64offset|contains": "ping"}, "cABpAG4AZwA=", True),
        ({"f|windash|contains": " -enc"}, "x /enc", True),
        ({"f|windash|contains": " -enc"}, "x enc", False),
        ({"f|gt": 5}, "6", True),
        ({"f|gt": 5}, 5, False),
        ({"f|gte": 5}, 5, True),
        ({"f|lt": 0}, -0.5, True),
        ({"f|lte": 0}, True, False),
        ({"f|lt": 5}, "many", False),
        ({"f|exists": True}, None, True),
        ({"f|exists": False}, None, False),
        ({"f": None}, None, True),
        ({"f": None}, [], True),
        ({"f": None}, [None, "x"], False),
        ({"f": "b"}, ["a", ["b"]], True),
        ({"f|contains": '"a":1'}, {"a": 1}, True),
        ({"f|minute": 15}, IN_KYIV, True),
        ({"f|hour": 23}, IN_KYIV, True),
        ({"f|day": 28}, IN_KYIV, True),
        ({"f|week": 9}, IN_KYIV, True),
        ({"f|month": 2}, IN_KYIV, True),
        ({"f|year": 2026}, "2026-03-01T00:00:00", True),
        ({"f|year": 2026}, 1772323200, True),
        ({"f|year": 2026}, 1772323200000, True),
        ({"f|year": 2026}, 10**40, False),
        ({"f|year": 2026}, "soon", False),
        ({"f|hour|gte": 23}, IN_KYIV, True),
        ({"f|hour|lt": 9}, "soon", False),
    ],
)
def test_a_selection_on_one_field(selection, value, expected):
    assert selects(selection, {"f": value}) is expected


@pytest.mark.parametrize(
    ("selection", "event", "expected"),
    [
        ({"f": None}, {}, True),
        ({"f|exists": False}, {}, True),
        ({"f|exists": True}, {}, False),
        ({"f|contains": "*"}, {}, False),
        ({"a|fieldref": "b"}, {"a": "x", "b": "X"}, True),
        ({"a|fieldref": "b"}, {"a": None, "b": None}, False),
        ({"a|fieldref": "b"}, {"a": "x"}, False),
        ({"a|fieldref|startswith": "b"}, {"a": "abc", "b": "AB"}, True),
        ({"a|fieldref|endswith": "b"}, {"a": "abc", "b": "AB"}, False),
        ({"a|fieldref|endswith": "b"}, {"a": "abc", "b": "BC"}, True),
        ({"a|fieldref|contains": "b"}, {"a": "abc", "b": "b"}, True),
        ({"a|fieldref|neq": "b"}, {"a": "x", "b": "y"}, True),
        ([{"f": "a"}, {"g": "b"}], {"g": "b"}, True),
        (["NEEDLE"], {"a": ["hay", {"b": "a needle"}]}, True),
        ([r"C:\x"], {"a": r"c:\x"}, True),
        ([5], {"a": 15}, True),
        ([True], {"a": True}, True),
        (["f*r"], {"a": "foo", "b": "bar"}, True),
        (["needle"], {"a": "hay"}, False),
        (["*needle*"], {"a": "a needle b"}, True),
        (["*"], {}, True),
        ({"|windash": "-enc"}, {"a": "x /enc"}, True),
        ({"|base64offset": "foobar"}, {"a": "YmFyIGZvb2Jhcg=="}, True),
        ({"|all": ["one", "two"]}, {"a": "one", "b": "two"}, True),
        ({"|all": ["one", "two"]}, {"a": "one"}, False),
        ({"|re": "o[nm]e"}, {"a": "one"}, True),
        ({"|re": "O[nm]e"}, {"a": "one"}, False),
    ],
)
def test_a_selection_on_the_whole_event(selection, event, expected):
    assert selects(selection, event) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("sel_a and sel_b", False),
        ("sel_a or sel_b", True),
        ("not sel_a or sel_b", False),
        ("not not sel_a", True),
        ("(sel_b or sel_a) and not sel_b", True),
        ("1 of sel_*", True),
        ("any of *_b", False),
        ("all of sel_*", False),
        ("1 of them", True),
        ("all of them", False),
        (["sel_b", "sel_a"], True),
        (["sel_b", "not sel_a"], False),
    ],
)
def test_a_condition_joins_selections(condition, expected):
    detection = {"sel_a": {"a": 1}, "sel_b": {"b": 1}, "_c": {"a": 1}, "condition": condition}
    assert verdict(detection, {"a": 1}) is expected


def test_placeholders_stand_for_their_values_as_text():
    assert selects({"f|expand": "%who%-x"}, {"f": "BO-x"}, who=["ana", "bo"])
    assert not selects({"f|expand": "%who%"}, {"f": "anything"}, who=["*"])
    assert not selects({"f|re|expand": "^%who%$"}, {"f": "abc"}, who=["a.c"])


def test_a_hostile_text_cannot_make_an_expression_slow():
    assert not selects({"f|re": "(a+)+$"}, {"f": "a" * 50_000 + "b"})
