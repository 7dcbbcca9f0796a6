"""What Plivo says at our door, and how it proves that it is Plivo.

Docs: https://www.plivo.com/docs/messaging/concepts/signature-validation (V2, for texts),
https://www.plivo.com/docs/voice/concepts/signature-validation (V3, for calls),
https://www.plivo.com/docs/messaging/api/message/message-status-callbacks,
https://www.plivo.com/docs/messaging/api/message/handling-incoming and
https://www.plivo.com/docs/voice/xml/request.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from fireline.connectors.plivo.account import NAME
from fireline.connectors.plivo.words import spoken, written
from fireline.core.escalation.receipts import State
from fireline.core.values.secret import Secret
from fireline.ports.telephone import Ask, Forged, Knock, Proven, Receipt, Text

V2, V3 = "x-plivo-signature-v2", "x-plivo-signature-v3"
# The same, made with the main account's token where a subaccount sends.
_OF_MAIN = {V2: "x-plivo-signature-ma-v2", V3: "x-plivo-signature-ma-v3"}
_NUMBER = re.compile(r"[1-9]\d{6,14}")
_TEXTS_ALONE = frozenset({Ask.TEXT, Ask.RECEIPT})

_TEXTS = {
    "queued": State.QUEUED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "rejected": State.FAILED,
    "failed": State.FAILED,
}
_CALLS = {
    "ringing": State.RINGING,
    "in-progress": State.ANSWERED,
    "completed": State.COMPLETED,
    "busy": State.BUSY,
    "no-answer": State.NO_ANSWER,
    "timeout": State.NO_ANSWER,
    "failed": State.FAILED,
    "cancel": State.FAILED,
}


class PlivoTelephone:
    """Plivo's side of our door."""

    name = NAME

    def __init__(self, token: Secret) -> None:
        self._token = token

    def prove(self, knock: Knock) -> Proven | Forged:
        """Compare the signature: V3 over address and form, or for texts V2 over the address."""
        if _shown(knock, V3):
            whole = sign_v3(self._token, knock.url, knock.form, _nonce(knock, V3))
            return self._compare(knock, V3, whole) or Proven()
        if knock.ask not in _TEXTS_ALONE or not _shown(knock, V2):
            return Forged("the request is not signed as Plivo signs")
        nonce = _nonce(knock, V2)
        return self._compare(knock, V2, sign_v2(self._token, knock.url, nonce)) or Proven(nonce)

    def _compare(self, knock: Knock, header: str, expected: str) -> Forged | None:
        shown = _shown(knock, header)
        if any(hmac.compare_digest(expected.encode(), one.encode()) for one in shown):
            return None
        return Forged("the signature is not over this address and form with this account's token")

    def text(self, knock: Knock) -> Text | None:
        """Read a text: `MessageUUID`, `From`, `Text`."""
        message_id, sender = knock.first("MessageUUID"), knock.first("From").removeprefix("+")
        if not message_id or not _NUMBER.fullmatch(sender):
            return None
        return Text(message_id, f"+{sender}", knock.first("Text"))

    def receipt(self, knock: Knock) -> Receipt | None:
        """Read `Status` of a text, `CallStatus` of a call, and why either failed."""
        if knock.ask is Ask.RECEIPT:
            known = _TEXTS.get(knock.first("Status"))
            message_id, error = knock.first("MessageUUID"), knock.first("ErrorCode")
            reason = f"Plivo error {error}" if error not in {"", "000"} else ""
        else:
            known = _CALLS.get(knock.first("CallStatus"))
            # The request's name is the one our own request was answered with.
            names = ("RequestUUID", "ALegRequestUUID", "CallUUID")
            message_id = next((name for one in names if (name := knock.first(one))), "")
            reason = knock.first("HangupCause")
        if known is None or not message_id:
            return None
        return Receipt(message_id, known, reason)

    def keys(self, knock: Knock) -> str:
        """Read `Digits`."""
        return knock.first("Digits")

    def write_back(self, words: str, knock: Knock) -> str:
        """Answer a text with a `Message` from the number it was sent to."""
        return written(words, sender=knock.first("To"), to=knock.first("From"))

    def say(self, words: str, *, keys_to: str | None) -> str:
        """Answer a call with `Speak`, inside `GetDigits` where a key is waited for."""
        return spoken(words, keys_to=keys_to)


def sign_v2(token: Secret, url: str, nonce: str) -> str:
    """Return the signature of texts: HMAC-SHA256 over the address without its query, and nonce."""
    return _keyed(token, urlunsplit(urlsplit(url)._replace(query="", fragment="")) + nonce)


def sign_v3(token: Secret, url: str, form: Sequence[tuple[str, str]], nonce: str) -> str:
    """Return the signature of calls: HMAC-SHA256 over address, query, form and nonce."""
    parts = urlsplit(url)
    signed = urlunsplit(parts._replace(query="", fragment=""))
    query = sorted(parse_qsl(parts.query, keep_blank_values=True))
    if query or form:
        signed += "?" + "&".join(f"{name}={value}" for name, value in query)
    if query and form:
        signed += "."
    signed += "".join(name + value for name, value in sorted(form))
    return _keyed(token, f"{signed}.{nonce}")


def _keyed(token: Secret, text: str) -> str:
    return b64encode(hmac.new(token.reveal().encode(), text.encode(), sha256).digest()).decode()


def _shown(knock: Knock, header: str) -> list[str]:
    both = ",".join(knock.headers.get(name, "") for name in (header, _OF_MAIN[header]))
    return [one.strip() for one in both.split(",") if one.strip()]


def _nonce(knock: Knock, header: str) -> str:
    return knock.headers.get(f"{header}-nonce", "")
