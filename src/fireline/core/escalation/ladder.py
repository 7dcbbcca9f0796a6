"""The ladder: state and a moment in, state and pages out.

Nothing is sent from here. A use case stores the new state and the pages in one transaction, and a
worker sends them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from fireline.core.escalation.policy import Policy, Step, ToCatchAll
from fireline.core.escalation.roster import Called, Roster, called, last_resort
from fireline.core.values.ids import PersonId, PolicyId
from fireline.core.values.time import at_pace

MAX_ROUNDS = 10

# What an alert nobody owns climbs: the people of last resort, three times.
LAST_RESORT = Policy(
    PolicyId("last-resort"), (Step((ToCatchAll(),), timedelta(minutes=5)),), rounds=3
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`taken` steps are done, counted through all rounds; the next is due at `due`."""

    taken: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody has it."""

    taken: int
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The ladder was climbed to the end and nobody answered. An answer still counts."""

    taken: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The alert was resolved before anybody answered."""

    taken: int
    at: datetime


State = Waiting | Answered | Exhausted | Withdrawn


@dataclass(frozen=True, slots=True)
class Decision:
    """What is now true, and who should be told. `step` counts from 1 through all rounds."""

    state: State
    step: int = 0
    pages: tuple[Called, ...] = ()


def begin(now: datetime) -> Waiting:
    """Start the ladder; the first step is due at once."""
    return Waiting(taken=0, due=now)


def answer(state: State, by: PersonId, now: datetime) -> State:
    """Record an answer. The first one counts; later ones change nothing."""
    match state:
        case Waiting() | Exhausted():
            return Answered(state.taken, by, now)
        case Answered() | Withdrawn():
            return state
        case _:
            assert_never(state)


def withdraw(state: State, now: datetime) -> State:
    """Stop climbing: the alert is resolved. An answer already given stays."""
    match state:
        case Waiting() | Exhausted():
            return Withdrawn(state.taken, now)
        case Answered() | Withdrawn():
            return state
        case _:
            assert_never(state)


def decide(
    policy: Policy, state: State, now: datetime, *, roster: Roster, pace: int = 1
) -> Decision:
    """Take at most one step. Call again while the returned state is due.

    A step that comes to nobody, because even the last resort is empty, is not waited for.
    """
    match state:
        case Answered() | Exhausted() | Withdrawn():
            return Decision(state)
        case Waiting(due=due) if now < due:
            return Decision(state)
        case Waiting(taken=taken) if taken >= len(policy.steps) * _rounds(policy):
            return Decision(Exhausted(taken, now), taken + 1, last_resort(roster))
        case Waiting(taken=taken):
            step = policy.steps[taken % len(policy.steps)]
            pages = called(step, roster)
            wait = at_pace(step.wait, pace) if pages else timedelta()
            return Decision(Waiting(taken + 1, now + wait), taken + 1, pages)
        case _:
            assert_never(state)


def _rounds(policy: Policy) -> int:
    return min(max(policy.rounds, 1), MAX_ROUNDS)
