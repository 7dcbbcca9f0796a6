"""Stop telling people of an alert, and begin again from the first step."""

from fireline.core.escalation.ladder import Waiting, withdraw
from fireline.core.escalation.policy import Unless
from fireline.core.escalation.rules import LEAST_URGENT
from fireline.core.values.actor import Actor
from fireline.core.values.ids import AlertId, PersonId
from fireline.core.values.priority import Priority
from fireline.store import alert_hands, due, ladders, outbox, pages
from fireline.store.alerts import AlertRow
from fireline.usecases.transaction import Tx


async def stop_telling(tx: Tx, alert: AlertId, *, by: Actor, answered: bool = False) -> None:
    """Withdraw every message that waits, end the open pages, and forget the next step.

    An answer leaves the pages of steps that only the end of the alert stops, except to whoever
    gave it.
    """
    await due.cancel(tx.db, ladders.LADDER, alert)
    paged = [
        page
        for page in await pages.of_alert(tx.db, alert)
        if not answered or page.unless == Unless.ACKNOWLEDGED or page.person == by.name
    ]
    if paged:
        ids = [page.id for page in paged]
        await outbox.cancel_about(tx.db, pages.PAGE, ids, now=tx.now)
        await pages.end_all(tx.db, ids, by=by.name, now=tx.now)


async def stop_telling_one(tx: Tx, alert: AlertId, person: PersonId) -> None:
    """Tell one person no more of an alert, because they answered; the others are still told."""
    paged = [one.id for one in await pages.of_alert(tx.db, alert) if one.person == person]
    if paged:
        await outbox.cancel_about(tx.db, pages.PAGE, paged, now=tx.now)
        await pages.end_all(tx.db, paged, by=person, now=tx.now)


async def withdraw_ladder(tx: Tx, alert: AlertId) -> None:
    """Stop climbing. An answer that was given stays."""
    state = await ladders.get(tx.db, alert)
    if state is not None:
        await ladders.save(tx.db, alert, withdraw(state, tx.now))


async def tell_again(tx: Tx, row: AlertRow, *, by: Actor) -> bool:
    """Tell people from the first step on, at once. `False`: something else keeps it quiet.

    What a silence holds or a storm speaks for stays quiet: whoever lifts that tells people.
    """
    alert = AlertId(row.id)
    if row.suppressed_by is not None or row.told_by is not None:
        return False
    await stop_telling(tx, alert, by=by)
    await alert_hands.told(tx.db, alert)
    await ladders.begin_again(tx.db, alert, due_at=tx.now)
    await due.plan(tx.db, ladders.LADDER, alert, tx.now)
    return True


async def tell_by_urgency(tx: Tx, row: AlertRow, *, before: Priority, by: Actor) -> None:
    """Tell people of an alert that became more urgent than it was, as it asks for now.

    They are told anew when it has become worth waking them, or when nobody is being told at all;
    from P2 to P1 the ladder goes on as it was, since both wake people. Whoever has the alert is not
    told again, and a snooze goes on.
    """
    resting = row.snoozed_until is not None and row.snoozed_until > tx.now
    if row.state != "firing" or resting:
        return
    state = await ladders.get(tx.db, AlertId(row.id))
    if before > LEAST_URGENT or not isinstance(state, Waiting):
        await tell_again(tx, row, by=by)


async def is_told(tx: Tx, row: AlertRow) -> bool:
    """Say whether people are being told of an alert."""
    state = await ladders.get(tx.db, AlertId(row.id))
    return row.state == "firing" and isinstance(state, Waiting)
