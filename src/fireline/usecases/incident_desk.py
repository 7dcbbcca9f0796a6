"""What every use case of an incident begins with: find it, lock it, or refuse."""

from collections.abc import Sequence
from uuid import UUID

from fireline.core.incidents.numbers import short
from fireline.core.incidents.roles import Holder
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Role
from fireline.core.incidents.transitions import Reason
from fireline.core.timeline.fact import Fact
from fireline.core.values.actor import Actor
from fireline.core.values.ids import PersonId
from fireline.core.values.json import JsonValue
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import incidents as store
from fireline.store import response
from fireline.store.incidents import IncidentRow
from fireline.usecases.facts import incident_stream, record
from fireline.usecases.transaction import Tx


class NoSuchIncident(Refusal):
    """There is no such incident."""

    kind = Kind.NOT_FOUND
    code = "incident.not_found"


class NoSuchPart(Refusal):
    """The incident has no such task, question, deadline or role."""

    kind = Kind.NOT_FOUND
    code = "incident.no_such_part"


class NotInPlan(Refusal):
    """The plan has no such person, category or priority."""

    kind = Kind.INVALID
    code = "incident.not_in_plan"


class Unwritten(Refusal):
    """Something that must be said was left empty, or does not fit."""

    kind = Kind.INVALID
    code = "incident.unwritten"


class IncidentOver(Refusal):
    """The incident has ended; it can be reopened with new evidence."""

    kind = Kind.CONFLICT
    code = "incident.over"


class AlertTaken(Refusal):
    """An alert belongs to another incident already."""

    kind = Kind.CONFLICT
    code = "incident.alert_taken"


class RoleStays(Refusal):
    """The role does not change hands this way."""

    kind = Kind.CONFLICT
    code = "incident.role_stays"


class PriorityStays(Refusal):
    """The priority is not lowered this way."""

    kind = Kind.INVALID
    code = "incident.priority_stays"


class MoveBlocked(Refusal):
    """Something is missing for the move; `reasons` lists all of it."""

    kind = Kind.CONFLICT
    code = "incident.move_blocked"

    def __init__(self, message: str, *, reasons: Sequence[Reason]) -> None:
        super().__init__(message, hint="; ".join(reason.text for reason in reasons))
        self.reasons = tuple(reasons)


async def lock_incident(tx: Tx, incident: UUID) -> IncidentRow:
    """Return an incident, locked; refuse one that does not exist."""
    return _there(await store.lock(tx.db, incident))


async def read_incident(tx: Tx, incident: UUID) -> IncidentRow:
    """Return an incident without locking it; refuse one that does not exist."""
    return _there(await store.get(tx.db, incident))


async def lock_open(tx: Tx, incident: UUID) -> IncidentRow:
    """Return an incident that has not ended, locked."""
    row = await lock_incident(tx, incident)
    if not State(row.state).is_open:
        msg = f"{short(row.number)} is {row.state}."
        raise IncidentOver(msg, hint="Reopen it with new evidence, or declare a new one.")
    return row


async def numbered(tx: Tx, number: int) -> IncidentRow:
    """Return an incident by its number; refuse one that does not exist."""
    row = await store.numbered(tx.db, number)
    if row is None:
        msg = f"There is no {short(number)}."
        raise NoSuchIncident(msg)
    return row


async def holders(tx: Tx, incident: UUID) -> tuple[Holder, ...]:
    """Return who holds which role now."""
    found = await response.roles_of(tx.db, incident)
    return tuple(
        Holder(Role(row.role), PersonId(row.person), row.since)
        for row in found
        if row.until is None
    )


async def say(tx: Tx, incident: UUID, kind: str, *, by: Actor, **body: JsonValue) -> Fact:
    """Write a fact on the timeline of an incident. `text` is what people read."""
    return await record(tx, incident_stream(incident), kind, by=by, body=body)


def written(text: str, what: str) -> str:
    """Return a text without the space around it; refuse an empty one."""
    kept = text.strip()
    if not kept:
        msg = f"{what} is empty."
        raise Unwritten(msg)
    return kept


async def number_of(tx: Tx, incident: UUID) -> int:
    """Return the number people call an incident by."""
    return (await read_incident(tx, incident)).number


def _there(row: IncidentRow | None) -> IncidentRow:
    if row is None:
        msg = "There is no such incident."
        raise NoSuchIncident(msg)
    return row
