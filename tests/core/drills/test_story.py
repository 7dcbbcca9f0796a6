from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.drills.facts import Declared, DrillFacts
from fireline.core.drills.story import (
    LEAST_LIMIT,
    WORLD_STANDS_WITHIN,
    Step,
    deadline,
    failing_step,
    is_complete,
    story,
)
from fireline.core.values.ids import CategoryId
from fireline.core.values.priority import Priority
from tests.core.drills.drill_world import START, minutes, went_well

LONG_AFTER = START + timedelta(days=1)
SPOILT: dict[Step, dict[str, object]] = {
    Step.SIMULATE: {"first_signal_at": None},
    Step.ATTACK: {"attack_at": None},
    Step.DETECT: {"detected_at": None},
    Step.PAGE: {"paged_at": None},
    Step.ANSWER: {"acknowledged_at": None},
    Step.CONTAIN: {"actions": ()},
    Step.RECOVER_AND_REVIEW: {"closed_at": None},
}


def test_a_drill_that_went_well_told_the_whole_story_in_order():
    reached = story(went_well())
    assert [each.step for each in reached] == list(Step)
    assert is_complete(went_well())
    assert failing_step(went_well(), LONG_AFTER) is None


@pytest.mark.parametrize("step", Step)
def test_a_step_that_is_missing_is_the_one_that_is_named(step: Step):
    facts = replace(went_well(), **SPOILT[step])
    assert failing_step(facts, LONG_AFTER) is step
    assert not is_complete(facts)


@pytest.mark.parametrize("step", Step)
def test_a_step_that_is_missing_leaves_those_after_it_untold(step: Step):
    told = {each.step for each in story(replace(went_well(), **SPOILT[step])) if each.at}
    assert told == set(list(Step)[: list(Step).index(step)])


@pytest.mark.parametrize("step", Step)
def test_a_step_has_twice_its_limit(step: Step):
    facts = replace(went_well(), **SPOILT[step])
    last = deadline(step, facts)
    assert failing_step(facts, last) is None
    assert failing_step(facts, last + timedelta(microseconds=1)) is step


@pytest.mark.parametrize(
    ("spoilt", "step"),
    [
        ({"raised_at": None}, Step.PAGE),
        ({"declared": None}, Step.ANSWER),
        ({"attacker_succeeded_at": LONG_AFTER}, Step.CONTAIN),
        ({"recovered_at": None}, Step.RECOVER_AND_REVIEW),
        ({"reviewed_at": None}, Step.RECOVER_AND_REVIEW),
    ],
)
def test_every_part_of_a_step_is_needed(spoilt: dict[str, object], step: Step):
    assert failing_step(replace(went_well(), **spoilt), LONG_AFTER) is step


def test_limits_count_from_the_attack_and_shrink_with_the_pace():
    facts = replace(went_well(), detected_at=None)
    assert deadline(Step.DETECT, facts) == START + minutes(10)
    assert deadline(Step.DETECT, replace(facts, pace=20)) == START + timedelta(seconds=30)
    assert deadline(Step.DETECT, replace(facts, pace=600)) == START + 2 * LEAST_LIMIT


def test_a_world_that_never_stands_fails_the_first_step():
    facts = DrillFacts(went_well().scenario, pace=60, started_at=START)
    assert failing_step(facts, START + WORLD_STANDS_WITHIN) is None
    assert failing_step(facts, START + WORLD_STANDS_WITHIN + minutes(1)) is Step.SIMULATE


def test_every_step_says_what_it_is_and_what_went_wrong():
    assert all(step.sentence.endswith(".") and step.failure.endswith(".") for step in Step)


moments = st.none() | st.integers(0, 10_000).map(lambda n: START + timedelta(seconds=n))


@given(
    first_signal_at=moments,
    attack_at=moments,
    detected_at=moments,
    paged_at=moments,
    acknowledged_at=moments,
    declared=st.none()
    | st.just(Declared(START + minutes(7), Priority.P2, CategoryId("credential"))),
    closed_at=moments,
    now=st.integers(0, 50_000).map(lambda n: START + timedelta(seconds=n)),
)
def test_the_failing_step_is_always_the_first_that_is_missing(now: datetime, **spoilt: object):
    facts = replace(went_well(), **spoilt)
    failed = failing_step(facts, now)
    missing = [each.step for each in story(facts) if each.at is None]
    assert failed in {None, *missing[:1]}
    assert (not missing) == is_complete(facts)
