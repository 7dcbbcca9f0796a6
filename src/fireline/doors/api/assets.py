"""The inventory: find an asset, show what it is, was, belongs to and is linked with; look again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import StreamingResponse

from fireline.core.access.roles import Permission
from fireline.core.values.ids import DrillId
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.asset_names import MAX_NAME, asset_named, plain
from fireline.store.asset_lists import Wanted
from fireline.usecases import asset_duty, asset_export, assets, looks
from fireline.usecases.asset_duty import DutyView
from fireline.usecases.asset_export import Format
from fireline.usecases.asset_views import (
    AssetLine,
    AssetPage,
    AssetView,
    CountView,
    CoverageView,
    LookView,
    RecentChange,
    RelationView,
    VersionPage,
)

router = APIRouter(tags=["assets"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
_MAX_TEXT = 200


Text = Annotated[str, AfterValidator(plain)]


class Asked(BaseModel, extra="forbid"):
    """Which account to look at; without one, all."""

    account: Annotated[Text, Field(max_length=_MAX_TEXT)] | None = None


def _wanted(  # noqa: PLR0913 - each is one question to ask of the list
    *,
    q: Annotated[
        Text, Query(max_length=_MAX_TEXT, description="words, or how they begin, of name, id, tags")
    ] = "",
    kind: Annotated[
        Text | None, Query(max_length=_MAX_TEXT, description="ec2.instance, or ec2 for all of it")
    ] = None,
    account: Annotated[Text | None, Query(max_length=_MAX_TEXT)] = None,
    region: Annotated[Text | None, Query(max_length=_MAX_TEXT)] = None,
    service: Annotated[Text | None, Query(max_length=_MAX_TEXT)] = None,
    tag: Annotated[
        Text | None, Query(max_length=_MAX_TEXT, description="name or name=value")
    ] = None,
    unowned: Annotated[bool, Query(description="only what is nobody's")] = False,
    gone: Annotated[
        bool | None, Query(description="true: what is not there any more; false: what is")
    ] = False,
    any: Annotated[bool, Query(description="what is there and what is gone")] = False,  # noqa: A002 - a query
) -> Wanted:
    return assets.wanted(
        text=q,
        kind=kind,
        account=account,
        region=region,
        service=service,
        tag=tag,
        unowned=unowned,
        gone=None if any else gone,
    )


Filter = Annotated[Wanted, Depends(_wanted)]


@router.get("/assets")
async def find_assets(
    visit: Seeing,
    wanted: Filter,
    *,
    drill: UUID | None = None,
    after: Annotated[UUID | None, Query(description="the `next` of a list")] = None,
    limit: Annotated[int, Query(ge=1, le=assets.MAX_PAGE)] = 50,
) -> AssetPage:
    """List assets that fit, by kind and name."""
    world = _world(visit, drill)
    async with visit.transaction() as tx:
        return await assets.find_assets(tx, wanted, drill=world, after=after, limit=limit)


@router.get("/assets/counts")
async def count_assets(visit: Seeing, drill: UUID | None = None) -> tuple[CountView, ...]:
    """Count assets by kind, account and region, and those that are nobody's."""
    async with visit.transaction() as tx:
        return await assets.count_assets(tx, drill=_world(visit, drill))


@router.get("/assets/named")
async def name_asset(
    visit: Seeing,
    name: Annotated[str, Query(min_length=1, max_length=MAX_NAME, description="id, ARN or name")],
    drill: UUID | None = None,
) -> AssetLine:
    """Return the asset that goes by a name. Where several do, the refusal lists them."""
    async with visit.transaction() as tx:
        return await asset_named(tx, name, drill=_world(visit, drill))


@router.get("/assets/changes")
async def list_changes(
    visit: Seeing,
    account: Text | None = None,
    drill: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=assets.MAX_PAGE)] = 50,
) -> tuple[RecentChange, ...]:
    """List what changed lately, the newest first."""
    world = _world(visit, drill)
    async with visit.transaction() as tx:
        return await assets.recent_changes(tx, account=account, drill=world, limit=limit)


@router.get("/assets/coverage")
async def list_coverage(
    visit: Seeing,
    *,
    account: Text | None = None,
    troubled: Annotated[bool, Query(description="only what could not be looked at")] = False,
    drill: UUID | None = None,
) -> tuple[CoverageView, ...]:
    """Say how the last look at each listing ended, and why some could not be made."""
    world = _world(visit, drill)
    async with visit.transaction() as tx:
        return await assets.list_coverage(tx, account=account, troubled=troubled, drill=world)


@router.get("/assets/export", response_class=StreamingResponse)
async def export(
    visit: Seeing,
    wanted: Filter,
    *,
    format: Format = Format.JSON,  # noqa: A002 - the word of the trade
    drill: UUID | None = None,
) -> StreamingResponse:
    """Export assets that fit, as JSON (one on a line) or CSV."""
    text = asset_export.export(visit.transaction, wanted, drill=_world(visit, drill), format=format)
    return StreamingResponse(text, media_type=asset_export.TYPES[format])


@router.get("/assets/{asset}")
async def show_asset(asset: UUID, visit: Seeing) -> AssetView:
    """Return everything that is known of an asset: configuration, links, the latest changes."""
    async with visit.transaction() as tx:
        visit.reach(await assets.world_of(tx, asset))
        return await assets.show_asset(tx, await looks.plan_or_none(tx), asset)


@router.get("/assets/{asset}/history")
async def show_history(
    asset: UUID,
    visit: Seeing,
    before: Annotated[int | None, Query(description="the `next` of a list")] = None,
    limit: Annotated[int, Query(ge=1, le=assets.MAX_HISTORY)] = 20,
) -> VersionPage:
    """List what an asset was, the newest first: when, what changed, and who did it how."""
    async with visit.transaction() as tx:
        visit.reach(await assets.world_of(tx, asset))
        return await assets.show_history(tx, asset, before=before, limit=limit)


@router.get("/assets/{asset}/owner")
async def show_owner(asset: UUID, visit: Seeing) -> DutyView:
    """Say whose an asset is, why, and who is told first of an alert about it now."""
    async with visit.transaction() as tx:
        visit.reach(await assets.world_of(tx, asset))
        return await asset_duty.show_duty(tx, await looks.plan_or_none(tx), asset)


@router.get("/assets/{asset}/relations")
async def show_relations(
    asset: UUID,
    visit: Seeing,
    depth: Annotated[int, Query(ge=1, le=assets.MAX_DEPTH)] = 1,
) -> RelationView:
    """Return what an asset is linked with, either way, up to three links away."""
    async with visit.transaction() as tx:
        visit.reach(await assets.world_of(tx, asset))
        return await assets.show_relations(tx, asset, depth=depth)


@router.post("/looks", status_code=201)
async def start_look(asked: Asked, visit: Responding, drill: UUID | None = None) -> LookView:
    """Begin to look at an account, or at all of them. One that is looked at already goes on."""
    world = _world(visit, drill)
    visit.reach(world)
    async with visit.transaction() as tx:
        return await looks.start_look(tx, by=visit.by, account=asked.account, drill=world)


@router.get("/looks")
async def list_looks(
    visit: Seeing,
    drill: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=looks.MAX_SHOWN)] = 10,
) -> tuple[LookView, ...]:
    """List looks at whole accounts, the newest first, and how far each is."""
    async with visit.transaction() as tx:
        return await looks.list_looks(tx, drill=_world(visit, drill), limit=limit)


@router.get("/looks/{number}")
async def show_look(number: int, visit: Seeing, drill: UUID | None = None) -> LookView:
    """Return a look: how far it is, what it found, and what could not be looked at and why."""
    async with visit.transaction() as tx:
        return await looks.show_look(tx, number, drill=_world(visit, drill))


def _world(visit: Visit, drill: UUID | None) -> DrillId | None:
    return visit.principal.drill or (DrillId(drill) if drill else None)
