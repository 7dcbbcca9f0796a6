"""Take the next step of an alert's ladder: choose whom to tell, and wish for the messages."""

from dataclasses import replace
from datetime import timedelta

from fireline.core.escalation.ladder import (
    MAX_ROUNDS,
    Answered,
    Decision,
    Exhausted,
    State,
    Waiting,
    answer,
    decide,
    lapse,
    next_look,
    next_up,
)
from fireline.core.escalation.policy import Policy
from fireline.core.escalation.roster import Called, Reason, Roster
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, PersonId, TeamId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.time import at_pace
from fireline.store import alert_hands, alerts, due, ladders, pages, pokes
from fireline.usecases import alert_messages
from fireline.usecases.alert_telling import stop_telling
from fireline.usecases.contacts import reachable
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.page_wishes import (
    BY,
    Rung,
    happened,
    page,
    page_louder,
    tell_webhook,
)
from fireline.usecases.rosters import policy_in, policy_of, roster_for
from fireline.usecases.transaction import Tx

# Steps that are passed over cost no time; a ladder of nothing else still ends in one go.
_MOST_AT_ONCE = 20 * MAX_ROUNDS + 2
_INBOX = "alerts"
_MINUTE = 60


async def take_step(tx: Tx, plan: Plan, alert: AlertId) -> Decision | None:
    """Take the step that is due, if one is; plan the next. `None`: there is no such ladder.

    Safe to call at any time by any number of workers: the alert is locked, and a step that is not
    due is not taken. Steps that are passed over are so at once. The ladder's row in `due` is set or
    removed here; a worker does neither.
    """
    row = await alerts.lock(tx.db, alert)
    climbed = await ladders.hold(tx.db, alert)
    if row is None or climbed is None:
        await due.cancel(tx.db, ladders.LADDER, alert)
        return None
    policy = policy_in(plan, row.policy)
    state = await _look_at_answer(tx, plan, policy, row, climbed.value)
    if isinstance(state, Waiting) and isinstance(climbed.value, Answered):
        return Decision(state)  # it begins again, and its first step is planned
    decision = await _climb(tx, plan, policy, row, (state, climbed.climb))
    await plan_look(tx, alert, decision.state)
    return decision


async def tell_louder(tx: Tx, plan: Plan, alert: AlertId) -> None:
    """Send those who were told of an alert what its priority asks for by now.

    They are the same pages, on more channels: nobody else is told, and no step is taken.
    """
    row = await alerts.lock(tx.db, alert)
    if row is None or row.state != "firing":
        return
    lines = await happened(tx, row)
    for told in await pages.of_alert(tx.db, alert):
        if told.state in {"wished", "sent"}:
            await page_louder(tx, Rung(row, plan, told.step, lines), told)


async def answered_elsewhere(tx: Tx, alert: AlertId, *, by: str) -> None:
    """Let an answer given at its source stop the telling. There, one answer is enough."""
    row = await alerts.get(tx.db, alert)
    state = await ladders.get(tx.db, alert)
    if row is None or state is None:
        return
    policy = replace(await policy_of(tx, row), acknowledgers=1)
    after = answer(state, PersonId(by), tx.now, policy=policy, pace=row.pace)
    await ladders.save(tx.db, alert, after)
    await stop_telling(tx, alert, by=Human(PersonId(by)), answered=True)
    await plan_look(tx, alert, after)


async def plan_look(tx: Tx, alert: AlertId, state: State) -> None:
    """Plan when a ladder is looked at next; one that rests is not."""
    at = next_look(state)
    if at is None:
        await due.cancel(tx.db, ladders.LADDER, alert)
    else:
        await due.plan(tx.db, ladders.LADDER, alert, at)


async def _climb(
    tx: Tx, plan: Plan, policy: Policy, row: alerts.AlertRow, at: tuple[State, int]
) -> Decision:
    """Take the step that is due, past those that are not for this hour or priority."""
    (state, climb), priority = at, Priority(row.priority)
    decision = Decision(state)
    for _ in range(_MOST_AT_ONCE):
        roster = await _roster(tx, plan, policy, row, decision.state)
        before = decision.state
        decision = decide(policy, before, tx.now, roster=roster, pace=row.pace, priority=priority)
        if decision.step:
            rung = await _rung(tx, plan, policy, row, (decision, climb))
            decision = await _carry_out(tx, rung, decision)
        if decision.state != before:
            await ladders.save(tx.db, row.id, decision.state)
        if decision.skipped is None:
            break
    return decision


async def _roster(tx: Tx, plan: Plan, policy: Policy, row: alerts.AlertRow, state: State) -> Roster:
    place = next_up(policy, state, tx.now, priority=Priority(row.priority))
    owner = TeamId(row.team) if row.team else None
    steps = () if place is None else (policy.steps[place],)
    roster = await roster_for(tx, plan, steps, owner=owner, at=tx.now)
    # Equal for every worker that looks at this step of this alert, and another for the next.
    lot = row.id.int % 1_000_003 + state.taken
    if place is None or not policy.steps[place].round_robin:
        return replace(roster, lot=lot)
    if row.drill_id is not None:
        # A drill plays with the same people and leaves their turns as they are.
        turn = (await ladders.coming_turns(tx.db, policy.id)).get(place, 0)
    else:
        turn = await ladders.take_turn(tx.db, row.id, policy=policy.id, step=place)
    return replace(roster, lot=lot, turns={place: turn})


async def _rung(
    tx: Tx, plan: Plan, policy: Policy, row: alerts.AlertRow, taken: tuple[Decision, int]
) -> Rung:
    decision, climb = taken
    answered = decision.state.answered if isinstance(decision.state, Waiting) else ()
    return Rung(
        alert=row,
        plan=plan,
        number=decision.step,
        happened=await happened(tx, row),
        climb=climb,
        unless=decision.unless.value,
        answered=len(answered),
        needed=policy.acknowledgers,
    )


async def _carry_out(tx: Tx, rung: Rung, decision: Decision) -> Decision:
    """Wish for a step's pages. A step that reaches nobody does not keep the next one waiting."""
    if isinstance(decision.state, Exhausted):
        text = f"Nobody answered alert #{rung.alert.number} on any step"
        await _say(tx, rung, "ladder.exhausted", text, {"steps": decision.state.taken})
    for stranger in decision.strangers:
        text = f"{stranger} is not in the plan and cannot be told"
        await _say(tx, rung, "page.failed", text, {"person": stranger})
    for target in decision.webhooks:
        await tell_webhook(tx, rung, target)
    if decision.skipped is not None:
        text = f"Step {decision.step} is passed over: {decision.skipped.value}"
        await _say(tx, rung, "ladder.step_skipped", text, {"reason": decision.skipped.value})
        return decision
    if await _page_all(tx, rung, decision.pages):
        return decision
    text = f"Step {decision.step} of alert #{rung.alert.number} reaches nobody"
    await _say(tx, rung, "page.nobody", text, {})
    match decision.state:
        case Waiting():
            return replace(decision, state=replace(decision.state, due=tx.now))
        case Answered(climbs=climbs) if climbs is not None:
            return replace(decision, state=replace(decision.state, climbs=tx.now))
        case _:
            return decision


async def _page_all(tx: Tx, rung: Rung, called: tuple[Called, ...]) -> bool:
    """Page everybody a step calls. Whoever only shadows is told, and does not count."""
    reached = [await page(tx, rung, one) and one.reason is not Reason.SHADOW for one in called]
    return any(reached)


async def _look_at_answer(
    tx: Tx, plan: Plan, policy: Policy, row: alerts.AlertRow, state: State
) -> State:
    """Let an answer nobody followed up run out; where somebody moved, move its end."""
    if not isinstance(state, Answered) or state.lapses is None or state.lapses > tx.now:
        return state
    if row.state != "acknowledged" or policy.acknowledge_timeout is None:
        after: State = replace(state, lapses=None)
    else:
        timeout = at_pace(policy.acknowledge_timeout, row.pace)
        moved = await ladders.moved_at(tx.db, row.id, since=state.at)
        after = lapse(state, tx.now, moved=moved, timeout=timeout)
    if isinstance(after, Waiting):
        await _fire_again(tx, plan, row, state)
    else:
        await ladders.save(tx.db, row.id, after)
    return after


async def _fire_again(tx: Tx, plan: Plan, row: alerts.AlertRow, state: Answered) -> None:
    """Take an answer that ran out back: people are told from the first step on."""
    alert = AlertId(row.id)
    await alert_hands.unacknowledge(tx.db, alert)
    await ladders.begin_again(tx.db, alert, due_at=tx.now)
    await due.plan(tx.db, ladders.LADDER, alert, tx.now)
    who = row.acknowledged_by or state.by
    since = minutes_text(tx.now - state.at)
    text = f"Alert #{row.number} fires again: {who} acknowledged it {since} ago and nobody moved"
    body: JsonObject = {"number": row.number, "person": who, "text": text}
    await record(tx, alert_stream(row.id), "alert.acknowledgement_lapsed", by=BY, body=body)
    await pokes.poke(tx.db, _INBOX)
    for person in state.answered or (state.by,):
        known = await reachable(tx, plan, person, in_drill=row.drill_id is not None)
        if known is not None:
            await alert_messages.tell_lapsed(tx, row, known, by=BY)


async def _say(tx: Tx, rung: Rung, kind: str, text: str, said: JsonObject) -> None:
    body: JsonObject = {"number": rung.alert.number, "step": rung.number, **said, "text": text}
    await record(tx, alert_stream(rung.alert.id), kind, by=BY, body=body)


def minutes_text(length: timedelta) -> str:
    """Write how long something lasted in whole minutes, or in seconds when it was none."""
    seconds = round(length.total_seconds())
    return f"{round(seconds / 60)} min" if seconds >= _MINUTE else f"{seconds} s"
