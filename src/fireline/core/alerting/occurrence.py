"""A symptom as grouping sees it: who says what, about what, since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.signals.entity import Entity
from fireline.core.values.ids import ServiceId, SymptomId
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One firing of one key, from its first trigger until it is resolved.

    `key` is unique among sources (the source's id and its own key), so a key that fires again after
    it was resolved is another occurrence with the same `key`. `group` is the group its source put
    it in (Alertmanager's `groupKey`), empty when it has none. `service` is whose it is, when that
    is known; `tactics` are ATT&CK tactic names in their written order.
    """

    id: SymptomId
    key: str
    source: str
    title: str
    priority: Priority
    at: datetime
    service: ServiceId | None
    entities: frozenset[Entity]
    tactics: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Topology:
    """Which services depend directly on which, as the plan says."""

    depends_on: Mapping[ServiceId, tuple[ServiceId, ...]]
