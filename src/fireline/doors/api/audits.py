"""The auditor's last look: whether every promise about paging is kept."""

from typing import Annotated

from fastapi import APIRouter, Depends

from fireline.core.access.roles import Permission
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import audit
from fireline.usecases.audit import AuditView

router = APIRouter(prefix="/audit", tags=["audit"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]


@router.get("")
async def last_audit(visit: Seeing) -> AuditView:
    """Say what the auditor found in its last look, each minute: which promises are broken."""
    async with visit.transaction() as tx:
        return await audit.last_look(tx)
