"""Who plays which part, and when a part may change hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.core.incidents.terms import Role
from fireline.core.values.ids import PersonId

# How long an incident may be without a lead before that is a missed deadline.
LEAD_VACANT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in a role since a moment."""

    role: Role
    person: PersonId
    since: datetime


class WhyNotRole(StrEnum):
    """Why a role does not change hands."""

    HELD = "they have that role already"
    NO_NOTE = "a hand-over needs a note: what is known, what is under way, what is next"


@dataclass(frozen=True, slots=True)
class Change:
    """`leaves` gives up the role to `person`; nobody leaves one that stood empty or is shared."""

    person: PersonId
    leaves: PersonId | None


@dataclass(frozen=True, slots=True)
class Giving:
    """A role for a person. `note` is the hand-over when somebody else has it."""

    role: Role
    person: PersonId
    note: str = ""


def give_role(holders: Sequence[Holder], giving: Giving) -> Change | WhyNotRole:
    """Decide what giving a role means. Any number may respond; the other roles are one person's."""
    present = [holder.person for holder in holders if holder.role is giving.role]
    if giving.person in present:
        return WhyNotRole.HELD
    if giving.role is Role.RESPONDER or not present:
        return Change(giving.person, None)
    if not giving.note.strip():
        return WhyNotRole.NO_NOTE
    return Change(giving.person, present[0])


def lead_of(holders: Sequence[Holder]) -> PersonId | None:
    """Return the lead; `None` while the incident stands without one."""
    return next((holder.person for holder in holders if holder.role is Role.LEAD), None)


def unassigned(holders: Sequence[Holder]) -> tuple[Role, ...]:
    """Return the roles nobody has, in the order people are asked about them."""
    held = {holder.role for holder in holders}
    return tuple(role for role in Role if role not in held)
