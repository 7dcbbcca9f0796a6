"""Access roles, what each may do, and the verdict with its reason."""

from dataclasses import dataclass
from enum import StrEnum

from fireline.core.values.ids import DrillId


class Role(StrEnum):
    """What an account or a token is for. Incident roles are another thing."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    MANAGER = "manager"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a route asks for. Every route asks for one."""

    SEE = "see"  # read alerts, incidents, schedules, the plan
    RESPOND = "respond"  # acknowledge, declare, take roles, write updates, request runbooks
    APPROVE = "approve"  # let an action change a cloud
    CONFIGURE = "configure"  # push plans, run drills, connect sources
    ADMINISTER = "administer"  # accounts, roles, tokens of others
    AUDIT = "audit"  # read and export the record of who did what


_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE}),
    # The second pair of eyes at three in the morning is another operator.
    Role.OPERATOR: frozenset({Permission.SEE, Permission.RESPOND, Permission.APPROVE}),
    Role.MANAGER: frozenset(
        {Permission.SEE, Permission.RESPOND, Permission.APPROVE, Permission.CONFIGURE}
    ),
    Role.ADMIN: frozenset(Permission),
    Role.AUDITOR: frozenset({Permission.SEE, Permission.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why."""

    reason: str


Verdict = Allowed | Denied


def grants(role: Role) -> frozenset[Permission]:
    """Return everything a role may do."""
    return _GRANTS[role]


def may(role: Role, permission: Permission) -> Verdict:
    """Say whether a role may do something, and why."""
    if permission in _GRANTS[role]:
        return Allowed(f"{role} may {permission}")
    able = ", ".join(other for other in Role if permission in _GRANTS[other])
    return Denied(f"{role} may not {permission}; that takes one of: {able}")


def reaches(own: DrillId | None, thing: DrillId | None) -> Verdict:
    """Say whether one confined to a drill may touch a thing. Nobody else is confined."""
    if own is None:
        return Allowed("not confined to a drill")
    if own == thing:
        return Allowed(f"part of the drill {own}")
    return Denied(f"confined to the drill {own}, and this is not part of it")


def effective(account: Role, token: Role) -> Role:
    """Return the role a token acts in: its own, unless its person may by now do less."""
    return token if grants(token) <= grants(account) else account
