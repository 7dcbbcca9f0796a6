"""Take up rows as the sheets that sorting writes on."""

from fireline.core.alerting.sheets import AlertSheet, SymptomSheet
from fireline.core.signals.entity import Entity
from fireline.core.values.ids import AlertId, ServiceId, SymptomId
from fireline.core.values.priority import Priority
from fireline.store.alerts import AlertRow
from fireline.store.symptoms import LiveRow


def symptom_sheet(row: LiveRow) -> SymptomSheet:
    """Take up a symptom that fires."""
    return SymptomSheet(
        id=SymptomId(row.id),
        alert=AlertId(row.alert_id),
        source=row.source_id,
        key=row.key,
        title=row.title,
        priority=Priority(row.priority),
        service=ServiceId(row.service) if row.service else None,
        times=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
        ends_at=row.ends_at,
        entities=frozenset(Entity(kind, value) for kind, value in row.entities),
    )


def alert_sheet(row: AlertRow) -> AlertSheet:
    """Take up an alert, as it stands."""
    return AlertSheet(
        id=AlertId(row.id),
        number=row.number,
        key=row.key,
        title=row.title,
        description=row.description,
        priority=Priority(row.priority),
        state=row.state,
        service=row.service,
        team=row.team,
        policy=row.policy,
        owner_reason=row.owner_reason,
        runbook=row.runbook,
        route=row.route,
        confidence=row.confidence,
        findings=row.findings,
        symptoms=row.symptoms,
        live_symptoms=row.live_symptoms,
        first_at=row.first_at,
        last_at=row.last_at,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        untold_why=row.untold_why,
        told_by=AlertId(row.told_by) if row.told_by else None,
        suppressed_by=row.suppressed_by,
        suppressed_until=row.suppressed_until,
        snoozed_until=row.snoozed_until,
    )
