"""The ladder: state and a moment in, state and pages out.

Nothing is sent from here. A use case stores the new state and the pages in one transaction, and a
worker sends them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from fireline.core.escalation.policy import Policy, Step, ToCatchAll, ToWebhook, Unless
from fireline.core.escalation.roster import (
    Call,
    Called,
    Roster,
    Skip,
    call,
    last_resort,
    webhooks,
)
from fireline.core.values.ids import PersonId, PolicyId
from fireline.core.values.priority import Priority
from fireline.core.values.time import at_pace

MAX_ROUNDS = 10

# What an alert nobody owns climbs: the people of last resort, three times.
LAST_RESORT = Policy(
    PolicyId("last-resort"), (Step((ToCatchAll(),), timedelta(minutes=5)),), rounds=3
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`taken` steps are done, counted through all rounds; the next is due at `due`.

    `answered` are those who acknowledged, where that takes more people than have.
    """

    taken: int
    due: datetime
    answered: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody has it.

    `climbs` is when a step comes that only the end of the alert stops; `lapses` when the answer
    runs out unless somebody moves. `None`: never.
    """

    taken: int
    by: PersonId
    at: datetime
    climbs: datetime | None = None
    lapses: datetime | None = None
    answered: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The ladder was climbed to the end and nobody answered. An answer still counts."""

    taken: int
    at: datetime
    answered: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The alert was resolved before anybody answered."""

    taken: int
    at: datetime


State = Waiting | Answered | Exhausted | Withdrawn


@dataclass(frozen=True, slots=True)
class Decision:
    """What is now true, and who should be told. `step` counts from 1 through all rounds.

    `skipped` says why the step told nobody, `strangers` whom it names and nobody knows.
    """

    state: State
    step: int = 0
    pages: tuple[Called, ...] = ()
    webhooks: tuple[ToWebhook, ...] = ()
    skipped: Skip | None = None
    strangers: tuple[PersonId, ...] = ()
    unless: Unless = Unless.ACKNOWLEDGED


def begin(now: datetime) -> Waiting:
    """Start the ladder; the first step is due at once."""
    return Waiting(taken=0, due=now)


def next_look(state: State) -> datetime | None:
    """Say when a ladder must be looked at again; `None`: it rests."""
    match state:
        case Waiting(due=due):
            return due
        case Answered(climbs=climbs, lapses=lapses):
            return min((at for at in (climbs, lapses) if at is not None), default=None)
        case Exhausted() | Withdrawn():
            return None
        case _:
            assert_never(state)


def answer(
    state: State, by: PersonId, now: datetime, *, policy: Policy = LAST_RESORT, pace: int = 1
) -> State:
    """Record an answer. It counts when as many different people gave one as the policy asks for.

    Whoever gave the last of them has it; later answers change nothing.
    """
    match state:
        case Waiting() | Exhausted():
            answered = state.answered if by in state.answered else (*state.answered, by)
            if len(answered) < policy.acknowledgers:
                return replace(state, answered=answered)
            timeout = policy.acknowledge_timeout
            return Answered(
                state.taken,
                by,
                now,
                climbs=_climbs_on(policy, state),
                lapses=None if timeout is None else now + at_pace(timeout, pace),
                answered=answered,
            )
        case Answered() | Withdrawn():
            return state
        case _:
            assert_never(state)


def withdraw(state: State, now: datetime) -> State:
    """Stop climbing: the alert is resolved. An answer already given stays."""
    match state:
        case Waiting() | Exhausted():
            return Withdrawn(state.taken, now)
        case Answered():
            return replace(state, climbs=None, lapses=None)
        case Withdrawn():
            return state
        case _:
            assert_never(state)


def lapse(state: State, now: datetime, *, moved: datetime | None, timeout: timedelta) -> State:
    """Let an answer run out when nobody `moved` since; the ladder then begins again.

    Somebody who did moves its end: so long after that, it is looked at again.
    """
    match state:
        case Answered(at=at, lapses=lapses) if lapses is not None and lapses <= now:
            ends = max(at, moved or at) + timeout
            return begin(now) if ends <= now else replace(state, lapses=ends)
        case _:
            return state


def next_up(policy: Policy, state: State, now: datetime, *, priority: Priority) -> int | None:
    """Return the place of the step `decide` would take now; `None` when it takes none."""
    match state:
        case Waiting(taken=taken, due=due) | Answered(taken=taken, climbs=datetime() as due):
            pass
        case Answered() | Exhausted() | Withdrawn():
            return None
        case _:
            assert_never(state)
    if now < due or taken >= _most(policy):
        return None
    place = taken % len(policy.steps)
    return None if _passed_over(policy.steps[place], now, priority) else place


def decide(
    policy: Policy,
    state: State,
    now: datetime,
    *,
    roster: Roster,
    pace: int = 1,
    priority: Priority = Priority.P1,
) -> Decision:
    """Take at most one step. Call again while the returned state is due.

    A step that comes to nobody is not waited for, nor is one that is not for this hour or this
    priority. After an answer only those steps are taken that the end of the alert alone stops.
    """
    match state:
        case Exhausted() | Withdrawn() | Answered(climbs=None):
            return Decision(state)
        case Waiting(due=due) | Answered(climbs=datetime() as due) if now < due:
            return Decision(state)
        case Waiting(taken=taken, answered=answered) if taken >= _most(policy):
            told = last_resort(roster, answered=answered)
            return Decision(Exhausted(taken, now, answered), taken + 1, told)
        case Answered(taken=taken) if taken >= _most(policy):
            return Decision(replace(state, climbs=None))
        case Waiting() | Answered():
            return _take(policy, state, now, roster=roster, pace=pace, priority=priority)
        case _:
            assert_never(state)


def first_told(
    policy: Policy, now: datetime, *, roster: Roster, priority: Priority
) -> tuple[Called, ...]:
    """Return the people told first of an alert that begins now, past the steps not for it."""
    decision = Decision(begin(now))
    while isinstance(decision.state, Waiting) and decision.state.due <= now:
        decision = decide(policy, decision.state, now, roster=roster, priority=priority)
        if decision.pages:
            break
    return decision.pages


def _take(
    policy: Policy,
    state: Waiting | Answered,
    now: datetime,
    *,
    roster: Roster,
    pace: int,
    priority: Priority,
) -> Decision:
    place = state.taken % len(policy.steps)
    step, wait = policy.steps[place], at_pace(_wait(policy, state.taken), pace)
    if isinstance(state, Answered) and step.unless is Unless.ACKNOWLEDGED:
        # Not taken, and its wait still passes: later steps come when they would have come.
        return Decision(_after(policy, state, now + wait))
    skipped = _passed_over(step, now, priority)
    if skipped is not None:
        return Decision(_after(policy, state, now), state.taken + 1, skipped=skipped)
    found = _called(policy, state, step, roster)
    return Decision(
        _after(policy, state, now + wait if found.people else now),
        state.taken + 1,
        found.people,
        webhooks(step),
        found.skipped,
        found.strangers,
        step.unless,
    )


def _called(policy: Policy, state: Waiting | Answered, step: Step, roster: Roster) -> Call:
    # Whoever acknowledged is not paged again while others must; what only the end of the alert
    # stops is meant for them, too.
    answered: Collection[PersonId] = state.answered if isinstance(state, Waiting) else ()
    place, climbed = state.taken % len(policy.steps), state.taken // len(policy.steps)
    turn = roster.turns.get(place, 0) + climbed if step.round_robin else None
    return call(step, roster, answered=answered, turn=turn)


def _after(policy: Policy, state: Waiting | Answered, due: datetime) -> Waiting | Answered:
    """Return the state after one more step, the next due then."""
    match state:
        case Waiting(taken=taken):
            return replace(state, taken=taken + 1, due=due)
        case Answered(taken=taken):
            further = replace(state, taken=taken + 1)
            return replace(further, climbs=due if _has_more(policy, taken + 1) else None)


def _climbs_on(policy: Policy, state: Waiting | Exhausted) -> datetime | None:
    if isinstance(state, Exhausted) or not _has_more(policy, state.taken):
        return None
    return state.due


def _has_more(policy: Policy, taken: int) -> bool:
    """Say whether a step is still to come that only the end of the alert stops."""
    count = len(policy.steps)
    coming = range(taken, min(_most(policy), taken + count))
    return any(policy.steps[each % count].unless is Unless.RESOLVED for each in coming)


def _passed_over(step: Step, now: datetime, priority: Priority) -> Skip | None:
    if step.only and priority not in step.only:
        return Skip.PRIORITY
    if step.hours and all(hours.at(now) is None for hours in step.hours):
        return Skip.HOURS
    return None


def _wait(policy: Policy, taken: int) -> timedelta:
    """Return how long to wait after a step; after the last of a round, the pause too."""
    step = policy.steps[taken % len(policy.steps)]
    ends_round = (taken + 1) % len(policy.steps) == 0 and taken + 1 < _most(policy)
    return step.wait + policy.pause if ends_round else step.wait


def _most(policy: Policy) -> int:
    return len(policy.steps) * min(max(policy.rounds, 1), MAX_ROUNDS)
