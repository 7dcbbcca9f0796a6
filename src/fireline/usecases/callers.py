"""Whose phone it is that writes to us, and that what a company sends us is not sent us again."""

from datetime import timedelta
from hashlib import sha256

from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import heard_texts
from fireline.usecases import contacts, plans
from fireline.usecases.transaction import Tx

# A nonce is good for one body for as long as a company could reasonably send it again.
NONCES_LAST = timedelta(days=7)
_SWEPT_FOR_EACH = 4


class NonceSpent(Refusal):
    """A request was signed with a nonce that was good for another one."""

    kind = Kind.FORBIDDEN
    code = "telephone.nonce_spent"


async def has_number(tx: Tx, person: PersonId, number: str) -> bool:
    """Say whether a phone still is this person's, by the plan and their own contacts."""
    try:
        plan = await plans.current(tx)
    except Refusal:
        # Answers are taken without a readable plan, too: the number was theirs when it was told.
        return True
    known = await contacts.reachable(tx, plan, person)
    if known is None:
        return False
    return number in {*known.addresses("sms"), *known.addresses("voice")}


async def spend_nonce(tx: Tx, company: str, nonce: str, form: str) -> None:
    """Bind a nonce to one form, where the company's signature does not. Raises NonceSpent."""
    digest = sha256(form.encode("utf-8", "surrogatepass")).digest()
    if not await heard_texts.spend(tx.db, company, nonce, digest, now=tx.now):
        msg = "This request was signed for another form."
        raise NonceSpent(msg)
    before = tx.now - NONCES_LAST
    await heard_texts.sweep_nonces(tx.db, before=before, limit=_SWEPT_FOR_EACH)
