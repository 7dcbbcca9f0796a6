from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.timeline.fact import EMPTY, GENESIS, Fact, Head, Stream, first_break, follow

STREAM = Stream("incident", UUID(int=7))
AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
bodies = st.dictionaries(
    st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=4
)


def chain(told: list[dict]) -> list[Fact]:
    head, facts = EMPTY, []
    for minute, body in enumerate(told):
        at = AT + timedelta(minutes=minute)
        fact = follow(head, STREAM, at=at, by="ana", kind="incident.noted", body=body)
        facts.append(fact)
        head = Head(fact.seq, fact.hash)
    return facts


@given(st.lists(bodies, max_size=6))
def test_a_chain_as_it_was_written_has_no_break(told: list[dict]):
    facts = chain(told)
    assert first_break(facts) is None
    assert [fact.seq for fact in facts] == list(range(1, len(told) + 1))


CHANGES = {
    "at": lambda fact: replace(fact, at=fact.at + timedelta(microseconds=1)),
    "by": lambda fact: replace(fact, by="bo"),
    "kind": lambda fact: replace(fact, kind="incident.closed"),
    "body": lambda fact: replace(fact, body={**fact.body, "more": 1}),
    "hash": lambda fact: replace(fact, hash="f" * 64),
    "previous": lambda fact: replace(fact, previous="f" * 64),
    "seq": lambda fact: replace(fact, seq=fact.seq + 1),
    "stream": lambda fact: replace(fact, stream=Stream("incident", UUID(int=8))),
}


@pytest.mark.parametrize("part", CHANGES)
@given(st.lists(bodies, min_size=1, max_size=5), st.data())
def test_changing_any_part_of_any_fact_breaks_the_chain_there_or_after(
    part: str, told: list[dict], data: st.DataObject
):
    facts = chain(told)
    place = data.draw(st.integers(0, len(facts) - 1))
    facts[place] = CHANGES[part](facts[place])
    broken = first_break(facts)
    assert broken is not None
    # A fact that says it is of another stream breaks where it stands, or at the next one.
    assert broken in facts[place : place + 2]


@given(st.lists(bodies, min_size=2, max_size=6), st.data())
def test_taking_one_out_or_swapping_two_breaks_the_chain(told: list[dict], data: st.DataObject):
    facts = chain(told)
    place = data.draw(st.integers(0, len(facts) - 2))
    without = facts[:place] + facts[place + 1 :]
    swapped = [*facts[:place], facts[place + 1], facts[place], *facts[place + 2 :]]
    assert first_break(without) is not None
    assert first_break(swapped) is not None


def test_the_zone_a_moment_is_written_in_does_not_matter():
    local = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    here = follow(EMPTY, STREAM, at=AT, by="ana", kind="k", body={})
    there = follow(EMPTY, STREAM, at=local, by="ana", kind="k", body={})
    assert here.hash == there.hash


def test_the_first_fact_follows_from_nothing():
    fact = follow(EMPTY, STREAM, at=AT, by="ana", kind="k", body={"a": 1})
    assert (fact.seq, fact.previous) == (1, GENESIS)
    assert str(fact.stream) == "incident:00000000-0000-0000-0000-000000000007"
