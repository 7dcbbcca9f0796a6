import json
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.decoding import (
    decoded,
    key_of,
    list_of,
    moment_of,
    object_of,
    text_of,
)
from fireline.core.signals.notice import MAX_KEY

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_strange_characters_are_replaced_and_hide_nothing():
    assert decoded(b'{"a":"x\xffy"}') == {"a": "x\ufffdy"}
    assert decoded(b'{"a":"\\ud800"}') == {"a": "\ufffd"}
    assert decoded(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b"[" * 5_000, b"nothing"])
def test_what_is_no_json_is_said_to_be_none(body: bytes):
    with pytest.raises(ValueError, match=r"line 1|Input is"):
        decoded(body)


@given(st.binary())
def test_any_bytes_are_decoded_or_refused(body: bytes):
    try:
        orjson.dumps(decoded(body))
    except ValueError:
        return


def test_values_of_another_shape_are_empty():
    assert object_of([1]) == {}
    assert list_of({"a": 1}) == ()
    assert object_of({"a": 1}) == {"a": 1}
    assert list_of([1]) == [1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" a\x00b ", "a\ufffdb"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.5, "1.5"),
        ({"a": [1]}, '{"a":[1]}'),
        ("abcdef", "abcde"),
    ],
)
def test_anything_can_be_kept_as_text(value: object, text: str):
    assert text_of(value, 5 if value == "abcdef" else 50) == text


@given(JSON)
def test_text_of_anything_fits_into_the_database(value: object):
    text = text_of(decoded(json.dumps(value).encode()), 20)
    assert "\x00" not in text
    assert len(text) <= 20


def test_long_keys_stay_apart():
    one, other = key_of("k" * 600 + "1"), key_of("k" * 600 + "2")
    assert one != other
    assert len(one) == len(other) == MAX_KEY
    assert key_of("web-1/disk") == "web-1/disk"
    assert key_of(17) == "17"


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.000000000Z",
        "2026-01-02T03:04:05.000+0000",
        "2026-01-02T05:04:05+02:00",
        "2026-01-02 03:04:05",
        "20260102T030405Z",
        "1767323045",
        "1767323045000",
        1767323045,
        1767323045.0,
        1767323045000,
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "Jan 2, 2026, 03:04:05 AM",
    ],
)
def test_moments_are_read_however_they_are_written(written: object):
    assert moment_of(written) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "soon",
        "0001-01-01T00:00:00Z",
        "2026-13-45T00:00:00Z",
        None,
        True,
        {},
        1e300,
        -67768040609740805,
        "1" * 400,
    ],
)
def test_what_is_no_moment_is_none(written: object):
    assert moment_of(written) is None


def test_fractions_are_kept_to_the_microsecond():
    found = moment_of("2026-11-21T01:47:31.017735947Z")
    assert found == datetime(2026, 11, 21, 1, 47, 31, 17735, tzinfo=UTC)
