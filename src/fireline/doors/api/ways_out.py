"""Channels: the ways messages leave by, which are set up, and a test of one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import channels
from fireline.usecases.channels import ChannelView, Switchboard, Tried

router = APIRouter(prefix="/channels", tags=["channels"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]


class Try(BaseModel, extra="forbid"):
    """Where to send a test."""

    address: Annotated[str, Field(min_length=1, max_length=4_000)]


class PushKey(BaseModel):
    """What a browser subscribes with; empty where pushes are not set up."""

    public_key: str


@router.get("")
async def list_channels(visit: Seeing, request: Request) -> tuple[ChannelView, ...]:
    """List every channel: whether it is set up, what it needs, and what an address looks like."""
    visit.reach(None)
    return channels.list_channels(_board(request))


@router.get("/push/key")
async def push_key(visit: Seeing, request: Request) -> PushKey:
    """Return the public key that browsers subscribe to pushes with."""
    visit.reach(None)
    return PushKey(public_key=_board(request).push_key)


@router.post("/{name}/test")
async def try_out(name: str, wanted: Try, visit: Configuring, request: Request) -> Tried:
    """Send a test to an address at once, and tell what became of it."""
    visit.reach(None)
    board = _board(request)
    return await channels.try_out(visit.transaction, board, name, wanted.address, by=visit.by)


def _board(request: Request) -> Switchboard:
    return request.app.state.channels
