"""One request to the API: who sent it, what they may do, and how it opens a transaction."""

from dataclasses import dataclass

from fastapi import Request

from fireline.core.access.principal import Principal
from fireline.core.access.roles import Permission
from fireline.core.values.actor import Human
from fireline.core.values.ids import DrillId
from fireline.doors.entry import admit, admit_to
from fireline.usecases.transaction import Transactions


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that was let in. Each handler opens its one transaction and returns after commit.

    FastAPI's own way, a dependency that yields, commits after the answer was sent; fireline says
    yes only after the commit.
    """

    principal: Principal
    permission: Permission
    transaction: Transactions

    @property
    def by(self) -> Human:
        """The person facts are written under."""
        return self.principal.actor

    def reach(self, drill: DrillId | None) -> None:
        """Refuse a token confined to one drill on anything else."""
        admit_to(self.principal, self.permission, drill)


class Needs:
    """A route's dependency: lets in who has the permission. A route without one is a bug."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Visit:
        """Let a request in, or raise the refusal."""
        return Visit(
            admit(request, self.permission), self.permission, request.app.state.transactions
        )
