"""Alerts of the Opsgenie API: post, answer, close and delete them, and ask what became of it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fireline.core.signals import readers
from fireline.core.signals.formats import opsgenie as reader
from fireline.core.signals.formats.opsgenie import ACKNOWLEDGE, CLOSE, CREATE, KEY, REQUEST, USER
from fireline.core.signals.notice import Notice
from fireline.doors.intake.opsgenie_find import GONE, find, found_or_gone, key_of, uuid_of
from fireline.doors.intake.opsgenie_shapes import alerts_of, moment
from fireline.doors.intake.opsgenie_wire import (
    Answer,
    Call,
    NotDone,
    Way,
    accepted,
    refused,
    shown,
)
from fireline.usecases import symptom_edits, symptoms
from fireline.usecases.symptom_edits import Outcome
from fireline.usecases.symptoms import Posted, SymptomView
from fireline.usecases.transaction import Tx

_DONE = {
    CREATE: ("Create", "Created alert"),
    ACKNOWLEDGE: ("Acknowledge", "Acknowledged alert"),
    CLOSE: ("Close", "Closed alert"),
    reader.INCIDENT: ("Create", "Created incident"),
}


async def create(call: Call) -> Answer:
    """Keep a new alert."""
    return await post(call, CREATE)


async def acknowledge(call: Call) -> Answer:
    """Keep that somebody has it."""
    return await post(call, ACKNOWLEDGE, await key_of(call))


async def close(call: Call) -> Answer:
    """Keep that it is over."""
    return await post(call, CLOSE, await key_of(call))


async def delete(call: Call) -> Answer:
    """End an alert, and show it to its source no more."""
    found = await find(call)
    if found is None:
        outcome = Outcome("Delete", GONE, done=False, symptom=None)
    else:
        meta = {KEY: found.key if found.is_live else "", USER: call.query.get("user", "")[:100]}
        await call.desk.keep(call.card, b"", call=CLOSE, meta=meta, fresh=call.id)
        await call.settle()
        outcome = Outcome("Delete", "Deleted alert", done=True, symptom=None)
    async with call.desk.transaction() as tx:
        if found is not None:
            await symptom_edits.withdraw_symptom(tx, found, by=call.by(call.query.get("user", "")))
        await symptom_edits.keep_outcome(tx, call.card.id, call.id, outcome)
    return accepted(call)


async def post(call: Call, kind: str, key: str | None = None) -> Answer:
    """Keep a body; it takes effect in the order of arrival. Nothing of a refused one is kept."""
    body = await call.body()
    wrong = reader.wrong_with(kind, body)
    if wrong is not None:
        raise refused(wrong)
    meta = {REQUEST: str(call.id)} if key is None else {KEY: key}
    await call.desk.keep(call.card, body, call=kind, meta=meta, fresh=call.id)
    return accepted(call)


async def status(call: Call) -> Answer:
    """Say how a request ended that was accepted before."""
    data = await status_of(call)
    found: SymptomView | None = data.pop("symptom")
    names = {"alertId": str(found.id) if found else "", "alias": found.key if found else ""}
    return shown({**data, **names})


async def status_of(call: Call) -> dict[str, Any]:
    """Return what is known of a request, and the `symptom` it was about. Raises NotDone."""
    request = uuid_of(call.names["request"])
    source = call.card.id
    if request is None or not await call.desk.inbox.settled(call.card, request):
        raise _not_yet()
    async with call.desk.transaction() as tx:
        ended = await symptom_edits.outcome_of(tx, source, request)
        posted = await symptoms.posted(tx, source, request)
        if ended is not None:
            found = (
                await symptoms.find_symptom(tx, source, id=ended.symptom) if ended.symptom else None
            )
        elif posted is not None and posted.sorted_at is not None:
            ended, found = await _ended(tx, source, request, posted)
        else:
            raise _not_yet()
        at = posted.sorted_at if posted and posted.sorted_at else tx.now
    return {
        "success": ended.done,
        "action": ended.call,
        "processedAt": moment(at),
        "integrationId": str(source),
        "isSuccess": ended.done,
        "status": ended.said,
        "symptom": found,
    }


async def show(call: Call) -> Answer:
    """Show one alert."""
    found = await found_or_gone(call)
    async with call.desk.transaction() as tx:
        (alert,) = await alerts_of(tx, call.card, (found,), whole=True)
    return shown(alert)


async def _ended(
    tx: Tx, source: UUID, request: UUID, posted: Posted
) -> tuple[Outcome, SymptomView | None]:
    """Say how a post ended that was sorted: what it raised, or what it found."""
    call, said = _DONE.get(posted.payload.call, (posted.payload.call, ""))
    reading = readers.read(posted.payload)
    if reading.unread:
        return Outcome(call, reading.unread[0].why, done=False, symptom=None), None
    raised = await symptoms.raised_by(tx, request)
    key = next((one.key for one in reading.said if isinstance(one, Notice)), "")
    found = raised[0] if raised else None
    if found is None and key:
        found = await symptoms.find_symptom(tx, source, key=key)
    if found is None:
        return Outcome(call, GONE, done=False, symptom=None), None
    return Outcome(call, said, done=True, symptom=found.id), found


def _not_yet() -> NotDone:
    headers = {"X-Opsgenie-Errortype": "RequestNotProcessed"}
    msg = "Request not found. It might not be processed, yet."
    return NotDone(HTTPStatus.NOT_FOUND, msg, headers=headers)


WAYS = (
    Way("POST", "/v2/alerts", create),
    Way("POST", "/v2/alerts/{id}/close", close),
    Way("POST", "/v2/alerts/{id}/acknowledge", acknowledge),
    Way("GET", "/v2/alerts/requests/{request}", status),
)
# After what else has an address under /v2/alerts/.
LAST = (
    Way("GET", "/v2/alerts/{id}", show),
    Way("DELETE", "/v2/alerts/{id}", delete),
)
