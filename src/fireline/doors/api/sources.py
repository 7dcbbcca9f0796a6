"""Sources: connect, look, change, try a mapping, and read again what was kept."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.signals.pasting import paste
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import mappings, source_views, sources
from fireline.usecases.mappings import Preview, Replay
from fireline.usecases.source_views import PayloadPage, SourcePage, SourceView
from fireline.usecases.sources import Connected, Terms, default_terms

router = APIRouter(prefix="/sources", tags=["sources"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Configuring = Annotated[Visit, Depends(Needs(Permission.CONFIGURE))]
Mapping = Annotated[str, Field(max_length=20_000)]
Settings = dict[str, Annotated[str, Field(max_length=2_000)] | None]
_REPLAYED_DAYS = 7


class WantedSource(BaseModel, extra="forbid"):
    """A source to connect."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    format: str
    service: str | None = None
    rate_per_second: int = sources.DEFAULT_RATE
    quiet_seconds: int | None = None
    mapping: Mapping = ""
    settings: Settings = {}


class ChangedSource(BaseModel, extra="forbid"):
    """What is to be changed; what is not there stays. A setting that is null is taken away."""

    service: str | None = None
    rate_per_second: int = sources.DEFAULT_RATE
    quiet_seconds: int | None = None
    mapping: Mapping = ""
    settings: Settings = {}


class Tried(BaseModel, extra="forbid"):
    """A mapping to try on the last payloads."""

    mapping: Mapping
    limit: Annotated[int, Field(ge=1, le=mappings.MAX_PREVIEWED)] = 10


class Again(BaseModel, extra="forbid"):
    """From when on to read again, by default the last seven days."""

    since: AwareDatetime | None = None
    dry_run: bool = True


class Shown(BaseModel):
    """A source and its token, the only time it is shown, with what to paste into the client."""

    name: str
    format: str
    token: str
    paste: str


class Formats(BaseModel):
    """The formats a source can have, and those that are read with a mapping."""

    formats: tuple[str, ...]
    mapped: tuple[str, ...]


@router.get("")
async def list_sources(
    visit: Seeing,
    after: str = "",
    retired: Annotated[bool, Query(description="retired ones, too")] = False,  # noqa: FBT002 - a query
    limit: Annotated[int, Query(ge=1, le=source_views.MAX_PAGE)] = source_views.MAX_PAGE,
) -> SourcePage:
    """List sources by name; `after` is the `next` of a page."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await source_views.list_sources(tx, after=after, retired=retired, limit=limit)


@router.get("/formats")
async def list_formats(visit: Seeing) -> Formats:
    """List the formats a source can have."""
    visit.reach(None)
    return Formats(formats=sources.FORMATS, mapped=sources.MAPPED)


@router.post("", status_code=201)
async def connect(wanted: WantedSource, visit: Configuring, request: Request) -> Shown:
    """Connect a source. Its token is shown this once."""
    visit.reach(None)
    terms = Terms(
        wanted.rate_per_second,
        wanted.quiet_seconds,
        wanted.service,
        wanted.mapping,
        sources.with_settings(default_terms(), dict(wanted.settings)).settings,
    )
    async with visit.transaction() as tx:
        made = await sources.connect_source(
            tx, wanted.name, format=wanted.format, terms=terms, by=visit.by
        )
    return _shown(made, request)


@router.get("/{name}")
async def look(name: str, visit: Seeing) -> SourceView:
    """Show one source: what is set of it, and how it does."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await source_views.look_at_source(tx, name)


@router.patch("/{name}")
async def change(name: str, wanted: ChangedSource, visit: Configuring) -> SourceView:
    """Change what is set of a source."""
    visit.reach(None)
    given = wanted.model_dump(exclude_unset=True)
    settings = given.pop("settings", {})
    async with visit.transaction() as tx:
        terms = sources.terms_of(await sources.connected(tx, name))
        terms = sources.with_settings(replace(terms, **given), settings)
        await sources.change_source(tx, name, terms, by=visit.by)
        return await source_views.look_at_source(tx, name)


@router.post("/{name}/token", status_code=201)
async def rotate(name: str, visit: Configuring, request: Request) -> Shown:
    """Give a source a new token, shown this once. The old one stops working within seconds."""
    visit.reach(None)
    async with visit.transaction() as tx:
        made = await sources.rotate_token(tx, name, by=visit.by)
    return _shown(made, request)


@router.delete("/{name}")
async def retire(name: str, visit: Configuring) -> SourceView:
    """Disconnect a source. What it said stays."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await sources.retire_source(tx, name, by=visit.by)
        return await source_views.look_at_source(tx, name)


@router.get("/{name}/payloads")
async def list_payloads(
    name: str,
    visit: Seeing,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PayloadPage:
    """List what a source sent, the newest first, with what is read in it."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await source_views.list_payloads(tx, name, before=before, limit=limit)


@router.post("/{name}/preview")
async def preview(name: str, tried: Tried, visit: Configuring) -> Preview:
    """Say what the last payloads would say under a mapping. Nothing is changed."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await mappings.preview(tx, name, tried.mapping, limit=tried.limit)


@router.post("/{name}/replay")
async def replay(name: str, again: Again, visit: Configuring) -> Replay:
    """Read again what a source sent, and say what is new. A dry run, unless told otherwise."""
    visit.reach(None)
    async with visit.transaction() as tx:
        since: datetime = again.since or tx.now - timedelta(days=_REPLAYED_DAYS)
        return await mappings.replay(tx, name, since=since, dry_run=again.dry_run, by=visit.by)


def _shown(made: Connected, request: Request) -> Shown:
    token = made.token.reveal()
    base = f"{request.url.scheme}://{request.url.netloc}"
    lines = paste(made.format, base, token)
    return Shown(name=made.name, format=made.format, token=token, paste=lines)
