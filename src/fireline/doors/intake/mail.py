"""Which source a mail is for, and keeping it: what SMTP and a provider's POST have in common."""

import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fireline.doors.intake.desk import IntakeDesk, body_of, desk_of, token_of
from fireline.usecases import idempotency
from fireline.usecases.intake import Accepted
from fireline.usecases.sources import MAIL, Card

MAX_MAIL_BYTES = 2_000_000
_ADDRESS = re.compile(r"(?:[^@\s]{0,100}[+_-])?([0-9a-f]{32})@([^@\s]{1,255})", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*\S", re.IGNORECASE | re.MULTILINE)
_HEAD_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Addressed:
    """The token and the domain an address names."""

    token: str
    domain: str


def addressed(address: str) -> Addressed | None:
    """Read an address of ours: `TOKEN@domain` or `anything+TOKEN@domain`."""
    found = _ADDRESS.fullmatch(address.strip("<>"))
    return Addressed(found[1].lower(), found[2].lower()) if found else None


async def admit(desk: IntakeDesk, token: str) -> Card:
    """Return the source of a token that takes mail. Raises Turned."""
    return await desk.admit(token, MAIL)


async def keep_mail(
    desk: IntakeDesk, card: Card, content: bytes, *, token: str, sender: str
) -> Accepted | None:
    """Keep one mail, once, however often a server on the way sends it. `None`: it was kept before.

    The token, which stands in its address, is not kept with it.
    """
    written = re.sub(re.escape(token.encode()), b"TOKEN", content, flags=re.IGNORECASE)
    meta = {"from": sender[:500]}
    named = _MESSAGE_ID.search(content[:_HEAD_BYTES])
    if named is None:
        return await desk.keep(card, written, meta=meta)
    key = f"mail:{hashlib.sha256(content).hexdigest()}"
    async with desk.transaction() as tx:
        claimed = await idempotency.claim(tx, card.id, key)
    if claimed.kept:
        return None
    return await desk.keep(card, written, meta=meta, fresh=claimed.payload)


async def receive(request: Request) -> JSONResponse:
    """Keep a raw mail (RFC 5322) that a mail provider posts; answer 202 once it is committed."""
    desk, token = desk_of(request), token_of(request)
    card = await admit(desk, token)
    content = await body_of(request)
    # A provider tells no envelope; what only that could show is not looked at.
    await keep_mail(desk, card, content, token=token, sender="provider")
    return JSONResponse({"status": "accepted"}, HTTPStatus.ACCEPTED)


ROUTES = (
    Route("/integrations/mail/{token}", receive, methods=["POST"]),
    Route("/integrations/mail", receive, methods=["POST"]),
)
