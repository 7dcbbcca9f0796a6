"""Gather what every room remembers of a drill, as the core judges it. Reads only, nothing else."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fireline.core.assets.ref import AssetRef
from fireline.core.drills.cast import KeyMade, cast_of
from fireline.core.drills.facts import (
    ActionTaken,
    Cast,
    Change,
    Declared,
    DrillFacts,
    EvidenceTaken,
    RoleHeld,
    UpdateDue,
)
from fireline.core.drills.scenario import Scenario
from fireline.core.incidents.terms import Role
from fireline.core.signals.event import Who
from fireline.core.values.ids import CategoryId, PersonId
from fireline.core.values.priority import Priority
from fireline.store import drills
from fireline.store.drills import (
    ActionRow,
    ChangeRow,
    DrillIncidentRow,
    DrillRow,
    EvidenceRow,
    KeyMadeRow,
    RoleRow,
)
from fireline.store.signals import assets_from
from fireline.usecases.transaction import Tx


async def gather_facts(tx: Tx, drill: DrillRow, scenario: Scenario) -> DrillFacts:
    """Gather the facts of one drill, as they are stored at this moment."""
    cast = await _cast(tx, drill, scenario)
    heard = await drills.heard(
        tx.db, drill.id, keys=sorted(cast.attack_keys), addresses=sorted(cast.addresses)
    )
    told = await drills.told(tx.db, drill.id)
    incident = await drills.incident(tx.db, drill.id)
    return DrillFacts(
        scenario=scenario,
        pace=drill.pace,
        started_at=drill.started_at,
        cast=cast,
        ready_at=drill.ready_at,
        first_signal_at=heard.first_at,
        attack_at=heard.attack_at,
        attacker_succeeded_at=heard.succeeded_at,
        attacker_refused_at=heard.refused_at,
        detected_at=heard.detected_at,
        reported=heard.detected_at is None and incident is not None,
        raised_at=told.raised_at,
        paged_at=told.paged_at,
        acknowledged_at=told.acknowledged_at,
        acknowledged_by=told.acknowledged_by or "",
        evidence=tuple(_evidence(row) for row in await drills.evidence(tx.db, drill.id)),
        actions=tuple(_action(row) for row in await drills.actions(tx.db, drill.id)),
        changes=tuple(_change(row) for row in await drills.changes(tx.db, drill.id)),
        **await _of_incident(tx, incident),
    )


async def _cast(tx: Tx, drill: DrillRow, scenario: Scenario) -> Cast:
    made = await drills.keys_made(tx.db, drill.id)
    return cast_of(scenario, drill.world or {}, [KeyMade(_who(row), row.key) for row in made])


async def _of_incident(tx: Tx, incident: DrillIncidentRow | None) -> dict[str, Any]:
    if incident is None:
        return {}
    return {
        "declared": _declared(incident, incident.declared_at),
        "checklist_asked": incident.asked,
        "checklist_answered": incident.answered,
        "updates": tuple(
            UpdateDue(row.due_at, row.posted_at) for row in await drills.updates(tx.db, incident.id)
        ),
        "roles": tuple(_roles(await drills.roles(tx.db, incident.id))),
        "recovered_at": incident.recovered_at,
        "reviewed_at": incident.reviewed_at,
        "closed_at": incident.closed_at,
    }


def _declared(incident: DrillIncidentRow, at: datetime | None) -> Declared | None:
    if at is None:
        return None
    return Declared(at, Priority(incident.priority), CategoryId(incident.category or ""))


def _roles(rows: list[RoleRow]) -> Iterator[RoleHeld]:
    for row in rows:
        yield RoleHeld(Role(row.role), PersonId(row.person), row.since, row.until)


def _evidence(row: EvidenceRow) -> EvidenceTaken:
    return EvidenceTaken(_asset(row), row.collected_at)


def _action(row: ActionRow) -> ActionTaken:
    return ActionTaken(
        kind=row.kind,
        asset=_asset(row),
        calls=frozenset(row.calls),
        state=row.state,
        requester=row.requested_by,
        approvers=frozenset(row.approvers),
        executed_at=row.executed_at,
        verified_at=row.verified_at,
    )


def _asset(row: EvidenceRow | ActionRow) -> AssetRef:
    return AssetRef(row.asset_kind, row.asset_account, row.asset_id, row.asset_region)


def _change(row: ChangeRow) -> Change:
    return Change(row.occurred_at, row.kind, _who(row), assets_from(row.assets))


def _who(row: KeyMadeRow | ChangeRow) -> Who:
    return Who(
        row.who_kind,
        row.who_name,
        row.who_arn,
        row.who_account,
        row.who_key,
        row.who_address,
        row.who_agent,
    )
