"""Heartbeats: what must be heard of again and again."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.values.priority import Priority
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import heartbeats
from fireline.usecases.heartbeats import Heartbeat, Wanted

router = APIRouter(prefix="/heartbeats", tags=["heartbeats"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]
Name = Annotated[str, Field(min_length=1, max_length=heartbeats.MAX_NAME)]
Tags = Annotated[tuple[Annotated[str, Field(max_length=50)], ...], Field(max_length=20)]


class WantedHeartbeat(BaseModel, extra="forbid"):
    """A heartbeat to watch."""

    name: Name
    interval_seconds: Annotated[int, Field(ge=1, le=heartbeats.MAX_INTERVAL_SECONDS)]
    enabled: bool = True
    description: Annotated[str, Field(max_length=4_000)] = ""
    owner_team: str | None = None
    alert_message: Annotated[str, Field(max_length=300)] = ""
    alert_tags: Tags = ()
    alert_priority: Literal["P1", "P2", "P3", "P4", "P5"] = "P3"


class Pinged(BaseModel):
    """That a heartbeat was heard of."""

    name: str
    heard: bool


@router.get("")
async def list_heartbeats(
    visit: Seeing, after: str = "", limit: Annotated[int, Query(ge=1, le=500)] = 500
) -> tuple[Heartbeat, ...]:
    """List heartbeats by name; `after` is the last name of a page before."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await heartbeats.list_heartbeats(tx, after=after, limit=limit)


@router.post("", status_code=201)
async def create(wanted: WantedHeartbeat, visit: Configuring) -> Heartbeat:
    """Make a heartbeat. It is watched from its first ping on."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await heartbeats.create_heartbeat(tx, _wanted(wanted), by=visit.by)


@router.get("/{name}")
async def find(name: str, visit: Seeing) -> Heartbeat:
    """Return one heartbeat."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await heartbeats.find_heartbeat(tx, name)


@router.put("/{name}")
async def change(name: str, wanted: WantedHeartbeat, visit: Configuring) -> Heartbeat:
    """Change all that is set of a heartbeat."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await heartbeats.change_heartbeat(tx, name, _wanted(wanted), by=visit.by)


@router.post("/{name}/enable")
async def enable(name: str, visit: Configuring) -> Heartbeat:
    """Watch a heartbeat."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await heartbeats.enable_heartbeat(tx, name, enabled=True, by=visit.by)


@router.post("/{name}/disable")
async def disable(name: str, visit: Configuring) -> Heartbeat:
    """Leave off watching a heartbeat."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await heartbeats.enable_heartbeat(tx, name, enabled=False, by=visit.by)


@router.delete("/{name}", status_code=204)
async def delete(name: str, visit: Configuring) -> None:
    """Forget a heartbeat."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await heartbeats.delete_heartbeat(tx, name, by=visit.by)


@router.post("/{name}/ping", status_code=202)
async def ping(name: str, visit: Responding) -> Pinged:
    """Say that something is still there."""
    visit.reach(None)
    async with visit.transaction() as tx:
        if not await heartbeats.ping(tx, name):
            await heartbeats.find_heartbeat(tx, name)  # says that there is none
    return Pinged(name=name, heard=True)


def _wanted(told: WantedHeartbeat) -> Wanted:
    priority = Priority[told.alert_priority].value
    return replace(
        Wanted(told.name, told.interval_seconds, told.enabled),
        description=told.description,
        owner_team=told.owner_team,
        alert_message=told.alert_message,
        alert_tags=told.alert_tags,
        alert_priority=priority,
    )
