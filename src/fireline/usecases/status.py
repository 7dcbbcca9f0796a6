"""How fireline itself is doing: what is late, what was set aside, and what waits for people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.values.ids import RevisionId
from fireline.store import contacts, due, payloads, plans, sources
from fireline.store.due import ParkedRow
from fireline.store.sources import SourceRow
from fireline.usecases import alerts, approvals
from fireline.usecases.alerts import AlertFilter
from fireline.usecases.transaction import Tx

# Work this late is a broken promise: the auditor's bound.
LATE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class LateWork:
    """Work that was due and that nobody took."""

    kind: str
    due_at: datetime
    late_seconds: float


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """A source, how much it sent, and when it was last heard of."""

    name: str
    drill_id: UUID | None
    last_seen_at: datetime | None
    kept: int
    repeated: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """A channel fireline was started with; `calls_from` are its numbers, for those that have any.

    One number for each phone company, in the order in which they are tried.
    """

    name: str
    calls_from: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """Fireline at a glance. `well` means nothing is late and nothing was set aside.

    `posts_waiting` were accepted and are still to be sorted, the oldest since `oldest_post_at`.
    """

    at: datetime
    well: bool
    plan_revision: RevisionId | None
    firing: int
    acknowledged: int
    approvals_waiting: int
    late: tuple[LateWork, ...]
    set_aside: tuple[ParkedRow, ...]
    sources: tuple[SourceSeen, ...]
    posts_waiting: int
    oldest_post_at: datetime | None
    channels: tuple[ChannelSeen, ...] = ()


async def look(tx: Tx) -> StatusView:
    """Gather how fireline is doing."""
    late = await due.late(tx.db, before=tx.now - LATE, limit=20)
    aside = await due.parked(tx.db, limit=20)
    running = await plans.last(tx.db)
    backlog = await payloads.backlog(tx.db)
    waits_long = backlog.oldest is not None and backlog.oldest < tx.now - LATE
    return StatusView(
        at=tx.now,
        well=not late and not aside and not waits_long,
        plan_revision=RevisionId(running.revision) if running else None,
        firing=await alerts.count_alerts(tx, AlertFilter(states=("firing",))),
        acknowledged=await alerts.count_alerts(tx, AlertFilter(states=("acknowledged",))),
        approvals_waiting=len(await approvals.list_waiting(tx)),
        late=tuple(
            LateWork(one.kind, one.due_at, (tx.now - one.due_at).total_seconds()) for one in late
        ),
        set_aside=tuple(aside),
        sources=tuple(_seen(row) for row in await sources.listed(tx.db)),
        posts_waiting=backlog.waiting,
        oldest_post_at=backlog.oldest,
        channels=tuple(
            ChannelSeen(one.name, one.calls_from) for one in await contacts.channels(tx.db)
        ),
    )


def _seen(row: SourceRow) -> SourceSeen:
    """Show of a source what everybody may see: how it was set up is for those who set it up."""
    return SourceSeen(
        row.name, row.drill_id, row.last_seen_at, row.kept, row.repeated, row.quarantined
    )
