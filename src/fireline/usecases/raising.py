"""Raise alerts from what rules found."""

from collections.abc import Sequence
from uuid import UUID

from fireline.core.alerting.hearing import doer_of, notice_of
from fireline.core.alerting.sheets import Heard, SymptomSheet
from fireline.core.detection.finding import Finding
from fireline.core.plan.plan import Plan
from fireline.core.signals import bounds
from fireline.core.values.ids import AlertId, DrillId
from fireline.store import alerts, sources
from fireline.usecases.groupings import Groupings
from fireline.usecases.hearing import hear_all
from fireline.usecases.intake import HOUSE_SOURCE
from fireline.usecases.sorting_save import World
from fireline.usecases.transaction import Tx

RULES = "rules"  # the source that findings of the plan's rules are said by


async def raise_alerts(
    tx: Tx,
    plan: Plan,
    findings: Sequence[Finding],
    *,
    drill: DrillId | None,
    pace: int,
    groupings: Groupings | None = None,
) -> list[AlertId]:
    """Put each finding in an alert, a live one or a new one; return the alerts, each once.

    A finding already in an alert stays there, so raising twice is raising once. Without
    `groupings` the groups of the world are read anew, which is right and slow.
    """
    if not findings:
        return []
    kept = groupings or Groupings(tx.ids.fresh())
    grouping = await kept.take(tx, plan, drill)
    known = await alerts.alerts_of_findings(tx.db, [finding.id for finding in findings])
    wanted = {one.id: one for one in findings if one.id not in known}
    ordered = sorted(wanted.values(), key=lambda one: (one.at, one.id))
    rules = await sources.register(
        tx.db, tx.ids.fresh(), RULES, drill=drill, now=tx.now, format="fireline"
    )
    house = await sources.register(
        tx.db, tx.ids.fresh(), HOUSE_SOURCE, drill=drill, now=tx.now, format="fireline"
    )
    heard = [_heard(tx, finding, rules) for finding in ordered]
    placed = await hear_all(tx, plan, grouping, heard, world=World(drill, pace, house.id))
    members = [_member(*pair) for pair in zip(ordered, placed, strict=True) if pair[1] is not None]
    if members:
        await alerts.add_findings(tx.db, members, now=tx.now)
    home = {**known, **{member.finding_id: member.alert_id for member in members}}
    touched = sorted(findings, key=lambda one: (one.at, one.id))
    return list(dict.fromkeys(AlertId(home[one.id]) for one in touched))


def _heard(tx: Tx, finding: Finding, rules: sources.Registered) -> Heard:
    return Heard(
        notice=bounds.notice(notice_of(finding)),
        source=rules.id,
        source_name=rules.name,
        format="fireline",
        received_at=max(tx.now, finding.at),
        finding=finding,
    )


def _member(finding: Finding, symptom: SymptomSheet | None) -> alerts.Member:
    home: UUID | None = symptom.alert if symptom else None
    assert home is not None  # noqa: S101 - a finding always fires
    return alerts.Member(
        finding_id=finding.id,
        alert_id=home,
        rule=finding.rule.id,
        title=finding.rule.title,
        priority=finding.rule.priority.value,
        at=finding.at,
        event=finding.kind,
        who=doer_of(finding),
        reason=symptom.because if symptom else "",
    )
