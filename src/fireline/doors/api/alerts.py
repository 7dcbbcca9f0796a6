"""Alerts: list, look, acknowledge, resolve."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from fireline.core.access.roles import Permission
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import alerts
from fireline.usecases.alert_views import AlertLine, AlertView
from fireline.usecases.alerts import AlertFilter, Answer

router = APIRouter(prefix="/alerts", tags=["alerts"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]


@router.get("")
async def list_alerts(
    visit: Seeing,
    state: Annotated[list[str] | None, Query(description="firing, acknowledged, resolved")] = None,
    least: Annotated[Priority, Query(description="the least urgent to list")] = Priority.P5,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> tuple[AlertLine, ...]:
    """List alerts, the most urgent first. Without a state: those that are not resolved."""
    wanted = AlertFilter(least=least, limit=limit, offset=offset, drill=visit.principal.drill)
    if state:
        wanted = AlertFilter(
            states=tuple(state), least=least, limit=limit, offset=offset, drill=wanted.drill
        )
    async with visit.transaction() as tx:
        return await alerts.list_alerts(tx, wanted)


@router.get("/{number}")
async def find_alert(number: int, visit: Seeing) -> AlertView:
    """Return one alert with its findings, pages, deliveries and timeline."""
    async with visit.transaction() as tx:
        found = await alerts.find_alert(tx, number)
    visit.reach(found.drill)
    return found


@router.post("/{number}/acknowledge")
async def acknowledge(number: int, visit: Responding) -> Answer:
    """Say that you have it. The first answer counts; a later one is told who was first."""
    async with visit.transaction() as tx:
        found = await alerts.find_alert(tx, number)
        visit.reach(found.drill)
        return await alerts.acknowledge_alert(tx, found.id, by=visit.by)


@router.post("/{number}/resolve")
async def resolve(number: int, visit: Responding) -> AlertView:
    """Say that it is over."""
    async with visit.transaction() as tx:
        found = await alerts.find_alert(tx, number)
        visit.reach(found.drill)
        await alerts.resolve_alert(tx, found.id, by=visit.by)
        return await alerts.find_alert(tx, number)
