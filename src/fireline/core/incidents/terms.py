"""What the plan says about incidents: their priorities, categories, roles and checklist."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from fireline.core.values.ids import CategoryId, RunbookId
from fireline.core.values.priority import Priority


class Role(StrEnum):
    """A part somebody plays in an incident. Exactly one lead; the others may stand empty."""

    LEAD = "lead"
    COORDINATOR = "coordinator"
    RESPONDER = "responder"
    SCRIBE = "scribe"
    COMMUNICATOR = "communicator"


class Frame(StrEnum):
    """How well the situation is understood (Cynefin). Automation runs only in `clear`."""

    CLEAR = "clear"
    COMPLICATED = "complicated"
    COMPLEX = "complex"
    CHAOTIC = "chaotic"


class Cia(StrEnum):
    """What a problem threatens."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """What a priority means and the four deadlines it sets; `None` sets none.

    Deadlines run from the first event of the incident. `update_every` is how often people are
    told where it stands.
    """

    priority: Priority
    when: str
    acknowledge: timedelta | None
    triage: timedelta | None
    remediate: timedelta | None
    retro: timedelta | None
    update_every: timedelta | None


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of incident. `operational` ones pass `eradicated` as not applicable."""

    id: CategoryId
    name: str
    group: str
    cia: frozenset[Cia]
    operational: bool
    runbook: RunbookId | None
    default_priority: Priority


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One triage question. A yes needs investigation and offers to declare."""

    id: str
    cia: Cia
    text: str


@dataclass(frozen=True, slots=True)
class RoleCard:
    """What a role does, for the person who just got it."""

    role: Role
    does: tuple[str, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    """The plan's definition of an incident and everything that follows from it."""

    incident: str
    categories: tuple[Category, ...]
    checklist: tuple[ChecklistItem, ...]
    declare_offer_at: int
    priorities: tuple[PriorityRule, ...]
    roles: tuple[RoleCard, ...]
