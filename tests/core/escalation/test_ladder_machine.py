"""The ladder as a machine that anything may happen to: clocks, answers, endings, in any order.

Its laws: somebody is always told, nobody is told after an answer by a step an answer stops, no step
is skipped by a clock that stands still or jumps, and every climb ends.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from fireline.core.escalation.ladder import (
    MAX_ROUNDS,
    Answered,
    Decision,
    Exhausted,
    State,
    Waiting,
    Withdrawn,
    answer,
    begin,
    decide,
    lapse,
    next_look,
    withdraw,
)
from fireline.core.escalation.policy import (
    Policy,
    Step,
    ToCatchAll,
    ToNext,
    ToPerson,
    ToSchedule,
    ToTeam,
    ToWebhook,
    Unless,
)
from fireline.core.escalation.roster import Roster, Skip
from fireline.core.oncall.duty import Because, Duty
from fireline.core.oncall.people import Team
from fireline.core.values.ids import PersonId, PolicyId, ScheduleId, TeamId
from fireline.core.values.priority import Priority

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMEOUT = timedelta(hours=2)
ANA, BO, CY, DI = PEOPLE = tuple(PersonId(name) for name in ("ana", "bo", "cy", "di"))
PRIMARY, EMPTY, WEB = ScheduleId("primary"), ScheduleId("empty"), TeamId("web")

targets = st.sampled_from(
    [
        ToSchedule(PRIMARY),
        ToSchedule(EMPTY),
        ToNext(EMPTY),
        ToTeam(WEB),
        ToTeam(TeamId("gone")),
        ToPerson(ANA),
        ToPerson(PersonId("gone")),
        ToCatchAll(),
        ToWebhook("bot", "https://bot.example.com/"),
    ]
)
steps = st.builds(
    Step,
    targets=st.lists(targets, min_size=1, max_size=3).map(tuple),
    wait=st.integers(1, 60).map(lambda minutes: timedelta(minutes=minutes)),
    unless=st.sampled_from([*Unless, Unless.RESOLVED]),
    only=st.sampled_from([frozenset[Priority](), frozenset({Priority.P1, Priority.P2})]),
    round_robin=st.booleans(),
)
policies = st.builds(
    Policy,
    id=st.just(PolicyId("p")),
    steps=st.lists(steps, min_size=1, max_size=4).map(tuple),
    rounds=st.integers(-1, 30),
    pause=st.sampled_from([timedelta(), timedelta(minutes=20)]),
    acknowledge_timeout=st.sampled_from([None, TIMEOUT]),
    acknowledgers=st.sampled_from([1, 1, 2, 3]),
)
rosters = st.builds(
    Roster,
    duties=st.sampled_from([{PRIMARY: (Duty(BO, Because.ROTATION),)}, {}]),
    teams=st.sampled_from([{WEB: Team(WEB, "Web", (ANA, BO, CY), (CY,))}, {}]),
    catch_all=st.just((DI,)),
    owner=st.sampled_from([WEB, None]),
    known=st.just(frozenset(PEOPLE)),
    turns=st.dictionaries(st.integers(0, 3), st.integers(0, 9)),
)


class Alert(RuleBasedStateMachine):
    """One alert and its ladder, with a clock that does as it likes."""

    policy: Policy
    roster: Roster

    @initialize(policy=policies, roster=rosters, priority=st.sampled_from(Priority))
    def raise_(self, policy: Policy, roster: Roster, priority: Priority) -> None:
        self.policy, self.roster, self.priority = policy, roster, priority
        self.state: State = begin(NOON)
        self.now = NOON
        self.moved: datetime | None = None
        self.told: list[PersonId] = []
        self.steps: list[int] = []
        self.last_resort_told = False
        self.resolved = False

    @rule(minutes=st.sampled_from([0, 0, 1, 5, 30, 600, 100_000]))
    def time_passes(self, minutes: int) -> None:
        """Or stands still, or jumps by weeks."""
        self.now += timedelta(minutes=minutes)
        self._work()

    @rule()
    def its_time_comes(self) -> None:
        """Reach the moment the ladder waits for, and not a second more."""
        self.now = max(self.now, next_look(self.state) or self.now)
        self._work()

    @rule(minutes=st.integers(1, 90))
    def a_skewed_clock_looks_too_early(self, minutes: int) -> None:
        """Take no step before its time."""
        due = next_look(self.state)
        early = self.now - timedelta(minutes=minutes)
        if due is not None and early < due:
            looked = decide(self.policy, self.state, early, roster=self.roster)
            assert (looked.state, looked.pages, looked.step) == (self.state, (), 0)

    @rule(who=st.sampled_from(PEOPLE))
    def somebody_answers(self, who: PersonId) -> None:
        before = self.state
        self.state = answer(before, who, self.now, policy=self.policy)
        if isinstance(before, Answered | Withdrawn):
            assert self.state == before
        elif isinstance(self.state, Answered):
            assert len(set(self.state.answered)) == self.policy.acknowledgers
            assert self.state.answered[-1] == self.state.by == who
        elif isinstance(self.state, Waiting | Exhausted):
            assert who in self.state.answered

    @precondition(lambda self: isinstance(self.state, Answered))
    @rule()
    def somebody_moves(self) -> None:
        self.moved = self.now

    @precondition(lambda self: not self.resolved and self.now > NOON + timedelta(hours=1))
    @rule()
    def it_is_resolved(self) -> None:
        self.state, self.resolved = withdraw(self.state, self.now), True

    @precondition(lambda self: not self.resolved)
    @rule()
    def nobody_answers_any_more(self) -> None:
        """Left alone with a clock that goes on, every climb ends, the last resort told."""
        state, now, looks = self.state, self.now, 0
        told_last = self.last_resort_told
        while isinstance(state, Waiting):
            now = max(now, state.due)
            decision = self._decide(state, now)
            told_last |= self._is_last_resort(decision)
            state, looks = decision.state, looks + 1
            assert looks <= len(self.policy.steps) * MAX_ROUNDS + 1
        if isinstance(state, Exhausted):
            assert told_last

    @invariant()
    def an_end_is_an_end(self) -> None:
        match self.state:
            case Waiting(due=due):
                assert not self.resolved
                assert next_look(self.state) == due
            case Exhausted():
                assert self.last_resort_told
                assert next_look(self.state) is None
            case Answered() | Withdrawn() if self.resolved:
                assert next_look(self.state) is None
            case _:
                pass

    def _decide(self, state: State, now: datetime) -> Decision:
        return decide(self.policy, state, now, roster=self.roster, priority=self.priority)

    def _is_last_resort(self, decision: Decision) -> bool:
        if not isinstance(decision.state, Exhausted):
            return False
        absent = set(self.roster.catch_all) - {one.person for one in decision.pages}
        return absent <= set(decision.state.answered)

    def _work(self) -> None:
        """Do what a worker does: look while there is something due, as the clock stands now."""
        self._let_lapse()
        for _ in range(len(self.policy.steps) * MAX_ROUNDS + 2):
            due = next_look(self.state)
            if due is None or due > self.now or self._is_lapsing():
                return
            self._look()
        assert False, "a ladder that never rests"  # noqa: B011, PT015 - the end of a bounded loop

    def _is_lapsing(self) -> bool:
        state = self.state
        lapses = state.lapses if isinstance(state, Answered) else None
        climbs = state.climbs if isinstance(state, Answered) else None
        return lapses is not None and (climbs is None or climbs > self.now)

    def _let_lapse(self) -> None:
        before = self.state
        timeout = self.policy.acknowledge_timeout or TIMEOUT
        self.state = lapse(before, self.now, moved=self.moved, timeout=timeout)
        if isinstance(before, Answered) and isinstance(self.state, Waiting):
            assert not self.resolved
            assert max(before.at, self.moved or before.at) + timeout <= self.now
            self.steps, self.last_resort_told, self.moved = [], False, None

    def _look(self) -> None:
        before = self.state
        decision = self._decide(before, self.now)
        self.state = decision.state
        if isinstance(before, Waiting):
            # One after another, whatever the clock did.
            self.steps.append(decision.step)
            assert self.steps == list(range(1, len(self.steps) + 1))
            self._somebody_is_told(before, decision)
        else:
            assert not decision.pages or decision.unless is Unless.RESOLVED
        self.last_resort_told |= self._is_last_resort(decision)

    def _somebody_is_told(self, before: Waiting, decision: Decision) -> None:
        told = {one.person for one in decision.pages}
        assert not told & set(before.answered)
        if decision.skipped is None and not isinstance(decision.state, Exhausted):
            assert told
            assert isinstance(decision.state, Waiting)
            assert decision.state.due > self.now
        if decision.skipped is not None:
            # What tells nobody is never waited for.
            assert decision.state == Waiting(before.taken + 1, self.now, before.answered)
            assert decision.skipped is not Skip.NOBODY  # there is always a last resort
        self.told += told


Alert.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestAlert = Alert.TestCase
