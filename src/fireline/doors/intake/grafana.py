"""Grafana's webhooks, proven by their signature where the source has a secret for it.

Docs: https://grafana.com/docs/grafana/latest/alerting/, "Configure webhook notifications". A
source's settings: `secret` (a reference, `env:NAME` or `file:/path`), and the names of the headers,
where Grafana is told others than its own.
"""

import hashlib
import hmac
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fireline.doors.intake.desk import Turned, desk_of
from fireline.usecases.sources import Card

SECRET, SIGNATURE_HEADER, TIMESTAMP_HEADER = "secret", "signature_header", "timestamp_header"
DEFAULT_SIGNATURE_HEADER = "X-Grafana-Alerting-Signature"
OLDEST_SECONDS = 300


async def proven(request: Request, card: Card, body: bytes) -> Response | None:
    """Prove who posts: HMAC-SHA256 of the body, or of its time, a colon and the body.

    Raises Turned with 401. A source without a secret is proven by its token alone.
    """
    reference = str(card.settings.get(SECRET) or "")
    if not reference:
        return None
    secret = desk_of(request).secrets.reveal(reference).reveal().encode()
    name = str(card.settings.get(SIGNATURE_HEADER) or DEFAULT_SIGNATURE_HEADER)
    shown = request.headers.get(name, "").removeprefix("sha256=").strip().lower()
    signed = body
    timed = str(card.settings.get(TIMESTAMP_HEADER) or "")
    if timed:
        at = request.headers.get(timed, "")
        await _recent(request, at, header=timed)
        signed = at.encode() + b":" + body
    wanted = hmac.new(secret, signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), shown.encode("utf-8", "replace")):
        why = f"The signature in {name} is missing or wrong."
        raise Turned(HTTPStatus.UNAUTHORIZED, why)
    return None


async def _recent(request: Request, at: str, *, header: str) -> None:
    """Turn away what was signed long ago: somebody may be posting again what they saw once."""
    async with desk_of(request).transaction() as tx:
        now = tx.now.timestamp()
    if not at.isdecimal() or abs(now - int(at[:12])) > OLDEST_SECONDS:
        why = f"The time in {header} is missing or more than {OLDEST_SECONDS} seconds away."
        raise Turned(HTTPStatus.UNAUTHORIZED, why)
