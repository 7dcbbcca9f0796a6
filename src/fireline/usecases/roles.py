"""Who plays which part: take a role, hand it over, leave it."""

from datetime import datetime
from uuid import UUID

from fireline.core.incidents.deadlines import Deadline, DeadlineKind
from fireline.core.incidents.roles import LEAD_VACANT, Change, Giving, WhyNotRole, give_role
from fireline.core.incidents.terms import Role
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import IncidentId, PersonId
from fireline.core.values.time import at_pace
from fireline.store import response
from fireline.store.incidents import IncidentRow
from fireline.store.response import RoleRow
from fireline.usecases.deadlines import reach, run_deadline
from fireline.usecases.incident_desk import (
    NoSuchPart,
    NotInPlan,
    RoleStays,
    Unwritten,
    holders,
    lock_open,
    say,
    written,
)
from fireline.usecases.transaction import Tx


async def take_role(tx: Tx, plan: Plan, incident: IncidentId, giving: Giving, *, by: Human) -> None:
    """Give a role to a person, or take it oneself. From somebody else's hands it needs a note."""
    row = await lock_open(tx, incident)
    known_person(plan, giving.person, by)
    change = give_role(await holders(tx, incident), giving)
    match change:
        case WhyNotRole.HELD:
            msg = f"{giving.person} is {giving.role.value} already."
            raise RoleStays(msg)
        case WhyNotRole.NO_NOTE:
            msg = f"Somebody else is {giving.role.value}."
            raise Unwritten(msg, hint=f"{change.value.capitalize()}.")
        case Change(leaves=leaves):
            pass
    if leaves is not None:
        await response.leave_role(tx.db, row.id, giving.role, leaves, now=tx.now)
    await put_in_role(tx, row.id, giving, by=by, leaves=leaves)


async def put_in_role(
    tx: Tx, incident: UUID, giving: Giving, *, by: Actor, leaves: PersonId | None = None
) -> None:
    """Save who has a role now, with its fact. A vacant lead is vacant no longer."""
    role, person, note = giving.role, giving.person, giving.note.strip()
    given = RoleRow(role, person, tx.now, None, by.name, note)
    await response.give_role(tx.db, tx.ids.fresh(), incident, given)
    from_whom = f" from {leaves}" if leaves else ""
    text = f"{person} took the role of {role.value}{from_whom}."
    await say(
        tx,
        incident,
        "role.taken",
        by=by,
        role=role.value,
        person=person,
        leaves=leaves,
        note=note,
        text=f"{text} {note}".rstrip(),
    )
    if role is Role.LEAD:
        await reach(tx, incident, DeadlineKind.LEAD, by=by)


async def leave_role(
    tx: Tx, incident: IncidentId, role: Role, *, person: PersonId, note: str, by: Human
) -> None:
    """Take somebody out of a role, leaving it empty. An incident without a lead has a timer."""
    row = await lock_open(tx, incident)
    why = written(note, "The note")
    if not await response.leave_role(tx.db, incident, role, person, now=tx.now):
        msg = f"{person} is not {role.value}."
        raise NoSuchPart(msg)
    text = f"{person} left the role of {role.value}. {why}"
    await say(tx, incident, "role.left", by=by, role=role.value, person=person, note=why, text=text)
    if role is Role.LEAD:
        await run_deadline(tx, incident, _vacant(row, tx.now))


async def lead_is_vacant(tx: Tx, row: IncidentRow) -> None:
    """Start the timer of an incident that has nobody in the lead."""
    await run_deadline(tx, row.id, _vacant(row, tx.now))


def known_person(plan: Plan, person: PersonId, by: Human) -> None:
    """Refuse a name the plan does not know, unless it is the one who asks: they are here."""
    if person not in plan.people and person != by.person:
        msg = f"The plan knows nobody called {person}."
        raise NotInPlan(msg, hint="Choose somebody from the plan's people.")


def _vacant(row: IncidentRow, now: datetime) -> Deadline:
    return Deadline(DeadlineKind.LEAD, now, now + at_pace(LEAD_VACANT, row.pace))
