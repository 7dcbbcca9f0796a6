"""Which of several phone companies is tried first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.breaker import (
    ENOUGH,
    REST,
    WELL,
    Health,
    after_attempt,
    in_order,
    rests,
)

NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)
BOTH = ("a", "b")


def failed(times: int) -> Health:
    health = WELL
    for _ in range(times):
        health = after_attempt(health, worked=False, now=NOW)
    return health


def test_the_operator_s_order_holds_until_one_failed_three_times_in_a_row():
    assert in_order(BOTH, {}, NOW) == BOTH
    assert in_order(BOTH, {"a": failed(ENOUGH - 1)}, NOW) == BOTH
    assert in_order(BOTH, {"a": failed(ENOUGH)}, NOW) == ("b", "a")


def test_a_minute_later_it_is_tried_first_again():
    health = {"a": failed(ENOUGH)}
    assert in_order(BOTH, health, NOW + REST - timedelta(seconds=1)) == ("b", "a")
    assert in_order(BOTH, health, NOW + REST) == BOTH


def test_one_success_forgets_every_failure():
    assert after_attempt(failed(ENOUGH), worked=True, now=NOW) == WELL


def test_who_asks_to_be_left_alone_is_left_alone_for_so_long_but_no_longer_than_a_rest():
    asked = after_attempt(WELL, worked=False, now=NOW, asked=timedelta(seconds=20))
    assert rests(asked, NOW + timedelta(seconds=19))
    assert not rests(asked, NOW + timedelta(seconds=20))
    greedy = after_attempt(WELL, worked=False, now=NOW, asked=timedelta(days=1))
    assert not rests(greedy, NOW + REST)


@given(st.lists(st.booleans()), st.lists(st.booleans()))
def test_nobody_is_ever_left_out(a: list[bool], b: list[bool]):
    health = {"a": WELL, "b": WELL}
    for name, history in (("a", a), ("b", b)):
        for worked in history:
            health[name] = after_attempt(health[name], worked=worked, now=NOW)
    assert sorted(in_order(BOTH, health, NOW)) == ["a", "b"]
