"""Who is concerned by a schedule: the escalations that ask it, and the leads behind them."""

from fireline.core.escalation.policy import ToSchedule
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, PolicyId, ScheduleId


def policies_of(plan: Plan, schedule: ScheduleId) -> tuple[PolicyId, ...]:
    """Return the escalations with a step that tells whoever is on call on a schedule."""
    return tuple(
        name
        for name, policy in plan.policies.items()
        if any(
            isinstance(target, ToSchedule) and target.schedule == schedule
            for step in policy.steps
            for target in step.targets
        )
    )


def leads_of(plan: Plan, schedule: ScheduleId) -> tuple[PersonId, ...]:
    """Return who answers for a schedule: the leads of the teams whose services ask it.

    A team without leads answers as a whole, and where there is no team, the people of last resort.
    """
    asking = set(policies_of(plan, schedule))
    owners = {service.owner for service in plan.services.values() if service.policy in asking}
    teams = [plan.teams[owner] for owner in sorted(owners) if owner in plan.teams]
    named: dict[PersonId, None] = {}
    for team in teams:
        named |= dict.fromkeys(team.leads or team.members)
    found = named or dict.fromkeys(plan.catch_all)
    return tuple(person for person in found if person in plan.people)
