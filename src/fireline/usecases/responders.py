"""Tell somebody of an alert because the source that posted it asks for them."""

from dataclasses import replace
from datetime import timedelta

from fireline.core.escalation.policy import Step as PolicyStep
from fireline.core.escalation.policy import ToPerson, ToSchedule, ToTeam
from fireline.core.escalation.roster import Called, called
from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.signals.formats.opsgenie import Responder
from fireline.core.values.actor import Actor
from fireline.core.values.ids import AlertId, PersonId, PolicyId, ScheduleId, TeamId
from fireline.core.values.refusals import Kind, Refusal
from fireline.usecases import plans
from fireline.usecases.alert_desk import lock_live, tell_fact
from fireline.usecases.alert_messages import tell_helper
from fireline.usecases.rosters import roster_for
from fireline.usecases.transaction import Tx


class NoSuchResponder(Refusal):
    """The plan has no such person, team, schedule or policy."""

    kind = Kind.INVALID
    code = "responder.unknown"


class NobodyToTell(Refusal):
    """The responder is known and comes to nobody at this moment."""

    kind = Kind.INVALID
    code = "responder.nobody"


async def tell_responder(tx: Tx, alert: AlertId, responder: Responder, *, by: Actor) -> str:
    """Tell whoever a responder means now, each once; return their names.

    Raises AlertResolved, NoSuchResponder, NobodyToTell.
    """
    plan = await plans.current(tx)
    row = await lock_live(tx, alert)
    people = await _people(tx, plan, responder)
    told = [person for person in people if await tell_helper(tx, row, person, by=by)]
    if not told:
        msg = f"The {responder.type} {responder.name} comes to nobody who can be told."
        raise NobodyToTell(msg, hint="See who is on call, and who has an address.")
    names = ", ".join(person.name for person in told)
    text = f"{by.name} asked for the {responder.type} {responder.name}: {names} told"
    said = {"people": [person.id for person in told]}
    await tell_fact(tx, row, "alert.responder_added", by=by, text=text, said=said)
    return names


def person_of(plan: Plan, name: str) -> Person | None:
    """Return a person by their id, e-mail address or full name."""
    wanted = name.strip().lower()
    for person in plan.people.values():
        if wanted in {person.id.lower(), person.email.lower(), person.name.lower()}:
            return person
    return None


async def _people(tx: Tx, plan: Plan, responder: Responder) -> list[Person]:
    found = [plan.people.get(one.person) for one in await _called(tx, plan, responder)]
    return [person for person in found if person is not None]


async def _called(tx: Tx, plan: Plan, responder: Responder) -> tuple[Called, ...]:
    step = _step(plan, responder)
    if step is None:
        msg = f"The plan has no {responder.type} called {responder.name}."
        raise NoSuchResponder(msg, hint="Name an id or a name of the plan.")
    roster = await roster_for(tx, plan, (step,), owner=None, at=tx.now)
    return called(step, replace(roster, catch_all=()))


def _step(plan: Plan, responder: Responder) -> PolicyStep | None:
    """Return the step a responder amounts to: of a policy, its first."""
    name = responder.name.strip().lower()
    nothing = timedelta()
    match responder.type:
        case "user":
            person = person_of(plan, name)
            return PolicyStep((ToPerson(PersonId(person.id)),), nothing) if person else None
        case "team":
            team = next((t for t in plan.teams.values() if name in {t.id, t.name.lower()}), None)
            return PolicyStep((ToTeam(TeamId(team.id)),), nothing) if team else None
        case "schedule":
            found = (s for s in plan.schedules.values() if name in {s.id, s.name.lower()})
            schedule = next(found, None)
            return PolicyStep((ToSchedule(ScheduleId(schedule.id)),), nothing) if schedule else None
        case _:
            policy = plan.policies.get(PolicyId(name))
            return policy.steps[0] if policy else None
