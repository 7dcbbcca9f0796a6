"""Do to a symptom, and to its alert, what the source that posted it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never
from uuid import UUID

from fireline.core.signals.formats.opsgenie_edits import (
    AddDetails,
    AddNote,
    AddResponder,
    Assign,
    ChangeTags,
    Edit,
    Escalate,
    RemoveDetails,
    RunAction,
    SetDescription,
    SetMessage,
    SetPriority,
    Snooze,
    Unacknowledge,
)
from fireline.core.signals.notice import MAX_LABELS
from fireline.core.values.actor import Actor
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import symptom_edits
from fireline.store.symptom_edits import Changed, HeldRow
from fireline.usecases import alert_hands, plans
from fireline.usecases.alert_desk import lock_alert, tell_fact
from fireline.usecases.responders import person_of, tell_responder
from fireline.usecases.symptoms import SymptomView
from fireline.usecases.transaction import Tx

MAX_TAGS = 100
MAX_FILE_BYTES = 1_000_000
MAX_FILES = 10
_REMEMBERED = timedelta(days=1)


class NoSuchPerson(Refusal):
    """The plan has nobody of this name or address."""

    kind = Kind.INVALID
    code = "symptom.no_such_person"


class FileRefused(Refusal):
    """A file is too large, or one too many."""

    kind = Kind.INVALID
    code = "symptom.file_refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an edit ended, in words for its client."""

    call: str
    said: str
    done: bool
    symptom: UUID | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of a symptom."""

    id: UUID
    name: str
    media_type: str
    body: bytes = b""


async def edit_symptom(tx: Tx, symptom: SymptomView, edit: Edit, *, by: Actor) -> str:
    """Do one edit; return what was done, for the client. Raises a Refusal, having done nothing."""
    match edit:
        case Unacknowledge() | Snooze() | Escalate() | Assign() | AddResponder() | AddNote():
            return await _of_alert(tx, symptom, edit, by=by)
        case RunAction(name=name):
            text = f"{by.name} asked for the action {name}; nothing in fireline runs it"
            row = await lock_alert(tx, symptom.alert)
            await tell_fact(tx, row, "alert.action_asked", by=by, text=text, said={"name": name})
            return f"Noted on the alert: fireline runs no action called {name}"
        case SetPriority(priority=priority):
            return await _weigh(tx, symptom, priority, by=by)
        case _:
            return await _of_symptom(tx, symptom, edit, by=by)


async def withdraw_symptom(tx: Tx, symptom: SymptomView, *, by: Actor) -> None:
    """Show a symptom to its source no more. Fireline's own pages keep it."""
    row = await lock_alert(tx, symptom.alert)
    await symptom_edits.withdraw(tx.db, symptom.id, now=tx.now)
    text = f"{by.name} deleted {symptom.title}"
    said = {"symptom": str(symptom.id)}
    await tell_fact(tx, row, "symptom.withdrawn", by=by, text=text, said=said)


async def add_file(tx: Tx, symptom: SymptomView, file: File, *, by: Actor) -> UUID:
    """Keep a file with a symptom; return its id. Raises FileRefused."""
    if len(file.body) > MAX_FILE_BYTES:
        msg = f"A file holds at most {MAX_FILE_BYTES} bytes; this one has {len(file.body)}."
        raise FileRefused(msg, hint="Keep it elsewhere and add its address as a note.")
    row = await lock_alert(tx, symptom.alert)
    if len(await symptom_edits.attached(tx.db, symptom.id, limit=MAX_FILES)) >= MAX_FILES:
        msg = f"An alert holds at most {MAX_FILES} files."
        raise FileRefused(msg, hint="Remove one first.")
    fresh = tx.ids.fresh()
    new = symptom_edits.NewAttachment(
        fresh, symptom.id, file.name, file.media_type, file.body, by.name
    )
    await symptom_edits.attach(tx.db, new, now=tx.now)
    text = f"{by.name} attached {file.name} ({len(file.body)} bytes)"
    said = {"file": str(fresh), "symptom": str(symptom.id)}
    await tell_fact(tx, row, "symptom.file_added", by=by, text=text, said=said)
    return fresh


async def list_files(tx: Tx, symptom: SymptomView) -> tuple[File, ...]:
    """List a symptom's files without their content."""
    found = await symptom_edits.attached(tx.db, symptom.id)
    return tuple(File(row.id, row.name, row.media_type) for row in found)


async def find_file(tx: Tx, symptom: SymptomView, file: UUID) -> File | None:
    """Return one file of a symptom."""
    row = await symptom_edits.attachment(tx.db, symptom.id, file)
    return File(row.id, row.name, row.media_type, row.body) if row else None


async def remove_file(tx: Tx, symptom: SymptomView, file: UUID, *, by: Actor) -> bool:
    """Remove one file. `False`: there was none."""
    row = await lock_alert(tx, symptom.alert)
    if not await symptom_edits.detach(tx.db, symptom.id, file):
        return False
    said = {"file": str(file), "symptom": str(symptom.id)}
    text = f"{by.name} removed a file"
    await tell_fact(tx, row, "symptom.file_removed", by=by, text=text, said=said)
    return True


async def keep_outcome(tx: Tx, source: UUID, request: UUID, outcome: Outcome) -> None:
    """Write down how an edit ended, so that its client can ask; old ones are forgotten."""
    new = symptom_edits.NewOutcome(
        request, source, outcome.symptom, outcome.call, outcome.said, outcome.done
    )
    await symptom_edits.keep_outcome(tx.db, new, now=tx.now)
    await symptom_edits.forget_outcomes(tx.db, before=tx.now - _REMEMBERED)


async def outcome_of(tx: Tx, source: UUID, request: UUID) -> Outcome | None:
    """Return how an edit ended, for a day."""
    row = await symptom_edits.outcome(tx.db, request, source=source)
    return Outcome(row.call, row.said, row.done, row.symptom_id) if row else None


async def _of_alert(
    tx: Tx,
    symptom: SymptomView,
    edit: Unacknowledge | Snooze | Escalate | Assign | AddResponder | AddNote,
    *,
    by: Actor,
) -> str:
    """Do what concerns the whole alert a symptom is in."""
    alert = symptom.alert
    match edit:
        case AddNote(text=text):
            await alert_hands.add_note(tx, alert, text, by=by)
            return "Added note"
        case Unacknowledge():
            await alert_hands.unacknowledge_alert(tx, alert, by=by)
            return "Unacknowledged alert"
        case Snooze(until=wanted):
            # A client that means for ever is not refused: people would be paged all the same.
            until = min(wanted, tx.now + alert_hands.LONGEST_SNOOZE)
            await alert_hands.snooze_alert(tx, alert, until=until, by=by)
            return f"Snoozed alert until {until:%Y-%m-%d %H:%M} UTC"
        case Escalate():
            await alert_hands.escalate_alert(tx, alert, by=by)
            return "Escalated alert to the next step"
        case Assign(owner=owner):
            plan = await plans.current(tx)
            person = person_of(plan, owner)
            if person is None:
                msg = f"The plan has nobody called {owner}."
                raise NoSuchPerson(msg, hint="Name an id or an e-mail address of people.yaml.")
            await alert_hands.assign_alert(tx, alert, person.id, by=by)
            return "Assigned alert"
        case AddResponder(responder=responder):
            told = await tell_responder(tx, alert, responder, by=by)
            return f"Added responder: {told} told"
        case _:
            assert_never(edit)


async def _weigh(tx: Tx, symptom: SymptomView, priority: Priority, *, by: Actor) -> str:
    """Set a symptom's priority; its alert's follows, unless other symptoms keep it up."""
    row = await lock_alert(tx, symptom.alert)
    await symptom_edits.change(tx.db, symptom.id, Changed(priority=priority.value))
    alone = row.live_symptoms <= 1
    if row.state != "resolved" and (alone or priority < row.priority):
        await alert_hands.set_priority(tx, symptom.alert, priority, by=by)
    return f"Updated priority to {priority.name}"


async def _of_symptom(
    tx: Tx,
    symptom: SymptomView,
    edit: SetMessage | SetDescription | ChangeTags | AddDetails | RemoveDetails,
    *,
    by: Actor,
) -> str:
    """Change what a symptom says of itself. What changes nothing is no news."""
    row = await lock_alert(tx, symptom.alert)
    held = await symptom_edits.hold(tx.db, symptom.id)
    changed, said = _change(held, edit)
    if changed is None:
        return said
    await symptom_edits.change(tx.db, symptom.id, changed)
    if changed.title is not None:
        await symptom_edits.rename_alert(tx.db, row.id, changed.title, before=held.title)
    body: JsonObject = {"symptom": str(symptom.id)}
    text = f"{by.name}: {said} of {symptom.title}"
    await tell_fact(tx, row, "symptom.edited", by=by, text=text, said=body)
    return said


def _change(
    held: HeldRow, edit: SetMessage | SetDescription | ChangeTags | AddDetails | RemoveDetails
) -> tuple[Changed | None, str]:
    match edit:
        case SetMessage(message=message):
            same = message == held.title
            return None if same else Changed(title=message), "Updated message"
        case SetDescription(description=description):
            same = description == held.description
            return None if same else Changed(description=description), "Updated description"
        case ChangeTags(tags=tags, remove=remove):
            after = _tags(held.tags, tags, remove=remove)
            same = after == tuple(held.tags)
            return None if same else Changed(tags=after), f"{'Removed' if remove else 'Added'} tags"
        case AddDetails(details=details):
            labels = _within({**held.labels, **details})
            same = labels == held.labels
            return None if same else Changed(labels=labels), "Added details"
        case RemoveDetails(names=names):
            labels = {name: value for name, value in held.labels.items() if name not in names}
            same = labels == held.labels
            return None if same else Changed(labels=labels), "Removed details"
        case _:
            assert_never(edit)


def _tags(held: list[str], tags: tuple[str, ...], *, remove: bool) -> tuple[str, ...]:
    if remove:
        return tuple(tag for tag in held if tag not in tags)
    return tuple(dict.fromkeys((*held, *tags)))[:MAX_TAGS]


def _within(labels: Mapping[str, str]) -> dict[str, str]:
    return dict(list(labels.items())[:MAX_LABELS])
