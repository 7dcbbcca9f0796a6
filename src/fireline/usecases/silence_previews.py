"""What a silence would hold if it were placed: now, and in the last days."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fireline.core.alerting.silences import Reach, Silence, too_broad
from fireline.core.values.priority import Priority
from fireline.store import silences
from fireline.store.silences import SubjectRow
from fireline.usecases import plans
from fireline.usecases.held_alerts import subjects_of
from fireline.usecases.transaction import Tx

MAX_LOOKED_AT = 5_000
MAX_SHOWN = 20
LOOK_BACK = timedelta(days=7)
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Fitting:
    """A live alert a silence would hold."""

    number: int
    title: str
    priority: Priority
    state: str
    service: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a silence would hold now, of `live` alerts, and would have held in the last 7 days.

    `shown` are the first of them. `past_held` of `past` alerts were raised and meant. `broad` says
    why it needs a reason. `partly`: there are more alerts than were looked at.
    """

    live: int
    held: int
    shown: tuple[Fitting, ...]
    past: int
    past_held: int
    broad: tuple[str, ...]
    partly: bool


async def preview_of(tx: Tx, silence: Silence, *, look_back: bool = True) -> Preview:
    """Say what a silence would hold, and whether it needs a reason."""
    live: dict[UUID, list[SubjectRow]] = {}
    after: UUID | None = None
    while len(live) < MAX_LOOKED_AT:
        page = silences.grouped(await silences.live(tx.db, after=after, alerts=_PAGE))
        live |= page
        after = list(page)[-1] if len(page) == _PAGE else None
        if after is None:
            break
    held = [rows for rows in live.values() if _means(silence, rows)]
    since = tx.now - LOOK_BACK
    raised = await silences.past(tx.db, since=since, limit=MAX_LOOKED_AT) if look_back else []
    past = silences.grouped(raised)
    reach = Reach(
        held=len(held),
        live=len(live),
        services=len({rows[0].service for rows in held if rows[0].service}),
        all_services=await _services(tx),
        urgent=sum(rows[0].priority == Priority.P1 for rows in held),
    )
    return Preview(
        live=len(live),
        held=len(held),
        shown=tuple(_fitting(rows[0]) for rows in held[:MAX_SHOWN]),
        past=len(past),
        past_held=sum(_means(silence, rows) for rows in past.values()),
        broad=too_broad(silence.matchers, reach),
        partly=after is not None or len(past) >= MAX_LOOKED_AT,
    )


async def _services(tx: Tx) -> int:
    try:
        return len((await plans.current(tx)).services)
    except plans.NoPlan:
        return 0


def _means(silence: Silence, found: list[SubjectRow]) -> bool:
    return all(silence.means(subject) for subject in subjects_of(found))


def _fitting(row: SubjectRow) -> Fitting:
    return Fitting(row.number, row.alert_title, Priority(row.priority), row.state, row.service)
