"""What the facts already say about an incident, gathered so that nobody has to remember it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.timeline.fact import Fact


class Milestone(StrEnum):
    """A moment the response is measured by."""

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    DECLARED = "declared"
    CONTAINED = "contained"
    ERADICATED = "eradicated"
    RECOVERED = "recovered"


SAID_BY = {
    "alert.raised": Milestone.DETECTED,
    "alert.acknowledged": Milestone.ACKNOWLEDGED,
    "incident.declared": Milestone.DECLARED,
    "incident.contained": Milestone.CONTAINED,
    "incident.eradicated": Milestone.ERADICATED,
    "incident.recovered": Milestone.RECOVERED,
}


@dataclass(frozen=True, slots=True)
class Reached:
    """When a milestone was first reached, and how long after the first event."""

    milestone: Milestone
    at: datetime
    after: timedelta


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: when, who, what."""

    at: datetime
    by: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Assembled:
    """The timeline and the clocks of one incident, from its facts alone."""

    timeline: tuple[Entry, ...]
    clocks: tuple[Reached, ...]


def assemble(facts: Iterable[Fact], *, first_at: datetime) -> Assembled:
    """Gather the facts of an incident and its alerts, given in any order."""
    ordered = sorted(facts, key=lambda fact: (fact.at, str(fact.stream), fact.seq))
    return Assembled(tuple(_entry(fact) for fact in ordered), _clocks(ordered, first_at))


def _entry(fact: Fact) -> Entry:
    text = fact.body.get("text")
    return Entry(fact.at, fact.by, fact.kind, text if isinstance(text, str) else "")


def reached(milestone: Milestone, at: datetime, *, first_at: datetime) -> Reached:
    """Measure a milestone from the first event."""
    return Reached(milestone, at, at - first_at)


def _clocks(ordered: Sequence[Fact], first_at: datetime) -> tuple[Reached, ...]:
    firsts: dict[Milestone, datetime] = {}
    for fact in ordered:
        milestone = SAID_BY.get(fact.kind)
        if milestone is not None:
            firsts.setdefault(milestone, fact.at)
    return tuple(
        reached(milestone, firsts[milestone], first_at=first_at)
        for milestone in Milestone
        if milestone in firsts
    )
