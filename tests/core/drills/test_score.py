from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.drills.facts import Declared, DrillFacts, RoleHeld, UpdateDue
from fireline.core.drills.score import Rating, Score, score, timeliness
from fireline.core.incidents.terms import Role
from fireline.core.values.ids import CategoryId, PersonId
from fireline.core.values.priority import Priority
from tests.core.drills.drill_world import (
    LEAKED,
    SCENARIO,
    START,
    action,
    by_hand,
    key,
    minutes,
    user,
    went_well,
)

NOTHING = DrillFacts(scenario=SCENARIO, pace=1, started_at=START)


def points(scored: Score) -> dict[str, float]:
    return {part.name: part.points for part in scored.parts}


def test_a_drill_that_went_well_earns_everything():
    scored = score(went_well())
    assert scored.total == 100
    assert scored.passed
    assert scored.contained
    assert {part.rating for part in scored.parts} == {Rating.PERFORMED}
    assert [part.most for part in scored.parts] == [15, 10, 10, 20, 10, 10, 10, 10, 5]


def test_a_drill_in_which_nothing_happened_earns_nothing():
    scored = score(NOTHING)
    assert scored.total == 0
    assert not scored.passed
    assert not scored.contained
    assert {part.rating for part in scored.parts} == {Rating.UNABLE}


@pytest.mark.parametrize(
    ("spoilt", "part", "earned"),
    [
        ({"detected_at": START + minutes(5)}, "detected", 15),
        ({"detected_at": START + minutes(7.5)}, "detected", 7.5),
        ({"detected_at": START + minutes(10)}, "detected", 0),
        ({"detected_at": None}, "detected", 0),
        ({"detected_at": None, "reported": True}, "detected", 7),
        ({"acknowledged_at": START + minutes(15)}, "acknowledged", 5),
        ({"declared": None}, "declared", 0),
        ({"declared": Declared(START, Priority.P1, CategoryId("credential"))}, "declared", 5),
        ({"declared": Declared(START, Priority.P3, CategoryId("credential"))}, "declared", 5),
        ({"declared": Declared(START, Priority.P5, CategoryId("credential"))}, "declared", 0),
        ({"evidence": ()}, "evidence", 0),
        ({"checklist_answered": 3}, "checklist", 2),
        ({"checklist_asked": 0}, "checklist", 0),
        ({"updates": ()}, "updates", 10),
        ({"updates": (UpdateDue(START, None), UpdateDue(START, START))}, "updates", 5),
        ({"updates": (UpdateDue(START, START + minutes(1)),)}, "updates", 0),
        ({"recovered_at": None}, "recovered", 0),
        ({"recovered_at": START + minutes(67.5)}, "recovered", 5),
        ({"actions": ()}, "recovered", 0),
        ({"actions": ()}, "contained", 0),
        ({"roles": ()}, "roles", 0),
    ],
)
def test_each_objective_is_scored_by_itself(spoilt: dict[str, object], part: str, earned: float):
    assert points(score(replace(went_well(), **spoilt)))[part] == pytest.approx(earned)


def test_limits_shrink_with_the_pace():
    fast = replace(went_well(), pace=20, detected_at=START + timedelta(seconds=22.5))
    assert points(score(fast))["detected"] == pytest.approx(7.5)


def test_evidence_collected_after_the_change_is_too_late():
    facts = went_well()
    late = tuple(replace(each, at=START + minutes(13)) for each in facts.evidence[:1])
    facts = replace(facts, evidence=late + facts.evidence[1:])
    assert points(score(facts))["evidence"] == pytest.approx(20 / 3)


def test_a_lead_who_leaves_without_a_successor_costs_points():
    lead = RoleHeld(Role.LEAD, PersonId("bo"), START, START + minutes(9))
    gap = RoleHeld(Role.LEAD, PersonId("cy"), START + minutes(10), None)
    handed = replace(gap, since=START + minutes(9))
    others = went_well().roles[1:]
    assert points(score(replace(went_well(), roles=(lead, *others))))["roles"] == 3
    assert points(score(replace(went_well(), roles=(lead, gap, *others))))["roles"] == 3
    assert points(score(replace(went_well(), roles=(lead, handed, *others))))["roles"] == 5
    assert points(score(replace(went_well(), roles=(went_well().roles[0],))))["roles"] == 3


def test_a_wrong_resource_fails_a_drill_that_was_otherwise_perfect():
    facts = went_well()
    scored = score(replace(facts, actions=(*facts.actions, action(user("shop-reports")))))
    assert scored.fails
    assert not scored.passed
    assert scored.total == pytest.approx(100 - 20 - 10 / 4, abs=0.1)


def test_an_unapproved_action_costs_thirty_points_and_the_drill():
    scored = score(by_hand(went_well(), "iam.UpdateAccessKey", key(LEAKED)))
    assert scored.total == 70
    assert scored.fails
    assert not scored.passed


def test_an_unapproved_action_fails_whatever_the_total():
    scored = replace(score(by_hand(went_well(), "iam.TagUser", user("shop-ci"))), total=100)
    assert not scored.passed


def test_destroyed_evidence_and_a_missing_anchor_cost_points_but_do_not_fail_by_themselves():
    scored = score(replace(went_well(), clock_anchor_missing=True))
    assert (scored.total, scored.passed) == (90, True)
    destroyed = score(by_hand(went_well(), "iam.DeleteAccessKey", key(LEAKED)))
    assert {each.name: each.points for each in destroyed.penalties} == {
        "evidence_destroyed": -20,
        "unapproved": -30,
    }


lateness = st.none() | st.integers(0, 10_000).map(lambda n: START + timedelta(seconds=n))
facts_of_any_kind = st.builds(
    replace,
    st.just(went_well()),
    detected_at=lateness,
    acknowledged_at=lateness,
    recovered_at=lateness,
    attacker_succeeded_at=lateness,
    reported=st.booleans(),
    clock_anchor_missing=st.booleans(),
    checklist_answered=st.integers(0, 40),
    actions=st.lists(
        st.sampled_from([*went_well().actions, action(user("shop-reports"))]), max_size=5
    ).map(tuple),
    evidence=st.lists(st.sampled_from(went_well().evidence), max_size=3).map(tuple),
    declared=st.none()
    | st.builds(
        Declared,
        lateness.filter(lambda at: at is not None),
        st.sampled_from(Priority),
        st.just(CategoryId("credential")),
    ),
)


@given(facts=facts_of_any_kind)
def test_no_score_is_above_a_hundred_or_below_nothing(facts: DrillFacts):
    scored = score(facts)
    assert 0 <= scored.total <= 100
    assert all(0 <= part.points <= part.most for part in scored.parts)
    assert all(part.why for part in scored.parts)


@given(
    facts=facts_of_any_kind,
    name=st.sampled_from(["detected_at", "acknowledged_at", "recovered_at"]),
    more=st.integers(0, 10_000),
)
def test_being_later_never_earns_more(facts: DrillFacts, name: str, more: int):
    at = getattr(facts, name)
    if at is not None:
        later = replace(facts, **{name: at + timedelta(seconds=more)})
        assert score(later).total <= score(facts).total


@given(facts=facts_of_any_kind)
def test_a_drill_with_an_unapproved_change_is_never_passed(facts: DrillFacts):
    assert not score(by_hand(facts, "iam.DeleteUser", user("shop-ci"))).passed


@given(took=st.integers(0, 1000), limit=st.integers(1, 1000))
def test_timeliness_is_whole_up_to_the_limit_and_gone_at_twice_of_it(took: int, limit: int):
    share = timeliness(timedelta(seconds=took), timedelta(seconds=limit))
    assert 0 <= share <= 1
    assert (share == 1) == (took <= limit)
    assert (share == 0) == (took >= 2 * limit)
