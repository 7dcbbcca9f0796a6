"""Make several alerts one, and split symptoms off into an alert of their own.

The groups live in the memory of whoever sorts. Both hold the world's sorting for their moment, and
leave word of what they did in the same transaction.
"""

from collections.abc import Sequence
from uuid import UUID

from fireline.core.assets.ownership import Service
from fireline.core.values.actor import Actor
from fireline.core.values.ids import AlertId, ServiceId, SymptomId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alert_groups, alerts, due, ladders, symptoms
from fireline.store.alert_groups import ChosenRow, Splitting
from fireline.store.alert_hands import SNOOZE
from fireline.store.alerts import AlertRow
from fireline.store.symptoms import News
from fireline.usecases import plans
from fireline.usecases.alert_desk import lock_alert, refuse_resolved, tell_fact
from fireline.usecases.alert_telling import is_told, stop_telling, tell_by_urgency, withdraw_ladder
from fireline.usecases.alerts import AlertNotFound, resolve_alert
from fireline.usecases.transaction import Tx

MAX_MERGED = 100


class MergeImpossible(Refusal):
    """These alerts cannot become one."""

    kind = Kind.INVALID
    code = "alert.merge_impossible"


class SplitImpossible(Refusal):
    """These symptoms cannot leave their alert."""

    kind = Kind.INVALID
    code = "alert.split_impossible"


async def merge_alerts(tx: Tx, into: AlertId, others: Sequence[AlertId], *, by: Actor) -> None:
    """Make several alerts one, which keeps its number, its owner, and who has it.

    The others are over and say where they went; links that were sent for them acknowledge the one.
    When one of them was waking people, the one goes on with that unless somebody has it.
    """
    wanted = [one for one in dict.fromkeys(others) if one != into]
    if not wanted or len(wanted) > MAX_MERGED:
        msg = f"Choose from one to {MAX_MERGED} other alerts to merge into this one."
        raise MergeImpossible(msg)
    survivor, swallowed = await _held(tx, into, wanted)
    if not swallowed:
        return
    told = [row for row in swallowed if await is_told(tx, row)]
    for row in swallowed:
        await _end(tx, row, survivor, by=by)
    ids = [AlertId(row.id) for row in swallowed]
    await symptoms.move(tx.db, dict.fromkeys(ids, into))
    await alert_groups.carry_over(tx.db, dict.fromkeys(ids, into), by=by.name, now=tx.now)
    await alert_groups.fold(tx.db, into, ids, by=by.name, now=tx.now)
    numbers = ", ".join(f"#{row.number}" for row in swallowed)
    text = f"{by.name} merged {numbers} into alert #{survivor.number}"
    said = {"merged": [row.number for row in swallowed]}
    await tell_fact(tx, survivor, "alert.merged", by=by, text=text, said=said)
    await _go_on_telling(tx, survivor, told, by=by)


async def split_alert(tx: Tx, alert: AlertId, chosen: Sequence[SymptomId], *, by: Actor) -> AlertId:
    """Make some of an alert's symptoms an alert of its own, which never rejoins it by itself.

    It is told to its owner from the first step on. What stays behind is over when nothing in it
    fires any more.
    """
    drill = await _hold_world_of(tx, alert)
    row = await lock_alert(tx, alert)
    refuse_resolved(row)
    leaving = await _leaving(tx, row, chosen)
    fresh = AlertId(tx.ids.fresh())
    splitting = await _splitting(tx, row, fresh, leaving, by=by)
    await alert_groups.split_off(tx.db, splitting, now=tx.now)
    ids = tuple(one.id for one in leaving)
    await symptoms.tell(tx.db, News("split", alert, fresh, ids), drill=drill, now=tx.now)
    number = await _raise(tx, fresh, row, by=by)
    said = {"into": number, "symptoms": [one.number for one in leaving]}
    text = f"{by.name} split {_counted(leaving)} off alert #{row.number}: now alert #{number}"
    await tell_fact(tx, row, "alert.split", by=by, text=text, said=said)
    if row.live_symptoms <= splitting.live:
        await resolve_alert(tx, alert, by=by)
    return fresh


async def symptoms_numbered(tx: Tx, alert: AlertId, numbers: Sequence[int]) -> list[SymptomId]:
    """Return an alert's symptoms by the numbers people call them by. Raises SplitImpossible."""
    found = await alert_groups.numbered(tx.db, list(dict.fromkeys(numbers)))
    here = {row.number: SymptomId(row.id) for row in found if row.alert_id == alert}
    missing = [str(number) for number in numbers if number not in here]
    if missing:
        msg = f"The alert has no symptom {', '.join(missing)}."
        raise SplitImpossible(msg, hint="List them: fireline alert show N")
    return list(here.values())


async def _held(
    tx: Tx, into: AlertId, others: Sequence[AlertId]
) -> tuple[AlertRow, list[AlertRow]]:
    """Hold the world, then the alerts; return the survivor and those that are not in it yet."""
    drill = await _hold_world_of(tx, into)
    found = {AlertId(row.id): row for row in await alerts.lock_many(tx.db, [into, *others])}
    missing = [one for one in (into, *others) if one not in found]
    if missing:
        msg = "One of the alerts does not exist."
        raise AlertNotFound(msg, hint="List them: fireline alert list")
    survivor = found[into]
    refuse_resolved(survivor)
    swallowed = [found[one] for one in others if found[one].merged_into != into]
    for row in swallowed:
        refuse_resolved(row)
        if row.drill_id != drill:
            msg = f"Alert #{row.number} and alert #{survivor.number} are of different worlds."
            raise MergeImpossible(msg, hint="What a drill raised stays in the drill.")
    return survivor, swallowed


async def _hold_world_of(tx: Tx, alert: AlertId) -> UUID | None:
    """Hold the sorting of an alert's world before the alert: the order in which sorting locks."""
    row = await alerts.get(tx.db, alert)
    if row is None:
        msg = "There is no such alert."
        raise AlertNotFound(msg, hint="List them: fireline alert list")
    await alert_groups.hold_world(tx.db, row.drill_id)
    return row.drill_id


async def _end(tx: Tx, row: AlertRow, survivor: AlertRow, *, by: Actor) -> None:
    """Stop everything about an alert that becomes part of another."""
    alert = AlertId(row.id)
    await withdraw_ladder(tx, alert)
    await stop_telling(tx, alert, by=by)
    await due.cancel(tx.db, SNOOZE, alert)
    because = f"{by.name} merged alert #{row.number} into this one"
    await alert_groups.explain(tx.db, alert, because)
    news = News("merged", alert, survivor.id)
    await symptoms.tell(tx.db, news, drill=row.drill_id, now=tx.now)
    text = f"{by.name} merged this into alert #{survivor.number}"
    said: JsonObject = {"into": survivor.number, "state": row.state}
    await tell_fact(tx, row, "alert.merged_away", by=by, text=text, said=said)


async def _go_on_telling(
    tx: Tx, survivor: AlertRow, told: Sequence[AlertRow], *, by: Actor
) -> None:
    """Let nobody sleep because of a merge: whoever would have been woken still is."""
    now = await lock_alert(tx, survivor.id)
    if now.priority < survivor.priority:
        await tell_by_urgency(tx, now, before=Priority(survivor.priority), by=by)
    elif told and not await is_told(tx, now):
        await tell_by_urgency(tx, now, before=Priority.P5, by=by)


async def _leaving(tx: Tx, row: AlertRow, chosen: Sequence[SymptomId]) -> list[ChosenRow]:
    """Return the symptoms that leave an alert, the most urgent first."""
    found = await alert_groups.chosen(tx.db, AlertId(row.id), list(dict.fromkeys(chosen)))
    if not found or len(found) < len(set(chosen)):
        msg = f"Choose symptoms of alert #{row.number}: some are not in it."
        raise SplitImpossible(msg, hint=f"List them: fireline alert show {row.number}")
    if len(found) >= row.symptoms:
        msg = f"All of alert #{row.number} cannot be split off it."
        raise SplitImpossible(msg, hint="Leave at least one symptom where it is.")
    if not any(one.state == "firing" for one in found):
        msg = "None of these symptoms fires any more, so they need no alert of their own."
        raise SplitImpossible(msg, hint="Choose at least one that fires.")
    return sorted(found, key=lambda one: (one.priority, one.first_at, one.number))


async def _splitting(
    tx: Tx, row: AlertRow, fresh: AlertId, leaving: Sequence[ChosenRow], *, by: Actor
) -> Splitting:
    """Say whose an alert of these symptoms is: their service's, else whose they were before."""
    service, revision = await _owner(tx, row, leaving)
    whose = f"service {service.id} is its" if service else "whose owner has it"
    return Splitting(
        alert=row.id,
        into=fresh,
        symptoms=leaving,
        because=f"{by.name} split it off alert #{row.number}",
        service=service.id if service else row.service,
        team=service.owner if service else row.team,
        policy=service.policy if service else row.policy,
        owner_reason=f"split off alert #{row.number}, {whose}",
        plan_revision=revision,
    )


async def _owner(tx: Tx, row: AlertRow, leaving: Sequence[ChosenRow]) -> tuple[Service | None, str]:
    """Return the service that owns what is split off, and the revision that says so."""
    try:
        plan = await plans.current(tx)
    except plans.NoPlan:
        return None, row.plan_revision
    claimed = (ServiceId(one.service) for one in leaving if one.service)
    named = [service for service in claimed if service in plan.services]
    return (plan.services[named[0]] if named else None), plan.revision


async def _raise(tx: Tx, fresh: AlertId, parent: AlertRow, *, by: Actor) -> int:
    """Tell people of an alert that was split off, unless a silence holds it; return its number."""
    row = await lock_alert(tx, fresh)
    text = f"{Priority(row.priority).name} alert #{row.number}: {row.title}"
    said: JsonObject = {
        "title": row.title,
        "priority": Priority(row.priority).name,
        "service": row.service,
        "team": row.team,
        "policy": row.policy,
        "owner_reason": row.owner_reason,
        "plan": row.plan_revision,
        "split_off": parent.number,
    }
    await tell_fact(tx, row, "alert.raised", by=by, text=text, said=said)
    if row.suppressed_by is None:
        await ladders.begin(tx.db, fresh, due_at=tx.now)
        await due.plan(tx.db, ladders.LADDER, fresh, tx.now)
    return row.number


def _counted(leaving: Sequence[ChosenRow]) -> str:
    return f"{len(leaving)} symptom{'' if len(leaving) == 1 else 's'}"
