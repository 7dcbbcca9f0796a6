"""Somebody who has proved who they are."""

from dataclasses import dataclass
from enum import StrEnum

from fireline.core.access.roles import Denied, Permission, Role, Verdict, may, reaches
from fireline.core.values.actor import Human
from fireline.core.values.ids import DrillId, PersonId

# Whoever can read this machine's files acts under this name. It may be anybody, so it is nobody's
# second pair of eyes.
LOCAL = PersonId("local")


class Via(StrEnum):
    """How they proved it."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the word, not a secret


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, the role they act in, and the one drill they are confined to, if any."""

    person: PersonId
    role: Role
    drill: DrillId | None
    via: Via

    @property
    def actor(self) -> Human:
        """The actor facts are written under."""
        return Human(self.person)

    def may(self, permission: Permission) -> Verdict:
        """Say whether they may do something, and why."""
        if permission is Permission.APPROVE and self.person == LOCAL:
            return Denied("this machine's own key is nobody in particular, and approves nothing")
        return may(self.role, permission)

    def may_on(self, permission: Permission, drill: DrillId | None) -> Verdict:
        """Say whether they may do something to a thing of a drill, or of none."""
        verdict = self.may(permission)
        return verdict if isinstance(verdict, Denied) else reaches(self.drill, drill)
