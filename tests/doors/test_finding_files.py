"""Files of findings are read one by one, whatever frame they stand in, and past what is garbled."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.doors.cli.finding_files import Found, Garbled, findings_in

ONE, TWO = {"a": 1, "b": {"c": ["}", "]"]}}, {"a": 2, "s": "x, y] }"}
MORE: dict[str, Any] = {"Findings": [ONE, TWO], "NextToken": "abc"}


def found(text: str) -> list[Any]:
    return [one.finding for one in findings_in(io.StringIO(text)) if isinstance(one, Found)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=4),
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        f"\ufeff[\n{json.dumps(ONE)},\n{json.dumps(TWO)}\n]\n",
        json.dumps(MORE),
        json.dumps(MORE, indent=2),
        f"{json.dumps({'Findings': [ONE]})}\n{json.dumps({'Findings': [TWO]})}\n",
        json.dumps({"Findings": [ONE, TWO], "NextToken": None}),
    ],
)
def test_every_frame_holds_the_same_findings(text: str):
    assert found(text) == [ONE, TWO]


@pytest.mark.parametrize("text", ["", " \n ", "[]", "[\n]\n", '{"Findings": []}'])
def test_an_empty_file_holds_none(text: str):
    assert list(findings_in(io.StringIO(text))) == []


def test_what_is_garbled_is_named_by_its_line_and_the_rest_is_read():
    text = f"{json.dumps(ONE)}\n{{oops\n{json.dumps(TWO)}\n"
    first, wrong, last = findings_in(io.StringIO(text))
    assert (first, last) == (Found(1, ONE), Found(3, TWO))
    assert isinstance(wrong, Garbled)
    assert wrong.line == 2


def test_a_file_that_was_cut_off_says_so():
    whole = json.dumps([ONE, TWO])
    *good, wrong = findings_in(io.StringIO(whole[:-10]))
    assert good == [Found(1, ONE)]
    assert isinstance(wrong, Garbled)


def test_a_long_file_is_read_in_parts():
    many = [{"n": n, "text": "x" * 1000} for n in range(500)]
    assert found(json.dumps(many, indent=1)) == many


@given(st.text(max_size=80))
def test_law_any_text_ends(text: str):
    assert len(list(findings_in(io.StringIO(text)))) <= len(text)
