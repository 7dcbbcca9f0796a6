from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection.fields import find
from fireline.core.detection.oracle import holds
from fireline.core.detection.patterns import expression, literal_in
from fireline.core.detection.reduction import reduced
from fireline.core.detection.terms import Field, Regex, Term, Text, all_of, any_of, negated
from fireline.core.detection.witnesses import decided_by, names, outline
from tests.core.detection.terms_and_events import PATHS, TEXTS, events, terms

STOP = Field("eventName", Text(("StopLogging",)))
START = Field("eventName", Text(("StartLogging",)))
DENIED = Field("errorCode", Text(("AccessDenied",)))


@given(terms, events)
def test_a_rule_never_matches_outside_the_names_it_is_filed_under(term: Term, event: dict):
    possible = names(term, "eventName")
    name = event.get("eventName")
    if possible is not None and isinstance(name, str) and name.lower() not in possible:
        assert not holds(term, event)


@given(terms, events, st.frozensets(st.sampled_from(PATHS)))
def test_where_the_outline_is_false_so_is_the_rule(term: Term, event: dict, seen: frozenset[str]):
    blurred = outline(term, seen)
    assert decided_by(blurred, seen)
    if holds(term, event):
        assert holds(blurred, event)


@given(terms, events, st.frozensets(st.sampled_from(PATHS)))
def test_what_is_left_of_a_rule_says_what_the_rule_says(
    term: Term, event: dict, seen: frozenset[str]
):
    known: Mapping[str, object] = {path: find(event, tuple(path.split("."))) for path in seen}
    rest = reduced(term, known)
    assert holds(rest, event) == holds(term, event)
    if decided_by(term, seen):
        assert decided_by(rest, frozenset())


def test_rules_are_filed_under_every_name_any_branch_allows():
    assert names(any_of(iter((STOP, START))), "eventName") == {"stoplogging", "startlogging"}
    assert names(all_of(iter((STOP, DENIED))), "eventName") == {"stoplogging"}
    assert names(any_of(iter((STOP, DENIED))), "eventName") is None
    assert names(negated(STOP), "eventName") is None
    assert names(all_of(iter((STOP, START))), "eventName") == frozenset()


@given(
    st.text(alphabet="ab:-./*+?^$x ", max_size=12).map(
        lambda text: Regex(text.strip("*+?") or "a")
    ),
    st.lists(st.sampled_from([*TEXTS, "ab:-x", "aab", "b b", "aba:b"]), max_size=4).map("".join),
)
def test_a_text_without_the_literal_never_has_the_expression(regex: Regex, text: str):
    try:
        search = expression(regex)
    except Exception:  # noqa: BLE001 - RE2's error type is private; such rules are refused earlier
        return
    if search(text):
        assert literal_in(regex) in text


def test_a_literal_is_named_only_where_it_is_sure():
    assert literal_in(Regex(".+:assumed-role/aws:.+")) == ":assumed-role/aws:"
    assert literal_in(Regex("colou?r")) == "colo"
    assert literal_in(Regex("cat|dog")) == ""
    assert literal_in(Regex(r"a\.b")) == ""
