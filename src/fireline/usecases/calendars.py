"""Calendars: private addresses under which shifts are read, and shifts taken from a calendar file.

An address is shown once, when it is made; only its fingerprint is kept. It reads and does nothing
else, so it works without signing in, until it is withdrawn or its owner's account is shut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.access.secrets import fingerprint
from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.named import people_named
from fireline.core.oncall.schedule import Override, OverrideKind, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.json import digest
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.secret import Secret
from fireline.core.values.time import Span
from fireline.store import calendar_feeds, overrides
from fireline.usecases import plans
from fireline.usecases.facts import house_stream, record
from fireline.usecases.oncall import is_shadow, keep_override
from fireline.usecases.oncall_desk import open_book, person_in, schedule_of
from fireline.usecases.transaction import Tx

SHOWN_BEFORE = timedelta(days=60)
SHOWN_AFTER = timedelta(days=180)
# What is known of an imported calendar: longer ahead, it is imported again.
IMPORTED_AHEAD = timedelta(days=366)
MAX_FEEDS = calendar_feeds.MAX_LISTED


class FeedNotFound(Refusal):
    """There is no such calendar address."""

    kind = Kind.NOT_FOUND
    code = "calendar.not_found"


class FeedUnclear(Refusal):
    """A calendar is a person's or a schedule's."""

    kind = Kind.INVALID
    code = "calendar.unclear"


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A new address; the token in it is seen this once."""

    id: UUID
    token: Secret


@dataclass(frozen=True, slots=True)
class FeedView:
    """An address in force, without its token."""

    id: UUID
    person: PersonId | None
    schedule: ScheduleId | None
    made_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift in a calendar. `key` stays the same as long as it begins when it does."""

    key: str
    title: str
    why: str
    span: Span


@dataclass(frozen=True, slots=True)
class Calendar:
    """What an address shows. `written_at` is the same at each reading."""

    name: str
    zone: str
    written_at: datetime
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class CalendarShift:
    """One event of a calendar file, as it was read. Without a span it says `why` there is none."""

    uid: str
    summary: str
    attendees: tuple[str, ...]
    span: Span | None
    why: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ImportedShift:
    """A shift that came of an event."""

    uid: str
    people: tuple[PersonId, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event nothing came of, and why."""

    uid: str
    summary: str
    span: Span | None
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a calendar file: every event is in one of the two lists."""

    shifts: tuple[ImportedShift, ...]
    left_out: tuple[LeftOut, ...]
    replaced: int


async def create_feed(
    tx: Tx, plan: Plan, *, person: PersonId | None, schedule: ScheduleId | None, by: Human
) -> NewFeed:
    """Make an address for the shifts of a person or of a schedule.

    Raises FeedUnclear, PersonNotFound, ScheduleNotFound.
    """
    if (person is None) == (schedule is None):
        msg = "A calendar is a person's or a schedule's."
        raise FeedUnclear(msg, hint="Name either a person or a schedule.")
    if person is not None:
        person_in(plan, person)
    if schedule is not None:
        schedule_of(plan, schedule)
    if len(await calendar_feeds.listed(tx.db, by.person)) >= MAX_FEEDS:
        msg = f"You have {MAX_FEEDS} calendar addresses already."
        raise FeedUnclear(msg, hint="Withdraw one: fireline oncall calendar revoke ID")
    token = tx.ids.token()
    new = calendar_feeds.New(tx.ids.fresh(), fingerprint(token), by.person, person, schedule)
    await calendar_feeds.add(tx.db, new, now=tx.now)
    text = f"{by.name} made a calendar address for {person or schedule}"
    body = {"calendar": str(new.id), "person": person, "schedule": schedule, "text": text}
    await record(tx, house_stream(), "calendar.created", by=by, body=body)
    return NewFeed(new.id, Secret(token))


async def feeds(tx: Tx, owner: PersonId) -> tuple[FeedView, ...]:
    """List somebody's addresses in force."""
    return tuple(
        FeedView(
            id=row.id,
            person=PersonId(row.person) if row.person else None,
            schedule=ScheduleId(row.schedule) if row.schedule else None,
            made_at=row.made_at,
            seen_at=row.seen_at,
        )
        for row in await calendar_feeds.listed(tx.db, owner)
    )


async def revoke_feed(tx: Tx, feed: UUID, *, by: Human) -> None:
    """Withdraw one of one's own addresses. Raises FeedNotFound."""
    if not await calendar_feeds.revoke(tx.db, feed, owner=by.person, now=tx.now):
        msg = "You have no such calendar address."
        raise FeedNotFound(msg, hint="List them: fireline oncall calendar list")
    body = {"calendar": str(feed), "text": f"{by.name} withdrew a calendar address"}
    await record(tx, house_stream(), "calendar.revoked", by=by, body=body)


async def read_feed(tx: Tx, token: str) -> Calendar:
    """Return what an address shows now. Raises FeedNotFound."""
    row = await calendar_feeds.of_token(tx.db, fingerprint(token))
    if row is None:
        msg = "This calendar address is not in force."
        raise FeedNotFound(msg)
    await calendar_feeds.saw(tx.db, row.id, now=tx.now)
    plan = await plans.current(tx)
    if row.person is not None:
        person = PersonId(row.person)
        entries = await _entries(tx, plan, tuple(plan.schedules), person)
        known = plan.people.get(person)
        name = f"On call: {known.name if known else person}"
        return Calendar(name, known.zone.key if known else "UTC", row.made_at, entries)
    schedule = plan.schedules.get(ScheduleId(row.schedule or ""))
    if schedule is None:
        return Calendar(f"On call: {row.schedule}", "UTC", row.made_at, ())
    entries = await _entries(tx, plan, (schedule.id,), None)
    return Calendar(f"On call: {schedule.name}", schedule.zone.key, row.made_at, entries)


async def import_shifts(
    tx: Tx,
    plan: Plan,
    schedule: ScheduleId,
    found: Sequence[CalendarShift],
    *,
    preview: bool = False,
    by: Actor,
) -> Imported:
    """Let the people of a calendar's events stand in on a schedule, all or nothing.

    What came of the same events before is taken back first. An event nothing comes of is listed
    with the reason. `preview` only says what would come of it. Raises ScheduleNotFound.
    """
    told = schedule_of(plan, schedule)
    shifts: list[ImportedShift] = []
    left_out: list[LeftOut] = []
    for event in found:
        read = _read(tx, plan, event)
        if isinstance(read, LeftOut):
            left_out.append(read)
        else:
            shifts.append(read)
    if preview:
        return Imported(tuple(shifts), tuple(left_out), 0)
    events = sorted({event.uid for event in found})
    replaced = await overrides.withdraw_imported(tx.db, schedule, events, by=by.name, now=tx.now)
    for shift in shifts:
        for new in _standing_in(tx, told, shift, by=by):
            await keep_override(tx, plan, new, by=by)
    count = len(shifts)
    text = f"{by.name} imported {count} shift{'' if count == 1 else 's'} into {told.name}"
    body = {"schedule": schedule, "shifts": count, "left_out": len(left_out), "text": text}
    await record(tx, house_stream(), "calendar.imported", by=by, body=body)
    return Imported(tuple(shifts), tuple(left_out), replaced)


def _read(tx: Tx, plan: Plan, event: CalendarShift) -> ImportedShift | LeftOut:
    people = people_named(plan.people, event.attendees, event.summary)
    why = event.why
    if event.cancelled:
        why = "it is cancelled"
    elif event.span is not None and event.span.end <= tx.now:
        why = "it is over"
    elif not why and not people:
        why = "it names nobody of the plan"
    if event.span is None or why:
        return LeftOut(event.uid, event.summary, event.span, why or "it has no time")
    return ImportedShift(event.uid, people, event.span)


def _standing_in(
    tx: Tx, told: Schedule, shift: ImportedShift, *, by: Actor
) -> Iterator[overrides.New]:
    """Let the first take everybody's place, and the others join."""
    for place, person in enumerate(shift.people):
        kind = OverrideKind.ADD if place else OverrideKind.REPLACE
        wanted = Override(shift.span, kind, person)
        yield overrides.New(tx.ids.fresh(), told.id, wanted, by.name, calendar=shift.uid)


async def _entries(
    tx: Tx, plan: Plan, schedules: Sequence[ScheduleId], person: PersonId | None
) -> tuple[Entry, ...]:
    # From the first of a month: the look must not begin elsewhere at each reading.
    first = (tx.now - SHOWN_BEFORE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    looked = Span(first, tx.now.replace(microsecond=0, second=0, minute=0, hour=0) + SHOWN_AFTER)
    book = await open_book(tx, schedules, looked)
    found = [
        _entry(plan, plan.schedules[name], shift, first, whose=person)
        for name in schedules
        for shift in book.shifts(plan.schedules[name], looked)
        if person is None or shift.duty.person == person
    ]
    return tuple(sorted(found, key=lambda one: (one.span.start, one.key)))


def _entry(
    plan: Plan, schedule: Schedule, shift: Shift, first: datetime, *, whose: PersonId | None
) -> Entry:
    person = plan.people.get(shift.duty.person)
    name = person.name if person else shift.duty.person
    # What began before anybody looked is known by that.
    begins = "before" if shift.span.start == first else shift.span.start.isoformat()
    about = [schedule.id, shift.duty.person, str(shift.duty.because), shift.duty.layer, begins]
    shadow = " (shadow)" if is_shadow(shift) else ""
    title = f"{schedule.name}{shadow}" if whose else f"{name}{shadow}: {schedule.name}"
    layer = f", layer {shift.duty.layer}" if shift.duty.layer else ""
    return Entry(digest(about), title, f"{name} {shift.duty.because}{layer}.", shift.span)
