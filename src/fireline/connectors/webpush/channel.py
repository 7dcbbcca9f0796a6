"""Push a notice to one browser by its push service (RFC 8030), encrypted for it alone."""

from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson

from fireline.connectors.webpush.encryption import (
    MAX_PLAIN_BYTES,
    NotASubscriptionError,
    encrypted,
    subscription_in,
)
from fireline.connectors.webpush.keys import Signer
from fireline.ports.channel import Delivered, Description, Form, Message, Outcome, Refused
from fireline.wire.caller import Answer, Caller, Request
from fireline.wire.notices import Notice, clipped_bytes, notice_in
from fireline.wire.verdict import LONGEST_RECEIPT, verdict

DESCRIPTION = Description(
    name="push",
    title="Push to a browser",
    form=Form.NOTICE,
    address_words="what a browser gives when somebody subscribes on their account page",
    example=(
        '{"endpoint":"https://push.example.com/abc","keys":{"p256dh":"'
        + "B" * 87
        + '","auth":"'
        + "A" * 22
        + '"}}'
    ),
    address_pattern=(
        r'\{(?=.*"endpoint"\s*:\s*"https?://)(?=.*"p256dh"\s*:\s*"[A-Za-z0-9_=-]{80,100}")'
        r'(?=.*"auth"\s*:\s*"[A-Za-z0-9_=-]{20,30}").{1,3000}\}'
    ),
    answers=True,
    receipts=True,
)
# A push service keeps a page this long for a phone that is off; by then the ladder has gone on.
KEPT_FOR = timedelta(hours=2)
MAX_TITLE_BYTES = 300
MAX_TEXT_BYTES = 1_200
MAX_LINK = 1_000
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class WebPushChannel:
    """Sends notifications that can be acknowledged or opened where they appear."""

    name = "push"

    def __init__(self, signer: Signer, caller: Caller) -> None:
        self._signer = signer
        self._caller = caller

    async def send(self, message: Message) -> Outcome:
        """Try once. `Refused` with `gone` says that the browser has unsubscribed."""
        try:
            to = subscription_in(message.to)
        except NotASubscriptionError as wrong:
            return Refused(str(wrong))
        notice = notice_in(message)
        place = urlsplit(to.endpoint)
        headers = {
            "Authorization": self._signer.authorization(
                f"{place.scheme}://{place.netloc}", message.at
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(KEPT_FOR.total_seconds())),
            "Urgency": "high" if notice.is_urgent else "normal",
            # While a phone is off, a second attempt replaces the first.
            "Topic": sha256(message.key.encode()).hexdigest()[:32],
        }
        body = encrypted(_shown(notice), to)
        heard = await self._caller.call(Request(to.endpoint, body, headers))
        return _outcome(heard, message) if isinstance(heard, Answer) else heard


def _outcome(answer: Answer, message: Message) -> Outcome:
    if answer.status in _GONE:
        return Refused(f"subscription gone (answered {answer.status})", gone=True)
    outcome = verdict(answer, message.at)
    if isinstance(outcome, Delivered):
        named = answer.headers.get("location", "").rsplit("/", 1)[-1]
        return Delivered(named[:LONGEST_RECEIPT]) if named else outcome
    return outcome


def _shown(notice: Notice) -> bytes:
    """Return what the service worker shows; see `push-worker.js`."""
    drill = "Drill. " if notice.drill else ""
    said = {
        "title": clipped_bytes(notice.title, MAX_TITLE_BYTES),
        "body": clipped_bytes(f"{drill}{notice.text}", MAX_TEXT_BYTES),
        "tag": f"alert-{notice.alert}" if notice.alert is not None else notice.kind,
        "link": notice.link if len(notice.link) <= MAX_LINK else "",
        "urgent": notice.is_urgent,
    }
    plain = orjson.dumps(said)
    # Escapes can make text six times as long; its title alone always fits.
    return plain if len(plain) <= MAX_PLAIN_BYTES else orjson.dumps({**said, "body": ""})
