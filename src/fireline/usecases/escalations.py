"""Take the next step of an alert's ladder: choose whom to tell, and wish for the messages."""

from dataclasses import dataclass

from fireline.core.escalation.ladder import LAST_RESORT, Decision, Exhausted, Waiting, decide
from fireline.core.escalation.policy import Policy, ToSchedule
from fireline.core.escalation.roster import Called, Roster
from fireline.core.escalation.rules import Telling, tellings
from fireline.core.escalation.wording import Occasion, letter, notice, subject
from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Machine
from fireline.core.values.ids import AlertId, PersonId, PolicyId, ServiceId, TeamId
from fireline.core.values.json import JsonObject, canonical
from fireline.core.values.priority import Priority
from fireline.store import alerts, due, ladders, outbox, pages
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.oncall import duties
from fireline.usecases.transaction import Tx

LINES_TOLD = 5
_BY = Machine("ladder")


@dataclass(frozen=True, slots=True)
class _Step:
    """What all pages of one step have in common."""

    alert: alerts.AlertRow
    plan: Plan
    number: int
    happened: tuple[str, ...]


async def take_step(tx: Tx, plan: Plan, alert: AlertId) -> Decision | None:
    """Take the step that is due, if one is; plan the next. `None`: there is no such ladder.

    Safe to call at any time by any number of workers: the alert is locked, and a step that is not
    due is not taken. The ladder's row in `due` is set or removed here; a worker does neither.
    """
    row = await alerts.lock(tx.db, alert)
    state = await ladders.get(tx.db, alert)
    if row is None or state is None:
        await due.cancel(tx.db, ladders.LADDER, alert)
        return None
    policy = _policy(plan, row)
    roster = await _roster(tx, plan, policy, row)
    decision = decide(policy, state, tx.now, roster=roster, pace=row.pace)
    if decision.step:
        decision = await _carry_out(tx, plan, row, decision)
        await ladders.save(tx.db, alert, decision.state)
    if isinstance(decision.state, Waiting):
        await due.plan(tx.db, ladders.LADDER, alert, decision.state.due)
    else:
        await due.cancel(tx.db, ladders.LADDER, alert)
    return decision


async def tell_louder(tx: Tx, plan: Plan, alert: AlertId) -> None:
    """Send those who were told of an alert what its priority asks for by now.

    They are the same pages, on more channels: nobody else is told, and no step is taken.
    """
    row = await alerts.lock(tx.db, alert)
    if row is None or row.state != "firing":
        return
    happened = await _happened(tx, row)
    for page in await pages.of_alert(tx.db, alert):
        person = plan.people.get(PersonId(page.person))
        if person is None or page.state not in {"wished", "sent"}:
            continue
        step = _Step(row, plan, page.step, happened)
        told = pages.New(page.id, row.id, page.person, page.step, page.reason)
        for telling in tellings(person, Priority(row.priority), pace=row.pace):
            wish = _wish(told, step, person, telling)
            due_at = tx.now + telling.after
            await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=due_at)


async def _carry_out(tx: Tx, plan: Plan, row: alerts.AlertRow, decision: Decision) -> Decision:
    """Wish for a step's pages. A step that reaches nobody does not keep the next one waiting."""
    step = _Step(row, plan, decision.step, await _happened(tx, row))
    if isinstance(decision.state, Exhausted):
        text = f"Nobody answered alert #{row.number} on any step"
        body = {"number": row.number, "steps": decision.state.taken, "text": text}
        await record(tx, alert_stream(row.id), "ladder.exhausted", by=_BY, body=body)
    reached = [await _page(tx, step, called) for called in decision.pages]
    if any(reached):
        return decision
    text = f"Step {decision.step} of alert #{row.number} reaches nobody"
    body = {"number": row.number, "step": decision.step, "text": text}
    await record(tx, alert_stream(row.id), "page.nobody", by=_BY, body=body)
    if isinstance(decision.state, Waiting):
        hurried = Waiting(decision.state.taken, tx.now)
        return Decision(hurried, decision.step, decision.pages)
    return decision


async def _page(tx: Tx, step: _Step, called: Called) -> bool:
    """Tell one person, by their own rules. `False`: there is no way to."""
    page = tx.ids.fresh()
    new = pages.New(page, step.alert.id, called.person, step.number, called.reason.value)
    if not await pages.add(tx.db, new, now=tx.now):
        return True
    person = step.plan.people.get(called.person)
    told = tellings(person, Priority(step.alert.priority), pace=step.alert.pace) if person else ()
    if person is None or not told:
        await pages.settle(tx.db, page, "failed", now=tx.now)
        why = "has no address" if person else "is not in the plan"
        await _record(tx, step, called, "page.failed", {"text": f"{called.person} {why}"})
        return False
    for telling in told:
        wish = _wish(new, step, person, telling)
        due_at = tx.now + telling.after
        await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=due_at)
    said: JsonObject = {
        "channels": [telling.channel for telling in told],
        "text": f"{person.name} is paged: {called.reason.value} (step {step.number})",
    }
    await _record(tx, step, called, "page.wished", {**said, "page": str(page)})
    return True


def _wish(page: pages.New, step: _Step, person: Person, telling: Telling) -> outbox.Wish:
    row, plan = step.alert, step.plan
    occasion = Occasion(
        number=row.number,
        priority=Priority(row.priority),
        title=row.title,
        owner=_owner(plan, row),
        runbook=row.runbook,
        happened=step.happened,
        first_at=row.first_at,
        reason=page.reason,
        step=page.step,
        drill=row.drill_id is not None,
    )
    # The link is not in here: a token is made for each attempt, and only its hash is kept.
    body = canonical(notice(occasion)) if telling.channel == "webhook" else letter(occasion)
    return outbox.Wish(
        key=f"page:{page.id}:{telling.rule}:{telling.channel}",
        channel=telling.channel,
        recipient=telling.address,
        person=person.id,
        subject=subject(occasion),
        body=body,
        about_kind=pages.PAGE,
        about_id=page.id,
        drill_id=row.drill_id,
    )


async def _record(tx: Tx, step: _Step, called: Called, kind: str, said: JsonObject) -> None:
    body: JsonObject = {
        "number": step.alert.number,
        "person": called.person,
        "step": step.number,
        "reason": called.reason.value,
        **said,
    }
    await record(tx, alert_stream(step.alert.id), kind, by=_BY, body=body)


async def _happened(tx: Tx, row: alerts.AlertRow) -> tuple[str, ...]:
    found = await alerts.findings(tx.db, row.id, limit=LINES_TOLD)
    lines = [f"{one.at:%H:%M:%S} {one.title}: {one.event} by {one.who}" for one in found]
    if row.findings > len(found):
        lines.append(f"and {row.findings - len(found)} more findings")
    return tuple(lines)


async def _roster(tx: Tx, plan: Plan, policy: Policy, row: alerts.AlertRow) -> Roster:
    named = {
        target.schedule
        for step in policy.steps
        for target in step.targets
        if isinstance(target, ToSchedule)
    }
    answers = await duties(tx, plan, named, tx.now)
    return Roster(answers, plan.teams, plan.catch_all, TeamId(row.team) if row.team else None)


def _policy(plan: Plan, row: alerts.AlertRow) -> Policy:
    named = plan.policies.get(PolicyId(row.policy)) if row.policy else None
    return named or LAST_RESORT


def _owner(plan: Plan, row: alerts.AlertRow) -> str:
    if row.service is None:
        return f"nobody ({row.owner_reason})"
    service = plan.services.get(ServiceId(row.service))
    team = plan.teams.get(TeamId(row.team)) if row.team else None
    return f"{service.name if service else row.service}, {team.name if team else row.team}"
