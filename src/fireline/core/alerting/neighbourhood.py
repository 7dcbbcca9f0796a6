"""Which services are near which: above, below, and beside one another over something shared."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from fireline.core.alerting.occurrence import Topology
from fireline.core.values.ids import ServiceId

# What more services than this depend on is everybody's, and makes nobody siblings.
SIBLINGS_MAX = 20


@dataclass(frozen=True, slots=True)
class Neighbour:
    """How a service is next to another: it is depended on (below), or depends; and in words."""

    below: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """For each service, those next to it, and those that share something both depend on."""

    neighbours: Mapping[ServiceId, Mapping[ServiceId, Neighbour]]
    siblings: Mapping[ServiceId, Mapping[ServiceId, ServiceId]]


def neighbourhood(topology: Topology) -> Neighbourhood:
    """Read off a topology who is near whom."""
    near: defaultdict[ServiceId, dict[ServiceId, Neighbour]] = defaultdict(dict)
    callers: defaultdict[ServiceId, list[ServiceId]] = defaultdict(list)
    for caller, below in topology.depends_on.items():
        for service in below:
            sentence = f"{caller} depends on {service}"
            near[caller][service] = Neighbour(below=True, sentence=sentence)
            near[service][caller] = Neighbour(below=False, sentence=sentence)
            callers[service].append(caller)
    siblings: defaultdict[ServiceId, dict[ServiceId, ServiceId]] = defaultdict(dict)
    for shared, those in callers.items():
        if len(those) <= SIBLINGS_MAX:
            for one in those:
                siblings[one].update({other: shared for other in those if other != one})
    return Neighbourhood(dict(near), dict(siblings))
