"""Who came through the gate, and whether they may do what a route asks for."""

from starlette.requests import Request

from fireline.core.access.principal import Principal
from fireline.core.access.roles import Denied, Permission
from fireline.core.values.ids import DrillId
from fireline.core.values.refusals import Kind, Refusal
from fireline.usecases.access import NotSignedIn


class NotAllowed(Refusal):
    """The person is known and may not do this."""

    kind = Kind.FORBIDDEN
    code = "access.not_allowed"


def principal_of(request: Request) -> Principal:
    """Return who came. Raises NotSignedIn when the gate let somebody through unknown."""
    found = request.scope.get("state", {}).get("principal")
    if not isinstance(found, Principal):
        msg = "Sign in first."
        raise NotSignedIn(msg)
    return found


def admit(request: Request, permission: Permission) -> Principal:
    """Return who came if they may do this. Raises NotAllowed with the role it takes."""
    principal = principal_of(request)
    verdict = principal.may(permission)
    if isinstance(verdict, Denied):
        raise NotAllowed(_sentence(verdict))
    return principal


def admit_to(principal: Principal, permission: Permission, drill: DrillId | None) -> None:
    """Refuse those confined to one drill on things of another, or of none."""
    verdict = principal.may_on(permission, drill)
    if isinstance(verdict, Denied):
        raise NotAllowed(_sentence(verdict))


def _sentence(verdict: Denied) -> str:
    return f"{verdict.reason[:1].upper()}{verdict.reason[1:]}."
