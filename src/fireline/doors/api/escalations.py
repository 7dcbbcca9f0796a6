"""Escalations: which there are, and whom one would tell when."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from fireline.core.access.roles import Permission
from fireline.core.values.ids import PolicyId, ServiceId
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import escalation_ahead, plans
from fireline.usecases.escalation_ahead import EscalationLine, EscalationView

router = APIRouter(prefix="/escalations", tags=["on call"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]


@router.get("")
async def list_escalations(visit: Seeing) -> tuple[EscalationLine, ...]:
    """List the escalations of the plan, and which services use each."""
    async with visit.transaction() as tx:
        return escalation_ahead.list_escalations(await plans.current(tx))


@router.get("/{policy}")
async def show_escalation(
    policy: str,
    visit: Seeing,
    *,
    priority: Annotated[Priority, Query(description="1 to 5")] = Priority.P1,
    at: Annotated[AwareDatetime | None, Query(description="without one, now")] = None,
    service: Annotated[str | None, Query(description="whose alert it would be")] = None,
) -> EscalationView:
    """Say whom an escalation would tell, when and why, if nobody answered. Nobody is told."""
    async with visit.transaction() as tx:
        return await escalation_ahead.show_escalation(
            tx,
            await plans.current(tx),
            PolicyId(policy),
            priority=priority,
            at=at,
            service=ServiceId(service) if service else None,
        )
