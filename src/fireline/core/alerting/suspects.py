"""Which change may have caused a problem: the likely ones first, each with its reasons.

Two things are asked of every change. Is it where the problem began (`roots`)? And how long before
was it: most problems come soon after their change and some a day later, so time is weighed by its
logarithm. What shares an asset or an identity with the problem is suspect wherever it was.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nsmallest
from math import exp, log

from fireline.core.alerting.change import Change
from fireline.core.alerting.occurrence import Topology
from fireline.core.alerting.roots import Felt, Root, roots_of
from fireline.core.signals.entity import ACCOUNT, AGENT, ASSET, REGION, Entity
from fireline.core.values.ids import ChangeId, ServiceId

MAX_SUSPECTS = 20
HORIZON = timedelta(hours=72)
# A pipeline writes down its deploy when it ends, which may be after the first symptom of it.
LATE_WORD = timedelta(minutes=2)
_LATE_SECONDS = LATE_WORD.total_seconds()
# Everybody shares these, so sharing them says nothing.
COMMON = frozenset({ACCOUNT, REGION, AGENT})

# How much likelier each makes a change, as logarithms.
_ELSEWHERE = -8.0  # its service is none the problem leads down to
_SAME_ASSET = 3.0
_SAME_IDENTITY = 2.5
_UNPLANNED = 0.2
_AFTER = -2.0
_FADES = 0.65  # how fast suspicion fades: by 1 it would halve whenever the age doubles
_BUSY = -0.35  # the more often a service changes, the less each change says
_FULL_SECONDS = 120.0  # up to this age it does not fade


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem whose cause is looked for: since when, in which services, by whom and on what."""

    first_at: datetime
    services: Mapping[ServiceId, Felt] = field(default_factory=dict[ServiceId, Felt])
    entities: frozenset[Entity] = frozenset()


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change that may be the cause, and why. `score` is its share of all suspicion, 0 to 1."""

    change: Change
    score: float
    reasons: tuple[str, ...]


def suspects_of(
    problem: Problem, changes: Sequence[Change], topology: Topology
) -> tuple[Suspect, ...]:
    """Rank the changes that may have caused a problem, the likeliest first, at most 20.

    A change with nothing in common with the problem but its time is no suspect.
    """
    roots = roots_of(problem.services, topology)
    begins = problem.first_at - HORIZON
    ends = max((root.first_at for root in roots.values()), default=problem.first_at) + LATE_WORD
    near = [change for change in changes if begins <= change.at <= ends]
    weighed = list(_weighed(problem, near, roots))
    if not weighed:
        return ()
    likeliest = nsmallest(MAX_SUSPECTS, weighed)
    # Relative to the best, so that no exponential runs out of what a float can say.
    best = likeliest[0][0]
    whole = sum([exp(best - each[0]) for each in weighed])
    return tuple(
        Suspect(near[place], exp(best - weight) / whole, _reasons(problem, near[place], roots))
        for weight, _, _, place in likeliest
    )


def _weighed(
    problem: Problem, near: Sequence[Change], roots: Mapping[ServiceId, Root]
) -> Iterator[tuple[float, float, ChangeId, int]]:
    """Yield each suspect's place, smallest first is likeliest; of equals, the latest change."""
    busy = Counter([change.service for change in near])
    base: dict[ServiceId | None, tuple[float, datetime]] = {
        name: (root.weight + _BUSY * log(busy[name]), root.first_at)
        for name, root in roots.items()
        if busy[name]
    }
    things, first_at = _telling(problem.entities), problem.first_at
    for place, change in enumerate(near):
        shared = _shared(change, things) if things and change.entities else 0.0
        based = base.get(change.service)
        if based is None:
            if not shared:
                continue
            based = _ELSEWHERE, first_at
        weight, since = based
        age = (since - change.at).total_seconds()
        if age < -_LATE_SECONDS:
            continue
        weight += shared + _fading(age)
        if change.planned is False:
            weight += _UNPLANNED
        yield -weight, age, change.id, place


def _fading(age: float) -> float:
    if age <= _FULL_SECONDS:
        return 0.0 if age >= 0 else _AFTER
    return -_FADES * log(age / _FULL_SECONDS)


def _telling(entities: frozenset[Entity]) -> frozenset[Entity]:
    return frozenset(each for each in entities if each.kind not in COMMON)


def _shared(change: Change, things: frozenset[Entity]) -> float:
    kinds = {each.kind for each in change.entities & things}
    weight = _SAME_ASSET if ASSET in kinds else 0.0
    return weight + _SAME_IDENTITY if kinds - {ASSET} else weight


def _reasons(problem: Problem, change: Change, roots: Mapping[ServiceId, Root]) -> tuple[str, ...]:
    root = roots.get(change.service) if change.service is not None else None
    said: list[str] = []
    if root is not None:
        said += _where(str(change.service), root)
    same = {each.kind: each.value for each in sorted(change.entities & _telling(problem.entities))}
    said += [f"same {kind.replace('_', ' ')} ({value})" for kind, value in same.items()]
    said.append(_when((root.first_at if root else problem.first_at) - change.at))
    if change.planned is False:
        said.append("not planned")
    return tuple(said)


def _where(service: str, root: Root) -> Iterator[str]:
    if root.hops == 0:
        yield f"same service ({service})"
    else:
        hops = "1 hop" if root.hops == 1 else f"{root.hops} hops"
        yield f"upstream of {root.nearest}, {hops}"
    if root.depending > 1:
        yield f"{root.depending} of the services in trouble depend on it"


def _when(age: timedelta) -> str:
    minutes = round(abs(age.total_seconds()) / 60)
    if minutes < 1:
        return "at the same moment"
    side = "before" if age > timedelta(0) else "after"
    if minutes < 120:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'} {side}"
    return f"{round(minutes / 60)} hours {side}"
