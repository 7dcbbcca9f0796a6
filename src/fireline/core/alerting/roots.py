"""Where a problem began: the failure of a service climbs to those that depend on it.

So the service that most of the others lead down to is the likely root. It may be the last to say
so, or never say anything.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log, log2

from fireline.core.alerting.occurrence import Topology
from fireline.core.values.ids import ServiceId

MAX_HOPS = 4
# A storm may touch hundreds of services; those with the most symptoms tell where it began.
MAX_FELT = 40
# An alert may hold troubles that only happened together; so many are told apart.
MAX_TROUBLES = 4

# How much likelier each makes a service the root, as logarithms.
_STRAY = -1.4  # a service in trouble that does not lead down to it, by how loud it is
_HOP = -0.1  # each hop the failure must have climbed
_EARLIER = -0.3  # a service that was in trouble before it
_VOICE = 1.0  # how loud it is itself
_LOUD = 4  # more symptoms than this are no louder
_SILENT = -2.0  # it says nothing itself
_SILENT_HOP = -1.0  # and is so many hops below the nearest that does
_WELL_CALLER = -0.4  # a service that calls it and feels nothing
_MOST_WELL_CALLERS = 4
_SHARE = 1.0  # the smaller its part of all symptoms, the less likely a trouble is the one asked for
# A service in trouble is never ruled out; one that says nothing is, when it is this unlikely.
_LEAST = -7.0


@dataclass(frozen=True, slots=True)
class Felt:
    """How a problem shows in one service: since when, and in how many symptoms."""

    first_at: datetime
    symptoms: int = 1

    @property
    def loudness(self) -> float:
        """How much it says: the second symptom tells more than the tenth."""
        return log2(1 + min(self.symptoms, _LOUD))


@dataclass(frozen=True, slots=True)
class Root:
    """A service where a problem may have begun.

    `weight` is 0 for the likeliest and a logarithm below it for the rest. `first_at` is when what
    it may have caused first showed. `nearest` is the service in trouble closest to it, so many
    `hops` above (0: itself). `depending` counts the others that lead down to it.
    """

    weight: float
    first_at: datetime
    nearest: ServiceId
    hops: int
    depending: int


def roots_of(felt: Mapping[ServiceId, Felt], topology: Topology) -> Mapping[ServiceId, Root]:
    """Weigh every service where a problem may have begun.

    What the likeliest root does not explain is looked at again by itself: an alert may hold two
    troubles, and the smaller one has a cause too.
    """
    known: dict[ServiceId, Felt] = dict(sorted(felt.items(), key=_loudest_first)[:MAX_FELT])
    above, callers = _above(known, topology), _callers(topology)
    whole = sum(each.symptoms for each in known.values())
    found: dict[ServiceId, Root] = {}
    for _ in range(MAX_TROUBLES):
        if not known:
            break
        share = _SHARE * log(sum(each.symptoms for each in known.values()) / whole)
        roots = _one_trouble(known, above, callers)
        for name, root in roots.items():
            weighed = replace(root, weight=root.weight + share)
            if name not in found or found[name].weight < weighed.weight:
                found[name] = weighed
        likeliest = min(roots, key=lambda name: (-roots[name].weight, name))
        known = {name: seen for name, seen in known.items() if name not in above[likeliest]}
    return found


def _one_trouble(
    felt: Mapping[ServiceId, Felt],
    above: Mapping[ServiceId, Mapping[ServiceId, int]],
    callers: Mapping[ServiceId, Sequence[ServiceId]],
) -> Mapping[ServiceId, Root]:
    """Weigh the roots of services in trouble as if it were one trouble."""
    whole = sum(seen.loudness for seen in felt.values())
    found: dict[ServiceId, Root] = {}
    for name, reaching in above.items():
        hops_to = {other: hops for other, hops in reaching.items() if other in felt}
        if hops_to:
            calling = callers.get(name, ())
            found[name] = _root(name, felt, loudness=whole, hops_to=hops_to, callers=calling)
    best = max(root.weight for root in found.values())
    return {
        name: replace(root, weight=max(root.weight - best, _LEAST))
        for name, root in found.items()
        if root.hops == 0 or root.weight - best > _LEAST
    }


def _loudest_first(each: tuple[ServiceId, Felt]) -> tuple[int, datetime, ServiceId]:
    name, felt = each
    return -felt.symptoms, felt.first_at, name


def _root(
    name: ServiceId,
    felt: Mapping[ServiceId, Felt],
    *,
    loudness: float,
    hops_to: Mapping[ServiceId, int],
    callers: Sequence[ServiceId],
) -> Root:
    """Weigh one root; `loudness` is that of all services in trouble together."""
    own = felt.get(name)
    hops, nearest = min((hops, other) for other, hops in hops_to.items())
    led = sum(felt[other].loudness for other in hops_to)
    weight = _HOP * sum(hops_to.values()) + _STRAY * (loudness - led)
    if own is None:
        weight += _SILENT + _SILENT_HOP * hops
    else:
        weight += _VOICE * own.loudness
        weight += _EARLIER * sum(felt[other].first_at < own.first_at for other in hops_to)
    well = sum(caller not in felt for caller in callers)
    weight += _WELL_CALLER * min(well, _MOST_WELL_CALLERS)
    first_at = min(felt[other].first_at for other in hops_to)
    return Root(weight, first_at, nearest, hops, len(hops_to) - (own is not None))


def _above(
    felt: Mapping[ServiceId, Felt], topology: Topology
) -> Mapping[ServiceId, Mapping[ServiceId, int]]:
    """Return, for each service that one in trouble stands on, those in trouble and the hops up."""
    above: defaultdict[ServiceId, dict[ServiceId, int]] = defaultdict(dict)
    for name in felt:
        for below, hops in _below(name, topology).items():
            above[below][name] = hops
    return above


def _below(service: ServiceId, topology: Topology) -> Mapping[ServiceId, int]:
    """Return what a service stands on, itself first, with the hops down to it."""
    reached = {service: 0}
    edge = [service]
    for hops in range(1, MAX_HOPS + 1):
        needed = [below for name in edge for below in topology.depends_on.get(name, ())]
        edge = [below for below in dict.fromkeys(needed) if below not in reached]
        reached.update(dict.fromkeys(edge, hops))
    return reached


def _callers(topology: Topology) -> Mapping[ServiceId, Sequence[ServiceId]]:
    callers: defaultdict[ServiceId, list[ServiceId]] = defaultdict(list)
    for name, below in topology.depends_on.items():
        for each in below:
            callers[each].append(name)
    return callers
