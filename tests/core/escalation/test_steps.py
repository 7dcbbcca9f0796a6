"""What a step may say: when it is taken, for what, by whom in turn, and what stops it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fireline.core.alerting.windows import Weekly
from fireline.core.escalation import turns
from fireline.core.escalation.ladder import (
    Answered,
    Decision,
    Exhausted,
    State,
    Waiting,
    Withdrawn,
    answer,
    begin,
    decide,
    first_told,
    lapse,
    next_look,
    next_up,
    withdraw,
)
from fireline.core.escalation.policy import (
    Policy,
    Step,
    Target,
    ToAnyOf,
    ToNext,
    ToPerson,
    ToPrevious,
    ToSchedule,
    ToTeam,
    ToWebhook,
    Unless,
)
from fireline.core.escalation.roster import Called, Reason, Roster, Skip, call, webhooks
from fireline.core.oncall.coverage import shifts
from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.people import Team
from fireline.core.oncall.schedule import Every, Layer, Rotation, Schedule
from fireline.core.values.ids import PersonId, PolicyId, ScheduleId, TeamId
from fireline.core.values.priority import Priority
from fireline.core.values.time import Span

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)  # a Tuesday
MINUTE = timedelta(minutes=1)
ANA, BO, CY, DI = (PersonId(name) for name in ("ana", "bo", "cy", "di"))
WEB, PRIMARY = TeamId("web"), ScheduleId("primary")
ROSTER = Roster(
    duties={PRIMARY: (Duty(ANA, Because.ROTATION), Duty(BO, Because.SHADOW))},
    teams={WEB: Team(WEB, "Web", (ANA, BO, CY), (CY,))},
    catch_all=(DI,),
    owner=WEB,
    following={PRIMARY: (BO,)},
    before={PRIMARY: (CY,)},
)
HOOK = ToWebhook("bot", "https://bot.example.com/")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Weekly(BERLIN, frozenset(range(5)), time(9), time(17))


def step(*targets: Target, minutes: int = 5) -> Step:
    return Step(targets or (ToPerson(ANA),), minutes * MINUTE)


def policy(*steps: Step, rounds: int = 1) -> Policy:
    return Policy(PolicyId("p"), steps, rounds)


def take(
    ladder: Policy, state: State, now: datetime, *, priority: Priority = Priority.P1
) -> Decision:
    return decide(ladder, state, now, roster=ROSTER, priority=priority)


def people(decision: Decision) -> list[PersonId]:
    return [one.person for one in decision.pages]


def test_the_neighbours_of_whoever_is_on_call_can_be_told():
    told = call(step(ToNext(PRIMARY), ToPrevious(PRIMARY)), ROSTER)
    assert told.people == (Called(BO, Reason.NEXT), Called(CY, Reason.PREVIOUS))


def test_who_only_shadows_is_told_beside_and_never_instead():
    both = call(step(ToSchedule(PRIMARY)), ROSTER)
    assert both.people == (Called(ANA, Reason.ON_CALL), Called(BO, Reason.SHADOW))
    alone = replace(ROSTER, duties={PRIMARY: (Duty(BO, Because.SHADOW),)})
    assert call(step(ToSchedule(PRIMARY)), alone).people == (Called(CY, Reason.LEAD_INSTEAD),)
    named = call(step(ToSchedule(PRIMARY), ToPerson(BO)), ROSTER)
    assert Called(BO, Reason.NAMED) in named.people


@pytest.mark.parametrize(
    ("because", "reason"),
    [
        (Because.ROTATION, Reason.ON_CALL),
        (Because.ADDED, Reason.ON_CALL),
        (Because.OVERRIDE, Reason.STANDING_IN),
        (Because.COVER, Reason.STANDING_IN),
    ],
)
def test_a_duty_says_why_somebody_is_told(because: Because, reason: Reason):
    roster = replace(ROSTER, duties={PRIMARY: (Duty(ANA, because),)})
    assert call(step(ToSchedule(PRIMARY)), roster).people == (Called(ANA, reason),)


def test_a_draw_is_one_member_and_the_same_for_everybody_who_looks():
    drawn = {lot: call(step(ToAnyOf(WEB)), replace(ROSTER, lot=lot)).people for lot in range(6)}
    assert [one[0].person for one in drawn.values()] == [ANA, BO, CY, ANA, BO, CY]
    assert all(len(one) == 1 and one[0].reason is Reason.DRAWN for one in drawn.values())
    gone = call(step(ToAnyOf(TeamId("gone"))), ROSTER)
    assert gone.people == (Called(CY, Reason.LEAD_INSTEAD),)


def test_whom_nobody_knows_is_named_and_the_leads_are_told_instead():
    roster = replace(ROSTER, known=frozenset({BO, CY}))
    told = call(step(ToPerson(ANA)), roster)
    assert (told.people, told.strangers) == ((Called(CY, Reason.LEAD_INSTEAD),), (ANA,))
    nobody = call(step(ToPerson(ANA)), replace(ROSTER, known=frozenset[PersonId]()))
    assert (nobody.people, nobody.skipped) == ((), Skip.NOBODY)
    last = call(step(ToPerson(ANA)), replace(ROSTER, known=frozenset({DI})))
    assert last.people == (Called(DI, Reason.CATCH_ALL_INSTEAD),)


def test_a_step_of_webhooks_alone_tells_them_and_is_not_waited_for():
    ladder = policy(step(HOOK, HOOK, minutes=60), step(ToPerson(BO)))
    first = take(ladder, begin(NOON), NOON)
    assert (first.webhooks, first.pages, first.skipped) == ((HOOK,), (), Skip.ONLY_WEBHOOKS)
    assert first.state == Waiting(1, NOON)
    assert people(take(ladder, first.state, NOON)) == [BO]
    assert webhooks(step(HOOK, ToPerson(ANA))) == (HOOK,)


def test_a_step_is_for_the_priorities_it_names():
    ladder = policy(replace(step(), only=frozenset({Priority.P1})), step(ToPerson(BO)))
    urgent = take(ladder, begin(NOON), NOON)
    calm = take(ladder, begin(NOON), NOON, priority=Priority.P3)
    assert people(urgent) == [ANA]
    assert (calm.skipped, calm.state) == (Skip.PRIORITY, Waiting(1, NOON))
    told = first_told(ladder, NOON, roster=ROSTER, priority=Priority.P3)
    assert [one.person for one in told] == [BO]


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        # Summer: Berlin is two hours ahead.
        (datetime(2026, 10, 23, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 23, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 23, 15, 0, tzinfo=UTC), False),
        # The Sunday the clocks went back lies between; on Monday it is one hour.
        (datetime(2026, 10, 26, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 26, 16, 0, tzinfo=UTC), False),
        # And in March forward again.
        (datetime(2026, 3, 27, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 28, 10, 0, tzinfo=UTC), False),
    ],
)
def test_hours_are_on_the_wall_clock_through_a_change_of_the_hour(at: datetime, *, open_: bool):
    ladder = policy(replace(step(), hours=(OFFICE,)), step(ToPerson(BO)))
    decision = take(ladder, begin(at), at)
    assert (decision.skipped is None) is open_
    assert (next_up(ladder, begin(at), at, priority=Priority.P1) == 0) is open_
    if not open_:
        assert (decision.skipped, decision.state) == (Skip.HOURS, Waiting(1, at))


def test_hours_of_a_night_with_a_missing_hour_hold_no_gap():
    night = Weekly(BERLIN, frozenset(range(7)), time(22), time(6))
    ladder = policy(replace(step(), hours=(night,)))
    at = datetime(2026, 3, 28, 21, 0, tzinfo=UTC)  # 22:00 in Berlin, the clocks go forward at two
    ends = datetime(2026, 3, 29, 4, 0, tzinfo=UTC)  # 06:00 there, seven hours later
    while at < ends:
        assert take(ladder, begin(at), at).skipped is None
        at += timedelta(minutes=15)
    assert take(ladder, begin(ends), ends).skipped is Skip.HOURS


def test_when_no_step_is_for_an_alert_the_last_resort_is_told_at_once():
    ladder = policy(replace(step(), only=frozenset({Priority.P1})), rounds=3)
    decision = Decision(begin(NOON))
    while isinstance(decision.state, Waiting):
        decision = take(ladder, decision.state, NOON, priority=Priority.P5)
    assert isinstance(decision.state, Exhausted)
    assert decision.pages == (Called(DI, Reason.NOBODY_ANSWERED),)


def test_rounds_rest_between_each_other():
    ladder = replace(policy(step(), rounds=2), pause=30 * MINUTE)
    first = take(ladder, begin(NOON), NOON)
    assert first.state == Waiting(1, NOON + 35 * MINUTE)
    last = take(ladder, first.state, NOON + 35 * MINUTE)
    assert last.state == Waiting(2, NOON + 40 * MINUTE)  # nothing to rest for after the last


def test_each_alert_begins_with_the_next_person_and_goes_round():
    ladder = policy(replace(step(ToTeam(WEB)), round_robin=True), rounds=3)
    told: list[list[PersonId]] = []
    for turn in range(4):
        roster, state, now = replace(ROSTER, turns={0: turn}), begin(NOON), NOON
        climbed: list[PersonId] = []
        for _ in range(3):
            decision = decide(ladder, state, now, roster=roster)
            assert isinstance(decision.state, Waiting)
            climbed += people(decision)
            state, now = decision.state, decision.state.due
        told.append(climbed)
    assert told == [[ANA, BO, CY], [BO, CY, ANA], [CY, ANA, BO], [ANA, BO, CY]]


def test_two_people_must_acknowledge_and_the_first_is_not_paged_again():
    ladder = replace(policy(step(ToTeam(WEB)), step(ToTeam(WEB))), acknowledgers=2)
    first = take(ladder, begin(NOON), NOON)
    one = answer(first.state, ANA, NOON + MINUTE, policy=ladder)
    assert one == Waiting(1, NOON + 5 * MINUTE, (ANA,))
    assert answer(one, ANA, NOON + MINUTE, policy=ladder) == one
    second = take(ladder, one, NOON + 5 * MINUTE)
    assert people(second) == [BO, CY]
    done = answer(second.state, CY, NOON + 6 * MINUTE, policy=ladder)
    assert done == Answered(2, CY, NOON + 6 * MINUTE, answered=(ANA, CY))


def test_a_step_everybody_of_which_acknowledged_is_passed_over():
    ladder = replace(policy(step(), step(ToPerson(BO))), acknowledgers=2)
    one = answer(begin(NOON), ANA, NOON, policy=ladder)
    passed = take(ladder, one, NOON)
    assert (passed.pages, passed.skipped) == ((), Skip.ANSWERED)
    assert people(take(ladder, passed.state, NOON)) == [BO]


def test_the_last_resort_is_told_when_too_few_acknowledged():
    ladder = replace(policy(step()), acknowledgers=2)
    state = answer(Waiting(1, NOON), DI, NOON, policy=ladder)
    ended = take(ladder, state, NOON)
    assert ended.state == Exhausted(1, NOON, (DI,))
    assert ended.pages == ()  # the only one there is has acknowledged
    assert answer(ended.state, ANA, NOON, policy=ladder) == Answered(
        1, ANA, NOON, answered=(DI, ANA)
    )


MANAGED = policy(
    step(minutes=5),
    step(ToPerson(BO), minutes=10),
    replace(step(ToPerson(CY), minutes=10), unless=Unless.RESOLVED),
)


def test_a_step_only_the_end_of_the_alert_stops_comes_when_it_would_have():
    state = take(MANAGED, begin(NOON), NOON).state
    had = answer(state, ANA, NOON + MINUTE, policy=MANAGED)
    assert isinstance(had, Answered)
    assert had.climbs == NOON + 5 * MINUTE
    passed = take(MANAGED, had, NOON + 5 * MINUTE)
    assert (passed.pages, passed.step, passed.skipped) == ((), 0, None)
    early = take(MANAGED, passed.state, NOON + 14 * MINUTE)
    assert early.pages == ()
    told = take(MANAGED, passed.state, NOON + 15 * MINUTE)
    assert (people(told), told.unless) == ([CY], Unless.RESOLVED)
    assert next_look(told.state) is None


def test_once_it_is_resolved_nothing_comes():
    had = answer(take(MANAGED, begin(NOON), NOON).state, ANA, NOON, policy=MANAGED)
    over = withdraw(had, NOON + MINUTE)
    assert over == Answered(1, ANA, NOON, answered=(ANA,))
    assert take(MANAGED, over, NOON + timedelta(days=1)).pages == ()


def test_what_only_the_end_stops_is_meant_for_whoever_has_it_too():
    ladder = policy(step(), replace(step(), unless=Unless.RESOLVED))
    had = answer(take(ladder, begin(NOON), NOON).state, ANA, NOON, policy=ladder)
    assert people(take(ladder, had, NOON + 5 * MINUTE)) == [ANA]


def test_an_answer_after_the_last_round_leaves_nothing_to_come():
    had = answer(Exhausted(3, NOON), ANA, NOON, policy=MANAGED)
    assert next_look(had) is None


LAPSING = replace(policy(step()), acknowledge_timeout=timedelta(hours=1))


def test_an_answer_nobody_follows_up_runs_out_and_the_ladder_begins_again():
    had = answer(begin(NOON), ANA, NOON, policy=LAPSING)
    assert next_look(had) == NOON + timedelta(hours=1)
    almost = NOON + timedelta(minutes=59)
    assert lapse(had, almost, moved=None, timeout=timedelta(hours=1)) == had
    over = NOON + timedelta(hours=1)
    assert lapse(had, over, moved=None, timeout=timedelta(hours=1)) == begin(over)


def test_whoever_moves_keeps_an_answer_alive():
    had = answer(begin(NOON), ANA, NOON, policy=LAPSING)
    over, moved = NOON + timedelta(hours=1), NOON + timedelta(minutes=40)
    kept = lapse(had, over, moved=moved, timeout=timedelta(hours=1))
    assert kept == replace(had, lapses=moved + timedelta(hours=1))  # pyright: ignore[reportArgumentType] - it is an answer


def test_a_drill_runs_out_of_patience_at_its_pace():
    had = answer(begin(NOON), ANA, NOON, policy=LAPSING, pace=60)
    assert next_look(had) == NOON + MINUTE


@pytest.mark.parametrize("state", [Exhausted(1, NOON), Withdrawn(1, NOON), begin(NOON)])
def test_only_an_answer_runs_out(state: State):
    assert lapse(state, NOON, moved=None, timeout=MINUTE) == state
    assert (next_look(state) is None) is not isinstance(state, Waiting)


def test_next_up_names_the_step_that_is_taken_and_no_other():
    assert next_up(MANAGED, begin(NOON), NOON, priority=Priority.P1) == 0
    assert next_up(MANAGED, begin(NOON), NOON - MINUTE, priority=Priority.P1) is None
    assert next_up(MANAGED, Waiting(3, NOON), NOON, priority=Priority.P1) is None
    assert next_up(MANAGED, Exhausted(3, NOON), NOON, priority=Priority.P1) is None
    assert next_up(MANAGED, Answered(1, ANA, NOON), NOON, priority=Priority.P1) is None
    assert next_up(MANAGED, Answered(2, ANA, NOON, NOON), NOON, priority=Priority.P1) == 2


def test_turns_before_and_after_are_read_off_the_shifts():
    ring = Rotation(((ANA,), (BO,), (CY,)), date(2026, 11, 16), time(9), Every.DAY, 1, BERLIN)
    schedule = Schedule(PRIMARY, "Primary", BERLIN, (Layer("base", ring),))
    around = shifts(schedule, (), Span(NOON - timedelta(days=9), NOON + timedelta(days=9)))
    assert [one.duty.person for one in around if NOON in one.span] == [BO]
    assert (turns.before(around, NOON), turns.following(around, NOON)) == ((ANA,), (CY,))
    assert turns.around(schedule, (), NOON) == ((ANA,), (CY,))
    alone = replace(schedule, layers=(Layer("base", replace(ring, turns=((ANA,),))),))
    assert turns.around(alone, (), NOON) == ((), ())
