"""What should worry a team about its schedules in the coming weeks, and telling its leads once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.core.escalation.wording import Note
from fireline.core.oncall.ahead import (
    LOOK_AHEAD,
    Gap,
    Overload,
    overloads,
    worrying_gaps,
)
from fireline.core.oncall.coverage import gaps
from fireline.core.oncall.schedule import Schedule
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Machine
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.store import handoffs
from fireline.usecases import plans
from fireline.usecases.facts import house_stream, record
from fireline.usecases.oncall import is_shadow
from fireline.usecases.oncall_desk import Book, open_book
from fireline.usecases.person_messages import tell_person
from fireline.usecases.schedule_users import leads_of
from fireline.usecases.transaction import Tx

# Looking back as well, so that what has begun is known by when it did.
LOOK_BACK = timedelta(days=7)
# A stretch is longer than the look for gaps.
LOOK_FOR_REST = timedelta(days=21)
# After so long, what is still so is said again.
REMEMBER = timedelta(days=90)
_CLOCK = Machine("schedules")


@dataclass(frozen=True, slots=True)
class WarningView:
    """One worry: a gap, or a person who has no rest. `key` is the same at each look."""

    schedule: ScheduleId
    name: str
    kind: str
    span: Span
    person: PersonId | None
    text: str
    key: str
    weekly: bool = False


async def warnings(tx: Tx, plan: Plan) -> tuple[WarningView, ...]:
    """List what should worry about the schedules of a plan in the coming two weeks."""
    looked = Span(tx.now - LOOK_BACK, tx.now + LOOK_FOR_REST)
    book = await open_book(tx, list(plan.schedules), looked)
    # In a thread: weeks of a hundred schedules take a second, and pages go out meanwhile.
    return await asyncio.to_thread(_worries, plan, book, looked, tx.now)


async def warn(tx: Tx) -> int:
    """Tell leads what they do not know yet, one message for each schedule; return how much."""
    try:
        plan = await plans.current(tx)
    except plans.NoPlan:
        return 0
    found = await warnings(tx, plan)
    await handoffs.forget_warnings(tx.db, [(one.schedule, one.key) for one in found])
    worries: dict[ScheduleId, list[WarningView]] = {}
    for one in found:
        worries.setdefault(one.schedule, []).append(one)
    return sum([await _warn_of(tx, plan, name, news) for name, news in worries.items()])


async def _warn_of(tx: Tx, plan: Plan, schedule: ScheduleId, found: list[WarningView]) -> int:
    since = tx.now - REMEMBER
    # A weekly gap comes up twice in two weeks; the first time says it.
    news = [
        one
        for one in found
        if await handoffs.tell(tx.db, schedule, one.key, now=tx.now, since=since)
    ]
    if not news:
        return 0
    told = plan.schedules[schedule]
    for lead in leads_of(plan, schedule):
        key = f"oncall_warning:{schedule}:{tx.now.isoformat()}"
        await tell_person(tx, plan, lead, _note(told, news), key=key, about=house_stream())
    text = f"{told.name}: {'; '.join(one.text for one in news)}"
    body = {"schedule": schedule, "warnings": [one.text for one in news], "text": text}
    await record(tx, house_stream(), "oncall.warned", by=_CLOCK, body=body)
    return len(news)


def _worries(plan: Plan, book: Book, looked: Span, now: datetime) -> tuple[WarningView, ...]:
    tired = _tired(plan, book, looked)
    found: list[WarningView] = []
    for name, told in sorted(plan.schedules.items()):
        found += [_of_gap(told, gap) for gap in _gaps(told, book, now)]
        found += [_of_overload(plan, told, one) for one, first in tired if first == name]
    return tuple(found)


def _gaps(told: Schedule, book: Book, now: datetime) -> list[Gap]:
    looked = Span(now - LOOK_BACK, now + LOOK_AHEAD)
    found = gaps(told, looked, book.standing_in(told.id), book.away)
    return [gap for gap in worrying_gaps(found, looked, told.zone) if gap.span.end > now]


def _tired(plan: Plan, book: Book, looked: Span) -> list[tuple[Overload, ScheduleId]]:
    """List who has no rest, each with the first schedule that has to do with it."""
    carried: dict[PersonId, list[Span]] = {}
    by: dict[PersonId, ScheduleId] = {}
    for name, schedule in sorted(plan.schedules.items()):
        for shift in book.shifts(schedule, looked):
            if not is_shadow(shift):
                carried.setdefault(shift.duty.person, []).append(shift.span)
                by.setdefault(shift.duty.person, name)
    return [(one, by[one.person]) for one in overloads(carried, looked)]


def _of_gap(told: Schedule, gap: Gap) -> WarningView:
    start, end = (at.astimezone(told.zone) for at in (gap.span.start, gap.span.end))
    often = ", and every week" if gap.weekly else ""
    text = f"nobody is on call from {start:%a %Y-%m-%d %H:%M} to {end:%a %Y-%m-%d %H:%M}{often}"
    return WarningView(told.id, told.name, "gap", gap.span, None, text, gap.key, gap.weekly)


def _of_overload(plan: Plan, told: Schedule, one: Overload) -> WarningView:
    known = plan.people.get(one.person)
    days = one.span.length // timedelta(days=1)
    text = f"{known.name if known else one.person} has a pager for {days} days without a day's rest"
    return WarningView(told.id, told.name, "overload", one.span, one.person, text, one.key)


def _note(told: Schedule, news: list[WarningView]) -> Note:
    count = len(news)
    subject = f"{told.name}: {news[0].text}" + (f", and {count - 1} more" if count > 1 else "")
    lines = [f"  - {one.text}" for one in news]
    letter = "\n".join(
        [
            f"The coming weeks of {told.name}, in {told.zone.key} time",
            *lines,
            "",
            f"See: fireline oncall gaps {told.id}",
            f"Cover it: fireline oncall override add {told.id} PERSON --from TIME --until TIME",
            "",
        ]
    )
    said = {"schedule": told.id, "warnings": [one.text for one in news]}
    return Note("oncall_warning", subject, letter, said)
