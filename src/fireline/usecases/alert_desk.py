"""What everything people do to alerts begins with: find it, hold it, or refuse."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from fireline.core.values.actor import Actor
from fireline.core.values.ids import AlertId, DrillId, PersonId
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alerts, pokes
from fireline.usecases import plans
from fireline.usecases.alerts import INBOX, AlertNotFound, AlertResolved
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.transaction import Tx

_UTC = ZoneInfo("UTC")


class AlertUnwritten(Refusal):
    """Something that must be said was left empty, or does not fit."""

    kind = Kind.INVALID
    code = "alert.unwritten"


@dataclass(frozen=True, slots=True)
class Reached:
    """An alert by its number, as far as a door needs it before anything is done to it."""

    id: AlertId
    number: int
    title: str
    state: str
    drill: DrillId | None
    snoozed: bool
    merged_into: AlertId | None


async def reach_alert(tx: Tx, number: int) -> Reached:
    """Find the alert people call by this number. Holds nothing. Raises AlertNotFound."""
    row = await alerts.numbered(tx.db, number)
    if row is None:
        msg = f"There is no alert #{number}."
        raise AlertNotFound(msg, hint="List them: fireline alert list")
    return _reached(tx, row)


async def reach_by_id(tx: Tx, alert: AlertId) -> Reached:
    """Find an alert by its id. Holds nothing. Raises AlertNotFound."""
    row = await alerts.get(tx.db, alert)
    if row is None:
        msg = "There is no such alert."
        raise AlertNotFound(msg, hint="List them: fireline alert list")
    return _reached(tx, row)


def _reached(tx: Tx, row: alerts.AlertRow) -> Reached:
    return Reached(
        id=AlertId(row.id),
        number=row.number,
        title=row.title,
        state=row.state,
        drill=DrillId(row.drill_id) if row.drill_id else None,
        snoozed=row.snoozed_until is not None and row.snoozed_until > tx.now,
        merged_into=AlertId(row.merged_into) if row.merged_into else None,
    )


async def zone_of(tx: Tx, person: PersonId) -> ZoneInfo:
    """Return where somebody is, by the plan; UTC when there is no telling."""
    try:
        plan = await plans.current(tx)
    except Refusal:
        # An alert is answered without a plan, and with one that cannot be read.
        return _UTC
    known = plan.people.get(person)
    return known.zone if known else _UTC


async def lock_alert(tx: Tx, alert: UUID) -> alerts.AlertRow:
    """Hold an alert until the transaction ends. Raises AlertNotFound."""
    row = await alerts.lock(tx.db, alert)
    if row is None:
        msg = "There is no such alert."
        raise AlertNotFound(msg, hint="List them: fireline alert list")
    return row


async def lock_live(tx: Tx, alert: UUID) -> alerts.AlertRow:
    """Hold an alert that is not over. Raises AlertNotFound, AlertResolved."""
    row = await lock_alert(tx, alert)
    refuse_resolved(row)
    return row


def refuse_resolved(row: alerts.AlertRow) -> None:
    """Raise AlertResolved for an alert that is over."""
    if row.state == "resolved":
        msg = f"Alert #{row.number} is resolved."
        hint = "It is part of another one now." if row.merged_into else "The next is a new alert."
        raise AlertResolved(msg, hint=hint)


async def tell_fact(
    tx: Tx, row: alerts.AlertRow, kind: str, *, by: Actor, text: str, said: JsonObject | None = None
) -> None:
    """Write down what somebody did to an alert, and wake the pages that show it."""
    body: JsonObject = {"number": row.number, **(said or {}), "text": text}
    await record(tx, alert_stream(row.id), kind, by=by, body=body)
    await pokes.poke(tx.db, INBOX)


def written(text: str, what: str, longest: int) -> str:
    """Return text a person wrote, trimmed. Raises AlertUnwritten when empty or too long."""
    trimmed = text.strip()
    if not trimmed:
        msg = f"{what} is empty."
        raise AlertUnwritten(msg, hint="Write it, then send it again.")
    if len(trimmed) > longest:
        msg = f"{what} has {len(trimmed)} characters; {longest} fit."
        raise AlertUnwritten(msg, hint="Shorten it, or link to where the rest is.")
    if "\0" in trimmed:
        msg = f"{what} has a character that cannot be kept (NUL)."
        raise AlertUnwritten(msg, hint="Remove it, then send it again.")
    return trimmed
