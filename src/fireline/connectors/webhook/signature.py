"""How a receiver knows that a webhook came from fireline, and when."""

import hmac
from hashlib import sha256

from fireline.core.values.secret import Secret

HEADER = "X-Fireline-Signature"


def sign(secret: Secret, at_unix: int, body: bytes) -> str:
    """Return the signature header of a body: HMAC-SHA256 over the time, a dot, and the body.

    The time is signed too, so that a receiver can refuse an old body sent again.
    """
    keyed = hmac.new(secret.reveal().encode(), b"%d." % at_unix + body, sha256)
    return f"t={at_unix},v1={keyed.hexdigest()}"
