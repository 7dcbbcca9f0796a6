"""The shape of a scenario as the plan writes it."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import CategoryId, RunbookId, ScenarioId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits from the first event of the attack."""

    detect: timedelta
    acknowledge: timedelta
    declare: timedelta
    contain: timedelta
    recover: timedelta
    review: timedelta


@dataclass(frozen=True, slots=True)
class Expected:
    """What the scenario's designer says must be seen and done."""

    priority: Priority
    category: CategoryId
    runbook: RunbookId
    contained: tuple[AssetRef, ...]
    decoys: tuple[AssetRef, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """An attack on a simulated world, what should come of it, and who plays the responders.

    `pace` is how many plan minutes pass in one real minute. `world` and `script` are the lab's.
    """

    id: ScenarioId
    title: str
    story: str
    pace: int
    limits: Limits
    expected: Expected
    world: JsonObject
    script: str
