"""Whose an asset is, and who would be told of an alert about it now."""

from dataclasses import dataclass
from uuid import UUID

from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PolicyId, ServiceId
from fireline.core.values.priority import Priority
from fireline.usecases.asset_views import AssetLine
from fireline.usecases.assets import show_owner
from fireline.usecases.escalation_ahead import EscalationNotFound, ToldAhead, show_escalation
from fireline.usecases.transaction import Tx

_MOST_URGENT = Priority.P1


@dataclass(frozen=True, slots=True)
class DutyView:
    """Whose an asset is and why, and the people that its escalation tells first, now.

    Without a service it is nobody's; without an escalation nobody knows whom to tell.
    """

    asset: AssetLine
    service: str | None
    service_name: str | None
    team: str | None
    reason: str
    escalation: PolicyId | None
    on_call: tuple[ToldAhead, ...]


async def show_duty(tx: Tx, plan: Plan | None, asset: UUID) -> DutyView:
    """Say whose an asset is, and who is told first now. Raises AssetNotFound."""
    owner = await show_owner(tx, plan, asset)
    service = plan.services.get(ServiceId(owner.service)) if plan and owner.service else None
    people: tuple[ToldAhead, ...] = ()
    if plan and service:
        people = await _first_told(tx, plan, service.policy, service.id)
    return DutyView(
        asset=owner.asset,
        service=owner.service,
        service_name=owner.service_name,
        team=owner.team,
        reason=owner.reason,
        escalation=service.policy if service else None,
        on_call=people,
    )


async def _first_told(
    tx: Tx, plan: Plan, policy: PolicyId, service: ServiceId
) -> tuple[ToldAhead, ...]:
    try:
        ahead = await show_escalation(tx, plan, policy, priority=_MOST_URGENT, service=service)
    except EscalationNotFound:
        return ()
    return next((step.people for step in ahead.steps if step.people), ())
