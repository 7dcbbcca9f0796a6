"""Tell people where an incident stands, and promise when they hear next."""

from datetime import datetime

from fireline.core.incidents.deadlines import Deadline, DeadlineKind
from fireline.core.incidents.updates import PublicWord, why_not_next
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import IncidentId, UpdateId
from fireline.store import incidents as store
from fireline.store import response
from fireline.store.incidents import IncidentRow
from fireline.store.response import UpdateRow
from fireline.usecases.deadlines import reach, run_deadline
from fireline.usecases.incident_desk import Unwritten, lock_incident, lock_open, say, written
from fireline.usecases.transaction import Tx


async def post_update(
    tx: Tx,
    incident: IncidentId,
    *,
    word: PublicWord,
    text: str,
    by: Human,
    next_at: datetime | None = None,
) -> UpdateId:
    """Post an update and promise the next one; without a time, as the priority says."""
    row = await lock_open(tx, incident)
    promised = next_at or tx.now + row.update_every
    why = why_not_next(promised, tx.now)
    if why is not None:
        msg = f"Not possible: {why}."
        raise Unwritten(msg, hint="Choose a moment within the coming days.")
    update = UpdateRow(tx.ids.fresh(), tx.now, by.name, word, written(text, "The update"), promised)
    await response.add_update(tx.db, incident, update)
    await say(
        tx,
        incident,
        "update.posted",
        by=by,
        update=str(update.id),
        word=word.value,
        next_at=promised.isoformat(),
        text=f"{word.value.capitalize()}: {update.text}",
    )
    await reach(tx, row.id, DeadlineKind.UPDATE, by=by)
    await promise(tx, row, promised)
    return UpdateId(update.id)


async def promise(tx: Tx, row: IncidentRow, due_at: datetime) -> None:
    """Owe people an update by a moment, whatever was promised before."""
    await store.set_next_update(tx.db, row.id, due_at)
    await run_deadline(tx, row.id, Deadline(DeadlineKind.UPDATE, tx.now, due_at))


async def note(tx: Tx, incident: IncidentId, text: str, *, by: Actor) -> None:
    """Write something a person saw or did onto the timeline; also of an ended incident."""
    await lock_incident(tx, incident)
    from_person = written(text, "The note")
    await say(tx, incident, "note.added", by=by, text=from_person)
