"""Alerts made of symptoms, as sorting leaves them behind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from fireline.core.signals.entity import Entity
from fireline.core.values.ids import AlertId, SourceId, SymptomId
from fireline.core.values.priority import Priority
from fireline.store import alerts, due, ladders, sources, symptoms
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import PLAN


@dataclass(frozen=True)
class Said:
    """One symptom a test tells of."""

    title: str
    priority: Priority = Priority.P3
    service: str | None = "shop"
    entities: tuple[Entity, ...] = ()
    state: str = "firing"
    times: int = 1
    ago: timedelta = timedelta()
    key: str = ""
    confidence: float | None = None
    because: str = "a new problem"
    more: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Raised:
    """An alert with its symptoms, in the order they were told."""

    id: AlertId
    number: int
    symptoms: tuple[SymptomId, ...]


async def raised(
    tx: Tx, *said: Said, drill: UUID | None = None, ladder: bool = True, **more: Any
) -> Raised:
    """Raise one alert of some symptoms, owned by the web team's shop, and let its ladder begin."""
    told = said or (Said("Checkout answers slowly"),)
    source = await source_named(tx, "prometheus", drill=drill)
    alert = AlertId(tx.ids.fresh())
    (number,) = await alerts.numbers(tx.db, 1)
    await alerts.add_many(tx.db, [_alert(tx, alert, number, told, drill) | more])
    rows = [_symptom(tx, alert, source, one, drill) for one in told]
    await symptoms.add(tx.db, rows)
    for one, row in zip(told, rows, strict=True):
        await alerts.add_entities(tx.db, [(alert, entity) for entity in one.entities])
        assert row["alert_id"] == str(alert)
    if ladder:
        await ladders.begin(tx.db, alert, due_at=tx.now)
        await due.plan(tx.db, ladders.LADDER, alert, tx.now)
    return Raised(alert, number, tuple(SymptomId(UUID(row["id"])) for row in rows))


async def source_named(tx: Tx, name: str, *, drill: UUID | None = None) -> SourceId:
    row = await sources.register(
        tx.db, tx.ids.fresh(), name, drill=drill, now=tx.now, format="alertmanager"
    )
    return SourceId(row.id)


def _alert(
    tx: Tx, alert: AlertId, number: int, told: Sequence[Said], drill: UUID | None
) -> dict[str, Any]:
    first = min(told, key=lambda one: one.priority)
    at = (tx.now - max(one.ago for one in told)).isoformat()
    return {
        "id": str(alert),
        "number": number,
        "key": str(alert),
        "title": first.title,
        "description": "What the source wrote.",
        "priority": first.priority.value,
        "state": "firing",
        "service": "shop",
        "team": "web",
        "policy": "web",
        "owner_reason": "service shop owns it",
        "runbook": None,
        "route": None,
        "confidence": None,
        "plan_revision": PLAN.revision,
        "findings": 0,
        "symptoms": len(told),
        "live_symptoms": sum(one.state == "firing" for one in told),
        "first_at": at,
        "last_at": tx.now.isoformat(),
        "raised_at": at,
        "pace": 1,
        "drill_id": str(drill) if drill else None,
        "again_of": None,
        "flaps": 0,
        "untold_why": None,
        "told_by": None,
        "suppressed_by": None,
        "suppressed_until": None,
    }


def _symptom(
    tx: Tx, alert: AlertId, source: SourceId, said: Said, drill: UUID | None
) -> dict[str, Any]:
    over = said.state == "resolved"
    at = (tx.now - said.ago).isoformat()
    row: dict[str, Any] = {
        "id": str(tx.ids.fresh()),
        "alert_id": str(alert),
        "source_id": str(source),
        "drill_id": str(drill) if drill else None,
        "key": said.key or str(tx.ids.fresh()),
        "kind": "",
        "title": said.title,
        "description": "",
        "priority": said.priority.value,
        "state": said.state,
        "service": said.service,
        "grouped": "",
        "entities": [[entity.kind, entity.value] for entity in said.entities],
        "tactics": [],
        "tags": [],
        "labels": {},
        "links": [],
        "times": said.times,
        "first_at": at,
        "last_at": tx.now.isoformat(),
        "ends_at": None,
        "raised_at": at,
        "resolved_at": tx.now.isoformat() if over else None,
        "resolved_by": "prometheus" if over else None,
        "reason": "opened",
        "because": said.because,
        "linked_to": None,
        "link_confidence": said.confidence,
        "payload_id": None,
    }
    return row | said.more
