"""Silences as people and programs see them: how each stands, until when, and what it holds."""

from dataclasses import dataclass
from datetime import datetime

from fireline.core.alerting.matching import Matcher
from fireline.core.alerting.silences import Silence
from fireline.core.alerting.windows import Weekly
from fireline.core.values.ids import SilenceId
from fireline.store.silences import SilenceRow


@dataclass(frozen=True, slots=True)
class SilenceView:
    """One silence with how it stands: `active`, `pending` or `expired`.

    `until` is when it stops holding for now, while it is active; `next_at` when it holds again or
    first; `holds` the live alerts it holds.
    """

    id: SilenceId
    number: int
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime | None
    until_resolved: bool
    window: Weekly | None
    comment: str
    ticket: str
    broad: str
    by: str
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    status: str
    until: datetime | None
    next_at: datetime | None
    holds: int


def status_of(row: SilenceRow, now: datetime) -> str:
    """Say how a silence stands: it holds now, it will or may again, or it is over."""
    if row.ended_at is not None or (row.ends_at is not None and row.ends_at <= now):
        return "expired"
    return "active" if row.value.at(now) is not None else "pending"


def view_of(row: SilenceRow, now: datetime, holds: int) -> SilenceView:
    """Gather all there is to know about a silence that holds so many alerts."""
    value, status = row.value, status_of(row, now)
    span = value.at(now) if status == "active" else None
    return SilenceView(
        id=value.id,
        number=row.number,
        matchers=value.matchers,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        until_resolved=row.until_resolved,
        window=value.window,
        comment=row.comment,
        ticket=row.ticket,
        broad=row.broad_why,
        by=row.made_by,
        made_at=row.made_at,
        changed_at=row.changed_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        status=status,
        until=span.end if span and not row.until_resolved else None,
        next_at=_next_begin(value, now) if status == "pending" else None,
        holds=holds,
    )


def _next_begin(silence: Silence, now: datetime) -> datetime | None:
    if silence.window is None:
        return silence.starts_at
    start = max(now, silence.starts_at)
    held = silence.window.at(start) or silence.window.after(start)
    return None if held is None else max(held.start, start)
