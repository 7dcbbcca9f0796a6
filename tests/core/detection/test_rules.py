import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection import rules as rule_files
from fireline.core.detection.rules import MAX_FILE_CHARACTERS, Loaded, load_rules
from fireline.core.values.priority import Level, Priority

GOOD = """\
title: Trail stopped
id: 4db60cc0-36fb-42b7-9b58-a5b53019fb74
description: Somebody stopped a trail.
tags: [attack.defense-impairment, attack.t1685.002, cve.2020-1]
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: StopLogging
  condition: selection
level: high
"""
OTHER = GOOD.replace("4db60cc0", "5db60cc0")


def loaded(text: str) -> Loaded:
    return load_rules({"r.yml": text})


def test_a_rule_becomes_a_card_for_the_later_rooms():
    (rule,) = loaded(GOOD).rules
    assert rule.card.id == "4db60cc0-36fb-42b7-9b58-a5b53019fb74"
    assert (rule.card.title, rule.card.description) == (
        "Trail stopped",
        "Somebody stopped a trail.",
    )
    assert (rule.card.level, rule.card.priority) == (Level.HIGH, Priority.P2)
    assert rule.card.tactics == ("attack.defense-impairment", "attack.t1685.002")
    assert (rule.card.dedup, rule.card.runbook, rule.card.file) == ("principal", None, "r.yml")
    assert (rule.logsource.product, rule.logsource.category, rule.logsource.service) == (
        "aws",
        "",
        "cloudtrail",
    )


def test_our_own_keys_choose_deduplication_priority_and_runbook():
    keys = "fireline: {dedup: access_key, priority: P1, runbook: leaked-key}\n"
    (rule,) = loaded(GOOD + keys).rules
    assert (rule.card.dedup, rule.card.priority) == ("access_key", Priority.P1)
    assert rule.card.runbook == "leaked-key"


def test_a_rule_without_an_id_goes_by_its_name_or_title():
    named = GOOD.replace("id: 4db60cc0-36fb-42b7-9b58-a5b53019fb74", "name: trail_stopped")
    assert loaded(named).rules[0].card.id == "trail_stopped"
    untitled = GOOD.replace("id: 4db60cc0-36fb-42b7-9b58-a5b53019fb74\n", "")
    assert loaded(untitled).rules[0].card.id == "Trail stopped"


def test_several_documents_and_empty_ones_are_read():
    assert len(loaded(f"---\n---\n{GOOD}---\n{OTHER}---\n").rules) == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("level: high", "level: enormous", 10, "enormous"),
        ("level: high", "fireline: {dedup: colour}", 10, "colour"),
        ("level: high", "fireline: {colour: red}", 10, "colour"),
        ("level: high", "fireline: {runbook: 'Not A Slug'}", 10, "runbook"),
        ("level: high", "fireline: 5", 10, "fireline"),
        ("level: high", "correlation: {}", 10, "correlations"),
        ("level: high", "filter: {}", 10, "filter"),
        ("level: high", "action: global", 10, "collection actions"),
        ("level: high", "title: again", 10, "second time"),
        ("condition: selection", "condition: selektion", 9, "selektion"),
        ("condition: selection", "condition: selection and", 9, "Expected"),
        ("condition: selection", "condition: selection | count() > 5", 9, "deprecated"),
        ("condition: selection", "condition: 1 of nothing*", 9, "doesn't match"),
        ("eventName: Stop", "eventName|unknown: Stop", 7, "Unknown modifier"),
        ("eventName: Stop", "eventName|cidr: 10.0.0.0/40\n    x: ", 7, "CIDR"),
        ("eventName: Stop", "eventName|re: '('\n    x: ", 7, "invalid"),
        ("eventName: Stop", "eventName|re: '(?=a)'\n    x: ", 7, "invalid"),
        ("eventName: Stop", "eventName|expand: '%who%'\n    x: ", 6, "%who%"),
        ("eventName: StopLogging", "eventName: [a, null]", 7, "null in a list"),
        ("eventName: StopLogging", "eventName: []", 7, "empty list"),
        ("eventName: Stop", 'eventName: "\\ud800"\n    x: ', 8, ""),
        ("logsource: {product: aws, service: cloudtrail}", "logsource: 5", 5, "log"),
        ("logsource: {product: aws, service: cloudtrail}\n", "", 1, "log source"),
        ("eventName: StopLogging", "'|cidr': 10.0.0.0/8", 6, "needs a field"),
        ("eventName: StopLogging", "'': null", 6, "needs a field"),
        ("eventName: StopLogging", "eventName: " + "[" * 99 + "]" * 99, 8, "64 deep"),
        ("condition: selection", "condition: " + "not " * 999 + "selection", 6, "too deeply"),
        ("level: high", "date: 2024-13-45", 1, "month"),
        ("level: high", "x: !!python/name:os.system", 10, "constructor"),
        ("id: 4db60cc0", "id: x4db60cc0", 2, "UUID"),
        ("title: Trail", "title: [unclosed\nx: Trail", 2, ""),
    ],
)
def test_a_rule_that_cannot_be_honoured_is_refused_with_its_line(old, new, line, says):
    assert old in GOOD
    result = loaded(GOOD.replace(old, new))
    assert result.rules == ()
    mistake = result.mistakes[0]
    assert says in mistake.why
    assert (mistake.file, mistake.line) == ("r.yml", line)
    assert str(mistake).startswith(f"r.yml:{line}: ")


def test_every_mistake_is_reported_and_the_sound_rules_are_kept():
    files = {
        "a.yml": GOOD.replace("level: high", "level: enormous\nstatus: wrong\nfireline: 5"),
        "b.yml": OTHER,
        "c.yml": OTHER,
        "d.yml": "[",
        "e.yml": "just text",
        "f.yml": "a" * (MAX_FILE_CHARACTERS + 1),
    }
    result = load_rules(files)
    assert [rule.card.file for rule in result.rules] == ["b.yml"]
    files_with_mistakes = [mistake.file for mistake in result.mistakes]
    assert files_with_mistakes == ["a.yml"] * 3 + ["c.yml", "d.yml", "e.yml", "f.yml"]
    assert "taken by a rule in b.yml" in result.mistakes[3].why


def test_a_placeholder_with_half_a_character_is_refused():
    text = GOOD.replace("eventName: Stop", "eventName|expand: '%who%'\n    x: ")
    (mistake,) = load_rules({"r.yml": text}, placeholders={"who": ["\ud800"]}).mistakes
    assert "surrogate" in mistake.why


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 50_000, "- " * 100_000])
def test_hostile_nesting_is_refused_before_it_exhausts_the_stack(text):
    assert [mistake.why for mistake in loaded(text).mistakes] == ["nested more than 64 deep"]


def test_a_condition_of_many_steps_is_refused():
    steps = " and (s or not (".join(["selection"] * 40) + "))" * 39
    text = GOOD.replace("condition: selection", f"condition: {steps}").replace("(s or", "(s1 or")
    text = text.replace("  condition", "  s1: {a: b}\n  condition")
    (mistake,) = loaded(text).mistakes
    assert "nested" in mistake.why


def test_more_rules_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(rule_files, "MAX_RULES", 1)
    result = load_rules({"a.yml": GOOD, "b.yml": OTHER})
    assert len(result.rules) == 1
    assert result.mistakes[0].why == "more than 1 rules"


def test_aliases_that_explode_are_refused():
    layers = "\n".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    bomb = f"x:\n  a0: &a0 [lol]\n{layers}\n{GOOD}"
    assert "alias" in loaded(bomb).mistakes[0].why


json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "s", "a|re", "("])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["s", "condition", "f", "f|re", "f|contains", "f|exists", "|all"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {"title": st.just("t") | json_values},
        optional={
            "id": json_values,
            "logsource": json_values | st.just({"product": "aws"}),
            "detection": json_values
            | st.fixed_dictionaries(
                {"s": json_values, "condition": st.sampled_from(["s", "not s", "1 of them", 5])}
            ),
            "level": json_values,
            "tags": json_values,
            "fireline": json_values,
            "status": json_values,
            "description": json_values,
        },
    )
)
def test_any_document_becomes_a_rule_or_a_mistake(document: dict):
    result = load_rules({"r.yml": json.dumps(document)})
    assert len(result.rules) == (0 if result.mistakes else 1)
    for rule in result.rules:
        assert isinstance(rule.card.title, str)
        assert isinstance(rule.card.description, str)


@given(st.text(alphabet=" \n:-[]{}&*!|>'\"#%@`abtitle?,\t", max_size=60))
def test_any_text_is_read_without_a_fault(text: str):
    assert load_rules({"r.yml": text}).rules == ()
