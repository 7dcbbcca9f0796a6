"""Assets: find them, and show one: what it is, whose, what it was, and what it is linked with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from fireline.core.access.roles import Permission
from fireline.core.values.ids import DrillId
from fireline.doors.asset_names import plain
from fireline.doors.web.asset_graph import branches, graph, hidden_in
from fireline.doors.web.asset_tree import tree_of, value_text
from fireline.doors.web.shell import Caller, page, render
from fireline.store.asset_lists import Wanted
from fireline.usecases import asset_duty, asset_export, assets, cloud_accounts, looks, posture_views
from fireline.usecases.asset_export import Format
from fireline.usecases.asset_views import CountView, CoverageView
from fireline.usecases.cloud_accounts import TOPIC
from fireline.usecases.transaction import Tx

_SHOWN = 50
_HISTORY = 10
_FINDINGS = 50
_DEPTHS = (1, 2, 3)
_USUAL_DEPTH = 2
_MAX_TEXT = 200
_FILTERS = ("q", "kind", "account", "region", "service", "tag", "unowned", "gone")


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of the cloud could be looked at, and since when the oldest part was not."""

    listings: int
    troubled: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, and how many assets of each kind there are."""

    kinds: tuple[tuple[str, int], ...]
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    total: int


async def listing(caller: Caller) -> Response:
    """List assets that fit what the address asks for."""
    world = caller.principal.drill
    asked = _asked(caller)
    query = caller.request.query_params
    async with caller.desk.transaction() as tx:
        after = _uuid(query.get("after", ""))
        found = await assets.find_assets(tx, _wanted(asked), drill=world, after=after, limit=_SHOWN)
        counts = await assets.count_assets(tx, drill=world)
        covered = await covered_now(tx, drill=world)
        accounts = await cloud_accounts.list_accounts(tx, drill=world)
        plan, now = await looks.plan_or_none(tx), tx.now
    return render(
        caller,
        "assets.html",
        here="assets",
        asked=asked,
        filters=urlencode({name: value for name, value in asked.items() if value}),
        found=found,
        choices=_choices(counts),
        covered=covered,
        accounts=accounts,
        services=sorted(plan.services) if plan else [],
        following=urlencode({**{n: v for n, v in asked.items() if v}, "after": found.next or ""}),
        now=now,
    )


async def export(caller: Caller) -> Response:
    """Send the assets that fit as a file."""
    format_ = caller.request.path_params["format"]
    written = Format.CSV if format_ == Format.CSV else Format.JSON
    text = asset_export.export(
        caller.desk.transaction,
        _wanted(_asked(caller)),
        drill=caller.principal.drill,
        format=written,
    )
    headers = {"content-disposition": f'attachment; filename="assets.{written}"'}
    return StreamingResponse(text, headers=headers, media_type=asset_export.TYPES[written])


async def asset(caller: Caller) -> Response:
    """Show one asset."""
    wanted: UUID = caller.request.path_params["asset"]
    query = caller.request.query_params
    depth, before = _number(query.get("depth", "")), _number(query.get("before", ""))
    deep = depth if depth in _DEPTHS else _USUAL_DEPTH
    async with caller.desk.transaction() as tx:
        world = await assets.world_of(tx, wanted)
        caller.reach(world)
        plan, now = await looks.plan_or_none(tx), tx.now
        view = await assets.show_asset(tx, plan, wanted)
        duty = await asset_duty.show_duty(tx, plan, wanted)
        history = await assets.show_history(tx, wanted, before=before, limit=_HISTORY)
        related = await assets.show_relations(tx, wanted, depth=deep)
        asked = posture_views.Wanted(asset=wanted)
        findings = await posture_views.list_findings(tx, asked, drill=world, limit=_FINDINGS)
    return render(
        caller,
        "asset.html",
        here="assets",
        topics=(TOPIC,),
        view=view,
        line=view.line,
        duty=duty,
        history=history,
        before=before,
        findings=findings,
        config=tree_of(view.config),
        kept=tree_of(view.kept),
        branch=branches(related),
        picture=graph(related),
        hidden=hidden_in(related),
        cut=related.cut,
        depth=deep,
        depths=_DEPTHS,
        value_text=value_text,
        now=now,
    )


async def covered_now(tx: Tx, *, drill: DrillId | None, account: str | None = None) -> Covered:
    """Say how many listings could not be looked at, of how many, and which look is the oldest."""
    return covered_of(await assets.list_coverage(tx, account=account, drill=drill))


def covered_of(lines: tuple[CoverageView, ...]) -> Covered:
    """Count what could not be looked at."""
    seen = [line.looked_at for line in lines if line.looked_at is not None]
    troubled = sum(not line.looked for line in lines)
    return Covered(len(lines), troubled, min(seen, default=None))


def _choices(counts: tuple[CountView, ...]) -> Choices:
    kinds: Counter[str] = Counter()
    for one in counts:
        kinds[one.kind.removeprefix("aws.")] += one.assets
    return Choices(
        kinds=tuple(sorted(kinds.items())),
        accounts=tuple(sorted({one.account for one in counts})),
        regions=tuple(sorted({one.region for one in counts if one.region})),
        total=kinds.total(),
    )


def _asked(caller: Caller) -> dict[str, str]:
    query = caller.request.query_params
    return {name: plain(query.get(name, "")).strip()[:_MAX_TEXT] for name in _FILTERS}


def _wanted(asked: Mapping[str, str]) -> Wanted:
    return assets.wanted(
        text=asked["q"],
        kind=asked["kind"] or None,
        account=asked["account"] or None,
        region=asked["region"] or None,
        service=asked["service"] or None,
        tag=asked["tag"] or None,
        unowned=bool(asked["unowned"]),
        gone=bool(asked["gone"]),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


ROUTES = (
    page("/assets", listing, Permission.SEE),
    page("/assets/export.{format}", export, Permission.SEE),
    page("/assets/{asset:uuid}", asset, Permission.SEE),
)
