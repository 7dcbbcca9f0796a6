"""What Twilio says at our door, and how it proves that it is Twilio.

Docs: https://www.twilio.com/docs/usage/webhooks/webhooks-security,
https://www.twilio.com/docs/messaging/guides/webhook-request,
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks and
https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha1
from urllib.parse import urlsplit, urlunsplit

from fireline.connectors.twilio.account import NAME
from fireline.connectors.twilio.words import spoken, written
from fireline.core.escalation.receipts import State
from fireline.core.values.secret import Secret
from fireline.ports.telephone import Ask, Forged, Knock, Proven, Receipt, Text

SIGNATURE = "x-twilio-signature"
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_PORTS = {"https": 443, "http": 80}

_TEXTS = {
    "accepted": State.QUEUED,
    "scheduled": State.QUEUED,
    "queued": State.QUEUED,
    "sending": State.QUEUED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
_CALLS = {
    "queued": State.QUEUED,
    "initiated": State.QUEUED,
    "ringing": State.RINGING,
    "in-progress": State.ANSWERED,
    "answered": State.ANSWERED,
    "completed": State.COMPLETED,
    "busy": State.BUSY,
    "no-answer": State.NO_ANSWER,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}


class TwilioTelephone:
    """Twilio's side of our door."""

    name = NAME

    def __init__(self, token: Secret) -> None:
        self._token = token

    def prove(self, knock: Knock) -> Proven | Forged:
        """Compare the signature over the address and every field of the form."""
        shown = knock.headers.get(SIGNATURE, "")
        if not shown:
            return Forged("the request is not signed")
        # Twilio signs an address with its port or without, whichever way it came to know it.
        for url in _both(knock.url):
            if hmac.compare_digest(sign(self._token, url, knock.form).encode(), shown.encode()):
                return Proven()
        return Forged("the signature is not over this address and form with this account's token")

    def text(self, knock: Knock) -> Text | None:
        """Read a text: `MessageSid`, `From`, `Body`."""
        message_id, sender = knock.first("MessageSid"), knock.first("From")
        if not message_id or not _NUMBER.fullmatch(sender):
            return None
        return Text(message_id, sender, knock.first("Body"))

    def receipt(self, knock: Knock) -> Receipt | None:
        """Read `MessageStatus` of a text, `CallStatus` of a call, and the error of either."""
        if knock.ask is Ask.RECEIPT:
            message_id, state = knock.first("MessageSid"), knock.first("MessageStatus")
            known = _TEXTS.get(state)
        else:
            message_id, state = knock.first("CallSid"), knock.first("CallStatus")
            known = _CALLS.get(state)
        if known is None or not message_id:
            return None
        error = knock.first("ErrorCode")
        return Receipt(message_id, known, f"Twilio error {error}" if error else "")

    def keys(self, knock: Knock) -> str:
        """Read `Digits`."""
        return knock.first("Digits")

    def write_back(self, words: str, knock: Knock) -> str:
        """Answer a text with a `Message`."""
        del knock
        return written(words)

    def say(self, words: str, *, keys_to: str | None) -> str:
        """Answer a call with `Say`, inside a `Gather` where a key is waited for."""
        return spoken(words, keys_to=keys_to)


def sign(token: Secret, url: str, form: Sequence[tuple[str, str]]) -> str:
    """Return the signature: HMAC-SHA1 over the address and each field's name and value, sorted."""
    fields = "".join(name + value for name, value in sorted(set(form)))
    keyed = hmac.new(token.reveal().encode(), f"{url}{fields}".encode(), sha1)
    return b64encode(keyed.digest()).decode()


def _both(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    bare = f"[{host}]" if ":" in host else host
    port = parts.port or _PORTS.get(parts.scheme, 443)
    return (
        urlunsplit(parts._replace(netloc=bare)),
        urlunsplit(parts._replace(netloc=f"{bare}:{port}")),
    )
