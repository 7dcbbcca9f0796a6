"""Give a page its short number on one phone, and say in the text how to answer."""

from uuid import UUID

from fireline.core.escalation.reply_codes import Given, choose
from fireline.core.escalation.short_text import with_tail
from fireline.store import reply_codes
from fireline.store.alerts import AlertRow
from fireline.store.outbox import OutboxRow
from fireline.usecases.transaction import Tx

SMS = "sms"
# Two who give numbers on one phone at once may choose the same; the slower one chooses again.
_TRIES = 4


async def answerable(tx: Tx, wished: OutboxRow, alert: AlertRow, body: str) -> str:
    """Return the body of a page as it leaves: a text ends with how to answer it.

    The alert is held by the caller, so that it gets one number on each phone and keeps it.
    """
    if wished.channel != SMS:
        return body
    code = await _code(tx, wished.recipient, alert.id, wished.person)
    return (
        with_tail(body, f"Reply {code}a ack, {code}e escalate, {code}r resolve") if code else body
    )


async def _code(tx: Tx, address: str, alert: UUID, person: str) -> int | None:
    known = await reply_codes.of_alert(tx.db, address, alert)
    if known is not None:
        return known.code
    for _ in range(_TRIES):
        given = await reply_codes.of_address(tx.db, address)
        code = choose([Given(one.code, one.given_at, one.over) for one in given])
        before = next((one.given_at for one in given if one.code == code), None)
        new = reply_codes.New(address, code, alert, person)
        if await reply_codes.give(tx.db, new, before=before, now=tx.now):
            return code
    # A page without a short number is still answered by its own: `ack 42`.
    return None
