"""What clients of the Opsgenie API do to an alert besides answering and closing it.

Each is done before it is accepted, and how it ended is kept: the API says so when it is asked.
"""

from collections.abc import AsyncGenerator
from functools import partial
from http import HTTPStatus
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from fireline.core.signals.decoding import text_of
from fireline.core.signals.formats.opsgenie import Wrong, who
from fireline.core.signals.formats.opsgenie_edits import (
    AddNote,
    Edit,
    RunAction,
    edit_of,
    note_of,
)
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.intake.desk import body_of
from fireline.doors.intake.opsgenie_find import GONE, find, found_or_gone, uuid_of
from fireline.doors.intake.opsgenie_wire import (
    Answer,
    Call,
    NotDone,
    Way,
    accepted,
    invalid,
    not_found,
    refused,
    shown,
)
from fireline.usecases import symptom_edits
from fireline.usecases.symptom_edits import File, Outcome
from fireline.usecases.symptoms import SymptomView
from fireline.usecases.transaction import Tx

BY_ALERT = "alertIdentifierType"
MAX_NAME = 200
# The method and word of each call, and what the API calls it when it is asked how it ended.
_CALLS = {
    "POST unacknowledge": "UnAcknowledge",
    "POST notes": "AddNote",
    "POST snooze": "Snooze",
    "POST escalate": "Escalate",
    "POST assign": "Assign",
    "POST responders": "AddResponder",
    "POST teams": "AddTeam",
    "POST tags": "AddTags",
    "DELETE tags": "RemoveTags",
    "POST details": "AddDetails",
    "DELETE details": "RemoveDetails",
    "PUT priority": "UpdatePriority",
    "POST priority": "UpdatePriority",
    "PUT message": "UpdateMessage",
    "POST message": "UpdateMessage",
    "PUT description": "UpdateDescription",
    "POST description": "UpdateDescription",
}


async def edit(call: Call, *, kind: str, word: str) -> Answer:
    """Do one edit. An alert that does not exist is told when the client asks how it ended."""
    said = await call.said()
    try:
        wanted = edit_of(kind, said, {**call.query, **call.names})
    except Wrong as wrong:
        raise refused(wrong.unread) from wrong
    found = await find(call)
    by = call.by(who(said) or text_of(call.query.get("user"), 100))
    note = "" if isinstance(wanted, AddNote) else note_of(said)
    async with call.desk.transaction() as tx:
        if found is None:
            outcome = Outcome(word, GONE, done=False, symptom=None)
        else:
            outcome = await _tried(
                tx, found, (wanted, *([AddNote(note)] if note else [])), by, word
            )
        await symptom_edits.keep_outcome(tx, call.card.id, call.id, outcome)
    return accepted(call)


async def attach(call: Call) -> Answer:
    """Keep a file with an alert. It is small, and there are few: larger ones are turned away."""
    found = await found_or_gone(call, BY_ALERT)
    file, user = await _file(call)
    async with call.desk.transaction() as tx:
        fresh = await symptom_edits.add_file(tx, found, file, by=call.by(user))
    data = {"success": True, "id": str(fresh)}
    return Answer(HTTPStatus.CREATED, {"result": "Created", "data": data})


async def attachments(call: Call) -> Answer:
    """List the files of an alert."""
    found = await found_or_gone(call, BY_ALERT)
    async with call.desk.transaction() as tx:
        files = await symptom_edits.list_files(tx, found)
    return shown([{"id": str(file.id), "name": file.name} for file in files])


async def attachment(call: Call) -> Answer:
    """Say where one file is. Its address wants the same key."""
    file = await _one(call, await found_or_gone(call, BY_ALERT))
    address = f"{call.origin}{call.request.url.path.rstrip('/')}/content"
    query = f"?{call.request.url.query}" if call.request.url.query else ""
    return shown({"name": file.name, "url": address + query})


async def content(call: Call) -> Answer:
    """Send one file, for saving: nothing a stranger sent is shown as a page of ours."""
    file = await _one(call, await found_or_gone(call, BY_ALERT))
    headers = {
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": str(call.id),
        "X-RateLimit-State": "OK",
    }
    return Answer(raw=Response(file.body, media_type="application/octet-stream", headers=headers))


async def detach(call: Call) -> Answer:
    """Remove one file."""
    found = await found_or_gone(call, BY_ALERT)
    file = await _one(call, found)
    user = text_of(call.query.get("user"), 100)
    async with call.desk.transaction() as tx:
        await symptom_edits.remove_file(tx, found, file.id, by=call.by(user))
    return Answer(HTTPStatus.OK, {"result": "Deleted"})


async def _tried(
    tx: Tx, found: SymptomView, edits: tuple[Edit, ...], by: symptom_edits.Actor, word: str
) -> Outcome:
    """Do edits, all or none of them; what cannot be done is told, not raised."""
    try:
        async with tx.db.transaction():
            said = [await symptom_edits.edit_symptom(tx, found, one, by=by) for one in edits]
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        return Outcome(word, f"{refusal} {refusal.hint}".strip(), done=False, symptom=found.id)
    return Outcome(word, said[0], done=not isinstance(edits[0], RunAction), symptom=found.id)


async def _file(call: Call) -> tuple[File, str]:
    body = await body_of(call.request)

    async def parts() -> AsyncGenerator[bytes]:
        yield body

    if not call.request.headers.get("content-type", "").startswith("multipart/form-data"):
        msg = "Content-Type must be multipart/form-data"
        raise NotDone(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, msg)
    try:
        form = await MultiPartParser(
            call.request.headers, parts(), max_files=2, max_fields=10
        ).parse()
    except (MultiPartException, KeyError, UnicodeError) as error:
        msg = f"The form cannot be read: {error}"
        raise NotDone(HTTPStatus.BAD_REQUEST, msg) from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise invalid(field="file", why="file is mandatory: a file of a form")
        name = text_of(file.filename, MAX_NAME) or "file"
        media = text_of(file.content_type, MAX_NAME)
        kept = File(UUID(int=0), name, media, await file.read())
        return kept, text_of(_text(form.get("user")), 100)
    finally:
        await form.close()


async def _one(call: Call, found: SymptomView) -> File:
    file = uuid_of(call.names["file"])
    async with call.desk.transaction() as tx:
        kept = await symptom_edits.find_file(tx, found, file) if file else None
    if kept is None:
        msg = "Attachment does not exist"
        raise not_found(msg)
    return kept


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _way(kind: str, word: str) -> Way:
    method, _, last = kind.partition(" ")
    return Way(method, f"/v2/alerts/{{id}}/{last}", partial(edit, kind=kind, word=word))


_FILES = "/v2/alerts/{id}/attachments"
WAYS = (
    *(_way(kind, word) for kind, word in _CALLS.items()),
    Way(
        "POST",
        "/v2/alerts/{id}/actions/{action}",
        partial(edit, kind="POST actions", word="ExecuteCustomAction"),
    ),
    Way("POST", _FILES, attach),
    Way("GET", _FILES, attachments),
    Way("GET", f"{_FILES}/{{file}}", attachment),
    Way("GET", f"{_FILES}/{{file}}/content", content),
    Way("DELETE", f"{_FILES}/{{file}}", detach),
)
