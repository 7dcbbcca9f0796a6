"""Policies of the plan as the Opsgenie API shows escalations and a team's routing rules."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, assert_never

from fireline.core.escalation.policy import (
    Policy,
    Step,
    Target,
    ToAnyOf,
    ToCatchAll,
    ToNext,
    ToPerson,
    ToPrevious,
    ToSchedule,
    ToTeam,
    ToWebhook,
    Unless,
)
from fireline.core.oncall.people import Team
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId
from fireline.doors.intake.opsgenie_shapes import address_of

_CONDITION = {Unless.ACKNOWLEDGED: "if-not-acked", Unless.RESOLVED: "if-not-closed"}


def escalation_of(plan: Plan, policy: Policy) -> Mapping[str, Any]:
    """Show a policy. Its delays count from the beginning, where the plan's waits follow steps."""
    rules: list[Mapping[str, Any]] = []
    elapsed = timedelta()
    for step in policy.steps:
        rules += _rules(plan, step, elapsed)
        elapsed += step.wait
    return {
        "id": policy.id,
        "name": policy.id,
        "description": "",
        "rules": rules,
        "repeat": {
            "waitInterval": _minutes(policy.steps[-1].wait + policy.pause),
            "count": policy.rounds - 1,
            "resetRecipientStates": False,
            "closeAlertAfterAll": False,
        },
    }


def rules_of(plan: Plan, team: Team) -> list[Mapping[str, Any]]:
    """Show which policies serve the services a team owns: one rule for each of them."""
    owned = [service for service in plan.services.values() if service.owner == team.id]
    rules: list[Mapping[str, Any]] = [
        {
            "id": f"{team.id}-{service.id}",
            "name": service.name,
            "isDefault": False,
            "order": order,
            "criteria": {
                "type": "match-all-conditions",
                "conditions": [
                    {
                        "field": "extra-properties",
                        "key": "service",
                        "not": False,
                        "operation": "equals",
                        "expectedValue": service.id,
                        "order": 0,
                    }
                ],
            },
            "notify": {"type": "escalation", "id": service.policy, "name": service.policy},
        }
        for order, service in enumerate(owned)
    ]
    policy = owned[0].policy if owned else None
    notify = {"type": "escalation", "id": policy, "name": policy} if policy else {"type": "none"}
    rules.append(
        {
            "id": f"{team.id}-default",
            "name": "Default",
            "isDefault": True,
            "order": len(rules),
            "criteria": {"type": "match-all"},
            "notify": notify,
        }
    )
    return rules


def _rules(plan: Plan, step: Step, elapsed: timedelta) -> Iterator[Mapping[str, Any]]:
    for target in step.targets:
        for recipient, notify in _recipients(plan, target):
            yield {
                "condition": _CONDITION[step.unless],
                "notifyType": notify,
                "delay": {"timeAmount": _minutes(elapsed), "timeUnit": "minutes"},
                "recipient": recipient,
            }


def _recipients(plan: Plan, target: Target) -> Iterator[tuple[Mapping[str, str], str]]:
    match target:
        case ToSchedule() | ToNext() | ToPrevious():
            schedule = plan.schedules.get(target.schedule)
            title = schedule.name if schedule else target.schedule
            yield {"type": "schedule", "id": target.schedule, "name": title}, _notify(target)
        case ToTeam() | ToAnyOf():
            team = plan.teams.get(target.team)
            title = team.name if team else target.team
            yield {"type": "team", "id": target.team, "name": title}, _notify(target)
        case ToPerson(person=person):
            yield _user(plan, person), "default"
        case ToCatchAll():
            for person in plan.catch_all:
                yield _user(plan, person), "default"
        case ToWebhook():
            return  # Opsgenie's rules name people alone
        case _:
            assert_never(target)


def _notify(target: ToSchedule | ToNext | ToPrevious | ToTeam | ToAnyOf) -> str:
    """Say whom of a schedule or team a rule means, in Opsgenie's words."""
    match target:
        case ToSchedule():
            return "default"
        case ToNext():
            return "next"
        case ToPrevious():
            return "previous"
        case ToTeam(leads_only=leads_only):
            return "admins" if leads_only else "all"
        case ToAnyOf():
            return "random"


def _user(plan: Plan, person: PersonId) -> Mapping[str, str]:
    known = plan.people.get(person)
    return {"type": "user", "id": person, "username": address_of(known) if known else person}


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
