"""What changed in production: told by sources and people, listed, and blamed for problems."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.alerting.change import Change
from fireline.core.alerting.occurrence import Topology
from fireline.core.alerting.roots import Felt, roots_of
from fireline.core.alerting.suspects import COMMON, HORIZON, LATE_WORD, Problem, suspects_of
from fireline.core.plan.plan import Plan
from fireline.core.signals.bounds import is_page
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import ChangeNotice, Kind
from fireline.core.values import refusals
from fireline.core.values.actor import Actor
from fireline.core.values.ids import AlertId, ChangeId, DrillId, IncidentId, ServiceId
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Refusal
from fireline.core.values.time import Span
from fireline.store import changes
from fireline.store.changes import ChangeRow, NearRow, Related, Wanted
from fireline.store.signals import assets_from
from fireline.store.sources import CardRow
from fireline.usecases import change_keeping, plans
from fireline.usecases.change_keeping import CHANGES, Teller
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx

__all__ = ["CHANGES", "Wanted"]

Source = CardRow
MAX_PAGE = 100


class ChangeNotFound(Refusal):
    """No change has this number."""

    kind = refusals.Kind.NOT_FOUND
    code = "change.not_found"


class NoSuchService(Refusal):
    """A change was recorded for a service the plan does not have."""

    kind = refusals.Kind.INVALID
    code = "change.no_such_service"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as people see it. `service` is `None` when it is nobody's the plan knows.

    `hint` is the service in the source's words, `times` how often it was told of, or how many calls
    it stands for. `planned` is `None` when nobody can tell.
    """

    id: UUID
    number: int
    drill: DrillId | None
    source: str
    kind: Kind
    title: str
    description: str
    service: str | None
    hint: str
    actor: str
    planned: bool | None
    at: datetime
    revision: str
    assets: tuple[str, ...]
    labels: Mapping[str, str]
    links: tuple[str, ...]
    times: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes, the latest first; `next` leads to earlier ones."""

    items: tuple[ChangeView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class SuspectView:
    """A change that may be the cause: its share of the suspicion, from 0 to 1, and the reasons."""

    change: ChangeView
    score: float
    reasons: tuple[str, ...]


async def keep_changes(
    tx: Tx, source: Source, said: Sequence[ChangeNotice], *, payload: UUID | None
) -> None:
    """Keep what a source says has changed. Without a plan it is kept, and is nobody's."""
    teller = Teller(
        source.id, DrillId(source.drill_id) if source.drill_id else None, source.service
    )
    await change_keeping.keep(tx, await _plan(tx), teller, said, payload=payload)


async def record_change(
    tx: Tx, plan: Plan, said: ChangeNotice, *, by: Actor, drill: DrillId | None = None
) -> ChangeView:
    """Record a change a person or a script tells of. Raises NoSuchService."""
    named = change_keeping.names_of(plan.services.values())
    if said.service and said.service.casefold() not in named:
        msg = f"The plan has no service {said.service}."
        raise NoSuchService(msg, hint=f"It has {', '.join(sorted(plan.services)) or 'none'}.")
    teller = await change_keeping.house(tx, drill)
    (kept,) = await change_keeping.keep(tx, plan, teller, [said])
    view = await find_change(tx, kept.number)
    body: JsonObject = {
        "change": kept.number,
        "service": view.service,
        "text": f"{by.name} recorded the change {view.title}",
    }
    await record(tx, house_stream(), "change.recorded", by=by, body=body)
    return view


async def list_changes(
    tx: Tx, wanted: Wanted, *, drill: DrillId | None = None, limit: int = 50
) -> ChangePage:
    """List changes of one world, the latest first."""
    size = min(max(limit, 1), MAX_PAGE)
    found = await changes.listed(tx.db, wanted, drill=drill, limit=size + 1)
    shown = found[:size]
    following = shown[-1].number if len(found) > len(shown) else None
    return ChangePage(tuple(_view(row) for row in shown), following)


async def find_change(tx: Tx, number: int) -> ChangeView:
    """Return one change. Raises ChangeNotFound."""
    row = await changes.numbered(tx.db, number)
    if row is None:
        msg = f"There is no change {number}."
        raise ChangeNotFound(msg, hint="`fireline change list` shows them.")
    return _view(row)


async def suspects_of_alert(tx: Tx, plan: Plan, alert: AlertId) -> tuple[SuspectView, ...]:
    """Rank the changes that may have caused an alert, the likeliest first."""
    return await _suspects(tx, plan, [alert])


async def suspects_of_incident(tx: Tx, plan: Plan, incident: IncidentId) -> tuple[SuspectView, ...]:
    """Rank the changes that may have caused an incident, by all its alerts together."""
    return await _suspects(tx, plan, await changes.alerts_of_incident(tx.db, incident))


async def _suspects(tx: Tx, plan: Plan, alerts: Collection[UUID]) -> tuple[SuspectView, ...]:
    rows = await changes.alerts(tx.db, list(alerts))
    if not rows:
        return ()
    topology = Topology({service.id: service.depends_on for service in plan.services.values()})
    problem = await _problem(tx, rows)
    roots = roots_of(problem.services, topology)
    latest = max((root.first_at for root in roots.values()), default=problem.first_at)
    span = Span(problem.first_at - HORIZON, latest + LATE_WORD)
    things = (thing.value for thing in problem.entities if thing.kind not in COMMON)
    related = Related(tuple(roots), tuple(things))
    near = await changes.near(tx.db, span, related, drill=rows[0].drill_id)
    found = suspects_of(problem, [_change(row) for row in near], topology)
    shown = {row.id: row for row in await changes.some(tx.db, [one.change.id for one in found])}
    return tuple(
        SuspectView(_view(shown[one.change.id]), round(one.score, 4), one.reasons) for one in found
    )


async def _problem(tx: Tx, rows: Sequence[changes.AlertRow]) -> Problem:
    alerts = [row.id for row in rows]
    felt = {
        ServiceId(row.service): Felt(row.first_at, row.symptoms)
        for row in await changes.felt(tx.db, alerts)
    }
    for row in rows:
        if row.service is not None:
            felt.setdefault(ServiceId(row.service), Felt(row.first_at))
    things = frozenset(Entity(row.kind, row.value) for row in await changes.things(tx.db, alerts))
    return Problem(min(row.first_at for row in rows), felt, things)


def _change(row: NearRow) -> Change:
    return Change(
        id=ChangeId(row.id),
        at=row.at,
        kind=Kind(row.kind),
        service=None if row.service is None else ServiceId(row.service),
        actor=row.actor,
        planned=row.planned,
        entities=frozenset(Entity(kind, value) for kind, value in row.things),
    )


async def _plan(tx: Tx) -> Plan | None:
    try:
        return await plans.current(tx)
    except (plans.NoPlan, plans.PlanUnreadable):
        return None


def _view(row: ChangeRow) -> ChangeView:
    return ChangeView(
        id=row.id,
        number=row.number,
        drill=None if row.drill_id is None else DrillId(row.drill_id),
        source=row.source,
        kind=Kind(row.kind),
        title=row.title,
        description=row.description,
        service=row.service,
        hint=row.hint,
        actor=row.actor,
        planned=row.planned,
        at=row.at,
        revision=row.revision,
        assets=tuple(dict.fromkeys(str(asset) for asset in assets_from(row.assets))),
        labels={name: str(value) for name, value in row.labels.items()},
        # Strangers write links; a browser is only ever led to the web.
        links=tuple(link["href"] for link in row.links if is_page(link["href"])),
        times=row.times,
        told_at=row.told_at,
    )
