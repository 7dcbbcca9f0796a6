import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.plan.document import Document, read_document
from fireline.core.plan.mistakes import Code, Mistake


def read(text: str) -> Document:
    document = read_document("a.yaml", text)
    assert isinstance(document, Document), document
    return document


def refused(text: str) -> tuple[Mistake, ...]:
    document = read_document("a.yaml", text)
    assert isinstance(document, tuple), document
    return document


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = 'a: yes\nb: true\nc: 12\nd: 1.5\ne: 09:00\nf: ~\ng: "12"\nh:\ni: 1e3\nj: 012'
    assert read(text).value == {
        "a": "yes",
        "b": True,
        "c": 12,
        "d": 1.5,
        "e": "09:00",
        "f": None,
        "g": "12",
        "h": None,
        "i": 1000.0,
        "j": 12,
    }


def test_every_place_has_its_line() -> None:
    document = read("a:\n  - b: 1\n\n    c:\n      d: 2\ne: {f: 3}\n")
    assert document.line(("a", 0, "c", "d")) == 5
    assert document.line(("a", 0, "c")) == 4
    assert document.line(("e", "f")) == 6


def test_an_unknown_place_has_the_line_of_what_holds_it() -> None:
    document = read("a:\n  b:\n    - c: 1\n")
    assert document.line(("a", "b", 0, "some-branch", "missing")) == 3
    assert document.line(("nowhere",)) == 1


def test_a_key_written_twice_is_told_with_both_lines() -> None:
    (mistake,) = refused("ana: 1\nbo: 2\nana: 3\n")
    assert (mistake.line, mistake.code) == (3, Code.YAML_DUPLICATE_KEY)
    assert "line 1" in mistake.fix


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: [", Code.YAML_SYNTAX, 2),
        ("a: &x 1\nb: *x\n", Code.YAML_ALIAS, 2),
        ("a: !!python/object:os.system x", Code.YAML_SYNTAX, 1),
        ("a: 1\n---\nb: 2\n", Code.YAML_SYNTAX, 2),
        ("? [a, b]\n: 1\n", Code.YAML_SYNTAX, 1),
        ("[" * 5000, Code.YAML_SYNTAX, 1),
        ('a: "\\UFFFFFFFF"', Code.YAML_SYNTAX, 1),
        ("- a\n", Code.FIELD_WRONG, 1),
        ("", Code.FIELD_WRONG, 1),
        ("just text", Code.FIELD_WRONG, 1),
    ],
)
def test_what_is_no_plain_mapping_is_refused_with_its_line(
    text: str, code: Code, line: int
) -> None:
    (mistake,) = refused(text)
    assert (mistake.code, mistake.line) == (code, line)


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_a_mistake(text: str) -> None:
    document = read_document("a.yaml", text)
    assert isinstance(document, Document) or document


@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`?, \n\t\\Ux0~", max_size=80))
def test_any_text_of_yaml_s_own_signs_is_a_document_or_a_mistake(text: str) -> None:
    document = read_document("a.yaml", text)
    assert isinstance(document, Document) or document


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text("abc é\n:#-'\"", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), _JSON, max_size=4))
def test_json_reads_as_the_yaml_it_is(value: dict[str, object]) -> None:
    assert read(json.dumps(value)).value == value
