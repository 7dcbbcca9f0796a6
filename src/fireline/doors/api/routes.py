"""Routes: list them, try one out, report what nothing routes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.silence_words import window_text
from fireline.usecases import plans, routes
from fireline.usecases.routes import MAX_DAYS, Body, RouteTrial, RouteView, UnroutedView

router = APIRouter(prefix="/routes", tags=["routes"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the plan, and what it took in the last 7 days."""

    place: int
    id: str
    when: str
    hours: tuple[str, ...]
    service: str | None
    team: str | None
    priority: Priority | None
    escalation: str | None
    runbook: str | None
    suppress: str
    alerts: int
    last_at: datetime | None
    failed: int


class Trial(BaseModel, extra="forbid"):
    """An alert to try the routes with: what its source would say, or a body as it would post it."""

    title: Annotated[str, Field(max_length=1_024)] = ""
    kind: str = ""
    key: str = ""
    source: str = ""
    priority: Priority = Priority.P3
    service: str = ""
    team: str = ""
    runbook: str = ""
    labels: Annotated[dict[str, str], Field(max_length=256)] = {}
    tags: Annotated[list[str], Field(max_length=256)] = []
    entities: Annotated[dict[str, list[str]], Field(max_length=64)] = {}
    payload: str | None = None
    format: str = ""
    call: str = ""
    at: AwareDatetime | None = None


@router.get("")
async def list_routes(visit: Seeing) -> tuple[Route, ...]:
    """List the routes in the order they are tried, with what each took in the last 7 days."""
    visit.reach(None)
    async with visit.transaction() as tx:
        found = await routes.list_routes(tx, await plans.current(tx))
    return tuple(_route(view) for view in found)


@router.post("/test")
async def try_out(trial: Trial, visit: Responding) -> tuple[RouteTrial, ...]:
    """Say which route an alert would take, why, and who would be told when. Keeps nothing."""
    visit.reach(None)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        if trial.payload is not None:
            body = Body(trial.payload.encode(), trial.format, trial.call)
            return await routes.try_payload(tx, plan, body, source=trial.source, at=trial.at)
        return (
            await routes.try_notice(tx, plan, _notice(trial), source=trial.source, at=trial.at),
        )


@router.get("/unrouted")
async def unrouted(
    visit: Seeing, days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = 7
) -> tuple[UnroutedView, ...]:
    """Report alerts that no route, service or claim said an owner of, the most frequent first."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await routes.list_unrouted(tx, days=days)


def _notice(trial: Trial) -> Notice:
    return Notice(
        key=trial.key,
        status=Status.FIRING,
        title=trial.title,
        priority=trial.priority,
        kind=trial.kind,
        service=trial.service,
        team=trial.team,
        runbook=trial.runbook,
        entities=tuple(
            Entity(kind, value) for kind, values in trial.entities.items() for value in values
        ),
        tags=tuple(trial.tags),
        labels=trial.labels,
    )


def _route(view: RouteView) -> Route:
    return Route(
        place=view.place,
        id=view.id,
        when=view.when,
        hours=tuple(window_text(part) for part in view.hours),
        service=view.service,
        team=view.team,
        priority=view.priority,
        escalation=view.escalation,
        runbook=view.runbook,
        suppress=view.suppress,
        alerts=view.alerts,
        last_at=view.last_at,
        failed=view.failed,
    )
