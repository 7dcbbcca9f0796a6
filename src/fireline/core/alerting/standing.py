"""What an alert says of itself: its priority, title, runbook, and whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fireline.core.alerting.entities import whereabouts
from fireline.core.alerting.one_line import one_line
from fireline.core.assets.ownership import Service, owner_of
from fireline.core.detection.finding import Finding
from fireline.core.values.ids import PolicyId, RunbookId, ServiceId, TeamId
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alert stands after its findings so far."""

    priority: Priority
    title: str
    runbook: RunbookId | None


class OwnerReason(StrEnum):
    """Why an alert went to whom it went. Stored with it and shown to people."""

    CLAIMED = "a service claims what is involved"
    NOBODY = "no service claims what is involved, so the last resort"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an alert is. Without a service, its pages go to the people of last resort."""

    service: ServiceId | None
    team: TeamId | None
    policy: PolicyId | None
    reason: OwnerReason


def opening(finding: Finding) -> Standing:
    """Return how an alert stands that begins with this finding."""
    rule = finding.rule
    return Standing(rule.priority, title_of(finding), rule.runbook)


def after(standing: Standing, finding: Finding) -> Standing:
    """Return how an alert stands after one more finding.

    The most urgent rule speaks for it; of equals, the one heard first. Priority only rises here:
    lowering it takes a person. A runbook is better than none.
    """
    rule = finding.rule
    if rule.priority < standing.priority:
        return Standing(rule.priority, title_of(finding), rule.runbook or standing.runbook)
    return Standing(standing.priority, standing.title, standing.runbook or rule.runbook)


def title_of(finding: Finding) -> str:
    """Say what happened and who did it."""
    return one_line(f"{finding.rule.title}: {doer_of(finding)}")


def doer_of(finding: Finding) -> str:
    """Name who did it, as well as the source can."""
    who = finding.who
    return one_line(who.name or who.arn or who.access_key or who.address or finding.account)


def owner_for(finding: Finding, services: Iterable[Service]) -> Owner:
    """Say whose a finding's alert is: whoever owns the acting identity, else what it touched."""
    service = owner_of(whereabouts(finding), services)
    if service is None:
        return Owner(None, None, None, OwnerReason.NOBODY)
    return Owner(service.id, service.owner, service.policy, OwnerReason.CLAIMED)
