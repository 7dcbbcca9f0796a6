"""Ask a teammate to swap shifts, or anybody of the team to cover one; answer, or take it back.

An answered request becomes overrides in the same transaction, one for each piece of a shift that
still is the giver's, so it never puts anybody in the place of a third person.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from fireline.core.escalation.wording import Note
from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.schedule import Override, OverrideKind, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.store import due, overrides, shift_requests
from fireline.store.shift_requests import SHIFT_REQUEST, ShiftRequestRow
from fireline.usecases import plans
from fireline.usecases.facts import house_stream, record
from fireline.usecases.oncall import book_shifts, keep_override, next_shifts, people_of
from fireline.usecases.oncall_desk import (
    LOOK_AHEAD,
    answerable,
    open_book,
    person_in,
    schedule_of,
    short_note,
)
from fireline.usecases.person_messages import tell_person
from fireline.usecases.transaction import Tx

Settled = Literal["accepted", "declined", "withdrawn", "expired"]
_CLOCK = Machine("schedules")


class RequestNotFound(Refusal):
    """There is no such request."""

    kind = Kind.NOT_FOUND
    code = "shift_request.not_found"


class RequestSettled(Refusal):
    """Somebody was faster, or it ran out."""

    kind = Kind.CONFLICT
    code = "shift_request.settled"


class RequestUnclear(Refusal):
    """What is asked does not fit together."""

    kind = Kind.INVALID
    code = "shift_request.unclear"


class NotTheirShift(Refusal):
    """The giver does not have the pager then."""

    kind = Kind.CONFLICT
    code = "shift.not_theirs"


class NotYours(Refusal):
    """Only who was asked may answer, and only who asked may take it back."""

    kind = Kind.FORBIDDEN
    code = "shift_request.not_yours"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request about to be made. With `taken` it is a swap with `asked`.

    Without, it is a cover: `asked` may take the shift, or any teammate when nobody is named.
    """

    schedule: ScheduleId
    asker: PersonId
    given: Span
    asked: PersonId | None = None
    taken: Span | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RequestView:
    """A swap or a cover, and what became of it."""

    number: int
    kind: str
    schedule: ScheduleId
    asker: PersonId
    asked: PersonId | None
    given: Span
    taken: Span | None
    note: str
    state: str
    made_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True, slots=True)
class _Hands:
    """Whose time goes to whom."""

    giver: PersonId
    taker: PersonId
    span: Span


@dataclass(frozen=True, slots=True)
class _End:
    """How a request ended, in words, and who must hear of it."""

    state: Settled
    said: str
    tell: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a request at one event of its life."""

    event: str
    text: str
    hint: str = ""


async def shift_at(
    tx: Tx, plan: Plan, schedule: ScheduleId, person: PersonId, at: datetime
) -> Span:
    """Return what is left of the shift somebody has at a moment. Raises NotTheirShift."""
    told, moment = schedule_of(plan, schedule), max(at, tx.now)
    person_in(plan, person)
    # From now on, so that a shift still to come is seen whole.
    span = answerable(Span(tx.now, moment + LOOK_AHEAD))
    book = await open_book(tx, [schedule], span)
    running = [s for s in book_shifts(book, told, span, person) if moment in s.span]
    if running:
        return running[0].span
    raise await _not_theirs(tx, plan, told, person, Span(moment, span.end))


async def ask(tx: Tx, plan: Plan, wanted: Wanted, *, by: Actor) -> RequestView:
    """Ask for a swap or a cover, and tell those who can answer.

    Raises ScheduleNotFound, PersonNotFound, RequestUnclear, NotTheirShift, NoteTooLong.
    """
    told = schedule_of(plan, wanted.schedule)
    given, taken = await _checked(tx, plan, told, wanted)
    new = shift_requests.New(
        id=tx.ids.fresh(),
        schedule=wanted.schedule,
        asker=wanted.asker,
        asked=wanted.asked,
        given=given,
        taken=taken,
        note=short_note(wanted.note),
        by=by.name,
        expires_at=_expires(tx, given, taken),
    )
    row = await shift_requests.add(tx.db, new, now=tx.now)
    await due.plan(tx.db, SHIFT_REQUEST, row.id, row.expires_at)
    text = f"{_name(plan, row.asker)} {_asks(plan, row)}"
    said = _Said("made", text, f"Answer it: fireline oncall accept {row.number}")
    await _record(tx, row, said, by=by)
    for person in _who_can_answer(plan, told, row):
        await _tell(tx, plan, row, person, said)
    return _view(row)


async def accept(tx: Tx, plan: Plan, number: int, person: PersonId, *, by: Actor) -> RequestView:
    """Accept a request for oneself: the shifts change hands here and now, once.

    Raises RequestNotFound, RequestSettled, NotYours, NotTheirShift.
    """
    row = await _open(tx, number)
    told = schedule_of(plan, ScheduleId(row.schedule))
    taker = person_in(plan, person)
    if person not in _who_can_answer(plan, told, row):
        msg = f"{taker.name} was not asked."
        raise NotYours(msg, hint=f"Asked: {_asked(plan, told, row)}.")
    asker = PersonId(row.asker)
    await _hand_over(tx, plan, row, _Hands(asker, person, row.given), by=by)
    if row.taken is not None:
        await _hand_over(tx, plan, row, _Hands(person, asker, row.taken), by=by)
    end = _End("accepted", f"{taker.name} accepted", (asker, person))
    return await _settle(tx, plan, row, end, by=by)


async def decline(tx: Tx, plan: Plan, number: int, person: PersonId, *, by: Actor) -> RequestView:
    """Say no to a request made to oneself. One made to the whole team cannot be declined.

    Raises RequestNotFound, RequestSettled, NotYours.
    """
    row = await _open(tx, number)
    if row.asked != person:
        msg = "Only the one who was asked can decline."
        raise NotYours(msg, hint="A request to the whole team just waits for somebody else.")
    end = _End("declined", f"{_name(plan, person)} declined", (PersonId(row.asker),))
    return await _settle(tx, plan, row, end, by=by)


async def withdraw(tx: Tx, plan: Plan, number: int, person: PersonId, *, by: Actor) -> RequestView:
    """Take one's own request back. Raises RequestNotFound, RequestSettled, NotYours."""
    row = await _open(tx, number)
    if row.asker != person:
        msg = "Only the one who asked can take a request back."
        raise NotYours(msg, hint=f"It is {_name(plan, row.asker)}'s.")
    asked = (PersonId(row.asked),) if row.asked else ()
    end = _End("withdrawn", f"{_name(plan, person)} took it back", asked)
    return await _settle(tx, plan, row, end, by=by)


async def expire(tx: Tx, request: UUID) -> None:
    """Let a request nobody answered run out, and tell who made it."""
    found = await shift_requests.get(tx.db, request)
    row = await shift_requests.lock(tx.db, found.number) if found else None
    if row is not None and row.state == "open" and row.expires_at <= tx.now:
        plan = await plans.current(tx)
        end = _End("expired", "nobody answered in time", (PersonId(row.asker),))
        await _settle(tx, plan, row, end, by=_CLOCK)


async def requests(
    tx: Tx, *, schedule: ScheduleId | None = None, settled: bool = False
) -> tuple[RequestView, ...]:
    """List the requests that wait, the soonest first; after them, if asked, those settled."""
    found = await shift_requests.listed(tx.db, schedule=schedule, settled=settled)
    return tuple(_view(row) for row in found)


async def _checked(tx: Tx, plan: Plan, told: Schedule, wanted: Wanted) -> tuple[Span, Span | None]:
    person_in(plan, wanted.asker)
    if wanted.asked is not None:
        person_in(plan, wanted.asked, field="asked")
    if wanted.asked == wanted.asker:
        msg = "asked: that is the one who asks."
        raise RequestUnclear(msg, hint="Ask somebody else.")
    given = _still_to_come(tx, wanted.given, field="given")
    await _theirs(tx, plan, told, wanted.asker, given)
    if wanted.taken is None:
        return given, None
    if wanted.asked is None:
        msg = "asked: a swap is with somebody."
        raise RequestUnclear(msg, hint="Name them, or ask for a cover.")
    taken = _still_to_come(tx, wanted.taken, field="taken")
    if given.start < taken.end and taken.start < given.end:
        msg = "taken: it overlaps what is given."
        raise RequestUnclear(msg, hint="Choose shifts that lie apart.")
    await _theirs(tx, plan, told, wanted.asked, taken)
    return given, taken


def _still_to_come(tx: Tx, span: Span, *, field: str) -> Span:
    if span.end <= tx.now:
        msg = f"{field}: {span.end.isoformat()} is over already."
        raise RequestUnclear(msg, hint="Choose a shift that is still to come.")
    return Span(max(span.start, tx.now), span.end)


def _expires(tx: Tx, given: Span, taken: Span | None) -> datetime:
    """Return when an answer comes too late: as a shift begins, or ends if it has begun."""
    spans = [given, *([taken] if taken else [])]
    coming = [span.start for span in spans if span.start > tx.now]
    return min(coming, default=given.end)


async def _theirs(tx: Tx, plan: Plan, told: Schedule, person: PersonId, span: Span) -> list[Shift]:
    """List the pieces of a span that are somebody's. Raises NotTheirShift when none is."""
    book = await open_book(tx, [told.id], span)
    found = book_shifts(book, told, span, person)
    if not found:
        raise await _not_theirs(tx, plan, told, person, span)
    return found


async def _not_theirs(
    tx: Tx, plan: Plan, told: Schedule, person: PersonId, span: Span
) -> NotTheirShift:
    coming = [one for one in await next_shifts(tx, plan, person) if one.schedule == told.id]
    hint = f"Their next shift begins {_at(coming[0].shift.span.start)}." if coming else ""
    msg = f"{_name(plan, person)} does not have the pager of {told.name} at {_at(span.start)}."
    return NotTheirShift(msg, hint=hint or "They have no shift on it.")


async def _hand_over(tx: Tx, plan: Plan, row: ShiftRequestRow, hands: _Hands, *, by: Actor) -> None:
    told = schedule_of(plan, ScheduleId(row.schedule))
    left = Span(max(hands.span.start, tx.now), hands.span.end)
    for shift in await _theirs(tx, plan, told, hands.giver, left):
        wanted = Override(shift.span, OverrideKind.REPLACE, hands.taker, instead_of=hands.giver)
        new = overrides.New(tx.ids.fresh(), row.schedule, wanted, by.name, request=row.id)
        await keep_override(tx, plan, new, by=by)


async def _open(tx: Tx, number: int) -> ShiftRequestRow:
    row = await shift_requests.lock(tx.db, number)
    if row is None:
        msg = f"There is no request {number}."
        raise RequestNotFound(msg, hint="List them: fireline oncall requests")
    if row.state != "open":
        msg = f"Request {number} was {row.state} already, by {row.settled_by}."
        raise RequestSettled(msg, hint="Make a new one.")
    if row.expires_at <= tx.now:
        msg = f"Request {number} ran out at {_at(row.expires_at)}."
        raise RequestSettled(msg, hint="Make a new one.")
    return row


async def _settle(tx: Tx, plan: Plan, row: ShiftRequestRow, end: _End, *, by: Actor) -> RequestView:
    await shift_requests.settle(tx.db, row.id, end.state, by=by.name, now=tx.now)
    await due.cancel(tx.db, SHIFT_REQUEST, row.id)
    said = _Said(end.state, f"{end.said}: {_name(plan, row.asker)} {_asks(plan, row)}")
    await _record(tx, row, said, by=by)
    for person in end.tell:
        await _tell(tx, plan, row, person, said)
    settled = await shift_requests.get(tx.db, row.id)
    return _view(settled or row)


def _who_can_answer(plan: Plan, told: Schedule, row: ShiftRequestRow) -> list[PersonId]:
    if row.asked is not None:
        return [PersonId(row.asked)]
    teams = [team for team in plan.teams.values() if row.asker in (*team.members, *team.leads)]
    mates = people_of(told).union(*((*team.members, *team.leads) for team in teams))
    return sorted(mates & plan.people.keys() - {PersonId(row.asker)})


def _asked(plan: Plan, told: Schedule, row: ShiftRequestRow) -> str:
    return ", ".join(_name(plan, person) for person in _who_can_answer(plan, told, row)) or "nobody"


def _asks(plan: Plan, row: ShiftRequestRow) -> str:
    schedule = plan.schedules.get(ScheduleId(row.schedule))
    where = schedule.name if schedule else row.schedule
    given = f"{_at(row.given.start)} to {_at(row.given.end)}"
    if row.taken is not None:
        taken = f"{_at(row.taken.start)} to {_at(row.taken.end)}"
        return f"gives {_name(plan, row.asked)} {where}, {given}, for {taken}"
    whom = f" {_name(plan, row.asked)}" if row.asked else ""
    return f"asks{whom} to cover {where}, {given}"


def _name(plan: Plan, person: str | None) -> str:
    known = plan.people.get(PersonId(person or ""))
    return known.name if known else (person or "somebody")


def _at(moment: datetime) -> str:
    return f"{moment:%a %Y-%m-%d %H:%M} UTC"


async def _tell(tx: Tx, plan: Plan, row: ShiftRequestRow, person: PersonId, said: _Said) -> None:
    note = Note(
        kind=f"shift_request.{said.event}",
        subject=f"{row.kind.capitalize()} {row.number}: {said.text}",
        letter="\n\n".join(part for part in (f"{said.text}.", row.note, said.hint) if part) + "\n",
        said={"request": row.number, "schedule": row.schedule, "event": said.event},
    )
    about = Stream(SHIFT_REQUEST, row.id)
    await tell_person(
        tx, plan, person, note, key=f"{SHIFT_REQUEST}:{row.id}:{said.event}", about=about
    )


async def _record(tx: Tx, row: ShiftRequestRow, said: _Said, *, by: Actor) -> None:
    body = {
        "request": row.number,
        "schedule": row.schedule,
        "asker": row.asker,
        "asked": row.asked,
        "text": said.text,
    }
    await record(tx, house_stream(), f"shift_request.{said.event}", by=by, body=body)


def _view(row: ShiftRequestRow) -> RequestView:
    return RequestView(
        number=row.number,
        kind=row.kind,
        schedule=ScheduleId(row.schedule),
        asker=PersonId(row.asker),
        asked=PersonId(row.asked) if row.asked else None,
        given=row.given,
        taken=row.taken,
        note=row.note,
        state=row.state,
        made_at=row.made_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
    )
