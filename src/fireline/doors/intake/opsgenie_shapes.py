"""Alerts as the Opsgenie API shows them: a symptom of fireline's, in the vendor's words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.signals.formats.opsgenie import Told, told_of
from fireline.usecases import plans, symptoms
from fireline.usecases.plans import NoPlan
from fireline.usecases.responders import person_of
from fireline.usecases.sources import Card
from fireline.usecases.symptoms import SymptomView
from fireline.usecases.transaction import Tx

OPEN = "open"
CLOSED = "closed"


def moment(at: datetime) -> str:
    """Write a moment as the API does: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def alerts_of(
    tx: Tx, card: Card, found: tuple[SymptomView, ...], *, whole: bool = False
) -> list[Mapping[str, Any]]:
    """Show symptoms as alerts; `whole` with what lists leave out."""
    plan = await plan_of(tx)
    bodies = await symptoms.first_words(tx, found)
    shown: list[Mapping[str, Any]] = []
    for symptom in found:
        body = bodies.get(symptom.payload) if symptom.payload else None
        told = told_of(body) if body else Told()
        alert = _alert(symptom, told, card, plan, now=tx.now)
        shown.append({**alert, **_rest(symptom, told)} if whole else alert)
    return shown


async def plan_of(tx: Tx) -> Plan | None:
    """Return the running plan, if there is one yet."""
    try:
        return await plans.current(tx)
    except NoPlan:
        return None


def username(plan: Plan | None, name: str | None) -> str:
    """Return the e-mail address of somebody of the plan; anybody else is named as they are."""
    if not name:
        return ""
    person = person_of(plan, name) if plan else None
    return address_of(person) if person else name


def address_of(person: Person) -> str:
    """Return what the API calls a person by: an e-mail address, or the plan's name for them."""
    return person.email or person.id


def _alert(
    symptom: SymptomView, told: Told, card: Card, plan: Plan | None, *, now: datetime
) -> Mapping[str, Any]:
    acknowledged = symptom.acknowledged_at is not None
    snoozed = symptom.snoozed_until is not None and symptom.snoozed_until > now
    owner = symptom.assigned_to or symptom.acknowledged_by
    until = {"snoozedUntil": moment(symptom.snoozed_until)} if symptom.snoozed_until else {}
    responders = [{"type": "team", "id": symptom.team}] if symptom.team else []
    return {
        "id": str(symptom.id),
        "tinyId": str(symptom.number),
        "alias": symptom.key,
        "message": symptom.title,
        "status": OPEN if symptom.is_live else CLOSED,
        "acknowledged": acknowledged,
        "isSeen": acknowledged or symptom.assigned_to is not None,
        "tags": list(symptom.tags),
        "snoozed": snoozed,
        **(until if snoozed else {}),
        "count": symptom.times,
        "lastOccurredAt": moment(symptom.last_at),
        "createdAt": moment(symptom.first_at),
        "updatedAt": moment(_updated(symptom)),
        "source": told.source or told.user,
        "owner": username(plan, owner),
        "ownerTeamId": symptom.team or "",
        "priority": symptom.priority.name,
        "responders": responders,
        "integration": {"id": str(card.id), "name": card.name, "type": "API"},
        "report": _report(symptom, plan),
    }


def _rest(symptom: SymptomView, told: Told) -> Mapping[str, Any]:
    return {
        "actions": list(told.actions),
        "entity": told.entity,
        "description": symptom.description,
        "details": dict(symptom.labels),
    }


def _updated(symptom: SymptomView) -> datetime:
    happened = (symptom.last_at, symptom.acknowledged_at, symptom.resolved_at)
    return max(at for at in happened if at is not None)


def _report(symptom: SymptomView, plan: Plan | None) -> Mapping[str, Any]:
    """Say how long answers took, in milliseconds since it was raised."""
    report: dict[str, Any] = {}
    if symptom.acknowledged_at is not None:
        report["ackTime"] = _after(symptom, symptom.acknowledged_at)
        report["acknowledgedBy"] = username(plan, symptom.acknowledged_by)
    if symptom.resolved_at is not None:
        report["closeTime"] = _after(symptom, symptom.resolved_at)
        report["closedBy"] = username(plan, symptom.resolved_by)
    return report


def _after(symptom: SymptomView, at: datetime) -> int:
    return max(round((at - symptom.first_at).total_seconds() * 1000), 0)
