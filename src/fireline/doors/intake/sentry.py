"""Sentry's signature: https://docs.sentry.io/integrations/integration-platform/webhooks/.

Sentry wants an answer within a second; a post is kept and answered, and read afterwards.
"""

import hashlib
import hmac
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fireline.core.signals.formats.sentry import QUIET, RESOURCE
from fireline.doors.intake.desk import Turned, desk_of
from fireline.usecases.sources import Card

SIGNATURE = "sentry-hook-signature"


async def check_sentry(request: Request, card: Card, body: bytes) -> Response | None:
    """Prove the signature where the source has a secret; pass over what Sentry says of itself.

    The signature is the HMAC-SHA256 of the body, in hex, with the integration's client secret. A
    source without `secret` in its settings is trusted by its token alone.
    """
    reference = card.settings.get("secret")
    if reference:
        secret = desk_of(request).secrets.reveal(str(reference))
        shown = request.headers.get(SIGNATURE, "")
        expected = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), shown.encode("utf-8", "replace")):
            why = "Sentry-Hook-Signature is not that of this body with the source's secret."
            raise Turned(HTTPStatus.UNAUTHORIZED, why)
    if request.headers.get(RESOURCE, "") in QUIET:
        return JSONResponse({"status": "ignored"})
    return None
