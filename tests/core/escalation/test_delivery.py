"""What follows from an attempt, whatever came before it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.delivery import (
    Attempt,
    PageStands,
    Said,
    Sibling,
    Went,
    Wish,
    after,
    hurries,
    is_wanted,
    refused,
)
from fireline.core.escalation.ladder import Exhausted, Waiting
from fireline.core.escalation.retry import LONGEST_WAIT, MAX_ATTEMPTS, NEXT_CHANNEL_WITHIN

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ATTEMPTS = st.builds(
    Attempt,
    st.sampled_from(Went),
    st.just("why"),
    st.integers(1, MAX_ATTEMPTS + 3),
    st.integers(0, 4),
    st.none() | st.timedeltas(timedelta(), timedelta(days=2)),
)
SIBLINGS = st.none() | st.lists(
    st.builds(
        Sibling,
        st.uuids(),
        st.sampled_from(Wish),
        st.none() | st.timedeltas(-DAY, DAY).map(lambda apart: NOW + apart),
    ),
    max_size=4,
)


@given(ATTEMPTS, SIBLINGS)
def test_a_message_that_waits_is_tried_again_soon_and_no_other_ever_is(attempt, siblings):
    verdict = after(attempt, siblings, NOW)
    if verdict.wish is Wish.WAITING:
        assert verdict.due is not None
        assert NOW < verdict.due <= NOW + LONGEST_WAIT
        assert attempt.number < MAX_ATTEMPTS or attempt.went is Went.UNKNOWN
    else:
        assert verdict.due is None


@given(ATTEMPTS, SIBLINGS)
def test_while_a_message_has_not_arrived_the_next_channel_speaks_within_a_minute(attempt, siblings):
    verdict = after(attempt, siblings, NOW)
    coming = [one for one in siblings or () if one.state == Wish.WAITING]
    if attempt.went is not Went.DELIVERED and coming:
        assert verdict.forward is not None
        assert verdict.forward.wish in {one.id for one in coming}
        assert verdict.forward.by <= NOW + NEXT_CHANNEL_WITHIN
    else:
        assert verdict.forward is None


@given(ATTEMPTS, SIBLINGS)
def test_a_page_fails_only_when_nothing_arrived_and_nothing_is_left_to_try(attempt, siblings):
    verdict = after(attempt, siblings, NOW)
    left = [one for one in siblings or () if one.state in {Wish.WAITING, Wish.DELIVERED}]
    if verdict.page == "failed":
        assert verdict.wish is Wish.REFUSED
        assert not left
    if verdict.wish is Wish.REFUSED and siblings is not None and not left:
        assert verdict.page == "failed"


def test_of_several_channels_the_one_that_would_come_next_speaks():
    later, sooner, lost = (UUID(int=n) for n in (1, 2, 3))
    siblings = [
        Sibling(later, "waiting", NOW + timedelta(minutes=9)),
        Sibling(sooner, "waiting", NOW + timedelta(minutes=3)),
    ]
    assert refused("no", siblings, NOW).forward.wish == sooner
    assert refused("no", [*siblings, Sibling(lost, "waiting", None)], NOW).forward.wish == lost


def test_what_may_have_arrived_is_tried_twice_and_said_each_time():
    first = after(Attempt(Went.UNKNOWN, "?", 1, unsure=1), [], NOW)
    second = after(Attempt(Went.UNKNOWN, "?", 2, unsure=2), [], NOW)
    assert (first.wish, first.said) == (Wish.WAITING, Said.UNCONFIRMED)
    assert (second.wish, second.said, second.page) == (Wish.REFUSED, Said.FAILED, "failed")


def test_a_ladder_hurries_only_past_the_step_that_reached_nobody():
    waiting = Waiting(2, NOW + timedelta(minutes=5))
    here, there = PageStands(1, 2, "failed"), PageStands(1, 2, "sent")
    assert hurries(waiting, here, [here, PageStands(1, 1, "sent")], NOW)
    assert not hurries(waiting, here, [here, there], NOW)
    assert not hurries(waiting, here, [here, PageStands(2, 1, "sent")], NOW)
    assert not hurries(Waiting(3, waiting.due), here, [here], NOW)
    assert not hurries(Waiting(2, NOW), here, [here], NOW)
    assert not hurries(Exhausted(2, NOW), here, [here], NOW)


def test_a_page_is_wanted_until_what_stops_it_happens():
    assert is_wanted("firing", "acknowledged")
    assert not is_wanted("acknowledged", "acknowledged")
    assert is_wanted("acknowledged", "resolved")
    assert not is_wanted("resolved", "resolved")
