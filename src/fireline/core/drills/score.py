"""The score of a drill, of the plan and the tools, never of persons. Computed from facts alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from fireline.core.drills.conduct import (
    Contained,
    containment,
    evidence_destroyed,
    unapproved,
    wrong_touches,
)
from fireline.core.drills.facts import DrillFacts, RoleHeld
from fireline.core.incidents.terms import Role
from fireline.core.values.time import at_pace

FULL = 100.0
PASS_AT = 75.0
_WRONG, _DESTROYED, _UNAPPROVED, _NO_ANCHOR = -20.0, -20.0, -30.0, -10.0
_REPORTED = 7 / 15
_HALF = 0.5
_MOST = 0.7


class Rating(StrEnum):
    """How an objective went, on the scale of HSEEP."""

    PERFORMED = "P"
    SOME_CHALLENGES = "S"
    MAJOR_CHALLENGES = "M"
    UNABLE = "U"


@dataclass(frozen=True, slots=True)
class Part:
    """One objective: what it earned of `most`, how that rates, and why."""

    name: str
    points: float
    most: float
    why: str

    @property
    def rating(self) -> Rating:
        """The objective on the scale P, S, M, U."""
        share = self.points / self.most
        if share >= 1:
            return Rating.PERFORMED
        if share >= _MOST:
            return Rating.SOME_CHALLENGES
        return Rating.MAJOR_CHALLENGES if share > 0 else Rating.UNABLE


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points taken away. `fails` says that nothing can make up for it."""

    name: str
    points: float
    fails: bool
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """What a drill earned. `fails` are the sentences that fail it whatever the total."""

    total: float
    parts: tuple[Part, ...]
    penalties: tuple[Penalty, ...]
    fails: tuple[str, ...]
    contained: bool

    @property
    def passed(self) -> bool:
        """Whether the drill was passed."""
        return self.total >= PASS_AT and not self.fails


def score(facts: DrillFacts) -> Score:
    """Score a drill, whether its story was completed or not. Never below 0, never above 100."""
    parts = tuple(_parts(facts))
    penalties = tuple(_penalties(facts))
    total = sum(part.points for part in parts) + sum(each.points for each in penalties)
    return Score(
        total=round(min(max(total, 0.0), FULL), 1),
        parts=parts,
        penalties=penalties,
        fails=tuple(each.why for each in penalties if each.fails),
        contained=isinstance(containment(facts), Contained),
    )


def timeliness(took: timedelta, limit: timedelta) -> float:
    """Return 1 up to the limit, then fall in a line to 0 at twice the limit."""
    if took <= limit:
        return 1.0
    return max(0.0, 2.0 - took / limit)


def _parts(facts: DrillFacts) -> Iterator[Part]:
    yield _detected(facts)
    limits = facts.scenario.limits
    yield _timed("acknowledged", 10, facts.acknowledged_at, limits.acknowledge, facts)
    yield _declared(facts)
    yield _contained(facts)
    yield _evidence(facts)
    yield _checklist(facts)
    yield _updates(facts)
    yield _recovered(facts)
    yield _roles(facts)


def _detected(facts: DrillFacts) -> Part:
    limit = facts.scenario.limits.detect
    if facts.detected_at is None and facts.reported:
        by_person = _timed("detected", 15, facts.raised_at, limit, facts)
        why = f"A person reported it; no rule found it. {by_person.why}"
        return Part("detected", by_person.points * _REPORTED, 15, why)
    return _timed("detected", 15, facts.detected_at, limit, facts)


def _declared(facts: DrillFacts) -> Part:
    declared, expected = facts.declared, facts.scenario.expected.priority
    timed = _timed(
        "declared", 10, declared.at if declared else None, facts.scenario.limits.declare, facts
    )
    if declared is None or declared.priority is expected:
        return timed
    apart = abs(declared.priority - expected)
    share = _HALF if apart == 1 else 0.0
    why = f"{timed.why} Declared as {declared.priority.name}; {expected.name} was right."
    return Part("declared", timed.points * share, 10, why)


def _contained(facts: DrillFacts) -> Part:
    state = containment(facts)
    if isinstance(state, Contained):
        return _timed("contained", 20, state.at, facts.scenario.limits.contain, facts)
    return Part("contained", 0, 20, f"Not contained: {state.why}.")


def _evidence(facts: DrillFacts) -> Part:
    done = [action for action in facts.actions if action.executed_at is not None]
    if not done:
        return Part("evidence", 0, 10, "Nothing was changed, so nothing was kept before.")
    kept = sum(
        any(each.asset == action.asset and each.at <= action.executed_at for each in facts.evidence)
        for action in done
        if action.executed_at is not None
    )
    why = f"Evidence was kept before {kept} of {len(done)} changes."
    return Part("evidence", 10 * kept / len(done), 10, why)


def _checklist(facts: DrillFacts) -> Part:
    asked, answered = facts.checklist_asked, facts.checklist_answered
    if not asked:
        return Part("checklist", 0, 10, "No checklist was opened.")
    why = f"{answered} of {asked} questions were answered."
    return Part("checklist", 10 * min(answered / asked, 1.0), 10, why)


def _updates(facts: DrillFacts) -> Part:
    if facts.declared is None:
        return Part("updates", 0, 10, "There was no incident to tell anybody about.")
    if not facts.updates:
        return Part("updates", 10, 10, "No update was due before the end.")
    kept = sum(
        update.posted_at is not None and update.posted_at <= update.due_at
        for update in facts.updates
    )
    why = f"{kept} of {len(facts.updates)} updates came in time."
    return Part("updates", 10 * kept / len(facts.updates), 10, why)


def _recovered(facts: DrillFacts) -> Part:
    state = containment(facts)
    if facts.recovered_at is not None and not isinstance(state, Contained):
        return Part("recovered", 0, 10, f"Recovery is not proven: {state.why}.")
    return _timed("recovered", 10, facts.recovered_at, facts.scenario.limits.recover, facts)


def _roles(facts: DrillFacts) -> Part:
    leads = sorted(
        (held for held in facts.roles if held.role is Role.LEAD), key=lambda held: held.since
    )
    if not leads:
        return Part("roles", 0, 5, "Nobody took the lead.")
    others = {held.person for held in facts.roles if held.role is not Role.LEAD}
    led = 3 if _never_vacant(leads, facts.closed_at) else 1
    helped = 2 if others - {leads[0].person} else 0
    said = "always held" if led == 3 else "left without a successor"
    shared = "others took roles too" if helped else "nobody else took a role"
    return Part("roles", led + helped, 5, f"The lead was {said}; {shared}.")


def _never_vacant(leads: list[RoleHeld], closed_at: datetime | None) -> bool:
    """Say whether each lead handed over to the next, and the last stayed to the end."""
    handed = all(
        first.until is None or first.until >= second.since for first, second in pairwise(leads)
    )
    last = max(leads, key=lambda held: held.since).until
    return handed and (last is None or (closed_at is not None and last >= closed_at))


def _penalties(facts: DrillFacts) -> Iterator[Penalty]:
    if wrong := wrong_touches(facts):
        yield Penalty("wrong_resource", _WRONG, fails=True, why="; ".join(wrong))
    if destroyed := evidence_destroyed(facts):
        yield Penalty("evidence_destroyed", _DESTROYED, fails=False, why="; ".join(destroyed))
    if alone := unapproved(facts):
        yield Penalty("unapproved", _UNAPPROVED, fails=True, why="; ".join(alone))
    if facts.clock_anchor_missing:
        why = "a regulatory clock applies and nobody said when it began"
        yield Penalty("clock_anchor", _NO_ANCHOR, fails=False, why=why)


def _timed(
    name: str, most: float, at: datetime | None, limit: timedelta, facts: DrillFacts
) -> Part:
    """Score a moment against its limit from the first event of the attack."""
    if at is None or facts.attack_at is None:
        return Part(name, 0, most, f"Not {name}.")
    allowed = at_pace(limit, facts.pace)
    took = max(at - facts.attack_at, timedelta())
    points = most * timeliness(took, allowed)
    why = f"{name.capitalize()} after {_seconds(took)}; the limit is {_seconds(allowed)}."
    return Part(name, points, most, why)


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.1f} s"
