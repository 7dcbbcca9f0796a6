"""The deadlines of a priority: computed from the first event and the plan, never typed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.incidents.terms import PriorityRule
from fireline.core.values.time import at_pace


class DeadlineKind(StrEnum):
    """What must have happened by then. The first four come from the priority."""

    ACKNOWLEDGE = "acknowledge"
    TRIAGE = "triage"
    REMEDIATE = "remediate"
    RETRO = "retro"
    UPDATE = "update"
    LEAD = "lead"


PRIORITY_KINDS = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.TRIAGE,
    DeadlineKind.REMEDIATE,
    DeadlineKind.RETRO,
)


class Standing(StrEnum):
    """How a deadline stands. A missed one stays missed, also when reached later."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something to reach before `due_at`, counted from `anchor`."""

    kind: DeadlineKind
    anchor: datetime
    due_at: datetime


def length_of(rule: PriorityRule, kind: DeadlineKind) -> timedelta | None:
    """Return what a priority allows for something; `None` when it sets no limit."""
    match kind:
        case DeadlineKind.ACKNOWLEDGE:
            return rule.acknowledge
        case DeadlineKind.TRIAGE:
            return rule.triage
        case DeadlineKind.REMEDIATE:
            return rule.remediate
        case DeadlineKind.RETRO:
            return rule.retro
        case DeadlineKind.UPDATE:
            return rule.update_every
        case DeadlineKind.LEAD:
            return None


def deadlines_of(rule: PriorityRule, *, anchor: datetime, pace: int) -> tuple[Deadline, ...]:
    """Compute the deadlines a priority sets from the moment of the first event."""
    return tuple(
        Deadline(kind, anchor, anchor + at_pace(length, pace))
        for kind in PRIORITY_KINDS
        if (length := length_of(rule, kind)) is not None
    )


def standing(due_at: datetime, reached_at: datetime | None, now: datetime) -> Standing:
    """Say how a deadline stands. Its span does not include its end: on the dot is late."""
    if reached_at is not None:
        return Standing.MET if reached_at < due_at else Standing.MISSED
    return Standing.RUNNING if now < due_at else Standing.MISSED
