"""Silences and maintenance windows: place, preview, change, end, list."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.alerting.matching import Matcher, matcher_from
from fireline.core.values.ids import SilenceId
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.silence_words import WEEKDAYS, Said, window_from
from fireline.usecases import silences
from fireline.usecases.silences import Preview, SilenceView, Wanted

router = APIRouter(prefix="/silences", tags=["silences"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class WantedWindow(BaseModel, extra="forbid"):
    """When a maintenance window holds, every week, on the clocks of its zone."""

    zone: str
    days: Annotated[list[Weekday], Field(min_length=1)]
    start: Annotated[time, Field(alias="from")]
    end: Annotated[time | None, Field(alias="to")] = None
    lasting_minutes: Annotated[int | None, Field(gt=0)] = None
    weeks: list[int] = []


class WantedSilence(BaseModel, extra="forbid"):
    """What is to be held: matchers as amtool writes them, and until when.

    `until`, `lasting_minutes` or `until_resolved` end it; a `window` may go on without end.
    """

    matchers: Annotated[list[str], Field(max_length=50)]
    comment: str = ""
    start: AwareDatetime | None = None
    until: AwareDatetime | None = None
    lasting_minutes: Annotated[int | None, Field(gt=0, le=1_000_000)] = None
    until_resolved: bool = False
    window: WantedWindow | None = None
    ticket: str = ""
    broad: str = ""
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window: `to` is a time of day, or it lasts so many minutes."""

    zone: str
    days: tuple[str, ...]
    start: str
    to: str | None
    lasting_minutes: int | None
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence with how it stands: `active`, `pending` or `expired`."""

    id: UUID
    number: int
    matchers: tuple[Matcher, ...]
    written: tuple[str, ...]
    status: str
    start: datetime
    end: datetime | None
    until: datetime | None
    next_at: datetime | None
    until_resolved: bool
    window: Window | None
    comment: str
    ticket: str
    broad: str
    by: str
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    holds: int


@router.get("")
async def list_silences(
    visit: Seeing,
    ended: Annotated[bool, Query(description="those that ended, too")] = False,  # noqa: FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> tuple[Silence, ...]:
    """List silences and maintenance windows: those that stand, the newest first."""
    visit.reach(None)
    async with visit.transaction() as tx:
        found = await silences.list_silences(tx, ended=ended, limit=limit, offset=offset)
    return tuple(_silence(view) for view in found)


@router.post("/preview")
async def preview(wanted: WantedSilence, visit: Responding) -> Preview:
    """Say what a silence would hold now, and would have held in the last 7 days."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await silences.preview_silence(tx, _wanted(wanted, tx.now))


@router.post("", status_code=201)
async def place(wanted: WantedSilence, visit: Responding) -> Silence:
    """Place a silence; what fires already and fits is held, too."""
    visit.reach(None)
    replaces = SilenceId(wanted.replaces) if wanted.replaces else None
    async with visit.transaction() as tx:
        asked = _wanted(wanted, tx.now)
        return _silence(await silences.place_silence(tx, asked, by=visit.by, replaces=replaces))


@router.get("/{number}")
async def find(number: int, visit: Seeing) -> Silence:
    """Return one silence."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return _silence(await silences.silence_numbered(tx, number))


@router.post("/{number}/end")
async def end(number: int, visit: Responding) -> Silence:
    """End a silence now. People are told of what it held, if that still fires."""
    visit.reach(None)
    async with visit.transaction() as tx:
        found = await silences.silence_numbered(tx, number)
        await silences.end_silence(tx, found.id, by=visit.by)
        return _silence(await silences.silence_numbered(tx, number))


def _wanted(said: WantedSilence, now: datetime) -> Wanted:
    ends = said.until
    if ends is None and said.lasting_minutes is not None:
        ends = max(said.start or now, now) + timedelta(minutes=said.lasting_minutes)
    return Wanted(
        matchers=tuple(matcher_from(written) for written in said.matchers),
        comment=said.comment,
        starts_at=said.start,
        ends_at=ends,
        until_resolved=said.until_resolved,
        window=None if said.window is None else window_from(_said(said.window)),
        ticket=said.ticket,
        broad=said.broad,
    )


def _said(window: WantedWindow) -> Said:
    lasting = window.lasting_minutes
    return Said(
        zone=window.zone,
        days=window.days,
        start=window.start,
        end=window.end,
        lasting=None if lasting is None else timedelta(minutes=lasting),
        weeks=window.weeks,
    )


def _silence(view: SilenceView) -> Silence:
    return Silence(
        id=view.id,
        number=view.number,
        matchers=view.matchers,
        written=tuple(str(matcher) for matcher in view.matchers),
        status=view.status,
        start=view.starts_at,
        end=view.ends_at,
        until=view.until,
        next_at=view.next_at,
        until_resolved=view.until_resolved,
        window=_window(view),
        comment=view.comment,
        ticket=view.ticket,
        broad=view.broad,
        by=view.by,
        made_at=view.made_at,
        changed_at=view.changed_at,
        ended_at=view.ended_at,
        ended_by=view.ended_by,
        holds=view.holds,
    )


def _window(view: SilenceView) -> Window | None:
    window = view.window
    if window is None:
        return None
    lasting = window.end if isinstance(window.end, timedelta) else None
    return Window(
        zone=window.zone.key,
        days=tuple(WEEKDAYS[day] for day in sorted(window.weekdays)),
        start=window.start.isoformat("minutes"),
        to=window.end.isoformat("minutes") if isinstance(window.end, time) else None,
        lasting_minutes=None if lasting is None else int(lasting.total_seconds()) // 60,
        weeks=tuple(sorted(window.weeks)),
    )
