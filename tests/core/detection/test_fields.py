import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection.fields import (
    ABSENT,
    find,
    found_values,
    leaves,
    number_of,
    present,
    text_of,
    texts_of,
)
from tests.core.detection.terms_and_events import PATHS, events


@given(events, st.sampled_from(PATHS))
def test_the_quick_way_finds_what_the_plain_way_finds(event: dict, path: str):
    found = find(event, tuple(path.split(".")))
    assert found_values(found) == leaves(event, path)
    assert (found is not ABSENT) == present(event, path)


@pytest.mark.parametrize(
    ("event", "path", "values"),
    [
        ({"a": {"b": 1}}, "a.b", [1]),
        ({"a": {"b": None}}, "a.b", [None]),
        ({"a": None}, "a.b", []),
        ({"a": "text"}, "a.b", []),
        ({"a": [{"b": 1}, {"c": 2}, {"b": [3, [4]]}]}, "a.b", [1, 3, 4]),
        ({"a": []}, "a", []),
        ({"a": {"b": {}}}, "a.b", [{}]),
        ({"a.b": 1}, "a.b", [1]),
        (
            {"n": {"authorization.k8s.io/decision": "allow"}},
            "n.authorization.k8s.io/decision",
            None,
        ),
        ({"a": {"b": 1}, "a.b": 2}, "a.b", [1]),
        ({"a": {}, "a.b": 2}, "a.b", []),
    ],
)
def test_dots_lead_into_objects_through_lists_and_along_keys_with_dots(event, path, values):
    assert leaves(event, path) == (["allow"] if values is None else values)


@pytest.mark.parametrize(
    ("event", "there"), [({"a": None}, True), ({"a": []}, True), ({}, False), ({"A": 1}, False)]
)
def test_a_field_is_present_whatever_its_value(event, there):
    assert present(event, "a") is there


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Text", "Text"),
        (True, "true"),
        (5, "5"),
        (2.5, "2.5"),
        ({"Status": "Suspended", "n": [1, None]}, '{"Status":"Suspended","n":[1,null]}'),
        ({"é": 1}, '{"é":1}'),
    ],
)
def test_other_values_are_written_as_compact_json(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (-2.5, -2.5),
        ("7", 7.0),
        ("1e3", 1000.0),
        (True, None),
        ("1_000", None),
        (" 7 ", None),
        ("nan", None),
        ("", None),
        ("e", None),
        ("٣", None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_is_a_number_or_text_that_writes_one(value, number):
    assert number_of(value) == number


def test_keywords_see_the_whole_event_and_each_text_in_it():
    assert set(texts_of({"a": ["x", {"b": "C:\\y"}], "n": 1})) == {
        '{"a":["x",{"b":"C:\\\\y"}],"n":1}',
        "x",
        "C:\\y",
    }
