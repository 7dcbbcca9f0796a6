"""The seven steps of a drill's story: which are done, when, and which one failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.drills.conduct import Contained, containment
from fireline.core.drills.facts import DrillFacts
from fireline.core.values.time import at_pace

# A world is built by starting programs, which no pace makes faster.
WORLD_STANDS_WITHIN = timedelta(seconds=60)
# The limits of a drill that runs fast are short, and AWS's own delays are not ours to shorten.
LEAST_LIMIT = timedelta(seconds=5)
_PATIENCE = 2


class Step(StrEnum):
    """A step of the story, by the name a failed drill gives."""

    SIMULATE = "simulate"
    ATTACK = "attack"
    DETECT = "detect"
    PAGE = "page"
    ANSWER = "answer"
    CONTAIN = "contain"
    RECOVER_AND_REVIEW = "recover_and_review"

    @property
    def sentence(self) -> str:
        """Say what has happened once the step is done."""
        return _DONE[self]

    @property
    def failure(self) -> str:
        """Say what did not happen when the step failed."""
        return _FAILED[self]


_DONE = {
    Step.SIMULATE: "The simulated AWS runs, and its records reach fireline.",
    Step.ATTACK: "The attacker uses the leaked key.",
    Step.DETECT: "A rule finds the attack.",
    Step.PAGE: "One alert is raised, and the owning team's on-call person is paged.",
    Step.ANSWER: "Somebody acknowledges, and an incident is declared.",
    Step.CONTAIN: "Every credential of the attack is contained, verified by re-reading.",
    Step.RECOVER_AND_REVIEW: "Recovery is verified, the review is closed, the incident too.",
}
_FAILED = {
    Step.SIMULATE: "No record of the simulated AWS reached fireline.",
    Step.ATTACK: "No call with the leaked key was seen.",
    Step.DETECT: "No rule found the attack.",
    Step.PAGE: "Nobody was paged.",
    Step.ANSWER: "Nobody acknowledged the alert and declared an incident.",
    Step.CONTAIN: "The attack was not contained.",
    Step.RECOVER_AND_REVIEW: "The incident was not recovered, reviewed and closed.",
}


@dataclass(frozen=True, slots=True)
class Reached:
    """A step, and when it was done; `None` is not yet."""

    step: Step
    at: datetime | None


def story(facts: DrillFacts) -> tuple[Reached, ...]:
    """Return the seven steps in order, each with the moment it was done.

    A step is never done before those ahead of it: a step that was skipped names itself.
    """
    reached: list[Reached] = []
    open_so_far = True
    for step, at in _moments(facts):
        open_so_far = open_so_far and at is not None
        reached.append(Reached(step, at if open_so_far else None))
    return tuple(reached)


def is_complete(facts: DrillFacts) -> bool:
    """Say whether the whole story happened."""
    return all(reached.at is not None for reached in story(facts))


def failing_step(facts: DrillFacts, now: datetime) -> Step | None:
    """Name the first step that has not been done in twice its limit; `None` while there is time.

    The first missing step is the failure, whichever later limit has run out before.
    """
    missing = next((each.step for each in story(facts) if each.at is None), None)
    if missing is None or now <= deadline(missing, facts):
        return None
    return missing


def deadline(step: Step, facts: DrillFacts) -> datetime:
    """Return the moment after which a step that has not been done names the failure."""
    began = facts.ready_at
    if began is None:
        return facts.started_at + WORLD_STANDS_WITHIN
    if facts.attack_at is not None and step not in {Step.SIMULATE, Step.ATTACK}:
        began = facts.attack_at
    return began + _PATIENCE * max(at_pace(limit(step, facts), facts.pace), LEAST_LIMIT)


def limit(step: Step, facts: DrillFacts) -> timedelta:
    """Return the plan's limit for a step, counted from the first event of the attack."""
    limits = facts.scenario.limits
    match step:
        case Step.SIMULATE | Step.ATTACK | Step.DETECT:
            return limits.detect
        case Step.PAGE:
            return max(limits.detect, limits.acknowledge)
        case Step.ANSWER:
            return max(limits.acknowledge, limits.declare)
        case Step.CONTAIN:
            return limits.contain
        case Step.RECOVER_AND_REVIEW:
            return max(limits.recover, limits.review)


def _moments(facts: DrillFacts) -> Iterator[tuple[Step, datetime | None]]:
    contained = containment(facts)
    yield Step.SIMULATE, facts.first_signal_at if facts.ready_at else None
    yield Step.ATTACK, facts.attack_at
    yield Step.DETECT, facts.detected_at
    yield Step.PAGE, _later(facts.raised_at, facts.paged_at)
    declared = facts.declared.at if facts.declared else None
    yield Step.ANSWER, _later(facts.acknowledged_at, declared)
    yield Step.CONTAIN, contained.at if isinstance(contained, Contained) else None
    yield Step.RECOVER_AND_REVIEW, _later(facts.recovered_at, facts.reviewed_at, facts.closed_at)


def _later(*moments: datetime | None) -> datetime | None:
    """Return the latest moment, if all of them came."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None
