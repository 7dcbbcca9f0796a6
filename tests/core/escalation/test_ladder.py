"""The ladder, told as laws."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.ladder import (
    LAST_RESORT,
    Answered,
    Exhausted,
    State,
    Waiting,
    Withdrawn,
    answer,
    begin,
    decide,
    withdraw,
)
from fireline.core.escalation.policy import (
    Policy,
    Step,
    Target,
    ToCatchAll,
    ToPerson,
    ToSchedule,
    ToTeam,
)
from fireline.core.escalation.roster import Called, Reason, Roster, called
from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.people import Team
from fireline.core.values.ids import PersonId, PolicyId, ScheduleId, TeamId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA, BO, CY, DI = (PersonId(name) for name in ("ana", "bo", "cy", "di"))
FIRST, SECOND, EMPTY = (ScheduleId(name) for name in ("first", "second", "empty"))
WEB, LEADLESS = TeamId("web"), TeamId("leadless")
TEAMS = {
    WEB: Team(WEB, "Web", (ANA, BO, CY), (CY,)),
    LEADLESS: Team(LEADLESS, "Leadless", (ANA,), ()),
}
ROSTER = Roster(
    duties={
        FIRST: (Duty(ANA, Because.ROTATION, "base"),),
        SECOND: (Duty(BO, Because.OVERRIDE),),
        EMPTY: (),
    },
    teams=TEAMS,
    catch_all=(DI,),
    owner=WEB,
)

targets = st.one_of(
    st.builds(ToSchedule, st.sampled_from([FIRST, SECOND, EMPTY, ScheduleId("gone")])),
    st.builds(ToTeam, st.sampled_from([WEB, LEADLESS, TeamId("gone")]), st.booleans()),
    st.builds(ToPerson, st.sampled_from([ANA, BO])),
    st.just(ToCatchAll()),
)
waits = st.integers(1, 90).map(lambda minutes: timedelta(minutes=minutes))
steps = st.builds(Step, st.lists(targets, max_size=3).map(tuple), waits)
policies = st.builds(
    Policy,
    id=st.just(PolicyId("p")),
    steps=st.lists(steps, min_size=1, max_size=4).map(tuple),
    rounds=st.integers(1, 3),
)
ticks = st.lists(st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes)), max_size=60)
rosters = st.builds(
    Roster,
    duties=st.just(ROSTER.duties),
    teams=st.just(TEAMS),
    catch_all=st.sampled_from([(DI,), (DI, ANA)]),
    owner=st.sampled_from([WEB, LEADLESS, None]),
)


def climb(
    policy: Policy, gaps: list[timedelta], roster: Roster = ROSTER
) -> tuple[State, list[tuple[int, PersonId]]]:
    state: State = begin(NOON)
    now = NOON
    told: list[tuple[int, PersonId]] = []
    for gap in gaps:
        now += gap
        decision = decide(policy, state, now, roster=roster)
        state = decision.state
        told += [(decision.step, one.person) for one in decision.pages]
    return state, told


@given(policies, ticks, rosters)
def test_nobody_is_paged_twice_for_one_step(policy: Policy, gaps: list[timedelta], roster: Roster):
    _, told = climb(policy, gaps, roster)
    assert len(told) == len(set(told))


@given(policies, rosters)
def test_every_step_is_taken_once_a_round_and_only_then_it_ends(policy: Policy, roster: Roster):
    count = len(policy.steps) * policy.rounds
    before, told = climb(policy, [timedelta(hours=2)] * count, roster)
    assert before == Waiting(count, before.due if isinstance(before, Waiting) else NOON)
    assert {step for step, _ in told} == set(range(1, count + 1))
    after, told = climb(policy, [timedelta(hours=2)] * (count + 1), roster)
    assert isinstance(after, Exhausted)
    assert {person for step, person in told if step == count + 1} == set(roster.catch_all)


@given(policies, rosters)
def test_no_step_is_silent(policy: Policy, roster: Roster):
    assert all(called(step, roster) for step in policy.steps)


@given(policies, ticks)
def test_after_an_answer_nobody_is_paged(policy: Policy, gaps: list[timedelta]):
    state, _ = climb(policy, gaps)
    answered = answer(state, ANA, NOON)
    later = decide(policy, answered, NOON + timedelta(days=9), roster=ROSTER)
    assert (later.state, later.pages) == (answered, ())


@given(policies, ticks, st.integers(2, 60))
def test_a_drill_climbs_the_same_steps_faster(policy: Policy, gaps: list[timedelta], pace: int):
    slow, fast = begin(NOON), begin(NOON)
    slow_at = fast_at = NOON
    for gap in gaps:
        slow_at, fast_at = slow_at + gap * pace, fast_at + gap
        one = decide(policy, slow, slow_at, roster=ROSTER)
        two = decide(policy, fast, fast_at, roster=ROSTER, pace=pace)
        if not isinstance(one.state, Waiting) or not isinstance(two.state, Waiting):
            assert type(one.state) is type(two.state)
            break
        assert (one.step, one.pages) == (two.step, two.pages)
        slow, fast = one.state, two.state


def test_the_second_step_waits_its_turn():
    policy = Policy(
        PolicyId("p"),
        (
            Step((ToPerson(ANA),), timedelta(minutes=30)),
            Step((ToPerson(BO),), timedelta(minutes=60)),
        ),
        rounds=1,
    )
    first = decide(policy, begin(NOON), NOON, roster=ROSTER)
    early = decide(policy, first.state, NOON + timedelta(minutes=29), roster=ROSTER)
    due = decide(policy, first.state, NOON + timedelta(minutes=30), roster=ROSTER)
    assert first.pages == (Called(ANA, Reason.NAMED),)
    assert early.pages == ()
    assert due.pages == (Called(BO, Reason.NAMED),)


def called_by(*targets: Target, roster: Roster = ROSTER) -> tuple[Called, ...]:
    return called(Step(targets, timedelta(minutes=5)), roster)


def test_each_target_says_why_it_names_somebody():
    assert called_by(ToSchedule(FIRST)) == (Called(ANA, Reason.ON_CALL),)
    assert called_by(ToSchedule(SECOND)) == (Called(BO, Reason.STANDING_IN),)
    assert called_by(ToTeam(WEB, leads_only=True)) == (Called(CY, Reason.LEAD),)
    assert called_by(ToTeam(LEADLESS)) == (Called(ANA, Reason.MEMBER),)
    assert called_by(ToCatchAll()) == (Called(DI, Reason.CATCH_ALL),)


def test_the_first_reason_that_names_somebody_is_kept():
    everyone = called_by(ToSchedule(SECOND), ToTeam(WEB))
    assert everyone == (
        Called(BO, Reason.STANDING_IN),
        Called(ANA, Reason.MEMBER),
        Called(CY, Reason.MEMBER),
    )


def test_an_empty_schedule_falls_to_the_leads_and_then_to_the_last_resort():
    assert called_by(ToSchedule(EMPTY)) == (Called(CY, Reason.LEAD_INSTEAD),)
    for owner in (LEADLESS, TeamId("gone"), None):
        roster = Roster(ROSTER.duties, TEAMS, (DI,), owner)
        told = called_by(ToSchedule(EMPTY), roster=roster)
        assert told == (Called(DI, Reason.CATCH_ALL_INSTEAD),)


def test_a_step_that_comes_to_nobody_is_not_waited_for():
    nobody = Roster({}, {}, (), None)
    decision = decide(LAST_RESORT, begin(NOON), NOON, roster=nobody)
    assert (decision.pages, decision.state) == ((), Waiting(1, NOON))


def test_the_first_answer_counts():
    state = answer(Waiting(1, NOON), ANA, NOON)
    assert answer(state, BO, NOON) == Answered(1, ANA, NOON, answered=(ANA,))
    assert answer(Exhausted(3, NOON), BO, NOON) == Answered(3, BO, NOON, answered=(BO,))


def test_what_is_withdrawn_stays_so_and_an_answer_given_stays_given():
    gone = withdraw(Waiting(1, NOON), NOON)
    assert gone == Withdrawn(1, NOON)
    assert answer(gone, BO, NOON) == gone
    answered = Answered(1, ANA, NOON)
    assert withdraw(answered, NOON) == answered
