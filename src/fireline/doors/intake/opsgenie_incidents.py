"""Incidents of the Opsgenie API: https://docs.opsgenie.com/docs/incident-api.

A person declares an incident in fireline, so one that a program posts is an alert: it pages by its
priority, its service and the plan's routes, and carries a tag that says where it came from.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fireline.core.signals.formats.opsgenie import CLOSE, INCIDENT, INCIDENT_PREFIX
from fireline.core.signals.search import Words, exactly
from fireline.doors.intake import opsgenie_alerts, opsgenie_lists
from fireline.doors.intake.opsgenie_actions import edit
from fireline.doors.intake.opsgenie_find import find
from fireline.doors.intake.opsgenie_shapes import alerts_of
from fireline.doors.intake.opsgenie_wire import Answer, Call, Way, not_found, shown
from fireline.usecases import symptoms
from fireline.usecases.sources import Card
from fireline.usecases.symptoms import SymptomView
from fireline.usecases.transaction import Tx

_GONE = "Incident does not exist"
_ONLY = Words("key", exactly(INCIDENT_PREFIX) + "%")


async def create(call: Call) -> Answer:
    """Keep a new incident."""
    return await opsgenie_alerts.post(call, INCIDENT)


async def close(call: Call) -> Answer:
    """Keep that an incident is over."""
    found = await find(call)
    is_one = found is not None and found.is_live and found.key.startswith(INCIDENT_PREFIX)
    return await opsgenie_alerts.post(call, CLOSE, found.key if found and is_one else "")


async def status(call: Call) -> Answer:
    """Say how a request ended that was accepted before."""
    data = await opsgenie_alerts.status_of(call)
    found: SymptomView | None = data.pop("symptom")
    return shown({**data, "incidentId": str(found.id) if found else ""})


async def show(call: Call) -> Answer:
    """Show one incident."""
    found = await find(call)
    if found is None or not found.key.startswith(INCIDENT_PREFIX):
        raise not_found(_GONE)
    async with call.desk.transaction() as tx:
        (shape,) = await _shapes(tx, call.card, (found,))
    return shown(shape)


async def listed(call: Call) -> Answer:
    """List the incidents that a query finds."""
    wanted = await opsgenie_lists.wanted(call, also=_ONLY)
    await call.settle()
    async with call.desk.transaction() as tx:
        found = await symptoms.list_symptoms(tx, call.card.id, wanted)
        total = await symptoms.count_symptoms(tx, call.card.id, wanted)
        data = await _shapes(tx, call.card, found)
    pages = opsgenie_lists.paging(call, total, wanted.limit, wanted.offset)
    return shown(data, paging=pages, totalCount=total)


async def _shapes(tx: Tx, card: Card, found: tuple[SymptomView, ...]) -> list[Mapping[str, Any]]:
    kept = (
        "id",
        "tinyId",
        "message",
        "status",
        "isSeen",
        "tags",
        "createdAt",
        "updatedAt",
        "source",
        "owner",
        "priority",
        "responders",
        "description",
    )
    alerts = await alerts_of(tx, card, found, whole=True)
    return [
        {
            **{name: alert[name] for name in kept},
            "ownerTeam": symptom.team or "",
            "impactedServices": [symptom.service] if symptom.service else [],
            "extraProperties": alert["details"],
            "details": alert["details"],
        }
        for symptom, alert in zip(found, alerts, strict=True)
    ]


_ONE = "/v1/incidents/{id}"
_EDITS = {
    "POST notes": "AddNote",
    "POST tags": "AddTags",
    "DELETE tags": "RemoveTags",
    "POST details": "AddDetails",
    "DELETE details": "RemoveDetails",
    "POST responders": "AddResponder",
    "PATCH priority": "UpdatePriority",
    "PATCH message": "UpdateMessage",
    "PATCH description": "UpdateDescription",
}


def _way(kind: str, word: str) -> Way:
    method, _, last = kind.partition(" ")
    asked = f"POST {last}" if method == "PATCH" else kind
    return Way(method, f"{_ONE}/{last}", partial(edit, kind=asked, word=word))


WAYS = (
    Way("POST", "/v1/incidents/create", create),
    Way("POST", "/v1/incidents", create),
    Way("GET", "/v1/incidents", listed),
    Way("GET", "/v1/incidents/requests/{request}", status),
    Way("GET", _ONE, show),
    Way("POST", f"{_ONE}/close", close),
    Way("POST", f"{_ONE}/resolve", close),
    Way("DELETE", _ONE, opsgenie_alerts.delete),
    *(_way(kind, word) for kind, word in _EDITS.items()),
)
