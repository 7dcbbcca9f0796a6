"""List alerts as people work through them: what needs a person first, page by page."""

from dataclasses import dataclass, replace

from fireline.core.values.ids import AlertId, DrillId
from fireline.core.values.priority import Priority
from fireline.store import alert_lists
from fireline.store.alert_lists import MOST_COUNTED, Chosen, LineRow, Slice, StormRow
from fireline.usecases.alert_views import AlertLine
from fireline.usecases.transaction import Tx

OPEN = ("firing", "acknowledged")
RESOLVED = "resolved"
_EVERY_ONE = 2**31 - 1
Storm = StormRow


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to list. Empty names let everything through; `least` is the least urgent.

    `priorities` picks some; `unrouted` those nobody owns; `snoozed` and `suppressed` those that
    are, or are not. `text` is looked for in titles, services and, exactly, in what alerts are
    about. `drill` picks one drill's; `drills` says whether drills' alerts are listed at all.
    `after` is the number of the alert that the page before ended with.
    """

    states: tuple[str, ...] = OPEN
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    least: Priority = Priority.P5
    priorities: tuple[Priority, ...] = ()
    unrouted: bool = False
    snoozed: bool | None = None
    suppressed: bool | None = None
    text: str = ""
    drill: DrillId | None = None
    drills: bool = True
    after: int | None = None
    limit: int = 100
    offset: int = 0


async def listed(tx: Tx, wanted: AlertFilter) -> tuple[AlertLine, ...]:
    """List alerts, most urgent first, then newest; those that are over come last, latest first."""
    place = await alert_lists.place(tx.db, wanted.after) if wanted.after is not None else None
    part = Slice(max(wanted.limit, 0), max(wanted.offset, 0), place)
    chosen = _chosen(wanted)
    found: list[LineRow] = []
    if set(wanted.states) & set(OPEN) and (place is None or place.resolved_at is None):
        found = await alert_lists.open_alerts(tx.db, chosen, part, now=tx.now)
    if RESOLVED in wanted.states and len(found) < part.limit:
        found += await _over(tx, wanted, part, len(found))
    return tuple(line(row) for row in found)


async def count(tx: Tx, wanted: AlertFilter, *, most: int | None = MOST_COUNTED) -> int:
    """Count the alerts a filter lets through, beyond its limit too; to `most` and no further."""
    bound = _EVERY_ONE if most is None else most
    return await alert_lists.count(tx.db, _chosen(wanted), now=tx.now, most=bound)


async def storms(tx: Tx, *, drill: DrillId | None) -> list[Storm]:
    """List the storms that speak for other alerts now."""
    return await alert_lists.storms(tx.db, drill=drill)


async def _over(tx: Tx, wanted: AlertFilter, part: Slice, shown: int) -> list[LineRow]:
    """List what is over, behind what is open when both are wanted."""
    offset = part.offset
    if offset and set(wanted.states) & set(OPEN):
        still_open = tuple(state for state in wanted.states if state != RESOLVED)
        before = replace(_chosen(wanted), states=still_open)
        opened = await alert_lists.count(tx.db, before, now=tx.now, most=_EVERY_ONE)
        offset = max(offset - opened, 0)
    place = part.after if part.after and part.after.resolved_at else None
    rest = Slice(part.limit - shown, offset, place)
    return await alert_lists.over_alerts(tx.db, _chosen(wanted), rest, now=tx.now)


def line(row: LineRow) -> AlertLine:
    """Turn a row of the inbox into its view."""
    return AlertLine(
        id=AlertId(row.id),
        number=row.number,
        title=row.title,
        priority=Priority(row.priority),
        state=row.state,
        service=row.service,
        team=row.team,
        runbook=row.runbook,
        findings=row.findings,
        symptoms=row.symptoms,
        live_symptoms=row.live_symptoms,
        flaps=row.flaps,
        first_at=row.first_at,
        last_at=row.last_at,
        raised_at=row.raised_at,
        acknowledged_by=row.acknowledged_by,
        assigned_to=row.assigned_to,
        resolved_at=row.resolved_at,
        snoozed_until=row.snoozed_until,
        suppressed=row.suppressed_by is not None,
        suppressed_until=row.suppressed_until,
        untold_why=row.untold_why,
        told_by=row.told_by,
        again_of=row.again_of,
        merged_into=row.merged_into,
        drill=DrillId(row.drill_id) if row.drill_id else None,
        paged=tuple(row.paged),
    )


def _chosen(wanted: AlertFilter) -> Chosen:
    return Chosen(
        states=wanted.states,
        teams=wanted.teams,
        services=wanted.services,
        least=wanted.least.value,
        priorities=tuple(one.value for one in wanted.priorities),
        drill_id=wanted.drill,
        drills=wanted.drills,
        unrouted=wanted.unrouted,
        snoozed=wanted.snoozed,
        suppressed=wanted.suppressed,
        # No text holds what the database cannot: then nothing is found.
        text=wanted.text.strip().replace("\0", "\ufffd"),
    )
