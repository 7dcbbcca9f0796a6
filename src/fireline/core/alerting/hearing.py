"""A rule's finding, said as every other source says things."""

from fireline.core.alerting.entities import KEY, alert_key, entities_of, whereabouts
from fireline.core.alerting.one_line import one_line
from fireline.core.detection.finding import Finding
from fireline.core.signals.notice import Notice, Status

_TACTIC = "attack."


def notice_of(finding: Finding) -> Notice:
    """Say a finding as a notice: one symptom for each rule and whom it is about."""
    rule = finding.rule
    entities = (entity for entity in sorted(entities_of(finding)) if entity.kind != KEY)
    return Notice(
        key=f"{rule.id}:{alert_key(finding)}",
        status=Status.FIRING,
        title=one_line(f"{rule.title}: {doer_of(finding)}"),
        priority=rule.priority,
        at=finding.at,
        kind=finding.kind,
        description=rule.description,
        runbook=rule.runbook or "",
        entities=tuple(entities),
        assets=whereabouts(finding),
        tactics=_tactics(rule.tactics),
        labels={"rule": rule.id, "account": finding.account, "region": finding.region},
    )


def doer_of(finding: Finding) -> str:
    """Name who did it, as well as the source can."""
    who = finding.who
    return one_line(who.name or who.arn or who.access_key or who.address or finding.account)


def _tactics(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the ATT&CK tactics of a rule's tags: `attack.persistence`, not `attack.t1098`."""
    names = (tag.removeprefix(_TACTIC) for tag in tags if tag.startswith(_TACTIC))
    return tuple(name for name in names if not (name[:1] == "t" and name[1:5].isdigit()))
