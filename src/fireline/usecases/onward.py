"""Tell other pagers that an alert passed on to them is answered or over: they stop, too."""

from hashlib import sha256

from fireline.core.escalation.channels import ONWARD, form_of
from fireline.core.escalation.wording import Note, note_for
from fireline.core.values.priority import Priority
from fireline.store import alerts, onward, outbox
from fireline.usecases.transaction import Tx


async def stop_onward(tx: Tx, row: alerts.AlertRow, kind: str, text: str) -> None:
    """Wish for a message to each place the alert was passed on to. `kind` is what programs read."""
    for place in await onward.places(tx.db, row.id, ONWARD):
        subject = f"P{row.priority} #{row.number} {kind}: {row.title}"
        said = {"alert": row.number, "priority": Priority(row.priority).name}
        note = Note(kind, subject, text, said, drill=row.drill_id is not None)
        where = sha256(place.recipient.encode()).hexdigest()[:16]
        wish = outbox.Wish(
            # Answered, begun again and answered again is said again.
            key=f"{kind}:{row.id}:{place.channel}:{where}:{tx.now.isoformat()}",
            channel=place.channel,
            recipient=place.recipient,
            person=place.person,
            subject=subject,
            body=note_for(form_of(place.channel), note),
            about_kind="alert",
            about_id=row.id,
            drill_id=row.drill_id,
        )
        await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now)
