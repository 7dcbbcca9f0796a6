"""What everything about on-call begins with: the schedule, who stands in, who is away."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.core.access.principal import LOCAL
from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.coverage import shifts as shifts_of
from fireline.core.oncall.people import Person
from fireline.core.oncall.schedule import Absence, Override, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.store import absences, overrides
from fireline.usecases.transaction import Tx

LOOK_AHEAD = timedelta(days=60)
LONGEST_SPAN = timedelta(days=400)
MAX_NOTE = 500


class ScheduleNotFound(Refusal):
    """The plan has no such schedule."""

    kind = Kind.NOT_FOUND
    code = "schedule.not_found"


class PersonNotFound(Refusal):
    """The plan has no such person."""

    kind = Kind.NOT_FOUND
    code = "person.not_found"


class SpanBackward(Refusal):
    """The end does not come after the start."""

    kind = Kind.INVALID
    code = "span.backward"


class SpanTooLong(Refusal):
    """More time than one answer holds."""

    kind = Kind.INVALID
    code = "span.too_long"


class NoteTooLong(Refusal):
    """More words than a note holds."""

    kind = Kind.INVALID
    code = "oncall.note_too_long"


@dataclass(frozen=True, slots=True)
class Book:
    """What changes the schedules of the plan in some span: who stands in, who is away."""

    rows: Sequence[overrides.OverrideRow]
    away: Sequence[Absence]

    def standing_in(self, schedule: ScheduleId) -> list[Override]:
        """Return the overrides of one schedule, in the order made."""
        return [row.value for row in self.rows if row.schedule == schedule]

    def shifts(self, schedule: Schedule, span: Span) -> tuple[Shift, ...]:
        """List the shifts that come of a schedule and all that changes it."""
        return shifts_of(schedule, self.standing_in(schedule.id), span, self.away)


async def open_book(tx: Tx, schedules: Collection[ScheduleId], span: Span) -> Book:
    """Read what changes some schedules in a span."""
    rows = await overrides.near(tx.db, schedules, span)
    away = [row.value for row in await absences.near(tx.db, span)]
    return Book(rows, away)


def schedule_of(plan: Plan, schedule: ScheduleId) -> Schedule:
    """Return a schedule of the plan. Raises ScheduleNotFound with those there are."""
    found = plan.schedules.get(schedule)
    if found is None:
        msg = f"The plan has no schedule {schedule}."
        raise ScheduleNotFound(msg, hint="Known: " + ", ".join(sorted(plan.schedules)))
    return found


def person_in(plan: Plan, person: PersonId, *, field: str = "person") -> Person:
    """Return a person of the plan. Raises PersonNotFound, which names the field."""
    found = plan.people.get(person)
    if found is None:
        msg = f"{field}: the plan has no person {person}."
        # Whoever sits at this machine is nobody in particular until they say who they are.
        said = "Say who it is. " if person == LOCAL else ""
        raise PersonNotFound(msg, hint=f"{said}Known: {', '.join(sorted(plan.people))}.")
    return found


def span_from(start: datetime, end: datetime) -> Span:
    """Make a span of two moments people gave. Raises SpanBackward."""
    if end <= start:
        msg = f"end: {end.isoformat()} does not come after the start, {start.isoformat()}."
        raise SpanBackward(msg, hint="Choose an end that comes after the start.")
    return Span(start, end)


def answerable(span: Span) -> Span:
    """Return a span one answer can hold. Raises SpanTooLong."""
    if span.length > LONGEST_SPAN:
        msg = f"One answer holds {LONGEST_SPAN.days} days at most."
        raise SpanTooLong(msg, hint="Ask for a shorter span.")
    return span


def short_note(text: str) -> str:
    """Return a note as it is kept. Raises NoteTooLong."""
    note = " ".join(text.split())
    if len(note) > MAX_NOTE:
        msg = f"note: it has {len(note)} characters, and {MAX_NOTE} is the most."
        raise NoteTooLong(msg, hint="Say it in fewer words.")
    return note
