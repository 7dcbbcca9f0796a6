"""Which route an alert takes; try one out, with who would be told; report what nothing routes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from fireline.core.alerting.route import DEFAULT, Origin, Route
from fireline.core.alerting.routing import Routed, Router, Tried
from fireline.core.alerting.silences import subject_of
from fireline.core.alerting.windows import Weekly
from fireline.core.plan.plan import Plan
from fireline.core.plan.what_if import router_of
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload
from fireline.core.signals.readers import read
from fireline.core.values.ids import ServiceId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import asset_owners, routes, sources
from fireline.usecases.escalation_ahead import Climb, StepAhead, climb_ahead
from fireline.usecases.plan_keys import MAX_REMEMBERED, PlanKey
from fireline.usecases.rosters import policy_in
from fireline.usecases.silences import active_silences
from fireline.usecases.transaction import Tx

# Plans change rarely; the old one is still needed while its transactions end.
MAX_TRIED = 20
MAX_STEPS = 30
MAX_DAYS = 90
ANYWHERE = "test"  # the source of a notice that names none


class PayloadUnread(Refusal):
    """Nothing that could be routed was read in a payload."""

    kind = Kind.INVALID
    code = "route.payload_unread"


class TooManyDays(Refusal):
    """A report looks back so far and no further."""

    kind = Kind.INVALID
    code = "route.too_many_days"


def router_for(plan: Plan) -> Router:
    """Return the router of a plan, compiled once for each revision."""
    return _compiled(PlanKey(plan))


async def informed_router(
    tx: Tx, plan: Plan, notices: Iterable[Notice], *, drill: UUID | None = None
) -> Router:
    """Return the plan's router with what the inventory knows now of what some notices name.

    That is one statement, and none where they name nothing that an inventory holds.
    """
    router = router_for(plan)
    sought = router.seeks(notices)
    return (
        router.knowing(await asset_owners.known(tx.db, sought, drill=drill)) if sought else router
    )


@lru_cache(maxsize=MAX_REMEMBERED)
def _compiled(key: PlanKey) -> Router:
    return router_of(key.plan)


@dataclass(frozen=True, slots=True)
class RouteTrial:
    """What would become of an alert, and why. Nothing was kept and nobody told.

    `untold` says why nobody would be told; then there are no steps. `steps_left` were not listed.
    """

    title: str
    at: datetime
    routed: Routed
    unrouted: bool
    tried: tuple[Tried, ...]
    untold: str | None
    steps: tuple[StepAhead, ...]
    steps_left: bool


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route of the plan, and what it took in the last 7 days."""

    place: int
    id: str
    when: str
    hours: tuple[Weekly, ...]
    service: str | None
    team: str | None
    priority: Priority | None
    escalation: str | None
    runbook: str | None
    suppress: str
    alerts: int
    last_at: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class UnroutedView:
    """Alerts of one source and kind that nothing said an owner of."""

    source: str
    kind: str
    title: str
    alerts: int
    priority: Priority
    newest: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Body:
    """A body as a source would post it. `call` is needed where a format has several."""

    text: bytes
    format: str = ""
    call: str = ""


async def list_routes(tx: Tx, plan: Plan) -> tuple[RouteView, ...]:
    """List the plan's routes in the order they are tried, the default last.

    `failed` counts alerts a route failed on in this process, since the plan was pushed or it began.
    """
    taken = await routes.taken(tx.db, since=tx.now - timedelta(days=7))
    failed = router_for(plan).failed
    default = () if plan.default_route is None else (Route(DEFAULT, "", (), plan.default_route),)
    return tuple(
        RouteView(
            place=place,
            id=route.id,
            when=route.when,
            hours=route.hours,
            service=route.decides.service,
            team=route.decides.team,
            priority=route.decides.priority,
            escalation=route.decides.policy,
            runbook=route.decides.runbook,
            suppress=route.decides.suppress,
            alerts=taken[route.id].alerts if route.id in taken else 0,
            last_at=taken[route.id].last_at if route.id in taken else None,
            failed=failed[route.id],
        )
        for place, route in enumerate((*plan.routes, *default), 1)
    )


async def list_unrouted(tx: Tx, *, days: int = 7) -> tuple[UnroutedView, ...]:
    """Report what nothing said an owner of, the most frequent first. Raises TooManyDays."""
    if not 0 < days <= MAX_DAYS:
        msg = f"The report looks back 1 to {MAX_DAYS} days."
        raise TooManyDays(msg)
    found = await routes.unrouted(tx.db, since=tx.now - timedelta(days=days))
    return tuple(
        UnroutedView(
            source=row.source,
            kind=row.kind,
            title=row.title,
            alerts=row.alerts,
            priority=Priority(row.priority),
            newest=row.newest,
            last_at=row.last_at,
        )
        for row in found
    )


async def try_notice(
    tx: Tx, plan: Plan, notice: Notice, *, source: str = "", at: datetime | None = None
) -> RouteTrial:
    """Say what would become of a notice at a moment, and who would be told when."""
    origin, _ = await _origin(tx, source, "")
    return await _tried(tx, plan, notice, origin, at or tx.now)


async def try_payload(
    tx: Tx, plan: Plan, body: Body, *, source: str = "", at: datetime | None = None
) -> tuple[RouteTrial, ...]:
    """Say what would become of everything a body says that fires. Raises PayloadUnread."""
    origin, mapping = await _origin(tx, source, body.format)
    payload = Payload(origin.format, body.call, body.text, tx.now, mapping=mapping)
    reading = read(payload)
    firing = [
        said
        for said in reading.said
        if isinstance(said, Notice) and said.status is not Status.RESOLVED
    ]
    if not firing:
        why = "; ".join(f"{part.field or 'body'}: {part.why}" for part in reading.unread[:5])
        msg = f"Nothing in it fires, read as {origin.format}{': ' if why else '.'}{why}"
        raise PayloadUnread(msg, hint="Name the format: --format alertmanager, say.")
    moment = at or tx.now
    return tuple([await _tried(tx, plan, one, origin, moment) for one in firing[:MAX_TRIED]])


async def _origin(tx: Tx, source: str, format_: str) -> tuple[Origin, str]:
    """Find a source by its name; one that is not known is taken as it is said."""
    known = await sources.named(tx.db, source) if source else None
    if known is None:
        return Origin(source or ANYWHERE, format_ or "fireline"), ""
    service = ServiceId(known.service) if known.service else None
    return Origin(known.name, format_ or known.format, service), known.mapping


async def _tried(tx: Tx, plan: Plan, notice: Notice, origin: Origin, at: datetime) -> RouteTrial:
    router = await informed_router(tx, plan, [notice])
    routed, tried = router.explain(notice, origin, at=at)
    book = await active_silences(tx)
    held = book.holding(subject_of(notice, routed, source=origin.source), at)
    untold = routed.untold_why or (held.why if held else None)
    steps = [] if untold else await _ahead(tx, plan, routed, at)
    return RouteTrial(
        title=notice.title,
        at=at,
        routed=routed,
        unrouted=routed.unrouted,
        tried=tried,
        untold=untold,
        steps=tuple(steps[:MAX_STEPS]),
        steps_left=len(steps) > MAX_STEPS,
    )


async def _ahead(tx: Tx, plan: Plan, routed: Routed, at: datetime) -> list[StepAhead]:
    """Climb the ladder an alert would climb, without the steps that would tell nobody."""
    climb = Climb(policy_in(plan, routed.policy), routed.priority, routed.team, at)
    steps = await climb_ahead(tx, plan, climb, most=MAX_STEPS)
    return [step for step in steps if step.skipped is None]
