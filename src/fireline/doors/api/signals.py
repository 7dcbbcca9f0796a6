"""Signals: what sources said, what was set apart, and how late it came."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from fireline.core.access.roles import Permission
from fireline.core.values.ids import DrillId
from fireline.doors.api.visit import Needs, Visit
from fireline.store.signals import LagRow
from fireline.usecases import signals
from fireline.usecases.signals import QuarantinePage, SignalPage

router = APIRouter(prefix="/signals", tags=["signals"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("")
async def list_signals(
    visit: Seeing,
    drill: UUID | None = None,
    kind: str | None = None,
    text: str | None = None,
    before: UUID | None = None,
    limit: Limit = 50,
) -> SignalPage:
    """List the signals of one world, the newest first; `before` is the `next` of a page."""
    world = _world(visit, drill)
    async with visit.transaction() as tx:
        return await signals.list_signals(
            tx, drill=world, kind=kind, text=text, before=before, limit=limit
        )


@router.get("/quarantined")
async def list_quarantined(
    visit: Seeing, drill: UUID | None = None, before: UUID | None = None, limit: Limit = 50
) -> QuarantinePage:
    """List what could not be understood, with the reason, the newest first."""
    world = _world(visit, drill)
    async with visit.transaction() as tx:
        return await signals.list_quarantined(tx, drill=world, before=before, limit=limit)


@router.get("/lag")
async def lag(visit: Seeing, drill: UUID | None = None) -> tuple[LagRow, ...]:
    """Say how late each way delivered, in seconds."""
    world = _world(visit, drill)
    async with visit.transaction() as tx:
        return await signals.lag(tx, world)


def _world(visit: Visit, drill: UUID | None) -> DrillId | None:
    return visit.principal.drill or (DrillId(drill) if drill else None)
