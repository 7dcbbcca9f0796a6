"""The order of what phone companies say, and which short number a page gets."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.callback import address, opened, sealed
from fireline.core.escalation.receipts import State, follows, has_arrived, is_lost, why_lost
from fireline.core.escalation.reply_codes import LARGEST, Given, choose

NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)


def last(*states: State) -> State | None:
    known: State | None = None
    for state in states:
        if follows(known, state):
            known = state
    return known


@pytest.mark.parametrize(
    "states",
    [
        (State.QUEUED, State.SENT, State.DELIVERED),
        (State.QUEUED, State.RINGING, State.ANSWERED, State.COMPLETED),
        (State.QUEUED, State.SENT, State.UNDELIVERED),
        (State.QUEUED, State.RINGING, State.NO_ANSWER),
    ],
)
def test_receipts_may_come_in_any_order(states: tuple[State, ...]):
    assert {last(*order) for order in permutations(states)} == {states[-1]}


def test_that_it_arrived_is_never_taken_back():
    assert last(State.FAILED, State.DELIVERED) is State.DELIVERED
    assert last(State.DELIVERED, State.FAILED, State.SENT) is State.DELIVERED


@given(st.lists(st.sampled_from(State)))
def test_the_same_receipt_again_is_no_news(states: list[State]):
    known = last(*states)
    assert known is None or not follows(known, known)


def test_every_state_is_on_the_way_or_lost_or_arrived():
    lost = {state for state in State if is_lost(state)}
    assert lost == {State.UNDELIVERED, State.FAILED, State.BUSY, State.NO_ANSWER}
    assert not any(has_arrived(state) for state in lost)
    assert why_lost(State.BUSY) == "the line was busy"
    assert why_lost(State.FAILED, "error 30003").endswith("could not send it: error 30003")


def given_at(code: int, minutes: int, *, over: bool = False) -> Given:
    return Given(code, NOW + timedelta(minutes=minutes), over)


def test_a_page_gets_the_smallest_number_that_was_never_used():
    assert choose([]) == 1
    assert choose([given_at(1, 0), given_at(2, 1)]) == 3
    assert choose([given_at(2, 0, over=True)]) == 1


def test_when_all_are_used_the_oldest_that_is_over_is_used_again():
    full = [given_at(code, code) for code in range(1, LARGEST + 1)]
    assert choose(full) == 1
    full[40] = given_at(41, 41, over=True)
    full[50] = given_at(51, 51, over=True)
    assert choose(full) == 41


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60))
def test_a_message_is_named_in_an_address_and_found_again(key: str):
    assert opened(sealed(key)) == key


@given(st.text())
def test_any_part_of_a_path_is_opened_without_a_fault(part: str):
    assert opened(part) is None or isinstance(opened(part), str)


def test_an_address_says_the_company_and_what_it_calls_for():
    assert (
        address("https://f.example/", "twilio", "text") == "https://f.example/telephone/twilio/text"
    )
    whole = address("https://f.example", "plivo", "keys", "page:1:0:voice")
    assert opened(whole.rsplit("/", 1)[1]) == "page:1:0:voice"
