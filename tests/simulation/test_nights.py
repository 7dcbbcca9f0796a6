"""Five hundred bad nights, each with its seed, and proof that what is broken would be seen."""

from datetime import datetime

import pytest

from fireline.core.escalation.delivery import Wish
from tests.simulation.invariants import WasBroken
from tests.simulation.play import Night
from tests.simulation.rows import Message, Rows

SEEDS = 500
CHUNK = 50


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_promise_is_broken_in_any_of_these_nights(first: int):
    for seed in range(first, first + CHUNK):
        try:
            night = Night(seed).play()
        except WasBroken as why:
            pytest.fail(f"seed {seed}: {why} (python -m tests.simulation --seeds {seed})")
        assert night.arrivals > 0, f"seed {seed} told nobody anything"


def test_a_seed_is_the_same_night_each_time():
    once, again = Night(0).play(), Night(0).play()
    assert once.trace == again.trace
    assert once.trace != Night(1).play().trace


class ForgetsMoments(Rows):
    """Loses the moment of a message that is put off."""

    def settle(self, now, sending, went, asked) -> None:
        super().settle(now, sending, went, asked)
        wish = self.wishes[sending.wish]
        if wish.state is Wish.WAITING:
            wish.due = None


class GivesUp(Rows):
    """Holds a failed attempt for the last, as a queue without leases would."""

    def settle(self, now, sending, went, asked) -> None:
        super().settle(now, sending, went, asked)
        wish = self.wishes[sending.wish]
        if wish.state is Wish.WAITING and wish.due is not None:
            self._settle(now, wish, Wish.REFUSED)


class TellsAfterAnswers(Rows):
    """Leaves messages waiting when somebody answers, and does not look again before sending."""

    def _stop_telling(self, now, alert, by) -> None:
        pass

    def prepare(self, now: datetime, wish: Message, fence: int):
        state, wish.page.alert.state = wish.page.alert.state, "firing"
        try:
            return super().prepare(now, wish, fence)
        finally:
            wish.page.alert.state = state


class SaysTwice(Rows):
    """Does not write down that a message arrived."""

    def settle(self, now, sending, went, asked) -> None:
        wish = self.wishes[sending.wish]
        if wish.due is not None:
            wish.due.at, wish.due.lease = now, None


@pytest.mark.parametrize("wrong", [ForgetsMoments, GivesUp, TellsAfterAnswers, SaysTwice])
def test_what_is_broken_would_be_seen(wrong: type[Rows]):
    def breaks(seed: int) -> bool:
        try:
            Night(seed, kept_in=wrong).play()
        except WasBroken:
            return True
        return False

    assert any(breaks(seed) for seed in range(5))
