"""What a text from a phone asks for, and what is no answer at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.answers import (
    MAX_READ,
    Answer,
    ByCode,
    ByNumber,
    ToTheLast,
    Verb,
    is_for_the_company,
    read,
)

ACK, RESOLVE, ESCALATE = Verb.ACKNOWLEDGE, Verb.RESOLVE, Verb.ESCALATE


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("7a", ByCode(ACK, 7)),
        ("7 A", ByCode(ACK, 7)),
        (" 7A. ", ByCode(ACK, 7)),
        ("12r", ByCode(RESOLVE, 12)),
        ("7e", ByCode(ESCALATE, 7)),
        ("7 ack", ByCode(ACK, 7)),
        ("7aa", ByCode(ACK, 7, whole_service=True)),
        ("7 AA", ByCode(ACK, 7, whole_service=True)),
        ("ack 42", ByNumber(ACK, 42)),
        ("Ack #42", ByNumber(ACK, 42)),
        ("ACK42", ByNumber(ACK, 42)),
        ("a 42", ByNumber(ACK, 42)),
        ("resolve 42", ByNumber(RESOLVE, 42)),
        ("escalate  42!", ByNumber(ESCALATE, 42)),
        ("a", ToTheLast(ACK)),
        ("A", ToTheLast(ACK)),
        ("r", ToTheLast(RESOLVE)),
        ("Ack", ToTheLast(ACK)),
        ("4", ToTheLast(ACK)),
        ("6", ToTheLast(RESOLVE)),
        ("5", ToTheLast(ESCALATE)),
        ("\N{ARABIC-INDIC DIGIT SEVEN}a", ByCode(ACK, 7)),
    ],
)
def test_an_answer_is_read_however_it_is_typed(text: str, asked: Answer):
    assert read(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "42",
        "aa",
        "who is this?",
        "7x",
        "a7a",
        "700a",
        "ack all",
        "ack 42 43",
        "please ack 42",
        "ack 1234567890123",
        "7a" * 40,
    ],
)
def test_what_is_not_clear_is_no_answer(text: str):
    assert read(text) is None


@given(st.text(max_size=MAX_READ * 3))
def test_any_text_at_all_is_read_without_a_fault(text: str):
    asked = read(text)
    assert asked is None or asked.verb in Verb


@pytest.mark.parametrize("text", ["STOP", " stop ", "Start", "UNSUBSCRIBE"])
def test_what_the_phone_company_answers_is_left_to_it(text: str):
    assert is_for_the_company(text)
    assert not is_for_the_company("stop it")
