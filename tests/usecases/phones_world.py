"""Ana, who is texted at once and called after two minutes, and what her phone company says.

Everything happens in one transaction, which the test moves through time: `later(tx, minutes=2)`.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from fireline.core.escalation.receipts import State
from fireline.core.oncall.people import Contact, NotifyRule
from fireline.core.values.ids import AlertId
from fireline.ports.channel import Delivered, Message, Outcome
from fireline.ports.telephone import Receipt, Text
from fireline.store import due, ladders, outbox
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import AlertFilter, find_alert, list_alerts
from fireline.usecases.escalations import take_step
from fireline.usecases.raising import raise_alerts
from fireline.usecases.receipts import catch_up, hear_receipt
from fireline.usecases.replies import hear_text
from fireline.usecases.sending import prepare, settle
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BASE_URL, LEASE, found, person, who, with_people

PHONE, STRANGER = "+15550100123", "+15550199999"
COMPANY = "twilio"
OK = Delivered("twilio:SM1")
_ANA = replace(
    person(ANA),
    contacts=(Contact("phone", PHONE), Contact("email", "ana@example.com")),
    urgent=(NotifyRule("sms", timedelta()), NotifyRule("voice", timedelta(minutes=2))),
)
PLAN = with_people(_ANA)
_numbers = count(1)


def later(tx: Tx, **by: float) -> Tx:
    """Go on with the same transaction later."""
    return replace(tx, now=tx.now + timedelta(**by))


async def paged(tx: Tx) -> AlertId:
    """Raise an alert of its own and let its first step be taken."""
    number = next(_numbers)
    finding = await found(tx, who(f"shop-{number}", f"AKIA{number}"))
    (which,) = await raise_alerts(tx, PLAN, [finding], drill=None, pace=1)
    for claim in await due.claim(tx.db, ladders.LADDER, now=tx.now, lease=LEASE, limit=10):
        await take_step(tx, PLAN, AlertId(claim.id))
    return which


async def texted(tx: Tx) -> tuple[AlertId, Message]:
    """Page Ana of an alert of its own; return it and the text."""
    which = await paged(tx)
    (text,) = [one for one in await sends(tx) if one.channel == "sms"]
    return which, text


async def sends(tx: Tx, outcome: Outcome = OK) -> list[Message]:
    """Send every message that is due."""
    sent: list[Message] = []
    for claim in await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=50):
        message = await prepare(tx, claim.id, base_url=BASE_URL)
        if message is not None:
            sent.append(message)
            await settle(tx, claim, outcome)
            await catch_up(tx, claim.id)
    return sent


async def writes(tx: Tx, words: str, *, sender: str = PHONE, name: str = "") -> str:
    """Let a phone write to us; return what it is answered."""
    return await hear_text(tx, COMPANY, Text(name or f"SM{next(_numbers)}", sender, words))


async def told(
    tx: Tx, message: Message, state: State, *, name: str = "SM1", reason: str = ""
) -> bool:
    """Let the company say what became of a message."""
    return await hear_receipt(tx, COMPANY, message.key, Receipt(name, state, reason))


async def seen(tx: Tx, number: int | None = None) -> AlertView:
    """Look at one alert: of this number, or the only one."""
    lines = await list_alerts(tx, AlertFilter(states=("firing", "acknowledged", "resolved")))
    (chosen,) = [line.number for line in lines if number in {None, line.number}]
    return await find_alert(tx, chosen)
