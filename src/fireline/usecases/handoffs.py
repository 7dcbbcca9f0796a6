"""Tell people when a pager changes hands: who comes, who leaves, what is open, who is next.

What is told follows from who was last seen with the pager, kept in a row, and not from the moment
a shift was to end: so it is told once, also after a restart, a plan push or an override.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.alerting.one_line import one_line
from fireline.core.escalation.wording import Note
from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.people import Person
from fireline.core.oncall.schedule import Schedule
from fireline.core.plan.plan import Plan
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Machine
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.priority import Priority
from fireline.core.values.time import Span
from fireline.store import due, handoffs
from fireline.store.handoffs import HANDOFF, MAX_ALERTS, HandoffRow, OpenAlertRow
from fireline.usecases import plans
from fireline.usecases.facts import house_stream, record
from fireline.usecases.oncall import is_shadow
from fireline.usecases.oncall_desk import LOOK_AHEAD, open_book
from fireline.usecases.person_messages import tell_person
from fireline.usecases.schedule_users import policies_of
from fireline.usecases.transaction import Tx

_CLOCK = Machine("schedules")
_GAP = "nobody"


@dataclass(frozen=True, slots=True)
class _Change:
    """A pager changing hands: whose, what is open, who begins next and when."""

    schedule: Schedule
    before: tuple[PersonId, ...]
    after: tuple[PersonId, ...]
    ends: datetime | None
    next: tuple[PersonId, ...]
    alerts: Sequence[OpenAlertRow]


async def watched(tx: Tx) -> tuple[ScheduleId, ...]:
    """Return the schedules to look at: those of the plan, and those it had."""
    try:
        plan = await plans.current(tx)
    except plans.NoPlan:
        return ()
    had = [ScheduleId(row.schedule) for row in await handoffs.known(tx.db)]
    return tuple(sorted({*plan.schedules, *had}))


async def turn_due(tx: Tx, waiting: UUID) -> None:
    """Look at the schedule a piece of waiting work is about."""
    row = await handoffs.of_due(tx.db, waiting)
    if row is None:
        await due.cancel(tx.db, HANDOFF, waiting)
    else:
        await turn(tx, ScheduleId(row.schedule))


async def turn(tx: Tx, schedule: ScheduleId) -> None:
    """Look who has a schedule's pager, tell those it comes to and leaves, and wait for the next.

    One that is seen for the first time changes nobody's hands.
    """
    plan = await plans.current(tx)
    told = plan.schedules.get(schedule)
    row = await handoffs.lock(tx.db, schedule)
    if told is None:
        await _forget(tx, row)
        return
    coming = await _coming(tx, told)
    people, next_at = _at(coming, tx.now), _changes(coming, tx.now)
    if row is None:
        row = HandoffRow(schedule, tx.ids.fresh(), list(people), tx.now, None)
        await handoffs.begin(tx.db, row)
    elif tuple(row.people) != people:
        await _tell(tx, plan, row, told, coming)
    if tuple(row.people) != people or row.next_at != next_at:
        await handoffs.change(tx.db, HandoffRow(schedule, row.id, list(people), tx.now, next_at))
        await _wait(tx, row.id, next_at)


async def _forget(tx: Tx, row: HandoffRow | None) -> None:
    if row is not None:
        await due.cancel(tx.db, HANDOFF, row.id)
        await handoffs.forget(tx.db, row.schedule)


async def _wait(tx: Tx, waiting: UUID, next_at: datetime | None) -> None:
    if next_at is None:
        await due.cancel(tx.db, HANDOFF, waiting)
    else:
        await due.plan(tx.db, HANDOFF, waiting, next_at)


async def _coming(tx: Tx, told: Schedule) -> tuple[Shift, ...]:
    span = Span(tx.now, tx.now + LOOK_AHEAD)
    book = await open_book(tx, [told.id], span)
    return tuple(shift for shift in book.shifts(told, span) if not is_shadow(shift))


def _at(shifts: Collection[Shift], moment: datetime) -> tuple[PersonId, ...]:
    return tuple(sorted({shift.duty.person for shift in shifts if moment in shift.span}))


def _changes(shifts: Collection[Shift], now: datetime) -> datetime | None:
    """Return when somebody else has the pager than now; `None`: not as far as anybody looks."""
    people, last = _at(shifts, now), now + LOOK_AHEAD
    moments = {edge for shift in shifts for edge in (shift.span.start, shift.span.end)}
    return next((m for m in sorted(moments) if now < m < last and _at(shifts, m) != people), None)


async def _tell(
    tx: Tx, plan: Plan, row: HandoffRow, told: Schedule, coming: tuple[Shift, ...]
) -> None:
    ends = _changes(coming, tx.now)
    change = _Change(
        schedule=told,
        before=tuple(PersonId(person) for person in row.people),
        after=_at(coming, tx.now),
        ends=ends,
        next=_at(coming, ends) if ends else (),
        alerts=await handoffs.open_alerts(tx.db, policies_of(plan, told.id)),
    )
    key = f"{HANDOFF}:{told.id}:{tx.now.isoformat()}"
    about = Stream(HANDOFF, row.id)
    for person in sorted({*change.before} ^ {*change.after}):
        known = plan.people.get(person)
        if known is not None:
            note = _note(plan, change, known)
            await tell_person(tx, plan, person, note, key=key, about=about)
    text = f"{_names(plan, change.after)} took over {told.name} from {_names(plan, change.before)}"
    body = {
        "schedule": told.id,
        "before": list(change.before),
        "after": list(change.after),
        "text": text,
    }
    await record(tx, house_stream(), "oncall.changed_hands", by=_CLOCK, body=body)


def _note(plan: Plan, change: _Change, person: Person) -> Note:
    comes = person.id in change.after
    name = change.schedule.name
    subject = f"You have the pager: {name}" if comes else f"Your shift is over: {name}"
    until = f" until {_local(change.ends, person)}" if change.ends else ""
    if comes:
        others = [one for one in change.after if one != person.id]
        beside = f" With you: {_names(plan, others)}." if others else ""
        first = f"You have the pager of {name}{until}."
        second = f"Before you: {_names(plan, change.before)}.{beside}"
    else:
        first = f"Your shift on {name} is over. Thank you."
        second = f"{_names(plan, change.after)} has the pager now{until}."
        if not change.after:
            second = f"Nobody has the pager now{until}: hand on what is open yourself."
    if change.ends and change.next != change.after:
        second += f" Next: {_names(plan, change.next)}."
    letter = "\n".join([first, second, "", *_alert_lines(change.alerts), ""])
    said = {
        "schedule": change.schedule.id,
        "comes": comes,
        "on_call": list(change.after),
        "until": change.ends.isoformat() if change.ends else None,
        "next": list(change.next),
        "alerts": [alert.number for alert in change.alerts],
    }
    return Note(HANDOFF, subject, letter, said)


def _alert_lines(alerts: Sequence[OpenAlertRow]) -> list[str]:
    if not alerts:
        return ["No alert is open."]
    lines = [
        f"  - {Priority(one.priority).name} #{one.number} {one_line(one.title)} ({one.state})"
        for one in alerts
    ]
    more = ["  - and perhaps more: see the inbox."] if len(alerts) == MAX_ALERTS else []
    return ["Open alerts", *lines, *more]


def _names(plan: Plan, people: Collection[PersonId]) -> str:
    named = (plan.people[one].name if one in plan.people else one for one in people)
    return ", ".join(named) or _GAP


def _local(moment: datetime, person: Person) -> str:
    here = moment.astimezone(person.zone)
    utc = f" ({moment:%H:%M} UTC)" if here.utcoffset() != timedelta() else ""
    return f"{here:%a %Y-%m-%d %H:%M %Z}{utc}"
