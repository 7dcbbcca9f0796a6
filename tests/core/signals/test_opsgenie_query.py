"""The search language of the Opsgenie alert API, as lists of tests."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.opsgenie_query import MAX_QUERY, BadQuery, parse
from fireline.core.signals.search import Numbers, Search, Words

OPEN = Words("state", "firing")
T1 = Words("tag", "t1")
T2 = Words("tag", "t2")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ()),
        ("   ", ()),
        ("status:open", ((OPEN,),)),
        ("status=open", ((OPEN,),)),
        ("STATUS : closed", ((Words("state", "resolved"),),)),
        ('status:open AND tag:"t1"', ((OPEN, T1),)),
        ("status:open tag:t1", ((OPEN, T1),)),
        ("tag:t1 OR tag:t2", ((T1,), (T2,))),
        ("tag: (t1 OR t2)", ((T1,), (T2,))),
        ("tags: (t1 AND t2)", ((T1, T2),)),
        ("tag:(t1)", ((T1,),)),
        ("(tag:t1 or tag:t2) and status:open", ((T1, OPEN), (T2, OPEN))),
        ("NOT status:open", ((Words("state", "firing", negated=True),),)),
        ("not (tag:t1 OR tag:t2)", ((Words("tag", "t1", True), Words("tag", "t2", True)),)),
        ("NOT (tag:t1 AND tag:t2)", ((Words("tag", "t1", True),), (Words("tag", "t2", True),))),
        ("NOT NOT tag:t1", ((T1,),)),
        ("tag != t1", ((Words("tag", "t1", True),),)),
        ("! tag:t1", ((Words("tag", "t1", True),),)),
        ("alias:a/b:c", ((Words("key", "a/b:c"),),)),
        ('alias:"say \\"hi\\""', ((Words("key", 'say "hi"'),),)),
        ("alias:disk*", ((Words("key", "disk%"),),)),
        ("alias:100%_x\\", ((Words("key", "100\\%\\_x\\\\"),),)),
        ("message: disk", ((Words("title", "%disk%"),),)),
        ('"disk full"', ((Words("title", "%disk full%"),),)),
        ("disk", ((Words("title", "%disk%"),),)),
        ("priority: p1", ((Words("priority", "P1"),),)),
        ("teams: SREs", ((Words("team", "SREs"),),)),
        ("acknowledged: TRUE", ((Words("acknowledged", "true"),),)),
        ("snoozed=false", ((Words("snoozed", "false"),),)),
        ("details.key: env", ((Words("label", "env"),),)),
        ("count > 3", ((Numbers("times", 4, None),),)),
        ("count: 3", ((Numbers("times", 3, 3),),)),
        ("createdAt > 1700000000000", ((Numbers("raised_at", 1_700_000_000.001, None),),)),
        ("createdAt>=1700000000", ((Numbers("raised_at", 1_700_000_000, None),),)),
        ("createdAt<2023-11-14T22:13:20Z", ((Numbers("raised_at", 1_700_000_000, None, True),),)),
        ("createdAt<=14-11-2023T22:13:20", ((Numbers("raised_at", None, 1_700_000_000),),)),
        ("createdAt: 14-11-2023", ((Numbers("raised_at", 1_699_920_000, 1_700_006_399.999),),)),
        ("createdAt: 2023-11-14", ((Numbers("raised_at", 1_699_920_000, 1_700_006_399.999),),)),
        ("NOT count: 3", ((Numbers("times", 3, 3, True),),)),
    ],
)
def test_a_query_is_read(query: str, found: Search):
    assert parse(query) == found


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("colour:red", "unknown field colour"),
        ("status:ajar", "status is one of open, closed, not ajar"),
        ("priority:P9", "priority is one of"),
        ("acknowledged:maybe", "acknowledged is one of true, false"),
        ("status > open", "cannot be compared with >"),
        ("count: many", "whole number"),
        ("createdAt > soon", "a moment such as"),
        ("createdAt > 99999999999999999999999", "a moment such as"),
        ("createdAt : 31-02-2026", "a moment such as"),
        ("status:", "a value is missing before the end"),
        ("status: (open", "ends too early"),
        ("status: (open tag", "a parenthesis is not closed"),
        ("status: ()", "a value is missing"),
        ("(status:open", "ends too early"),
        ("status:open)", "unexpected"),
        (")", "unexpected ')'"),
        (":open", "unexpected ':'"),
        ("AND", None),
        ("tag:t1 AND", "ends too early"),
        ("NOT", "ends too early"),
        ('"never closed', "cannot read"),
        ("(" * 30 + "a" + ")" * 30, "deeper than"),
        ("NOT " * 30 + "a", "deeper than"),
        (" ".join("(a OR b)" for _ in range(7)), "more than 64 alternatives"),
        ("x" * (MAX_QUERY + 1), "at most"),
    ],
)
def test_what_cannot_be_read_says_why(query: str, why: str | None):
    if why is None:
        assert parse(query) == ((Words("title", "%AND%"),),)
        return
    with pytest.raises(BadQuery, match=_literal(why)):
        parse(query)


def _literal(text: str) -> str:
    return text.replace("(", r"\(").replace(")", r"\)")


@given(st.text(alphabet='abc ()":=<>!*\\ANDORT:status', max_size=60))
def test_any_text_is_read_or_refused(query: str):
    found: Search = ()
    with contextlib.suppress(BadQuery):
        found = parse(query)
    assert all(tests for tests in found)
