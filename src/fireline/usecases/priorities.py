"""How much an incident matters, and how well it is understood."""

from fireline.core.incidents.priorities import WhyNotLower, why_not_priority
from fireline.core.incidents.terms import Frame
from fireline.core.incidents.updates import update_every
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Human
from fireline.core.values.ids import IncidentId
from fireline.core.values.priority import Priority
from fireline.store import incidents as store
from fireline.usecases.deadlines import run_priority
from fireline.usecases.declaring import rule_of
from fireline.usecases.incident_desk import PriorityStays, lock_open, say
from fireline.usecases.transaction import Tx
from fireline.usecases.updates import promise


async def set_priority(
    tx: Tx, plan: Plan, incident: IncidentId, priority: Priority, *, by: Actor, reason: str = ""
) -> None:
    """Raise a priority freely, or lower it as a person with a reason; its deadlines move along."""
    row = await lock_open(tx, incident)
    before = Priority(row.priority)
    if priority is before:
        return
    why = why_not_priority(before, priority, by=by, reason=reason)
    if why is not None:
        msg = f"The priority stays {before.name}: {why.value}."
        raise PriorityStays(msg, hint=_HINTS[why])
    rule = rule_of(plan, priority)
    every = update_every(rule, row.pace)
    await store.set_priority(tx.db, row.id, priority, update_every=every)
    verb = "raised" if priority < before else "lowered"
    await say(
        tx,
        row.id,
        f"priority.{verb}",
        by=by,
        priority=priority.name,
        before=before.name,
        reason=reason.strip(),
        text=f"{before.name} {verb} to {priority.name}. {reason.strip()}".rstrip(),
    )
    await run_priority(tx, row, rule, by=by)
    sooner = tx.now + every
    if row.next_update_due is not None and sooner < row.next_update_due:
        await promise(tx, row, sooner)


async def set_frame(tx: Tx, incident: IncidentId, frame: Frame, *, by: Human) -> None:
    """Say how well the situation is understood. Automation runs only while it is clear."""
    row = await lock_open(tx, incident)
    if row.frame == frame:
        return
    await store.set_frame(tx.db, row.id, frame)
    text = f"The situation is {frame.value}."
    await say(tx, row.id, "frame.set", by=by, frame=frame.value, before=row.frame, text=text)


_HINTS = {
    WhyNotLower.MACHINE: "A person may lower it.",
    WhyNotLower.NO_REASON: "Give the reason with the new priority.",
}
