"""A change to production, as the search for a cause sees it."""

from dataclasses import dataclass
from datetime import datetime

from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Kind
from fireline.core.values.ids import ChangeId, ServiceId


@dataclass(frozen=True, slots=True)
class Change:
    """Something that altered production, when, and whose service it was.

    `service` is `None` when nobody could tell; `planned` likewise. `entities` are who made it, with
    what, and on what; those a problem does not have may be left out.
    """

    id: ChangeId
    at: datetime
    kind: Kind
    service: ServiceId | None = None
    actor: str = ""
    planned: bool | None = None
    entities: frozenset[Entity] = frozenset()
