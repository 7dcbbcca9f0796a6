"""People away: their turns go to the next of the ring who is there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.store import absences
from fireline.usecases.facts import house_stream, record
from fireline.usecases.oncall_desk import LONGEST_SPAN, person_in, short_note
from fireline.usecases.transaction import Tx


class LeaveNotFound(Refusal):
    """There is no such leave, or it was withdrawn."""

    kind = Kind.NOT_FOUND
    code = "leave.not_found"


class LeavePast(Refusal):
    """A leave changes what will be, not what was."""

    kind = Kind.INVALID
    code = "leave.past"


@dataclass(frozen=True, slots=True)
class LeaveView:
    """Somebody away for a while."""

    id: UUID
    person: PersonId
    span: Span
    note: str
    by: str


async def add_leave(
    tx: Tx, plan: Plan, person: PersonId, span: Span, *, note: str = "", by: Actor
) -> LeaveView:
    """Keep that somebody is away. Raises PersonNotFound, LeavePast, NoteTooLong."""
    told = person_in(plan, person)
    if span.end <= tx.now:
        msg = f"end: {span.end.isoformat()} is over already."
        raise LeavePast(msg, hint="Choose an end that is still to come.")
    new = absences.New(tx.ids.fresh(), person, span, short_note(note), by.name)
    await absences.add(tx.db, new, now=tx.now)
    body = {
        "leave": str(new.id),
        "person": person,
        "from": span.start.isoformat(),
        "until": span.end.isoformat(),
        "text": f"{told.name} is away from {_day(span.start)} to {_day(span.end)}",
    }
    await record(tx, house_stream(), "leave.added", by=by, body=body)
    return LeaveView(new.id, person, span, new.note, by.name)


async def withdraw_leave(tx: Tx, leave: UUID, *, by: Actor) -> None:
    """Take a leave back: the person has their turns again. Raises LeaveNotFound."""
    row = await absences.get(tx.db, leave)
    if row is None:
        msg = "There is no such leave, or it was withdrawn."
        raise LeaveNotFound(msg, hint="List them: fireline oncall leave list")
    await absences.withdraw(tx.db, leave, by=by.name, now=tx.now)
    body = {
        "leave": str(leave),
        "person": row.person,
        "text": f"{row.person} is not away from {_day(row.starts_at)} to {_day(row.ends_at)}",
    }
    await record(tx, house_stream(), "leave.withdrawn", by=by, body=body)


async def leaves(tx: Tx, span: Span | None = None) -> tuple[LeaveView, ...]:
    """List who is away in a span; without one, from now on."""
    asked = span or Span(tx.now, tx.now + LONGEST_SPAN)
    return tuple(
        LeaveView(row.id, row.value.person, row.value.span, row.note, row.made_by)
        for row in await absences.near(tx.db, asked)
    )


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
