"""Who an escalation would tell, and when, if nobody answered: the real ladder, climbed in advance.

Nothing is kept and nobody is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fireline.core.escalation.ladder import MAX_ROUNDS, Decision, Waiting, begin, decide
from fireline.core.escalation.policy import Policy
from fireline.core.escalation.roster import Called
from fireline.core.escalation.rules import tellings
from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, PolicyId, ServiceId, TeamId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import ladders
from fireline.usecases.contacts import reachable
from fireline.usecases.rosters import roster_for
from fireline.usecases.transaction import Tx

MAX_STEPS = 40
# All the steps there can be, passed over at once, and the last resort.
_MOST_LOOKS = 20 * MAX_ROUNDS + 2


class EscalationNotFound(Refusal):
    """The plan has no such escalation."""

    kind = Kind.NOT_FOUND
    code = "escalation.not_found"


class ServiceUnknown(Refusal):
    """The plan has no such service."""

    kind = Kind.NOT_FOUND
    code = "escalation.service_unknown"


@dataclass(frozen=True, slots=True)
class Way:
    """One message somebody would get, so long after their page begins."""

    channel: str
    after_seconds: int


@dataclass(frozen=True, slots=True)
class ToldAhead:
    """Somebody a step would tell, and how."""

    person: str
    name: str
    reason: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class StepAhead:
    """One step of the ladder, if nobody answers before it.

    `place` is its place in the plan, from 1, in the `round` of that number; the last resort, told
    when all rounds were in vain, has place 0. `skipped` says why it would tell nobody.
    """

    number: int
    at: datetime
    after_seconds: int
    people: tuple[ToldAhead, ...]
    place: int
    round: int
    webhooks: tuple[str, ...]
    skipped: str | None
    unless: str


@dataclass(frozen=True, slots=True)
class Climb:
    """An alert that would climb a policy: from when on, how urgent, owned by which team."""

    policy: Policy
    priority: Priority
    owner: TeamId | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EscalationLine:
    """An escalation of the plan, and what its steps say; lengths are in seconds."""

    policy: PolicyId
    services: tuple[ServiceId, ...]
    steps: int
    rounds: int
    pause_seconds: int
    acknowledgers: int
    acknowledge_timeout_seconds: int | None


@dataclass(frozen=True, slots=True)
class EscalationView:
    """An escalation, and who it would tell when; `steps_left` were not listed."""

    escalation: EscalationLine
    at: datetime
    priority: Priority
    service: ServiceId | None
    team: TeamId | None
    steps: tuple[StepAhead, ...]
    steps_left: bool


def list_escalations(plan: Plan) -> tuple[EscalationLine, ...]:
    """List the escalations of a plan, by name."""
    return tuple(_line(plan, plan.policies[name]) for name in sorted(plan.policies))


async def show_escalation(
    tx: Tx,
    plan: Plan,
    policy: PolicyId,
    *,
    priority: Priority,
    at: datetime | None = None,
    service: ServiceId | None = None,
) -> EscalationView:
    """Say who an alert of a priority, raised at a moment, would tell if nobody answered.

    The alert is one of `service`, or of the first service that uses the escalation. Raises
    EscalationNotFound, ServiceUnknown.
    """
    found = plan.policies.get(policy)
    if found is None:
        msg = f"The plan has no escalation {policy}."
        raise EscalationNotFound(msg, hint="Known: " + ", ".join(sorted(plan.policies)))
    if service is not None and service not in plan.services:
        msg = f"The plan has no service {service}."
        raise ServiceUnknown(msg, hint="Known: " + ", ".join(sorted(plan.services)))
    line = _line(plan, found)
    chosen = service or next(iter(line.services), None)
    owner = plan.services[chosen].owner if chosen else None
    climb = Climb(found, priority, owner, at or tx.now)
    steps = await climb_ahead(tx, plan, climb)
    shown, left = steps[:MAX_STEPS], len(steps) > MAX_STEPS
    return EscalationView(line, climb.at, priority, chosen, owner, shown, left)


async def climb_ahead(
    tx: Tx, plan: Plan, climb: Climb, *, most: int = MAX_STEPS
) -> tuple[StepAhead, ...]:
    """Climb a ladder to its end as the real one is climbed, with the people on call then.

    Returns one step more than `most` when there are more.
    """
    turns = await ladders.coming_turns(tx.db, climb.policy.id)
    steps: list[StepAhead] = []
    known: dict[PersonId, Person | None] = {}
    state, moment = begin(climb.at), climb.at
    for _ in range(_MOST_LOOKS):
        if not isinstance(state, Waiting) or len(steps) > most:
            break
        moment = max(moment, state.due)
        steps_of = climb.policy.steps
        step = steps_of[state.taken % len(steps_of)]
        roster = await roster_for(tx, plan, (step,), owner=climb.owner, at=moment)
        decision = decide(
            climb.policy,
            state,
            moment,
            roster=replace(roster, turns=turns),
            priority=climb.priority,
        )
        for one in decision.pages:
            if one.person not in known:
                known[one.person] = await reachable(tx, plan, one.person)
        steps.append(_step(climb, decision, moment, known))
        state = decision.state
    return tuple(steps)


def _line(plan: Plan, policy: Policy) -> EscalationLine:
    timeout = policy.acknowledge_timeout
    using = (service for service in plan.services.values() if service.policy == policy.id)
    return EscalationLine(
        policy=policy.id,
        services=tuple(sorted(service.id for service in using)),
        steps=len(policy.steps),
        rounds=policy.rounds,
        pause_seconds=_seconds(policy.pause),
        acknowledgers=policy.acknowledgers,
        acknowledge_timeout_seconds=None if timeout is None else _seconds(timeout),
    )


def _step(
    climb: Climb, decision: Decision, moment: datetime, known: Mapping[PersonId, Person | None]
) -> StepAhead:
    count = len(climb.policy.steps)
    is_last = not isinstance(decision.state, Waiting)
    return StepAhead(
        number=decision.step,
        at=moment,
        after_seconds=_seconds(moment - climb.at),
        people=tuple(_told(climb, one, known[one.person], moment) for one in decision.pages),
        place=0 if is_last else (decision.step - 1) % count + 1,
        round=(decision.step - 1) // count + 1,
        webhooks=tuple(one.name for one in decision.webhooks),
        skipped=decision.skipped.value if decision.skipped else None,
        unless=decision.unless.value,
    )


def _told(climb: Climb, one: Called, person: Person | None, at: datetime) -> ToldAhead:
    told = tellings(person, climb.priority, now=at) if person else ()
    return ToldAhead(
        person=one.person,
        name=person.name if person else one.person,
        reason=one.reason.value,
        ways=tuple(Way(telling.channel, _seconds(telling.after)) for telling in told),
    )


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
