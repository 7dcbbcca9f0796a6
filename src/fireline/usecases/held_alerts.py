"""Hold alerts that fire already, and tell people of them once nothing holds them any more.

An alert is held while a silence fits each of its symptoms that fires: one that is more than what
was silenced is told. Sorting holds new alerts itself; this looks after all others, and takes no
answer of a silence for granted: what holds an alert is asked again at its end, when something joins
the alert, and when it becomes a P1.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from fireline.core.alerting.silences import (
    Held,
    Silence,
    SilenceBook,
    Subject,
    held_by,
    subject_from,
)
from fireline.core.escalation.ladder import Waiting, withdraw
from fireline.core.values.actor import Machine
from fireline.core.values.ids import AlertId
from fireline.core.values.priority import Priority
from fireline.store import alerts, ladders, silences
from fireline.store.silences import Hold, SubjectRow
from fireline.usecases.alert_desk import tell_fact
from fireline.usecases.alert_telling import stop_telling, tell_again
from fireline.usecases.transaction import Tx

# Each alert is locked, so no transaction takes on more at once.
MAX_AT_ONCE = 100
_BY = Machine("silences")
_ALWAYS = float("inf")


def subjects_of(found: Sequence[SubjectRow]) -> tuple[Subject, ...]:
    """Say what matchers see of one alert's rows: each symptom, else the alert by itself.

    The priority is the alert's, which people may have raised above what its symptoms say.
    """
    return tuple(_subject(row) for row in found)


def _subject(row: SubjectRow) -> Subject:
    priority = Priority(row.priority)
    pairs: list[tuple[str, str]] = [
        ("title", row.title or row.alert_title),
        ("kind", row.kind or ""),
        ("alertname", row.kind or ""),
        ("key", row.key or row.alert_key),
        ("source", row.source or ""),
        ("service", row.symptom_service or row.service or ""),
        ("team", row.team or ""),
        ("priority", priority.name),
    ]
    pairs += [("tag", tag) for tag in row.tags or ()]
    pairs += [(kind, value) for kind, value in row.entities or ()]
    return subject_from((*pairs, *(row.labels or {}).items()), priority)


async def hold_fitting(tx: Tx, silence: Silence, *, after: UUID | None = None) -> UUID | None:
    """Hold what fires already and fits a silence, a page of alerts at a time.

    Return the last alert looked at; `None`: there are no more.
    """
    found = silences.grouped(await silences.live(tx.db, after=after, alerts=MAX_AT_ONCE))
    held = held_by(silence, tx.now)
    for alert, of_alert in found.items():
        fits = all(silence.fits(subject) for subject in subjects_of(of_alert))
        if held is not None and fits and of_alert[0].suppressed_by is None:
            await _hold(tx, AlertId(alert), held)
    return list(found)[-1] if len(found) == MAX_AT_ONCE else None


async def look_again(tx: Tx, book: SilenceBook, found: Collection[UUID]) -> None:
    """Ask again what holds some alerts; tell people of those that nothing holds."""
    by_alert = silences.grouped(await silences.of_alerts(tx.db, found))
    for alert, of_alert in by_alert.items():
        held = [book.holding(subject, tx.now) for subject in subjects_of(of_alert)]
        first = min((one for one in held if one is not None), key=_ends, default=None)
        if first is None or None in held:
            await release(tx, AlertId(alert))
        else:
            await silences.seen(tx.db, alert, silence=first.silence, until=first.until, now=tx.now)


async def release(tx: Tx, alert: AlertId) -> bool:
    """Let no silence hold an alert. Return whether people are told of it now.

    One that was answered, snoozed, or told of by nobody for another reason, stays so.
    """
    row = await alerts.lock(tx.db, alert)
    if row is None or row.suppressed_by is None:
        return False
    freed = await silences.release(tx.db, alert)
    if freed is None or row.state == "resolved":
        return False
    rests = freed.untold_why is not None or _is_ahead(freed.snoozed_until, tx.now)
    now_free = await alerts.get(tx.db, alert)
    told = (
        row.state == "firing"
        and not rests
        and now_free is not None
        and await tell_again(tx, now_free, by=_BY)
    )
    said = "it still fires, so people are told" if told else "nobody needs to be told"
    text = f"Nothing holds alert #{row.number} back any more: {said}"
    body = {"silence": str(row.suppressed_by), "told": told}
    await tell_fact(tx, row, "alert.restored", by=_BY, text=text, said=body)
    return told


async def _hold(tx: Tx, alert: AlertId, held: Held) -> None:
    row = await alerts.lock(tx.db, alert)
    if row is None or row.state == "resolved" or row.suppressed_by is not None:
        return
    state = await ladders.get(tx.db, alert)
    await stop_telling(tx, alert, by=_BY)
    if state is not None:
        await ladders.save(tx.db, alert, withdraw(state, tx.now))
    # What waits to see whether it stays has a reason why nobody is told yet, and is told later.
    rests = row.untold_why is not None and not isinstance(state, Waiting)
    how = Hold(held.silence, held.until, held.why, row.untold_why if rests else None)
    await silences.hold(tx.db, alert, how, now=tx.now)
    text = f"Nobody is told of alert #{row.number}: {held.why}"
    said = {
        "silence": str(held.silence),
        "until": held.until.isoformat() if held.until else None,
    }
    await tell_fact(tx, row, "alert.suppressed", by=_BY, text=text, said=said)


def _ends(held: Held) -> float:
    return held.until.timestamp() if held.until else _ALWAYS


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
