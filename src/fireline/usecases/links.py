"""Acknowledge by the link in a message: look at what it is about, then press the button.

A link acts as the person it was sent to, on one alert, and can only acknowledge. Looking changes
nothing, because mail scanners look at every link.
"""

from dataclasses import dataclass
from enum import StrEnum

from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, DrillId, PersonId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alerts, links
from fireline.usecases.alerts import Answer, acknowledge_alert
from fireline.usecases.transaction import Tx


class LinkUnknown(Refusal):
    """No such link was ever sent."""

    kind = Kind.NOT_FOUND
    code = "link.unknown"


class LinkExpired(Refusal):
    """The link was good once."""

    kind = Kind.CONFLICT
    code = "link.expired"


class LinkState(StrEnum):
    """What pressing a link would do."""

    READY = "ready"
    ANSWERED = "answered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a link is about, and who has the alert if somebody does."""

    state: LinkState
    person: PersonId
    number: int
    title: str
    priority: Priority
    alert_state: str
    acknowledged_by: PersonId | None
    drill: DrillId | None


async def look(tx: Tx, token: str) -> LinkView:
    """Say what a link is about. Changes nothing."""
    link, alert = await _found(tx, token)
    return LinkView(
        state=_state(tx, link, alert),
        person=PersonId(link.person),
        number=alert.number,
        title=alert.title,
        priority=Priority(alert.priority),
        alert_state=alert.state,
        acknowledged_by=PersonId(alert.acknowledged_by) if alert.acknowledged_by else None,
        drill=DrillId(alert.drill_id) if alert.drill_id else None,
    )


async def press(tx: Tx, token: str) -> Answer:
    """Acknowledge the link's alert as the person it was sent to; tell who has it.

    Pressed again, or after somebody else answered, it changes nothing and says so.
    """
    link, alert = await _found(tx, token)
    if _state(tx, link, alert) is LinkState.EXPIRED:
        over = "the alert is resolved" if alert.state == "resolved" else "it is older than a day"
        msg = f"This link no longer works: {over}."
        raise LinkExpired(msg, hint=f"Sign in to see alert #{alert.number}.")
    answer = await acknowledge_alert(tx, AlertId(alert.id), by=Human(PersonId(link.person)))
    await links.use(tx.db, link.id, now=tx.now)
    return answer


def _state(tx: Tx, link: links.LinkRow, alert: alerts.AlertRow) -> LinkState:
    if alert.state == "resolved" or link.expires_at <= tx.now:
        return LinkState.EXPIRED
    return LinkState.ANSWERED if alert.state == "acknowledged" else LinkState.READY


async def _found(tx: Tx, token: str) -> tuple[links.LinkRow, alerts.AlertRow]:
    link = await links.get(tx.db, token)
    alert = await alerts.get(tx.db, link.alert_id) if link else None
    if link is None or alert is None:
        msg = "This link is not one of ours."
        raise LinkUnknown(msg, hint="Copy the whole address from the message.")
    return link, alert
