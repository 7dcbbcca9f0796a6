import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.mending import mended


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (rb'"\ud800"', "\ufffd"),
        (rb'"\uDFFFx"', "\ufffdx"),
        (rb'"\ud83d\udd25"', "\U0001f525"),
        (rb'"\ud800\ud83d\udd25"', "\ufffd\U0001f525"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\\\ud800"', "\\\ufffd"),
        (rb'"\u00e9"', "\u00e9"),
    ],
)
def test_only_halves_of_pairs_are_replaced(written: bytes, meant: str):
    assert orjson.loads(mended(written)) == meant


@given(text=st.text(st.characters(), max_size=50))
def test_json_with_any_characters_can_be_read_strictly_once_mended(text: str):
    assert len(orjson.loads(mended(json.dumps(text).encode()))) <= len(text)


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_sound_json_means_the_same(text: str):
    assert orjson.loads(mended(json.dumps(text).encode())) == text
